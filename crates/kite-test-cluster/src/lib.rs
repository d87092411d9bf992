//! Throw-away Kubernetes API servers for tests.
//!
//! [`Programs::find`] looks for a `kube-apiserver` and an `etcd`, [`Programs::build`] builds what is
//! missing from its published Go module. [`Cluster::start`] runs both in a temporary folder, on ports
//! of the loopback interface. They and the folder go when the [`Cluster`] is dropped, and also when
//! its process is killed.
//!
//! Authentication, RBAC, access reviews, service account tokens, CRDs, watches, leases and events
//! are the real ones. There are no controllers: nothing runs pods, collects garbage or empties a
//! deleted namespace.
//!
//! Few dependencies on purpose: `cargo xtask` is built before anything else.

mod building;
mod cluster;
mod error;
mod keeper;
mod options;
mod port;
mod probe;
mod process;
mod programs;
mod tool;
mod users;

use std::{env, path::PathBuf};

pub use cluster::Cluster;
pub use error::{ClusterError, FindError};
pub use options::Options;
pub use programs::{Programs, build_kubectl, kubectl};

/// Names the variable with the path of the shared cluster's kubeconfig file.
pub const KUBECONFIG_VARIABLE: &str = "KITE_TEST_KUBECONFIG";

/// Names the variable with the folders, as in `PATH`, of the programs that the shared cluster was started from.
pub const ASSETS_VARIABLE: &str = "KITE_TEST_KUBE_ASSETS";

/// Names the variable that is set when the person who runs the tests asked to leave the cluster out.
pub const WITHOUT_VARIABLE: &str = "KITE_TEST_WITHOUT_CLUSTER";

/// Whether the person who runs the tests asked to leave the cluster out.
///
/// Only then may a test that needs a cluster pass without it.
pub fn is_left_out() -> bool {
    env::var_os(WITHOUT_VARIABLE).is_some()
}

/// Gives the kubeconfig file, for an administrator, of the cluster that `cargo xtask test` started for all tests.
pub fn shared_kubeconfig() -> Result<PathBuf, NotShared> {
    env::var_os(KUBECONFIG_VARIABLE).map(PathBuf::from).ok_or(NotShared)
}

/// There is no cluster that the tests share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{KUBECONFIG_VARIABLE} is not set: run the tests with `cargo xtask test`")]
pub struct NotShared;
