//! `kite-operator manifests`: the least rights that the active detectors need, and a deployment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use kite_rules::{RuleSet, WatchedKind};
use kube::api::{ApiResource, GroupVersionKind};
use serde_json::{Value, json};

use crate::args::Manifests;
use crate::settings::Settings;

const NAME: &str = "kite-operator";
const RULES: &str = "kite-operator-rules";
const CONFIG_FILE: &str = "config.yaml";
/// The role of those who report, of `deploy/rbac.yaml`.
const PUBLISHER: &str = "kite-publisher";

/// Prints the manifests as a list, for `kubectl apply -f -`.
pub fn print(wanted: &Manifests) -> anyhow::Result<ExitCode> {
    let (rules, errors) = wanted.rules_dir.as_deref().map_or((RuleSet::builtin(), Vec::new()), RuleSet::load);
    if let Some(error) = errors.first() {
        anyhow::bail!("{error}");
    }
    let read = |path: &Path| fs::read_to_string(path).with_context(|| format!("read `{}`", path.display()));
    let mut settings = Settings::default();
    let mut files = Files::default();
    if let Some(path) = &wanted.config {
        let text = read(path)?;
        settings = Settings::parse(&text).with_context(|| format!("understand `{}`", path.display()))?;
        settings.check(&rules.detector_names())?;
        files.config = Some(text);
    }
    for path in wanted.rules_dir.as_deref().map_or(Ok(Vec::new()), rule_files)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        files.rules.insert(name, read(&path)?);
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects(wanted, &rules, &settings, &files)});
    let mut out = std::io::stdout();
    serde_json::to_writer_pretty(&mut out, &list).context("print the manifests")?;
    writeln!(out).context("print the manifests")?;
    Ok(ExitCode::SUCCESS)
}

/// Files that the operator is to have at hand.
#[derive(Debug, Default)]
pub struct Files {
    /// The configuration.
    pub config: Option<String>,
    /// Rule files by name.
    pub rules: BTreeMap<String, String>,
}

fn rule_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("read `{}`", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "yaml" || end == "yml"));
    paths.sort();
    Ok(paths)
}

/// What the operator needs in the cluster. Rights are in the watched namespaces only, when these
/// are named; otherwise everywhere.
pub fn objects(wanted: &Manifests, rules: &RuleSet, settings: &Settings, files: &Files) -> Vec<Value> {
    let own = |kind: &str, group: &str| json!({"apiVersion": group, "kind": kind, "metadata": {"name": NAME, "namespace": wanted.namespace}});
    let mut objects = vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": wanted.namespace}}),
        own("ServiceAccount", "v1"),
        with(own("Role", "rbac.authorization.k8s.io/v1"), json!({"rules": lease_rules()})),
        with(own("RoleBinding", "rbac.authorization.k8s.io/v1"), binding("Role", NAME, wanted)),
    ];
    let reading = reading_rules(rules, settings);
    let names = &settings.namespaces.names;
    let of = |kind: &str, name: &str, namespace: Option<&str>, more: Value| {
        let metadata = match namespace {
            Some(namespace) => json!({"name": name, "namespace": namespace}),
            None => json!({"name": name}),
        };
        with(json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata}), more)
    };
    let (reads, publishes) = (format!("{NAME}-reads"), format!("{NAME}-publishes"));
    if names.is_empty() {
        objects.extend([
            of("ClusterRole", &reads, None, json!({"rules": reading})),
            of("ClusterRoleBinding", &reads, None, binding("ClusterRole", &reads, wanted)),
            of("ClusterRoleBinding", &publishes, None, binding("ClusterRole", PUBLISHER, wanted)),
        ]);
    }
    for namespace in names.iter().map(|name| Some(name.as_str())) {
        objects.extend([
            of("Role", &reads, namespace, json!({"rules": reading})),
            of("RoleBinding", &reads, namespace, binding("Role", &reads, wanted)),
            of("RoleBinding", &publishes, namespace, binding("ClusterRole", PUBLISHER, wanted)),
        ]);
    }
    if wanted.rights_only {
        return objects;
    }
    let config_map = |name: &str, data: Value| {
        with(own("ConfigMap", "v1"), json!({"metadata": {"name": name, "namespace": wanted.namespace}, "data": data}))
    };
    objects.extend(files.config.as_ref().map(|text| config_map(NAME, json!({CONFIG_FILE: text}))));
    if !files.rules.is_empty() {
        objects.push(config_map(RULES, json!(files.rules)));
    }
    objects.push(deployment(wanted, settings, files));
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

