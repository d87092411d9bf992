//! How a cluster is set up.

use std::path::{Path, PathBuf};

/// How a cluster is set up; by default empty, for one administrator.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub(crate) users: Vec<(String, Vec<String>)>,
    pub(crate) data: Option<PathBuf>,
    pub(crate) flags: Vec<String>,
}

impl Options {
    /// Adds a user with a token, whose rights are those that RBAC gives to the name and the groups.
    #[must_use]
    pub fn with_user(mut self, name: &str, groups: &[&str]) -> Self {
        self.users.push((name.to_owned(), groups.iter().map(|&group| group.to_owned()).collect()));
        self
    }

    /// Starts from a copy of what [`Cluster::keep_data`](crate::Cluster::keep_data) kept.
    #[must_use]
    pub fn with_data(mut self, folder: &Path) -> Self {
        self.data = Some(folder.to_owned());
        self
    }

    /// Adds a flag of `kube-apiserver`, such as `--watch-cache=false`; it overrides this crate's own.
    #[must_use]
    pub fn with_flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }
}
