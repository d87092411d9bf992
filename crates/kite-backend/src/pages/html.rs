//! A page as an answer.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kite_dashboard::Template;
use reqwest::Url;

use crate::problem::Problem;

/// What a page may load and run: what comes from here, and nothing that is written into it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
);
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
/// A page is of one person and of one moment.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");

/// A page, with cookies to set.
pub fn page(status: StatusCode, template: &impl Template, cookies: &[HeaderValue]) -> Result<Response, Problem> {
    let text = template.render().map_err(|error| Problem::Failed(error.into()))?;
    let headers =
        [(header::CONTENT_TYPE, HTML), (header::CACHE_CONTROL, PRIVATE), (header::CONTENT_SECURITY_POLICY, POLICY)];
    Ok(with_cookies((status, headers, text).into_response(), cookies))
}

/// "Go there instead", with cookies to set. Only to paths of this service.
pub fn redirect(to: &str, cookies: &[HeaderValue]) -> Response {
    let place = HeaderValue::try_from(local(to)).unwrap_or(HeaderValue::from_static("/"));
    with_cookies((StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response(), cookies)
}

/// "Go to that server instead", with cookies to set. Only where the configuration says so.
pub fn leave(to: &Url, cookies: &[HeaderValue]) -> Result<Response, Problem> {
    let place = HeaderValue::try_from(to.as_str()).map_err(|error| Problem::Failed(error.into()))?;
    let headers = [(header::LOCATION, place), (header::CACHE_CONTROL, PRIVATE)];
    Ok(with_cookies((StatusCode::SEE_OTHER, headers).into_response(), cookies))
}

fn with_cookies(mut response: Response, cookies: &[HeaderValue]) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    response
}

/// A path of this service, or the first page: browsers read `//x` and `/\x` as another server.
pub fn local(to: &str) -> &str {
    let is_local = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\n', '\r', '\t']);
    if is_local { to } else { "/" }
}

/// Whether whoever asks wants a page and not data.
pub fn is_wanted(path: &str, accept: Option<&HeaderValue>) -> bool {
    let is_data = ["/api/", "/assets/", "/openapi.json", "/livez", "/readyz", "/live"];
    let wants_html = accept.is_some_and(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    wants_html && !is_data.iter().any(|data| path.starts_with(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_server() {
        for to in ["/issues?a=b", "/"] {
            assert_eq!(local(to), to);
        }
        for to in ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "", "/\t/evil.example"] {
            assert_eq!(local(to), "/", "{to:?}");
        }
    }

    #[test]
    fn programs_get_data_and_browsers_get_pages() {
        let browser = HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8");
        assert!(is_wanted("/issues", Some(&browser)) && is_wanted("/nowhere", Some(&browser)));
        assert!(!is_wanted("/api/v1/issues", Some(&browser)));
        assert!(!is_wanted("/issues", None) && !is_wanted("/issues", Some(&HeaderValue::from_static("*/*"))));
    }
}
