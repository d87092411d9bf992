//! One delivery of a request, for naming the runs of reports that do not name theirs.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kite_core::report::keyed_run_id;
use uuid::Uuid;

/// One delivery: new each time, unless the client says that it repeats one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    key: Option<String>,
}

impl Delivery {
    /// The run id of the delivery's report at `index`: the same for every delivery under one
    /// `Idempotency-Key`, otherwise a new one.
    pub fn run_id(&self, index: usize) -> String {
        match &self.key {
            Some(key) => keyed_run_id(key, index),
            None => Uuid::now_v7().to_string(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Delivery {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let key = parts.headers.get("idempotency-key").filter(|key| !key.is_empty());
        Ok(Self { key: key.map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_under_one_key_are_one_and_others_are_new() {
        let keyed = Delivery { key: Some("k".to_owned()) };
        assert_eq!(keyed.run_id(0), keyed.clone().run_id(0));
        assert_ne!(keyed.run_id(0), keyed.run_id(1));
        assert_ne!(Delivery::default().run_id(0), Delivery::default().run_id(0));
    }
}
