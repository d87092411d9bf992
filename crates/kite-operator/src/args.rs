//! What the program can be told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use kite_runtime::{duration, logging};

use crate::settings::{Backend, Namespaces, Settings};

/// Watches a cluster and reports what is broken in it to KITE.
///
/// Every flag has an environment variable. A configuration file can say the same and more, and is
/// read again when it changes; flags win over it.
#[derive(Clone, Debug, Parser)]
#[command(name = "kite-operator", version, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// Something else than to watch.
    #[command(subcommand)]
    pub task: Option<Task>,
    /// How to watch.
    #[command(flatten)]
    pub watch: Watch,
}

/// What the program does besides watching.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Print the JSON Schema of configuration files, for editors.
    Schema,
    /// Print the manifests that let the operator read what its detectors need, and nothing else.
    Manifests(Manifests),
}

/// What the manifests are for.
#[derive(Clone, Debug, Args)]
pub struct Manifests {
    /// Namespace of the operator.
    #[arg(long, default_value = "kite")]
    pub namespace: String,
    /// The configuration that the operator will have.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of more rule files.
    #[arg(long, value_name = "FOLDER")]
    pub rules_dir: Option<PathBuf>,
    /// Nothing but rights, for an operator that is there already.
    #[arg(long)]
    pub rights_only: bool,
    /// Image of the operator.
    #[arg(long, default_value = "kite-operator:latest")]
    pub image: String,
}

/// How to watch.
#[derive(Clone, Debug, Args)]
pub struct Watch {
    /// Configuration file.
    #[arg(long, env = "KITE_OPERATOR_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address of KITE.
    #[arg(long, env = "KITE_BACKEND_URL", value_name = "URL")]
    backend: Option<String>,
    /// File with the token for KITE; read for each call.
    #[arg(long, env = "KITE_BACKEND_TOKEN_FILE", value_name = "FILE")]
    backend_token_file: Option<PathBuf>,
    /// Certificate authorities of KITE (PEM).
    #[arg(long, env = "KITE_BACKEND_CA_FILE", value_name = "FILE")]
    backend_ca_file: Option<PathBuf>,
    /// Name of this cluster, when one KITE serves several.
    #[arg(long, env = "KITE_CLUSTER", value_name = "NAME")]
    cluster: Option<String>,
    /// Base of links to the cluster's user interface.
    #[arg(long, env = "KITE_CLUSTER_URL", value_name = "URL")]
    cluster_url: Option<String>,
    /// Folder of more rule files, read again when it changes.
    #[arg(long, env = "KITE_RULES_DIR", value_name = "FOLDER")]
    rules_dir: Option<PathBuf>,
    /// Watch only these namespaces, each by itself, so that rights in them are enough.
    #[arg(long, short, env = "KITE_NAMESPACES", value_name = "NAME", value_delimiter = ',')]
    namespace: Vec<String>,
    /// Watch only namespaces with these labels, such as konflux-ci.dev/type=tenant.
    #[arg(long, env = "KITE_NAMESPACE_SELECTOR", value_name = "SELECTOR", conflicts_with = "namespace")]
    namespace_selector: Option<String>,
    /// Context of the kubeconfig; without one and inside a cluster, that cluster.
    #[arg(long, env = "KITE_CONTEXT", value_name = "NAME")]
    pub context: Option<String>,
    /// How often kinds that the cluster does not have are looked for.
    #[arg(long, env = "KITE_LOOK_EVERY", default_value = "30s", value_parser = duration::parse)]
    pub look_every: Duration,
    /// Lease in whose hands the reporting is; the others stand by.
    #[arg(long, env = "KITE_LEASE", value_name = "NAME", default_value = "kite-operator")]
    pub lease: String,
    /// Namespace of the lease [default: the one of the context or of the pod].
    #[arg(long, env = "KITE_LEASE_NAMESPACE", value_name = "NAME")]
    pub lease_namespace: Option<String>,
    /// How long the lease lasts when its holder is gone.
    #[arg(long, env = "KITE_LEASE_DURATION", default_value = "15s", value_parser = duration::parse)]
    pub lease_duration: Duration,
    /// Report without a lease; for a single operator.
    #[arg(long, env = "KITE_NO_LEASE")]
    pub no_lease: bool,
    /// Listener for `/livez`, `/readyz` and `/metrics`.
    #[arg(long, env = "KITE_METRICS_LISTEN", default_value = "127.0.0.1:9091")]
    pub metrics_listen: SocketAddr,
    /// What to log: error, warn, info, debug or trace, or a filter such as `info,kube=debug`.
    #[arg(long, env = "KITE_LOG_LEVEL", default_value = "info")]
    pub log_level: String,
    /// How to log: text or json.
    #[arg(long, env = "KITE_LOG_FORMAT", default_value = "text")]
    pub log_format: logging::Format,
}

impl Watch {
    /// What the flags say about settings that the file may say too.
    pub fn settings(&self) -> Settings {
        Settings {
            backend: Backend {
                url: self.backend.clone().unwrap_or_default(),
                token_file: self.backend_token_file.clone(),
                ca_file: self.backend_ca_file.clone(),
            },
            cluster: self.cluster.clone().unwrap_or_default(),
            cluster_url: self.cluster_url.clone().unwrap_or_default(),
            rules_dir: self.rules_dir.clone(),
            namespaces: Namespaces {
                names: self.namespace.iter().filter(|name| !name.is_empty()).cloned().collect(),
                selector: self.namespace_selector.clone(),
            },
            ..Settings::default()
        }
    }
}
