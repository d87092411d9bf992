//! Who reports.

use jiff::SignedDuration;
use kite_store::{Source, SourceKind};

use crate::app::App;
use crate::input::Asking;
use crate::problem::Problem;

const MOST: u32 = 1_000;
/// An operator says every minute that it is there.
const SILENT_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// The sources that the caller may see, whether each is silent, and whether these are all.
pub async fn list_sources(app: &App, asking: &Asking) -> Result<(Vec<(Source, bool)>, bool), Problem> {
    let reach = asking.reach(app).await?;
    let mut sources = app.store.source_list(&reach, MOST + 1).await?;
    let is_complete = sources.len() <= MOST as usize;
    sources.truncate(MOST as usize);
    let now = app.clock.now();
    let is_silent = |source: &Source| {
        source.kind == SourceKind::Operator && now.duration_since(source.last_heard_at) > SILENT_AFTER
    };
    let sources = sources.into_iter().map(|source| {
        let is_silent = is_silent(&source);
        (source, is_silent)
    });
    Ok((sources.collect(), is_complete))
}
