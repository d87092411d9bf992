//! What the program can be told.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// What is broken right now and blocks a release, on one machine.
///
/// With --from it reads dumps of Kubernetes objects, prints what is broken, worst first, and serves
/// the same list. Without, it watches the cluster of your kubeconfig's current context, prints what
/// is broken in it and keeps the list current; when there is none, it waits for reports.
#[derive(Clone, Debug, Parser)]
#[command(name = "kite-local", version, max_term_width = 100)]
pub struct Args {
    /// Dumps to read: YAML or JSON files, folders, .tar, .tar.gz, .zip (also must-gather archives).
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// Watch the cluster of this context of your kubeconfig instead of the current one.
    #[arg(long, value_name = "NAME", conflicts_with = "from")]
    pub context: Option<String>,
    /// Watch only this namespace; by default all, or the context's own when you may not see all.
    #[arg(long, short, value_name = "NAME", conflicts_with = "from")]
    pub namespace: Vec<String>,
    /// Watch no cluster, only wait for reports.
    #[arg(long, conflicts_with_all = ["from", "context", "namespace"])]
    pub no_cluster: bool,
    /// Stop after the list is printed.
    #[arg(long, conflicts_with = "no_cluster")]
    pub exit: bool,
    /// How to print the list.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Output,
    /// Where to serve; when the port is taken, the next free one.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Keep the database in this folder [default: your data folder; with --from a temporary one].
    #[arg(long, value_name = "FOLDER", env = "KITE_DATA_DIR", conflicts_with = "memory")]
    pub data_dir: Option<PathBuf>,
    /// Keep the database in memory only.
    #[arg(long)]
    pub memory: bool,
    /// Folder of more rule files.
    #[arg(long, value_name = "FOLDER", env = "KITE_RULES_DIR")]
    pub rules_dir: Option<PathBuf>,
    /// Base of links to the cluster's user interface.
    #[arg(long, value_name = "URL", env = "KITE_CLUSTER_URL", default_value = "https://konflux.dev")]
    pub cluster_url: String,
    /// What to log, to standard error.
    #[arg(long, value_name = "LEVEL", env = "KITE_LOG_LEVEL", default_value = "warn")]
    pub log_level: String,
}

/// How to print the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Table,
    /// The page that `GET /api/v1/issues` gives, for scripts.
    Json,
}
