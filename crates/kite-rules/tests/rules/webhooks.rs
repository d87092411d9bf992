//! The built-in webhooks, payload by payload.
#![expect(clippy::unnecessary_wraps, reason = "reports are made of optional fields")]

use kite_api::{Entry, LinkInput, Report, ScopeInput, Sweep, SweepScope};
use kite_rules::{Answer, Config, RuleSet, WebhookError, WebhookOutcome};
use serde_json::{Value, json};

fn evaluate(webhook: &str, payload: &Value) -> Result<WebhookOutcome, WebhookError> {
    let rules = RuleSet::builtin();
    let webhook = rules.webhook(webhook).unwrap();
    webhook.evaluate(payload, &Config::default())
}

fn entries(webhook: &str, payload: &Value) -> (Vec<Entry>, Answer) {
    match evaluate(webhook, payload).unwrap() {
        WebhookOutcome::Entries { entries, answer } => (entries, answer),
        WebhookOutcome::Ignored { info } => panic!("ignored: {info}"),
    }
}

fn report(webhook: &str, payload: &Value) -> Report {
    let (entries, answer) = entries(webhook, payload);
    assert_eq!(answer, Answer::Issue);
    match <[Entry; 1]>::try_from(entries).unwrap() {
        [Entry::Report(report)] => *report,
        [Entry::Sweep(sweep)] => panic!("a sweep: {sweep:?}"),
    }
}

