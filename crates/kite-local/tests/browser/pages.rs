//! Every page of KITE, with something on it.

use kite_api::Diagnosis;
use tempfile::TempDir;

use crate::failures::{Failure, failure_of, recovery_of};
use crate::kite::Kite;

/// A name of a page, and its path.
pub type Page = (&'static str, String);

/// Two KITEs: one where much happened, and one where nothing ever did.
pub struct Everything {
    pub full: Kite,
    pub empty: Kite,
    issue: String,
    _folder: TempDir,
}

impl Everything {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        let full = Kite::in_folder(data);
        let id = full.report(worst()).await;
        let ids = full.report_all(many()).await;
        full.relate(id, ids[0]).await;
        full.report_all(["mailer", "search"].map(recovery_of)).await;
        full.report(failure_of("search").titled("Build of search failed again")).await;
        // Who reported is written down from time to time, and at the end.
        full.stop();
        let (full, empty) = (Kite::in_folder(data), Kite::empty());
        Self { full, empty, issue: format!("/issues/{id}"), _folder: folder }
    }

    /// All pages, each with the address of the KITE that shows it.
    pub fn pages(&self) -> Vec<Page> {
        let full = [
            ("overview", "/"),
            ("issues", "/issues"),
            ("issues-filtered", "/issues?severity=major&issueType=build&search=build"),
            ("issues-nothing-matches", "/issues?severity=info&search=nonsense"),
            ("issue", self.issue.as_str()),
            ("issue-resolved", "/issues?state=RESOLVED"),
            ("causes", "/causes"),
            ("causes-filtered", "/causes?severity=critical&state=RESOLVED&search=nonsense"),
            ("cause", "/causes/dependency%2Fshared-lib@2.1"),
            ("trends", "/trends"),
            ("about", "/about"),
            ("api", "/about/api"),
            ("sign-in", "/sign-in"),
            ("failure", "/nowhere"),
            ("bad-filter", "/issues?severity=huge"),
        ];
        let empty = [
            ("overview-empty", "/"),
            ("issues-empty", "/issues"),
            ("causes-empty", "/causes"),
            ("trends-empty", "/trends"),
        ];
        let full = full.map(|(name, path)| (name, self.full.url(path)));
        full.into_iter().chain(empty.map(|(name, path)| (name, self.empty.url(path)))).collect()
    }
}

/// One issue with everything that an issue can have.
fn worst() -> Failure {
    let log = "The pipeline run checkout-on-push-m4t8z failed.\n\nThe end of its log:\n\n\
        STEP 7/11: RUN npm ci\nnpm error code E401\nnpm error Unable to authenticate, your token is out of date";
    failure_of("checkout")
        .titled("Build of checkout (push to main) failed in task build-container")
        .because(log)
        .critical()
        .linked("Pipeline run", "https://konflux.example.com/ns/team-a/pipelinerun/checkout-on-push-m4t8z")
        .linked("Pull request", "https://github.com/acme/checkout/pull/417")
        .linked("Repository", "https://github.com/acme/checkout")
        .labelled("application", "webshop")
        .labelled("branch", "main")
        .with(|report| {
            report.variant = Some("push/main".to_owned());
            report.cluster = Some("stone-prod".to_owned());
            report.reason = Some("Failed".to_owned());
            report.cause = Some(CAUSE.to_owned());
            report.diagnosis = Some(diagnosis());
            report.due_at = Some("2026-01-01T00:00:00Z".to_owned());
        })
}

const CAUSE: &str = "dependency/shared-lib@2.1";

fn diagnosis() -> Diagnosis {
    let text = |text: &str| Some(text.to_owned());
    Diagnosis {
        class: text("registry_auth"),
        task: text("build-container"),
        step: text("build"),
        summary: text("The token of the package registry has expired"),
        remedy: text("Renew the token in the secret `npm-token` and start the build again."),
        confidence: text("high"),
        excerpt: text(
            "STEP 7/11: RUN npm ci\nnpm error code E401\nnpm error Unable to authenticate, your token is out of date",
        ),
        message: None,
    }
}

fn many() -> Vec<Failure> {
    let of = |component: &str, kind: &str, severity: &str| {
        let kind = kind.to_owned();
        let failure = failure_of(component).of_severity(severity).labelled("application", "webshop");
        let failure = failure.linked("Pipeline run", &format!("https://konflux.example.com/ns/team-a/{component}"));
        failure.with(|report| report.issue_type = Some(kind))
    };
    let long = "a-component-with-a-name-that-is-as-long-as-kubernetes-lets-it-be-0";
    vec![
        of("storefront", "build", "major").with(|report| {
            report.cause = Some(CAUSE.to_owned());
            report.diagnosis = Some(diagnosis());
        }),
        of("cart", "test", "major")
            .titled("Integration test contract of cart (pull request 61) failed")
            .with(|report| report.cause = Some("infrastructure/registry".to_owned())),
        of("ledger", "release", "critical").titled("The managed release pipeline of ledger failed"),
        of("gateway", "dependency", "minor").titled("Dependency update of gateway failed"),
        of("nightly-backup", "pipeline", "info").titled("Pipeline nightly-backup failed"),
        of(long, "build", "minor").labelled("application", "an-application-of-another-team").in_namespace("team-b"),
        of("mailer", "build", "major"),
        of("search", "build", "major"),
    ]
}
