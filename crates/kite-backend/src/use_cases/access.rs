//! What a caller may do.

use crate::access::Verb;
use crate::input::Asking;
use crate::problem::Problem;

/// Whether the caller may do each thing in the namespace that was named, or in all of them.
pub async fn rights(asking: &Asking) -> Result<Vec<(Verb, bool)>, Problem> {
    let mut rights = Vec::with_capacity(Verb::ALL.len());
    for verb in Verb::ALL {
        rights.push((verb, asking.caller().may(verb, asking.namespace()).await?));
    }
    Ok(rights)
}
