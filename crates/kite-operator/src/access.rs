//! The way to the cluster.

use std::time::Duration;

use anyhow::Context as _;
use kube::Config;
use kube::config::KubeConfigOptions;

/// The cluster of a kubeconfig's context; without a name its current one, or the cluster in which
/// the program runs.
pub async fn config(context: Option<&str>) -> anyhow::Result<Config> {
    let mut config = match context {
        Some(context) => {
            let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
            Config::from_kubeconfig(&options)
                .await
                .with_context(|| format!("find the context `{context}` in the kubeconfig"))?
        }
        None => Config::infer()
            .await
            .context("find a cluster: neither a kubeconfig nor a pod's service account is there")?,
    };
    config.connect_timeout = Some(Duration::from_secs(10));
    Ok(config)
}

/// The name of this host, which in a pod is the pod's name.
pub fn host_name() -> String {
    std::env::var("HOSTNAME").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "operator".to_owned())
}
