//! A running kite-local, what is reported to it, and a browser that shows it.

use kite_api::{Issue, IssuePage, Report, ReportOutcome};
use kite_client::{Client, IssueQuery, Options as ClientOptions};
use kite_test_browser::{Browser, Options};
use serde_json::json;
use uuid::Uuid;

use crate::running::Running;

/// A running kite-local, stopped at the end of the test.
pub struct Kite {
    running: Running,
    client: Client,
}

impl Kite {
    /// Starts one to which nothing was ever reported.
    pub fn empty() -> Self {
        Self::start(&["--memory", "--no-cluster"])
    }

    /// Starts one that has read dumps of a cluster.
    pub fn with_dumps(dumps: &[&str]) -> Self {
        Self::start(&[&["--from"], dumps].concat())
    }

    /// Starts one that has more rules, in a folder.
    pub fn with_rules(folder: &str) -> Self {
        Self::start(&["--memory", "--no-cluster", "--rules-dir", folder])
    }

    /// Starts one that keeps its data in a folder.
    pub fn in_folder(folder: &str) -> Self {
        Self::start(&["--no-cluster", "--data-dir", folder])
    }

    fn start(arguments: &[&str]) -> Self {
        let running = Running::start(&[arguments, &["--listen", "127.0.0.1:0"]].concat());
        let client = Client::new(&running.url, ClientOptions::default()).unwrap();
        Self { running, client }
    }

    /// Stops it, as Ctrl-C does.
    pub fn stop(self) {
        assert_eq!(self.running.stop(), Some(0));
    }

    /// Gives the host and the port.
    pub fn address(&self) -> &str {
        self.running.url.trim_start_matches("http://")
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.url)
    }

    /// Opens a page in a browser of one's own.
    #[track_caller]
    pub fn visit(&self, options: Options, path: &str) -> impl Future<Output = Browser> {
        let (browser, url) = (Browser::start(options), self.url(path));
        async move {
            let browser = browser.await;
            browser.open(&url).await;
            browser
        }
    }

    /// Reports something; gives the issue that it is about.
    pub async fn report(&self, report: impl Into<Report>) -> Uuid {
        self.report_all([report]).await[0]
    }

    /// Reports everything at once.
    pub async fn report_all<R: Into<Report>>(&self, reports: impl IntoIterator<Item = R>) -> Vec<Uuid> {
        let reports: Vec<_> = reports.into_iter().map(Into::into).collect();
        let results = self.client.send_reports(&reports).await.unwrap();
        let taken = results.into_iter().map(|result| {
            assert_ne!(result.result, ReportOutcome::Rejected, "{result:?}");
            result.issue_id.unwrap_or_default()
        });
        taken.collect()
    }

    /// Gives what is wrong with a report that must not be taken in.
    pub async fn refusal_of(&self, report: impl Into<Report>) -> Vec<String> {
        let results = self.client.send_reports(&[report.into()]).await.unwrap();
        assert_eq!(results[0].result, ReportOutcome::Rejected, "{results:?}");
        results[0].errors.iter().map(|error| error.message.clone()).collect()
    }

    /// Posts the failed release of an application, as the release service does.
    pub async fn release_failed(&self, application: &str, run: &str) -> Uuid {
        let payload = json!({
            "application": application, "namespace": "team-a", "failurePhase": "managed", "release": "release-1",
            "pipelineRunUrl": run,
        });
        let answer = self.client.webhook("release-failure", &payload).await.unwrap();
        answer.issue.unwrap().id
    }

    pub async fn issue(&self, id: Uuid) -> Issue {
        self.client.get_issue(id).await.unwrap()
    }

    pub async fn list(&self, query: &IssueQuery) -> IssuePage {
        self.client.list_issues(query).await.unwrap()
    }

    pub async fn relate(&self, one: Uuid, other: Uuid) {
        self.client.relate(one, other).await.unwrap();
    }
}