fn binding(kind: &str, role: &str, wanted: &Manifests) -> Value {
    json!({
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": wanted.namespace}],
    })
}

/// Folders in the container, each with the volume that is mounted there and the variable that names it.
fn mounts(files: &Files) -> Vec<(Value, Value, Value)> {
    let mount = |name: &str, path: &str, file: &str, variable: &str, volume: Value| {
        let mounted = json!({"name": name, "mountPath": path, "readOnly": true});
        let env = json!({"name": variable, "value": format!("{path}{file}")});
        (mounted, with(json!({"name": name}), volume), env)
    };
    let token =
        json!({"projected": {"sources": [{"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}}]}});
    let mut mounts = vec![mount("token", "/var/run/kite", "/token", "KITE_BACKEND_TOKEN_FILE", token)];
    if files.config.is_some() {
        let volume = json!({"configMap": {"name": NAME}});
        mounts.push(mount("config", "/etc/kite", &format!("/{CONFIG_FILE}"), "KITE_OPERATOR_CONFIG", volume));
    }
    if !files.rules.is_empty() {
        let volume = json!({"configMap": {"name": RULES}});
        mounts.push(mount("rules", "/etc/kite-rules", "", "KITE_RULES_DIR", volume));
    }
    mounts
}

fn deployment(wanted: &Manifests, settings: &Settings, files: &Files) -> Value {
    let probe = |path: &str| json!({"httpGet": {"path": path, "port": "metrics"}});
    let mut env = vec![json!({"name": "KITE_METRICS_LISTEN", "value": "0.0.0.0:9091"})];
    if settings.backend.url.is_empty() {
        let url = format!("http://kite-backend.{}.svc:8080", wanted.namespace);
        env.push(json!({"name": "KITE_BACKEND_URL", "value": url}));
    }
    let (mut mounted, mut volumes) = (Vec::new(), Vec::new());
    for (mount, volume, variable) in mounts(files) {
        mounted.push(mount);
        volumes.push(volume);
        env.push(variable);
    }
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
                    "volumes": volumes,
                    "containers": [{
                        "name": "operator",
                        "image": wanted.image,
                        "env": env,
                        "volumeMounts": mounted,
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
        Manifests {
            namespace: "kite".to_owned(),
            config: None,
            rules_dir: None,
            rights_only: false,
            image: "kite".to_owned(),
        }
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
        let objects = objects(&wanted(), &RuleSet::builtin(), &settings, &Files::default());
        assert!(!kinds(&objects).iter().any(|kind| kind.starts_with("Cluster")), "{:?}", kinds(&objects));
        assert_eq!(kinds(&objects).iter().filter(|kind| **kind == "Role").count(), 3);
    }

    #[test]
    fn the_deployment_has_the_files_for_which_it_has_the_rights() {
        let rules = [("lamp.yaml".to_owned(), "a rule".to_owned())].into();
        let files = Files { config: Some("a configuration".to_owned()), rules };
        let all = objects(&wanted(), &RuleSet::builtin(), &Settings::default(), &files);
        let text = serde_json::to_string(&all).unwrap();
        for part in ["a configuration", "a rule", "/etc/kite/config.yaml", "KITE_RULES_DIR", "KITE_BACKEND_TOKEN_FILE"]
        {
            assert!(text.contains(part), "{part}");
        }
        let wanted = Manifests { rights_only: true, ..wanted() };
        let rights = objects(&wanted, &RuleSet::builtin(), &Settings::default(), &files);
        assert!(!kinds(&rights).iter().any(|kind| ["Deployment", "ConfigMap"].contains(kind)));
        assert!(kinds(&rights).contains(&"ClusterRoleBinding"));
    }

    #[test]
    fn a_detector_that_is_off_needs_no_rights() {
        let all = RuleSet::builtin().access(|_| true);
        let none = RuleSet::builtin().access(|_| false);
        assert!(!all.watched.is_empty() && none.watched.is_empty() && !none.logs);
    }
}
