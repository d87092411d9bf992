//! `kite-operator manifests`: the least rights that the active detectors need, and a deployment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use kite_rules::{RuleSet, WatchedKind};
use kube::api::{ApiResource, GroupVersionKind};
use serde_json::{Value, json};

use crate::args::Manifests;
use crate::settings::Settings;

const NAME: &str = "kite-operator";

/// Prints the manifests as a list, for `kubectl apply -f -`.
pub fn print(wanted: &Manifests) -> anyhow::Result<ExitCode> {
    let (rules, errors) = wanted.rules_dir.as_deref().map_or((RuleSet::builtin(), Vec::new()), RuleSet::load);
    if let Some(error) = errors.first() {
        anyhow::bail!("{error}");
    }
    let mut settings = Settings::default();
    if let Some(path) = &wanted.config {
        let text = fs::read_to_string(path).with_context(|| format!("read `{}`", path.display()))?;
        settings = Settings::parse(&text).with_context(|| format!("understand `{}`", path.display()))?;
        settings.check(&rules.detector_names())?;
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects(wanted, &rules, &settings)});
    let mut out = std::io::stdout();
    serde_json::to_writer_pretty(&mut out, &list).context("print the manifests")?;
    writeln!(out).context("print the manifests")?;
    Ok(ExitCode::SUCCESS)
}

/// What the operator needs in the cluster. Rights are in the watched namespaces only, when these
/// are named; otherwise everywhere.
pub fn objects(wanted: &Manifests, rules: &RuleSet, settings: &Settings) -> Vec<Value> {
    let own = |kind: &str, group: &str| json!({"apiVersion": group, "kind": kind, "metadata": {"name": NAME, "namespace": wanted.namespace}});
    let mut objects = vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": wanted.namespace}}),
        own("ServiceAccount", "v1"),
        with(own("Role", "rbac.authorization.k8s.io/v1"), json!({"rules": lease_rules()})),
        with(own("RoleBinding", "rbac.authorization.k8s.io/v1"), binding("Role", wanted)),
    ];
    let reading = reading_rules(rules, settings);
    let names = &settings.namespaces.names;
    let role = |kind: &str, metadata: Value| {
        let of = |kind: String, more: Value| {
            with(json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata}), more)
        };
        [of(kind.to_owned(), json!({"rules": reading})), of(format!("{kind}Binding"), binding(kind, wanted))]
    };
    if names.is_empty() {
        objects.extend(role("ClusterRole", json!({"name": NAME})));
    }
    for namespace in names {
        objects.extend(role("Role", json!({"name": format!("{NAME}-reads"), "namespace": namespace})).map(
            |mut object| {
                if let Some(name) = object.pointer_mut("/roleRef/name") {
                    *name = json!(format!("{NAME}-reads"));
                }
                object
            },
        ));
    }
    objects.push(deployment(wanted));
    objects
}

fn lease_rules() -> Value {
    // Creating cannot be limited to a name.
    json!([
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create"]},
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "resourceNames": [NAME], "verbs": ["get", "update"]},
    ])
}

/// The rights to read what the detectors watch and read, by group.
fn reading_rules(rules: &RuleSet, settings: &Settings) -> Vec<Value> {
    let access = rules.access(|detector| settings.is_on(detector));
    let mut rules: Vec<_> = grouped(&access.watched)
        .into_iter()
        .map(|(group, resources)| json!({"apiGroups": [group], "resources": resources, "verbs": ["get", "list", "watch"]}))
        .collect();
    for (group, resources) in grouped(&access.read) {
        rules.push(json!({"apiGroups": [group], "resources": resources, "verbs": ["list"]}));
    }
    if access.logs {
        rules.push(json!({"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}));
    }
    if settings.namespaces.selector.is_some() {
        rules.push(json!({"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "list", "watch"]}));
    }
    rules
}

/// Plural names by group; the version plays no part in rights.
fn grouped(kinds: &BTreeSet<WatchedKind>) -> BTreeMap<&str, Vec<String>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for kind in kinds {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(&kind.group, "v1", &kind.kind));
        groups.entry(kind.group.as_str()).or_default().push(resource.plural);
    }
    groups
}

fn binding(role: &str, wanted: &Manifests) -> Value {
    json!({
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role, "name": NAME},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": wanted.namespace}],
    })
}

fn deployment(wanted: &Manifests) -> Value {
    let probe = |path: &str| json!({"httpGet": {"path": path, "port": "metrics"}});
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": NAME, "namespace": wanted.namespace},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app.kubernetes.io/name": NAME}},
            "template": {
                "metadata": {"labels": {"app.kubernetes.io/name": NAME}},
                "spec": {
                    "serviceAccountName": NAME,
                    "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
                    "containers": [{
                        "name": "operator",
                        "image": wanted.image,
                        "env": [
                            {"name": "KITE_BACKEND_URL", "value": format!("http://kite-backend.{}.svc:8080", wanted.namespace)},
                            {"name": "KITE_METRICS_LISTEN", "value": "0.0.0.0:9091"},
                        ],
                        "ports": [{"name": "metrics", "containerPort": 9091}],
                        "livenessProbe": probe("/livez"),
                        "readinessProbe": probe("/readyz"),
                        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
                        "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}},
                    }],
                },
            },
        },
    })
}

fn with(mut object: Value, more: Value) -> Value {
    if let (Some(fields), Value::Object(more)) = (object.as_object_mut(), more) {
        fields.extend(more);
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Manifests {
        Manifests { namespace: "kite".to_owned(), config: None, rules_dir: None, image: "kite".to_owned() }
    }

    fn kinds(objects: &[Value]) -> Vec<&str> {
        objects.iter().map(|object| object["kind"].as_str().unwrap()).collect()
    }

    #[test]
    fn rights_are_for_reading_only_and_for_no_secret() {
        let rules = reading_rules(&RuleSet::builtin(), &Settings::default());
        let text = serde_json::to_string(&rules).unwrap();
        assert!(text.contains("pipelineruns") && text.contains("taskruns") && text.contains("pods/log"), "{text}");
        for forbidden in ["secrets", "create", "update", "patch", "delete", "*"] {
            assert!(!text.contains(&format!("\"{forbidden}\"")), "{forbidden} in {text}");
        }
    }

    #[test]
    fn named_namespaces_need_no_rights_elsewhere() {
        let mut settings = Settings::default();
        settings.namespaces.names = ["a".to_owned(), "b".to_owned()].into();
        let objects = objects(&wanted(), &RuleSet::builtin(), &settings);
        assert!(!kinds(&objects).iter().any(|kind| kind.starts_with("Cluster")), "{:?}", kinds(&objects));
        assert_eq!(kinds(&objects).iter().filter(|kind| **kind == "Role").count(), 3);
    }

    #[test]
    fn a_detector_that_is_off_needs_no_rights() {
        let all = RuleSet::builtin().access(|_| true);
        let none = RuleSet::builtin().access(|_| false);
        assert!(!all.watched.is_empty() && none.watched.is_empty() && !none.logs);
    }
}
