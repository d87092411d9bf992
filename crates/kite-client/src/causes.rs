//! Causes: what issues have in common, and what people decided about that.

use kite_api::{CauseDecision, CauseDecisionList, CauseDetails, CauseList, DecideCause};
use reqwest::Method;

use crate::{Client, ClientError, IssueQuery};

impl Client {
    /// Gives one page of the causes of the issues that match; `sort` and `offset` say nothing there.
    pub async fn list_causes(&self, query: &IssueQuery) -> Result<CauseList, ClientError> {
        let request = self.request(Method::GET, &["causes"]);
        request.with_parameters(query.parameters()).fetch().await
    }

    /// Gives one cause, in a namespace or in all of them.
    pub async fn get_cause(&self, key: &str, namespace: Option<&str>) -> Result<CauseDetails, ClientError> {
        let request = self.request(Method::GET, &["causes", key]);
        request.with_parameters(namespace.map(|namespace| ("namespace", namespace))).fetch().await
    }

    /// Puts issues of a cause down to another one, in one namespace; gives what holds from now on.
    pub async fn decide_cause(&self, decision: &DecideCause) -> Result<CauseDecision, ClientError> {
        self.request(Method::POST, &["cause-decisions"]).with_json(decision)?.fetch().await
    }

    /// Gives which causes people have put down to others, in a namespace or in all of them.
    pub async fn cause_decisions(&self, namespace: Option<&str>) -> Result<CauseDecisionList, ClientError> {
        let request = self.request(Method::GET, &["cause-decisions"]);
        request.with_parameters(namespace.map(|namespace| ("namespace", namespace))).fetch().await
    }
}
