//! Issues: list, read, write, relate.

use kite_api::{CreateIssue, History, Issue, IssuePage, RelateIssue, ResolveIssue, Summary, Trends, UpdateIssue};
use reqwest::Method;
use uuid::Uuid;

use crate::{Client, ClientError, IssueQuery};

impl Client {
    /// Gives one page of issues, newest first.
    pub async fn list_issues(&self, query: &IssueQuery) -> Result<IssuePage, ClientError> {
        let request = self.request(Method::GET, &["issues"]);
        request.with_parameters(query.parameters()).fetch().await
    }

    /// Gives all counts over the issues that match, in one call.
    pub async fn summary(&self, query: &IssueQuery) -> Result<Summary, ClientError> {
        let request = self.request(Method::GET, &["issues", "summary"]);
        request.with_parameters(query.parameters()).fetch().await
    }

    /// Gives what was broken in the last 14, 30 or 90 days, of the issues that match now.
    pub async fn trends(&self, query: &IssueQuery, days: u16) -> Result<Trends, ClientError> {
        let request = self.request(Method::GET, &["trends"]);
        request.with_parameters(query.parameters()).with_parameters([("days", days.to_string())]).fetch().await
    }

    /// Gives one issue.
    pub async fn get_issue(&self, id: Uuid) -> Result<Issue, ClientError> {
        let id = id.to_string();
        self.request(Method::GET, &["issues", &id]).fetch().await
    }

    /// Gives what happened to an issue, newest first; `cursor` is where the page before ended.
    pub async fn history(&self, id: Uuid, cursor: Option<&str>) -> Result<History, ClientError> {
        let id = id.to_string();
        let request = self.request(Method::GET, &["issues", &id, "history"]);
        let cursor = cursor.map(|cursor| ("cursor", cursor));
        request.with_parameters(cursor).fetch().await
    }

    /// Opens an issue, or updates the one with the same identity.
    pub async fn create_issue(&self, issue: &CreateIssue) -> Result<Issue, ClientError> {
        let request = self.request(Method::POST, &["issues"]).counted_once();
        request.with_json(issue)?.fetch().await
    }

    /// Changes the given fields of an issue.
    pub async fn update_issue(&self, id: Uuid, issue: &UpdateIssue) -> Result<Issue, ClientError> {
        let id = id.to_string();
        let request = self.request(Method::PUT, &["issues", &id]);
        request.with_json(issue)?.fetch().await
    }

    /// Deletes an issue.
    pub async fn delete_issue(&self, id: Uuid) -> Result<(), ClientError> {
        let id = id.to_string();
        let request = self.request(Method::DELETE, &["issues", &id]);
        request.send().await.map(drop)
    }

    /// Declares an issue resolved, with the person's reason.
    pub async fn resolve_issue(&self, id: Uuid, reason: Option<&str>) -> Result<Issue, ClientError> {
        let id = id.to_string();
        let reason = reason.map(str::to_owned);
        let request = self.request(Method::POST, &["issues", &id, "resolve"]);
        request.with_json(&ResolveIssue { reason })?.fetch().await
    }

    /// Says that one issue has to do with another.
    pub async fn relate(&self, id: Uuid, related_id: Uuid) -> Result<(), ClientError> {
        let id = id.to_string();
        let related_id = Some(related_id.to_string());
        let request = self.request(Method::POST, &["issues", &id, "related"]);
        let request = request.with_json(&RelateIssue { related_id })?;
        request.send().await.map(drop)
    }

    /// Takes back that one issue has to do with another.
    pub async fn unrelate(&self, id: Uuid, related_id: Uuid) -> Result<(), ClientError> {
        let (id, related_id) = (id.to_string(), related_id.to_string());
        let request = self.request(Method::DELETE, &["issues", &id, "related", &related_id]);
        request.send().await.map(drop)
    }
}
