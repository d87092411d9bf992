//! What the kubeconfig says: a namespace, and who the user is.

use std::path::Path;
use std::time::Duration;

use kube::client::{Body, ConfigExt as _};
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use secrecy::SecretString;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tower::{BoxError, Layer as _, ServiceExt as _, service_fn};

use crate::failure::{Failure, chain};

/// An exec plugin may open a browser and ask a person.
const LONGEST_SIGN_IN: Duration = Duration::from_mins(2);

/// A context of the kubeconfig.
#[derive(Clone, Debug)]
pub struct KubeContext {
    /// Its name.
    pub name: String,
    /// The namespace that it names.
    pub namespace: Option<String>,
    file: Kubeconfig,
}

/// Reads the kubeconfig; one that is not there says nothing.
pub fn read(path: Option<&Path>) -> Result<Kubeconfig, Failure> {
    let read = match path {
        Some(path) => Kubeconfig::read_from(path),
        None => match Kubeconfig::read() {
            Err(KubeconfigError::ReadConfig(error, _)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Kubeconfig::default());
            }
            Err(KubeconfigError::FindPath) => return Ok(Kubeconfig::default()),
            read => read,
        },
    };
    read.map_err(|error| Failure::usage(format!("failed to read the kubeconfig: {}", chain(&error))))
}

impl KubeContext {
    /// The context of that name.
    pub fn find(file: &Kubeconfig, name: &str) -> Option<Self> {
        let found = file.contexts.iter().find(|context| context.name == name)?;
        let namespace = found.context.as_ref().and_then(|context| context.namespace.clone());
        let namespace = namespace.filter(|namespace| !namespace.is_empty());
        Some(Self { name: name.to_owned(), namespace, file: file.clone() })
    }

    /// Whether its user shows a token; a client certificate is of use for the API server only.
    pub fn has_token(&self) -> bool {
        let user = self.user().unwrap_or_default();
        user.token.is_some() || user.token_file.is_some() || user.exec.is_some() || user.auth_provider.is_some()
    }

    /// Whether a program has to be run for the token.
    pub fn runs_plugin(&self) -> bool {
        self.user().is_some_and(|user| user.exec.is_some() || user.auth_provider.is_some())
    }

    fn user(&self) -> Option<AuthInfo> {
        let context = self.file.contexts.iter().find(|context| context.name == self.name)?;
        let name = context.context.as_ref()?.user.as_ref()?;
        self.file.auth_infos.iter().find(|user| user.name == *name)?.auth_info.clone()
    }

    /// The user's token, which an exec plugin may have to get first.
    pub async fn token(&self) -> Result<Option<SecretString>, Failure> {
        self.token_within(LONGEST_SIGN_IN).await
    }

    /// A client of its cluster.
    pub async fn cluster(&self) -> Result<Client, Failure> {
        let failed = |error: &dyn std::error::Error| {
            Failure::usage(format!("failed to use the kubeconfig's context `{}`: {}", self.name, chain(error)))
                .hint("`kubectl get --raw /version` shows whether kubectl can")
        };
        let config = self.config().await.map_err(|error| failed(&error))?;
        // Plugins run here, too.
        let made = timeout(LONGEST_SIGN_IN, spawn_blocking(move || Client::try_from(config))).await;
        made.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
    }

    async fn config(&self) -> Result<Config, KubeconfigError> {
        let options = KubeConfigOptions { context: Some(self.name.clone()), ..KubeConfigOptions::default() };
        Config::from_custom_kubeconfig(self.file.clone(), &options).await
    }

    async fn token_within(&self, longest: Duration) -> Result<Option<SecretString>, Failure> {
        let failed = |error: &dyn std::error::Error| Failure {
            exit: crate::failure::Exit::NotAllowed,
            message: format!("failed to get the token of context `{}`: {}", self.name, chain(error)),
            hint: Some(
                "`kubectl get --raw /version` shows whether kubectl can; KITE_TOKEN takes another token".to_owned(),
            ),
        };
        let config = self.config().await.map_err(|error| failed(&error))?;
        // Plugins run here, and whatever they ask goes to the terminal.
        let signed_in = timeout(longest, spawn_blocking(move || config.auth_layer())).await;
        let layer = signed_in.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
        let Some(layer) = layer.map_err(|error| failed(&error))? else { return Ok(None) };
        let echo = service_fn(|request: http::Request<Body>| {
            let header = request.headers().get(http::header::AUTHORIZATION).cloned();
            std::future::ready(Ok::<_, BoxError>(http::Response::new(header)))
        });
        let asked = timeout(longest, layer.layer(echo).oneshot(http::Request::new(Body::empty())));
        let answer = asked.await.map_err(|error| failed(&error))?.map_err(|error| failed(&*error))?;
        let header = answer.into_body();
        let token = header.as_ref().and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        Ok(token.map(SecretString::from))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use serde_json::json;
    use tokio::runtime::Runtime;

    use super::*;

    #[test]
    fn a_sign_in_plugin_that_does_not_end_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        // It waits until somebody writes.
        let exec = json!({
            "apiVersion": "client.authentication.k8s.io/v1", "command": "cat", "args": [pipe], "interactiveMode": "Never",
        });
        let file = json!({
            "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
            "users": [{"name": "u", "user": {"exec": exec}}],
            "contexts": [{"name": "east", "context": {"cluster": "c", "user": "u"}}],
        });
        let context = KubeContext::find(&serde_json::from_value(file).unwrap(), "east").unwrap();
        let runtime = Runtime::new().unwrap();
        let failure = runtime.block_on(context.token_within(Duration::from_millis(1))).unwrap_err();
        assert!(failure.message.contains("deadline has elapsed"), "{failure}");
        fs::write(&pipe, "").unwrap();
    }
}
