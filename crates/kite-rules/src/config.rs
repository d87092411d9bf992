//! What rule files may know about the installation.

use serde_json::{Value, json};

/// The installation's addresses, which rule files read as `config`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    value: Value,
}

/// The names under `config`.
pub(crate) const CONFIG_FIELDS: [&str; 2] = ["clusterUrl", "logsEndpoint"];

impl Config {
    /// Gives rule files `config.clusterUrl` (without a slash at its end) and `config.logsEndpoint`.
    pub fn new(cluster_url: &str, logs_endpoint: &str) -> Self {
        let cluster_url = cluster_url.trim_end_matches('/');
        Self { value: json!({"clusterUrl": cluster_url, "logsEndpoint": logs_endpoint}) }
    }

    pub(crate) fn value(&self) -> &Value {
        &self.value
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new("https://konflux.dev", "/logs/pipelineruns/")
    }
}
