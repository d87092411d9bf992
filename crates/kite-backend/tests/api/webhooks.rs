//! The five webhooks of the first version, and signed ones.

use axum::Router;
use axum::body::Body;
use axum::http::Method;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kite_backend::app::Settings;
use kite_rules::RuleSet;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Service, mintmaker, pipeline_failure, pipeline_success, release_failure, with, with_headers};

async fn post(service: &Service, name: &str, payload: &Value, status: u16) -> Value {
    service.post(&format!("/api/v1/webhooks/{name}?namespace=team-a"), payload).await.expect(status)
}

async fn states(service: &Service) -> Vec<(String, String)> {
    let page = service.get("/api/v1/issues?namespace=team-a").await.expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut states: Vec<_> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| (text(&issue["scope"]["resourceType"]), text(&issue["state"])))
        .collect();
    states.sort();
    states
}

#[tokio::test]
async fn a_pipeline_failure_opens_an_issue() {
    let service = Service::start().await;
    let answer = post(&service, "pipeline-failure", &pipeline_failure(), 201).await;
    let issue = &answer["issue"];
    assert_eq!(answer["status"], "success");
    assert_eq!(issue["title"], "Pipeline run failed: github.com/acme_shop@main");
    assert_eq!(
        issue["description"],
        "The pipeline run github.com/acme_shop@main failed with reason: 2 of 9 updates failed"
    );
    assert_eq!(
        (&issue["severity"], &issue["issueType"], &issue["state"]),
        (&json!("major"), &json!("pipeline"), &json!("ACTIVE"))
    );
    assert_eq!(
        (&issue["scope"]["resourceType"], &issue["scope"]["resourceName"]),
        (&json!("pipelinerun"), &json!("github.com/acme_shop@main"))
    );
    assert_eq!(issue["links"][0]["title"], "Pipeline Run Logs");
    assert_eq!(issue["links"][0]["url"], "https://konflux.dev/logs/pipelineruns/renovate-01010101-1a2b3c4d");
}

#[tokio::test]
async fn severities_of_older_operators_are_mapped_and_others_refused() {
    let service = Service::start().await;
    for (sent, stored) in [("medium", "minor"), ("critical", "critical"), ("", "major")] {
        let answer = post(
            &service,
            "pipeline-failure",
            &with(pipeline_failure(), json!({"severity": sent, "runId": sent})),
            201,
        )
        .await;
        assert_eq!(answer["issue"]["severity"], stored);
    }
    let problem = post(&service, "pipeline-failure", &with(pipeline_failure(), json!({"severity": "huge"})), 422).await;
    assert_eq!(problem["details"][0]["field"], "severity");
}

#[tokio::test]
async fn a_link_that_cannot_be_used_is_dropped_with_a_warning_and_the_failure_stays() {
    let service = Service::start().await;
    let payload = with(pipeline_failure(), json!({"logsUrl": "javascript:alert(1)"}));
    let answer = post(&service, "pipeline-failure", &payload, 201).await;
    assert_eq!(answer["issue"]["links"], json!([]));
    assert_eq!(answer["warnings"].as_array().unwrap().len(), 1);
    let answer =
        post(&service, "pipeline-failure", &with(pipeline_failure(), json!({"logsUrl": "", "runId": ""})), 201).await;
    assert_eq!((&answer["issue"]["links"], answer.get("warnings")), (&json!([]), None), "empty is absent");
}

#[tokio::test]
async fn mintmaker_tells_its_story() {
    let service = Service::start().await;
    let answer = post(&service, "mintmaker-custom", &mintmaker("error"), 201).await;
    let issue = &answer["issue"];
    assert_eq!(issue["title"], "Mintmaker error(2): github.com/acme_shop@main");
    assert_eq!(issue["description"], format!("the token has expired\n{}\nlock file: unknown error", "-".repeat(32)));
    assert_eq!((&issue["severity"], &issue["issueType"]), (&json!("major"), &json!("dependency")));
    assert_eq!(issue["links"].as_array().unwrap().len(), 2);
    post(&service, "pipeline-failure", &pipeline_failure(), 201).await;
    post(&service, "mintmaker-custom", &mintmaker("warning"), 201).await;
    let answer = post(&service, "pipeline-success", &pipeline_success(), 200).await;
    assert_eq!(
        answer,
        json!({"status": "success", "message": "Resolved 2 issue(s) for pipeline github.com/acme_shop@main"})
    );
    let state = |kind: &str, state: &str| (kind.to_owned(), state.to_owned());
    assert_eq!(
        states(&service).await,
        [state("mintmaker-error", "RESOLVED"), state("mintmaker-warning", "ACTIVE"), state("pipelinerun", "RESOLVED")]
    );
    let answer = post(&service, "pipeline-success", &pipeline_success(), 200).await;
    assert_eq!(
        answer["message"], "Resolved 1 issue(s) for pipeline github.com/acme_shop@main",
        "the warning was not repeated"
    );
}

