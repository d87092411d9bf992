//! Real and constructed objects, in a cluster with the real definitions of their kinds, when a
//! collection of them is at hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kite_api::{Issue, State};
use kite_client::IssueQuery;
use kite_operator::operator::Operator;
use kite_operator::settings::Settings;
use kite_rules::RuleSet;
use kite_runtime::shutdown::Shutdown;
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, ListParams, PostParams};
use serde_json::{Value, json};

use crate::support::{Backend, Kube, Line, OwnCluster, PATIENCE, eventually, plan};

/// What an API server with the definitions of today refuses: such objects are of long ago, or made up.
const REFUSED: [&str; 8] = [
    "pipelinerun/test-pipelinerun-timeout-v1beta1.json",
    "release/legacy-release-succeeded.json",
    "release/ui-monitor-failed-1.json",
    "release/ui-monitor-progressing.json",
    "snapshot/snapshot-legacy-hacbs-4.json",
    "taskrun/tekdoc-taskruns-241-succeeded.yaml",
    "taskrun/tekdoc-taskruns-552-taskrunvalidationfailed.yaml",
    "taskrun/tekton-retry-running.yaml",
];

/// Where we know better than the collection: file, whether there is an issue, and why.
const DISAGREEMENTS: [(&str, bool, &str); 4] = [
    (
        "constructed/pipelinerun-mintmaker-cancelled-no-github-app.yaml",
        true,
        "MintMaker cancels its own runs when it gets no token, so a cancelled one is a failed one",
    ),
    (
        "constructed/pipelinerun-managed-failed.yaml",
        false,
        "in a live cluster the Release says whether it failed: its managed pipeline may be tried again",
    ),
    (
        "pipelinerun/tekton-running-past-timeout.yaml",
        true,
        "it has run past its time-out for years: whoever should have ended it does not work",
    ),
    ("pipelinerun/ui-running.json", true, "it has run past its time-out for years"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn samples_agree_with_expected_through_a_real_api_server() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let Ok(expected) = fs::read_to_string(shared.join("samples/EXPECTED.tsv")) else {
        eprintln!("skipped: there is no collection of samples in {}", shared.display());
        return;
    };
    let Some(own) = OwnCluster::start().await else { return };
    install(&own.kube, &shared.join("crds")).await;
    let backend = Backend::start(Line::Up).await;
    let shutdown = Shutdown::new();
    let operator = Operator::start(plan(&own.kube, &backend, Settings::default(), RuleSet::builtin()), &shutdown);
    let mut wanted = BTreeMap::new();
    let mut refused = Vec::new();
    for line in expected.lines().skip(1) {
        let columns: Vec<_> = line.split('\t').collect();
        // Of a Snapshot the collection also says whether one of its tests failed, perhaps an optional one.
        let (file, outcome) = (columns[0], if columns[3] == "scenario-failed" { "FAILED" } else { columns[2] });
        let namespace = own.kube.namespace().await;
        match apply(&own.kube, &shared.join("samples").join(file), columns[1], &namespace).await {
            Ok(()) => drop(wanted.insert(namespace, (file, outcome))),
            Err(_) => refused.push(file),
        }
    }
    assert_eq!(refused, REFUSED);
    eventually("everything was looked at", async || {
        let readiness = operator.readiness();
        if operator.is_idle() { Ok(()) } else { Err(format!("{:?}", readiness.reasons)) }
    })
    .await;
    let mut found = BTreeMap::<_, Vec<Issue>>::new();
    let query = IssueQuery { states: vec![State::Active], limit: Some(1000), ..IssueQuery::default() };
    for issue in backend.client.list_issues(&query).await.unwrap().data {
        found.entry(issue.namespace.clone()).or_default().push(issue);
    }
    let mut differences = Vec::new();
    for (namespace, (file, outcome)) in &wanted {
        let known = DISAGREEMENTS.iter().find(|(name, ..)| name == file);
        let is_failed = known.map_or(outcome.starts_with("FAILED"), |known| known.1);
        let titles: Vec<_> = found.get(namespace).into_iter().flatten().map(|issue| issue.title.as_str()).collect();
        if file.starts_with("taskrun/") {
            // A task run is a part of its run, which is what is judged.
            assert!(titles.is_empty(), "{file}: {titles:?}");
        } else if titles.is_empty() == is_failed || (titles.len() > 1 && !file.starts_with("snapshot/")) {
            differences.push(format!("{file}: {outcome}, but {titles:?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    shutdown.drain(PATIENCE).await.unwrap();
}

/// Installs the definitions; of two versions of one the newer.
async fn install(kube: &Kube, folder: &Path) {
    let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name =
            path.file_name().unwrap().to_string_lossy().split(".konflux-operator").next().unwrap().replace(".yaml", "");
        files.entry(name).or_insert(path);
    }
    let definitions = Api::<CustomResourceDefinition>::all(kube.client.clone());
    for path in files.values() {
        let mut definition: Value = serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        // Nothing converts between versions here.
        definition["spec"].as_object_mut().unwrap().remove("conversion");
        let definition: CustomResourceDefinition = serde_json::from_value(definition).unwrap();
        definitions.create(&PostParams::default(), &definition).await.unwrap();
    }
    eventually("all kinds are established", async || {
        let listed = definitions.list(&ListParams::default()).await.unwrap();
        let conditions =
            listed.items.into_iter().map(|d| d.status.and_then(|status| status.conditions).unwrap_or_default());
        let waiting =
            conditions.filter(|all| !all.iter().any(|c| c.type_ == "Established" && c.status == "True")).count();
        if waiting == 0 { Ok(()) } else { Err(format!("{waiting} are not")) }
    })
    .await;
}

/// Creates an object of the collection in a namespace of its own, with its status.
async fn apply(kube: &Kube, path: &Path, kind: &str, namespace: &str) -> kube::Result<()> {
    let mut object: Value = serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let metadata = object["metadata"].take();
    let text = |field: &str| metadata[field].as_str().unwrap_or_default().to_owned();
    let name = if text("name").is_empty() { format!("{}x", text("generateName")) } else { text("name") };
    let name = if name == "x" { "sample".to_owned() } else { name };
    let mut labels = metadata["labels"].clone();
    // Filed with its owner, who is not in this cluster.
    for key in ["release.appstudio.openshift.io/namespace", "mintmaker.appstudio.redhat.com/namespace"] {
        if labels.get(key).is_some() {
            labels[key] = json!(namespace);
        }
    }
    object["metadata"] =
        json!({"name": name, "namespace": namespace, "labels": labels, "annotations": metadata["annotations"]});
    let status = object.as_object_mut().unwrap().remove("status");
    if object["apiVersion"].is_null() {
        // Items of a list do without.
        object["apiVersion"] = json!("tekton.dev/v1");
        object["kind"] = json!(kind);
    }
    let (group, version) = object["apiVersion"].as_str().unwrap().split_once('/').unwrap();
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
    let api = Api::<DynamicObject>::namespaced_with(kube.client.clone(), namespace, &resource);
    let mut created = api.create(&PostParams::default(), &serde_json::from_value(object).unwrap()).await?;
    if let Some(status) = status.filter(|status| !status.is_null()) {
        created.data["status"] = status;
        api.replace_status(&name, &PostParams::default(), &created).await?;
    }
    Ok(())
}
