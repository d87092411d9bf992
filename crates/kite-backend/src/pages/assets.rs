//! Styles, scripts and pictures, which are built into the program.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kite_dashboard::assets::{self, Asset};

use crate::problem::Problem;

/// A name is of one content for good.
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Serves a file as the browser can read it.
pub async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let asset = assets::find(&format!("/assets/{name}"));
    let asset = asset.ok_or_else(|| Problem::NotFound("there is no such file".to_owned()))?;
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    let mut response = match best(asset, accepted) {
        (Some(encoding), bytes) => {
            ([(header::CONTENT_ENCODING, HeaderValue::from_static(encoding))], bytes).into_response()
        }
        (None, bytes) => bytes.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::CACHE_CONTROL, FOR_GOOD);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}

/// The smallest form that the browser can read.
fn best(asset: &Asset, accepted: &str) -> (Option<&'static str>, &'static [u8]) {
    let accepts = |encoding: &str| accepted.split(',').any(|given| given.trim().split(';').next() == Some(encoding));
    match (asset.br, asset.gzip) {
        (Some(bytes), _) if accepts("br") => (Some("br"), bytes),
        (_, Some(bytes)) if accepts("gzip") => (Some("gzip"), bytes),
        _ => (None, asset.bytes),
    }
}
