//! How callers sign in.

use std::path::PathBuf;

use clap::Args;

use super::ProjectEnv;
use crate::access::{KubernetesOptions, Permission};

/// Flags about callers.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Access")]
pub(super) struct Access {
    /// Take callers and their rights from this file; otherwise the API server is asked, that of
    /// the pod or of KUBECONFIG.
    #[arg(long = "access-file", env = "KITE_ACCESS_FILE")]
    file: Option<PathBuf>,
    /// Take only tokens that are for one of these, separated by commas.
    #[arg(long, env = "KITE_TOKEN_AUDIENCES", value_delimiter = ',')]
    token_audiences: Vec<String>,
    /// What callers need in a namespace to read its issues.
    #[arg(long, env = "KITE_READ_PERMISSION", default_value = "get pods")]
    read_permission: Permission,
    /// What callers need in a namespace to read excerpts of its logs.
    #[arg(long, env = "KITE_LOG_PERMISSION", default_value = "get pods/log")]
    log_permission: Permission,
    /// Let proxies name the caller, if Kubernetes lets them (the verb `impersonate`).
    #[arg(long, env = "AUTH_IMPERSONATE", default_value_t = false, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true")]
    impersonate: bool,
}

impl Access {
    /// What the settings mean in an environment.
    pub(super) fn sign_in(self, environment: ProjectEnv) -> SignIn {
        match (self.file, environment) {
            // Whoever names callers wants them to sign in everywhere.
            (Some(file), _) => SignIn::Listed(file),
            (None, ProjectEnv::Development) => SignIn::Nobody,
            (None, _) => SignIn::Kubernetes(KubernetesOptions {
                audiences: self.token_audiences,
                reading: self.read_permission,
                logs: self.log_permission,
                impersonation: self.impersonate,
                ..KubernetesOptions::default()
            }),
        }
    }
}

/// How callers sign in.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// Not at all.
    Nobody,
    /// With a token that Kubernetes knows.
    Kubernetes(KubernetesOptions),
    /// With a token of this file.
    Listed(PathBuf),
}
