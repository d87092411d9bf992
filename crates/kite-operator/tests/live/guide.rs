//! The example of `docs/detectors.md`, from the file to the issue.

use std::fs;

use kite_api::State;
use kite_rules::RuleSet;
use kube::api::DeleteParams;
use serde_json::json;

use crate::support::{Backend, Kube, Line, Watching, eventually, same};

const GUIDE: &str = include_str!("../../../../docs/detectors.md");

/// The first block of YAML in the guide that contains these words.
fn block(words: &str) -> &'static str {
    let mut blocks = GUIDE.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.find(|block| block.contains(words)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guide_goes_from_a_file_to_an_issue() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("certificate.yaml"), block("name: certificate\n")).unwrap();

    let (loaded, errors) = RuleSet::load(folder.path());
    assert_eq!(errors, []);
    let watching = Watching::with(&kube, &backend, &namespace, loaded, None);
    watching.idle().await;
    // The kind comes after the detector.
    kube.install("cert-manager.io", "Certificate", "v1").await;
    let certificates = kube.api("cert-manager.io", "Certificate", "v1", &namespace);
    let mut certificate: serde_json::Value = serde_saphyr::from_str(block("name: shop-tls")).unwrap();
    certificate["metadata"]["namespace"] = json!(namespace);
    kube.create(&certificates, certificate).await;
    let titles = async |state| {
        let issues = backend.issues(&namespace, state).await;
        issues.into_iter().map(|issue| issue.title).collect::<Vec<_>>()
    };
    let title = || vec!["Certificate shop-tls is not ready".to_owned()];
    eventually("it is an issue", async || same(titles(State::Active).await, title())).await;

    let condition = |status: &str, when: &str| json!({"conditions": [{"type": "Ready", "status": status, "lastTransitionTime": when}]});
    Kube::set_status(&certificates, "shop-tls", condition("True", "2026-03-04T09:00:00Z")).await;
    eventually("it is resolved", async || same(titles(State::Resolved).await, title())).await;
    Kube::set_status(&certificates, "shop-tls", condition("False", "2026-03-04T10:00:00Z")).await;
    eventually("it is back", async || same(titles(State::Active).await, title())).await;
    certificates.delete("shop-tls", &DeleteParams::default()).await.unwrap();
    eventually("it is gone", async || same(titles(State::Resolved).await, title())).await;
    watching.stop().await;
}