#[tokio::test]
async fn mintmaker_without_logs_stores_nothing() {
    let service = Service::start().await;
    for logs in [json!([]), Value::Null] {
        let answer = post(&service, "mintmaker-custom", &with(mintmaker("error"), json!({"logs": logs})), 200).await;
        assert!(answer["info"].is_string() && answer.get("status").is_none(), "{answer}");
    }
    assert_eq!(states(&service).await, []);
}

#[tokio::test]
async fn a_release_fails_and_succeeds() {
    let service = Service::start().await;
    let answer = post(&service, "release-failure", &release_failure(), 201).await;
    let issue = &answer["issue"];
    assert_eq!(issue["title"], "Release shop-7 failed for application shop");
    assert_eq!(
        issue["description"],
        "The release failed in phase: managed. Link to logs: https://ci.example.org/ns/team-a/pipelinerun/managed-1"
    );
    assert_eq!(
        (&issue["severity"], &issue["issueType"], &issue["scope"]["resourceType"]),
        (&json!("major"), &json!("release"), &json!("application"))
    );
    assert_eq!(issue["links"][0]["url"], "https://ci.example.org/ns/team-a/pipelinerun/managed-1");
    let success = json!({"application": "shop", "namespace": "team-a"});
    let answer = post(&service, "release-success", &success, 200).await;
    assert_eq!(answer["message"], "Resolved 1 issue(s) for application shop");
    let bare = with(release_failure(), json!({"pipelineRunUrl": null}));
    let answer = post(&service, "release-failure", &bare, 201).await;
    assert_eq!(
        (&answer["issue"]["description"], &answer["issue"]["links"]),
        (&json!("The release failed in phase: managed"), &json!([]))
    );
    assert_eq!(answer["issue"]["episodes"], 2, "it came back");
}

#[tokio::test]
async fn missing_fields_are_all_named() {
    let service = Service::start().await;
    for (name, fields) in [
        ("pipeline-failure", &["failureReason", "namespace", "pipelineName"][..]),
        ("pipeline-success", &["namespace", "pipelineName"]),
        ("mintmaker-custom", &["namespace", "pipelineId", "type"]),
        ("release-failure", &["application", "failurePhase", "namespace", "release"]),
        ("release-success", &["application", "namespace"]),
    ] {
        for payload in [json!({}), json!({"namespace": " ", "pipelineName": "", "pipelineId": null})] {
            let answer = service.post(&format!("/api/v1/webhooks/{name}"), &payload).await;
            answer.expect(422);
            let mut wrong = answer.wrong_fields();
            wrong.sort();
            assert_eq!(wrong, fields, "{name}");
        }
        service.post(&format!("/api/v1/webhooks/{name}/"), &json!([])).await.expect(422);
    }
}

#[tokio::test]
async fn an_unknown_webhook_names_the_known_ones() {
    let service = Service::start().await;
    let message =
        service.post("/api/v1/webhooks/nothing", &json!({})).await.expect(404)["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("mintmaker-custom, pipeline-failure, pipeline-success, release-failure, release-success"),
        "{message}"
    );
}

#[tokio::test]
async fn a_webhook_with_a_secret_takes_only_what_is_signed_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "s3cret\n").unwrap();
    let rule = format!(
        "apiVersion: kite.dev/v1alpha1\nkind: Webhook\nmetadata:\n  name: signed\nspec:\n  secretFile: {}\n  required:\n    namespace: text\n  ignore:\n    when: 'true'\n    info: nothing to do\n  answer:\n    message: done\n",
        secret.display()
    );
    let (rules, errors) = RuleSet::builtin().with_files([("signed.yaml".to_owned(), rule)]);
    assert_eq!(errors, []);
    let service = Service::with_rules(Settings::default(), Router::new(), rules).await;
    let body = json!({"namespace": "team-a"}).to_string();
    let signed = |key: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
    };
    let send = async |header: &str, signature: &str| {
        let headers = [("content-type", "application/json"), (header, signature)];
        service.send(with_headers(Method::POST, "/api/v1/webhooks/signed", Body::from(body.clone()), &headers)).await
    };
    send("x-kite-signature", &signed("s3cret")).await.expect(200);
    send("x-hub-signature-256", &signed("s3cret")).await.expect(200);
    for (header, signature) in [
        ("x-kite-signature", signed("other")),
        ("x-other", signed("s3cret")),
        ("x-kite-signature", "sha256=zz".to_owned()),
        ("x-kite-signature", String::new()),
    ] {
        send(header, &signature).await.expect(401);
    }
    std::fs::write(&secret, "").unwrap();
    send("x-kite-signature", &signed("")).await.expect(500);
}