fn wrong_fields(webhook: &str, payload: &Value) -> Vec<(String, String)> {
    match evaluate(webhook, payload).unwrap_err() {
        WebhookError::Invalid(errors) => errors.into_iter().map(|error| (error.field, error.message)).collect(),
        WebhookError::Evaluate(error) => panic!("{error}"),
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn scope(resource_type: &str, resource_name: &str) -> Option<ScopeInput> {
    Some(ScopeInput {
        resource_type: some(resource_type),
        resource_name: some(resource_name),
        resource_namespace: None,
    })
}

fn link(title: &str, url: &str) -> LinkInput {
    LinkInput { title: some(title), url: some(url) }
}

#[test]
fn all_webhooks_of_the_first_api_are_there() {
    let rules = RuleSet::builtin();
    assert_eq!(
        rules.webhook_names().collect::<Vec<_>>(),
        ["mintmaker-custom", "pipeline-failure", "pipeline-success", "release-failure", "release-success"]
    );
    assert!(rules.webhook("no-such-webhook").is_none());
}

#[test]
fn a_pipeline_failure_becomes_a_failing_report() {
    let payload = json!({
        "pipelineName": "github.com/acme_shop@main",
        "namespace": "team-shop",
        "failureReason": "Renovate exited with 1",
        "runId": "renovate-11020412-5e6f7a8b",
    });
    assert_eq!(
        report("pipeline-failure", &payload),
        Report {
            verdict: some("failing"),
            namespace: some("team-shop"),
            issue_type: some("pipeline"),
            scope: scope("pipelinerun", "github.com/acme_shop@main"),
            run_id: some("renovate-11020412-5e6f7a8b"),
            title: some("Pipeline run failed: github.com/acme_shop@main"),
            description: some("The pipeline run github.com/acme_shop@main failed with reason: Renovate exited with 1"),
            severity: some("major"),
            links: vec![link("Pipeline Run Logs", "https://konflux.dev/logs/pipelineruns/renovate-11020412-5e6f7a8b")],
            ..Report::default()
        }
    );
}

#[test]
fn a_pipeline_failure_takes_the_link_and_the_severity_it_is_given() {
    for (given, expected) in [("medium", "minor"), ("critical", "critical"), ("hot", "hot"), ("", "major")] {
        let payload = json!({
            "pipelineName": "nightly", "namespace": "ns", "failureReason": "x",
            "severity": given, "runId": "1", "logsUrl": "https://logs.example.com/1",
        });
        let report = report("pipeline-failure", &payload);
        assert_eq!(report.severity, some(expected), "{given}");
        assert_eq!(report.links, [link("Pipeline Run Logs", "https://logs.example.com/1")]);
    }
}

#[test]
fn a_pipeline_failure_without_run_and_link_has_no_link() {
    let payload = json!({
        "pipelineName": "nightly", "namespace": "ns", "failureReason": "x",
        "runId": "", "logsUrl": null,
    });
    let report = report("pipeline-failure", &payload);
    assert_eq!((report.run_id, report.links), (None, vec![]));
}

#[test]
fn the_installation_decides_where_logs_are() {
    let rules = RuleSet::builtin();
    let webhook = rules.webhook("pipeline-failure").unwrap();
    let payload = json!({"pipelineName": "n", "namespace": "ns", "failureReason": "x", "runId": "7"});
    let config = Config::new("https://ui.example.com/", "/runs/");
    let outcome = webhook.evaluate(&payload, &config).unwrap();
    let WebhookOutcome::Entries { entries, .. } = outcome else {
        panic!("ignored");
    };
    let [Entry::Report(report)] = entries.as_slice() else {
        panic!("{entries:?}");
    };
    assert_eq!(report.links[0].url, some("https://ui.example.com/runs/7"));
}

#[test]
fn a_pipeline_success_is_healthy_for_the_whole_scope_and_sweeps_mintmaker() {
    let name = "github.com/acme_shop@main";
    let payload = json!({"pipelineName": name, "namespace": "team-shop"});
    let (entries, answer) = entries("pipeline-success", &payload);
    let swept = |kind: &str| SweepScope { resource_type: kind.to_owned(), resource_name: name.to_owned() };
    assert_eq!(
        entries,
        [
            Entry::Report(Box::new(Report {
                verdict: some("healthy"),
                namespace: some("team-shop"),
                scope: scope("pipelinerun", name),
                ..Report::default()
            })),
            Entry::Sweep(Sweep {
                namespace: "team-shop".to_owned(),
                cluster: None,
                anchor: swept("pipelinerun"),
                scopes: ["mintmaker-error", "mintmaker-warning", "mintmaker-info"].map(swept).to_vec(),
            }),
        ]
    );
    let Answer::Message(message) = answer else {
        panic!("{answer:?}");
    };
    let expected = format!("Resolved 2 issue(s) for pipeline {name}");
    assert_eq!(message.with_count(2), expected);
}

#[test]
fn mintmaker_logs_become_an_issue_per_type() {
    for (kind, severity) in [("error", "major"), ("warning", "minor"), ("info", "info")] {
        let payload = json!({
            "pipelineId": "gitlab.com/acme_shop@v2", "namespace": "team-shop", "type": kind,
            "logs": ["rawExec err", "Found renovate config errors"],
        });
        let report = report("mintmaker-custom", &payload);
        assert_eq!(report.title.unwrap(), format!("Mintmaker {kind}(2): gitlab.com/acme_shop@v2"));
        assert_eq!(
            report.description,
            some("rawExec err\n--------------------------------\nFound renovate config errors")
        );
        assert_eq!(report.severity, some(severity));
        assert_eq!(report.issue_type, some("dependency"));
        assert_eq!(report.scope, scope(&format!("mintmaker-{kind}"), "gitlab.com/acme_shop@v2"));
        assert_eq!(
            report.links,
            [
                link("Mintmaker docs", "https://konflux-ci.dev/docs/mintmaker/user/"),
                link("Renovate docs", "https://docs.renovatebot.com/configuration-options/"),
            ]
        );
    }
}

#[test]
fn mintmaker_without_logs_is_ignored() {
    for logs in [json!([]), json!(null)] {
        let payload = json!({"pipelineId": "x", "namespace": "ns", "type": "error", "logs": logs});
        let info = "No logs provided, no issue created".to_owned();
        assert_eq!(evaluate("mintmaker-custom", &payload), Ok(WebhookOutcome::Ignored { info }));
    }
}

#[test]
fn a_release_failure_links_its_logs_when_there_are_any() {
    let mut payload = json!({
        "application": "shop", "namespace": "team-shop", "failurePhase": "managed", "release": "shop-7",
    });
    let without = report("release-failure", &payload);
    assert_eq!(without.title, some("Release shop-7 failed for application shop"));
    assert_eq!(without.description, some("The release failed in phase: managed"));
    assert_eq!(without.severity, some("major"));
    assert_eq!(without.issue_type, some("release"));
    assert_eq!(without.scope, scope("application", "shop"));
    assert_eq!(without.links, []);

    payload["pipelineRunUrl"] = json!("https://ui.example.com/run/1");
    let with = report("release-failure", &payload);
    assert_eq!(
        with.description,
        some("The release failed in phase: managed. Link to logs: https://ui.example.com/run/1")
    );
    assert_eq!(with.links, [link("Release Pipeline Run Logs", "https://ui.example.com/run/1")]);
}

#[test]
fn a_release_success_is_healthy_for_releases_of_the_application() {
    let payload = json!({"application": "shop", "namespace": "team-shop"});
    let (entries, answer) = entries("release-success", &payload);
    let expected = Report {
        verdict: some("healthy"),
        namespace: some("team-shop"),
        issue_type: some("release"),
        scope: scope("application", "shop"),
        ..Report::default()
    };
    assert_eq!(entries, [Entry::Report(Box::new(expected))]);
    let Answer::Message(message) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(message.with_count(0), "Resolved 0 issue(s) for application shop");
}

#[test]
fn all_wrong_fields_are_named_at_once() {
    let payload = json!({"pipelineName": " \n", "failureReason": 5, "severity": ["high"]});
    assert_eq!(
        wrong_fields("pipeline-failure", &payload),
        [
            ("pipelineName", "is required"),
            ("namespace", "is required"),
            ("failureReason", "must be text"),
            ("severity", "must be text"),
        ]
        .map(|(field, message)| (field.to_owned(), message.to_owned()))
    );
}

#[test]
fn wrong_items_of_a_list_are_named() {
    let payload = json!({"pipelineId": "x", "namespace": "ns", "type": "info", "logs": ["a", 1, {}]});
    let fields: Vec<_> = wrong_fields("mintmaker-custom", &payload).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["logs[1]", "logs[2]"]);
}

#[test]
fn a_payload_that_is_no_object_is_refused() {
    for payload in [json!(null), json!([]), json!("text")] {
        let message = "the body must be a JSON object".to_owned();
        assert_eq!(wrong_fields("release-success", &payload), [(String::new(), message)]);
    }
}

#[test]
fn text_that_looks_like_a_hole_stays_text() {
    let payload = json!({
        "pipelineName": "${config.clusterUrl} {count}", "namespace": "ns", "failureReason": "${count}",
    });
    let report = report("pipeline-failure", &payload);
    assert_eq!(report.title, some("Pipeline run failed: ${config.clusterUrl} {count}"));
}
