//! The service itself: is it up, which version is it?

use kite_api::{Health, Version};
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

    /// Says which version KITE is.
    pub async fn version(&self) -> Result<Version, ClientError> {
        self.request(Method::GET, &["version"]).fetch().await
    }
}
