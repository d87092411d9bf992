//! Which program sends a request, as far as it says (`User-Agent`).

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;

/// The longest part that is read; the rest is left away.
const LONGEST: usize = 253;
const OPERATOR: &str = "kite-operator";

/// The program that sends a request: `PRODUCT/VERSION (COMMENT)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// What it is called; empty when it does not say.
    pub product: String,
    /// Its version; empty when it does not say.
    pub version: String,
    comment: String,
}

impl Agent {
    /// Reads a header.
    pub fn read(headers: &HeaderMap) -> Self {
        let text = headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let text = text.unwrap_or_default();
        let (name, rest) = text.split_once(' ').unwrap_or((&text, ""));
        let (product, version) = name.split_once('/').unwrap_or((name, ""));
        let comment = rest.trim().strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or("", |(text, _)| text);
        Self { product: short(product), version: short(version), comment: short(comment) }
    }

    /// The cluster that an operator watches, if an operator it is; empty when there is only one.
    pub fn operator_of(&self) -> Option<&str> {
        (self.product == OPERATOR).then_some(self.comment.as_str())
    }
}

impl<S: Sync> FromRequestParts<S> for Agent {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::read(&parts.headers))
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(text: &str) -> Agent {
        Agent::read(&HeaderMap::from_iter([(USER_AGENT, text.parse().unwrap())]))
    }

    #[test]
    fn an_operator_names_its_cluster() {
        let operator = agent("kite-operator/1.2.3 (east)");
        assert_eq!((operator.operator_of(), operator.version.as_str()), (Some("east"), "1.2.3"));
        assert_eq!(agent("kite-operator/1.2.3").operator_of(), Some(""));
        assert_eq!(agent("kite-operators/1 (east)").operator_of(), None);
    }

    #[test]
    fn other_programs_have_a_name_and_perhaps_a_version() {
        for (text, product, version) in [
            ("curl/8.1", "curl", "8.1"),
            ("Mozilla/5.0 (X11; Linux) Gecko/20", "Mozilla", "5.0"),
            ("something", "something", ""),
            ("", "", ""),
        ] {
            assert_eq!((agent(text).product.as_str(), agent(text).version.as_str()), (product, version), "{text}");
        }
        assert_eq!(Agent::read(&HeaderMap::new()), Agent::default());
        assert_eq!(agent(&"x".repeat(5_000)).product.len(), LONGEST);
    }
}
