//! The way to the cluster.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::time::Duration;

use anyhow::Context as _;
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec};
use kube::api::{Api, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use tokio::time::timeout;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longer than a watch may take: 290 s.
const SILENCE: Duration = Duration::from_secs(320);
const REVIEW_TIMEOUT: Duration = Duration::from_secs(10);

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
    bound(&mut config);
    Ok(config)
}

/// A silent API server is given up after a while; watches have something to say more often.
fn bound(config: &mut Config) {
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    config.read_timeout = Some(SILENCE);
    config.reset_reader_on_write = true;
}

/// The name of this host, which in a pod is the pod's name.
pub fn host_name() -> String {
    std::env::var("HOSTNAME").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "operator".to_owned())
}

/// A cluster that a person has access to.
pub struct Personal {
    /// Access to it.
    pub client: Client,
    /// Name of the kubeconfig's context.
    pub context: String,
    /// Where the person may look: everywhere when empty, otherwise in the context's namespace.
    pub namespaces: BTreeSet<String>,
}

/// The cluster of a kubeconfig's context, without a name its current one; `None` when there is no
/// kubeconfig, or it has no current context.
pub async fn personal(context: Option<&str>) -> anyhow::Result<Option<Personal>> {
    let file = match Kubeconfig::read() {
        Ok(file) => file,
        Err(KubeconfigError::ReadConfig(error, _)) if error.kind() == ErrorKind::NotFound && context.is_none() => {
            return Ok(None);
        }
        Err(KubeconfigError::FindPath) if context.is_none() => return Ok(None),
        Err(error) => return Err(error).context("read the kubeconfig"),
    };
    let Some(name) =
        context.map(str::to_owned).or_else(|| file.current_context.clone()).filter(|name| !name.is_empty())
    else {
        return Ok(None);
    };
    let options = KubeConfigOptions { context: Some(name.clone()), ..KubeConfigOptions::default() };
    let mut config = Config::from_custom_kubeconfig(file, &options)
        .await
        .with_context(|| format!("use the context `{name}` of the kubeconfig"))?;
    bound(&mut config);
    let own = config.default_namespace.clone();
    let client = Client::try_from(config).with_context(|| format!("use the context `{name}` of the kubeconfig"))?;
    let everywhere = timeout(REVIEW_TIMEOUT, may_look_everywhere(&client))
        .await
        .context("the cluster did not answer in time")
        .and_then(|answer| answer.context("ask the cluster"))?;
    let namespaces = if everywhere { BTreeSet::new() } else { BTreeSet::from([own]) };
    Ok(Some(Personal { client, context: name, namespaces }))
}

async fn may_look_everywhere(client: &Client) -> kube::Result<bool> {
    let attributes = ResourceAttributes {
        group: Some("tekton.dev".to_owned()),
        resource: Some("pipelineruns".to_owned()),
        verb: Some("list".to_owned()),
        ..ResourceAttributes::default()
    };
    let spec = SelfSubjectAccessReviewSpec { resource_attributes: Some(attributes), ..Default::default() };
    let review = SelfSubjectAccessReview { spec, ..Default::default() };
    let answer = Api::all(client.clone()).create(&PostParams::default(), &review).await?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}
