//! Namespaces of one test in the cluster that all tests share, or in a cluster of its own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use k8s_openapi::api::core::v1::Namespace;
use kite_test_cluster::{Cluster, Options, Programs, is_left_out, shared_kubeconfig};
use kube::api::{Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};

use super::eventually;

/// Kinds that tests use, with the fields that they want.
const KINDS: [(&str, &str, &str); 4] = [
    ("tekton.dev", "PipelineRun", "v1"),
    ("tekton.dev", "TaskRun", "v1"),
    ("appstudio.redhat.com", "Component", "v1alpha1"),
    ("appstudio.redhat.com", "Snapshot", "v1alpha1"),
];

/// Access to a cluster as an administrator, and a prefix for namespaces that no other test uses.
pub struct Kube {
    pub client: Client,
    pub kubeconfig: PathBuf,
    prefix: String,
}

/// A cluster that one test may stop.
pub struct OwnCluster {
    pub cluster: Cluster,
    pub kube: Kube,
}

impl Kube {
    /// In the cluster that all tests share; `None` when clusters are left out on request.
    pub async fn shared() -> Option<Self> {
        if is_left_out() {
            return None;
        }
        let kube = Self::at(&shared_kubeconfig().unwrap()).await;
        kube.install_kinds().await;
        Some(kube)
    }

    async fn at(kubeconfig: &Path) -> Self {
        let file = Kubeconfig::read_from(kubeconfig).unwrap();
        let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap();
        let client = Client::try_from(config).unwrap();
        let prefix = uuid::Uuid::now_v7().simple().to_string()[16..].to_owned();
        Self { client, kubeconfig: kubeconfig.to_owned(), prefix: format!("t{prefix}") }
    }

    /// A fresh namespace.
    pub async fn namespace(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}", self.prefix, NUMBER.fetch_add(1, Ordering::Relaxed));
        let namespace = serde_json::from_value(json!({"metadata": {"name": name}})).unwrap();
        Api::<Namespace>::all(self.client.clone()).create(&PostParams::default(), &namespace).await.unwrap();
        name
    }

    pub async fn install_kinds(&self) {
        for (group, kind, version) in KINDS {
            self.install(group, kind, version).await;
        }
    }

    /// Makes a kind known, whose objects may have any fields; returns when it is usable.
    pub async fn install(&self, group: &str, kind: &str, version: &str) {
        let plural = format!("{}s", kind.to_lowercase());
        let name = format!("{plural}.{group}");
        let any = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        let definition = json!({
            "metadata": {"name": name},
            "spec": {
                "group": group, "scope": "Namespaced",
                "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase()},
                "versions": [{
                    "name": version, "served": true, "storage": true, "subresources": {"status": {}},
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": any, "status": any}}},
                }],
            },
        });
        let definitions = Api::<DynamicObject>::all_with(self.client.clone(), &definitions());
        let body = object("apiextensions.k8s.io/v1", "CustomResourceDefinition", definition);
        match definitions.create(&PostParams::default(), &body).await {
            Err(kube::Error::Api(status)) if status.code == 409 => {}
            created => drop(created.unwrap()),
        }
        eventually("the kind is established", async || {
            let found = definitions.get(&name).await.unwrap();
            let conditions = found.data["status"]["conditions"].as_array().cloned().unwrap_or_default();
            let is_so = conditions.iter().any(|c| c["type"] == "Established" && c["status"] == "True");
            is_so.then_some(()).ok_or_else(|| format!("{conditions:?}"))
        })
        .await;
    }

    pub async fn uninstall(&self, name: &str) {
        let definitions = Api::<DynamicObject>::all_with(self.client.clone(), &definitions());
        definitions.delete(name, &DeleteParams::default()).await.unwrap();
    }

    pub fn api(&self, group: &str, kind: &str, version: &str, namespace: &str) -> Api<DynamicObject> {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        Api::namespaced_with(self.client.clone(), namespace, &resource)
    }

    pub fn runs(&self, namespace: &str) -> Api<DynamicObject> {
        self.api("tekton.dev", "PipelineRun", "v1", namespace)
    }

    /// Creates an object with its status.
    pub async fn create(&self, api: &Api<DynamicObject>, mut value: Value) -> DynamicObject {
        let status = value.as_object_mut().unwrap().remove("status");
        let name = value["metadata"]["name"].as_str().unwrap().to_owned();
        let body: DynamicObject = serde_json::from_value(value).unwrap();
        let created = api.create(&PostParams::default(), &body).await.unwrap();
        match status {
            Some(status) => Self::set_status(api, &name, status).await,
            None => created,
        }
    }

    pub async fn set_status(api: &Api<DynamicObject>, name: &str, status: Value) -> DynamicObject {
        let patch = Patch::Merge(json!({"status": status}));
        api.patch_status(name, &PatchParams::default(), &patch).await.unwrap()
    }
}

impl OwnCluster {
    /// A cluster that nobody else uses; `None` when clusters are left out on request.
    pub async fn start() -> Option<Self> {
        if is_left_out() {
            return None;
        }
        let start = || Cluster::start(&Programs::find().unwrap(), &Options::default()).unwrap();
        let cluster = tokio::task::spawn_blocking(start).await.unwrap();
        let kube = Kube::at(cluster.kubeconfig()).await;
        Some(Self { cluster, kube })
    }
}

fn definitions() -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk("apiextensions.k8s.io", "v1", "CustomResourceDefinition"))
}

fn object(api_version: &str, kind: &str, mut value: Value) -> DynamicObject {
    value["apiVersion"] = json!(api_version);
    value["kind"] = json!(kind);
    serde_json::from_value(value).unwrap()
}
