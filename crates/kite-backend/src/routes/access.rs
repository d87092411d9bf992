//! `/api/v1/access`: who calls, and what the caller may do.

use axum::Json;
use kite_api::Access;

use super::parameters::InNamespace;
use crate::input::Asking;
use crate::problem::Problem;
use crate::use_cases::access;

/// Tells who calls, and what the caller may do in the namespace, or in all of them.
#[utoipa::path(get, path = "/api/v1/access", tag = "service", params(InNamespace),
    responses((status = 200, description = "The caller and its rights", body = Access)))]
pub async fn read_access(asking: Asking) -> Result<Json<Access>, Problem> {
    let rights = access::rights(&asking).await?;
    let may = rights.into_iter().map(|(verb, may)| (verb.name().to_owned(), may)).collect();
    Ok(Json(Access {
        user: asking.name().map(str::to_owned),
        groups: asking.caller().groups().to_vec(),
        namespace: asking.namespace().map(str::to_owned),
        may,
    }))
}
