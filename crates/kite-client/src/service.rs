//! The service itself: is it up, which version is it?

use kite_api::{Access, Health, SourceList, Version};
use reqwest::{Method, StatusCode};

use crate::{Client, ClientError, client::read};

impl Client {
    /// Says whether KITE and what it needs are up; asks once only.
    pub async fn health(&self) -> Result<Health, ClientError> {
        let answer = self.request(Method::GET, &["health"]).send_once().await?;
        match answer.status() {
            StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE => read(answer).await,
            _ => Err(ClientError::from_answer(answer).await),
        }
    }

    /// Gives who reports, and when each was heard last.
    pub async fn sources(&self, namespace: Option<&str>) -> Result<SourceList, ClientError> {
        let request = self.request(Method::GET, &["sources"]);
        request.with_parameters(namespace.map(|namespace| ("namespace", namespace))).fetch().await
    }

    /// Says who the caller is, and what it may do in a namespace, or in all of them.
    pub async fn access(&self, namespace: Option<&str>) -> Result<Access, ClientError> {
        let request = self.request(Method::GET, &["access"]);
        request.with_parameters(namespace.map(|namespace| ("namespace", namespace))).fetch().await
    }

    /// Says which version KITE is.
    pub async fn version(&self) -> Result<Version, ClientError> {
        self.request(Method::GET, &["version"]).fetch().await
    }
}
