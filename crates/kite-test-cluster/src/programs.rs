//! Finds the programs of a cluster on this machine.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::{
    ASSETS_VARIABLE, ClusterError, FindError,
    building::{build, cached},
    tool::{ETCD, KUBE_APISERVER, KUBECTL, Tool},
};

/// Names the variable with the folder of envtest's binaries.
pub(crate) const ASSETS_OF_ENVTEST: &str = "KUBEBUILDER_ASSETS";

/// A `kube-apiserver` and an `etcd`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    kube_apiserver: Program,
    etcd: Program,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Program {
    path: PathBuf,
    version: String,
}

impl Programs {
    /// Finds programs that the tests can use: Kubernetes from 1.30 with etcd from 3.5.
    ///
    /// The shared cluster's ([`ASSETS_VARIABLE`]) come first. `KUBEBUILDER_ASSETS` decides when it
    /// is set. Otherwise `PATH` goes before what was built into the user's cache folder.
    pub fn find() -> Result<Self, FindError> {
        match (find(&KUBE_APISERVER)?, find(&ETCD)?) {
            (Some(kube_apiserver), Some(etcd)) => Ok(Self { kube_apiserver, etcd }),
            (None, Some(_)) => Err(FindError::Missing(vec![KUBE_APISERVER.name])),
            (Some(_), None) => Err(FindError::Missing(vec![ETCD.name])),
            (None, None) => Err(FindError::Missing(vec![KUBE_APISERVER.name, ETCD.name])),
        }
    }

    /// Finds the programs, after building what is missing into the user's cache folder.
    ///
    /// `tools` is the folder with one Go module per program. Cold caches take Go about five minutes
    /// and 3 GB; whoever else wants the same program meanwhile waits for it.
    pub fn build(tools: &Path) -> Result<Self, ClusterError> {
        for tool in [&ETCD, &KUBE_APISERVER] {
            if find(tool)?.is_none() {
                build(tool, tools)?;
            }
        }
        Ok(Self::find()?)
    }

    /// Gives the path of the `kube-apiserver`.
    pub fn kube_apiserver(&self) -> &Path {
        &self.kube_apiserver.path
    }

    /// Gives the path of the `etcd`.
    pub fn etcd(&self) -> &Path {
        &self.etcd.path
    }

    /// Gives the version of Kubernetes, such as 1.34.4.
    pub fn kubernetes_version(&self) -> &str {
        &self.kube_apiserver.version
    }

    /// Gives the version of etcd, such as 3.6.5.
    pub fn etcd_version(&self) -> &str {
        &self.etcd.version
    }

    /// Gives the folders of the programs, as [`ASSETS_VARIABLE`] wants them.
    pub fn assets(&self) -> OsString {
        let folders = [self.kube_apiserver(), self.etcd()].into_iter().filter_map(Path::parent);
        // Folders that came out of such a variable, or have no separator in their names, can be joined.
        env::join_paths(folders.collect::<BTreeSet<_>>()).unwrap_or_default()
    }
}

/// Finds a `kubectl` that the tests can use, from 1.30 on, where [`Programs::find`] looks.
pub fn kubectl() -> Result<PathBuf, FindError> {
    find(&KUBECTL)?.map(|program| program.path).ok_or(FindError::Missing(vec![KUBECTL.name]))
}

/// Finds a `kubectl`, after building it into the user's cache folder when there is none.
pub fn build_kubectl(tools: &Path) -> Result<PathBuf, ClusterError> {
    if find(&KUBECTL)?.is_none() {
        build(&KUBECTL, tools)?;
    }
    Ok(kubectl()?)
}

fn find(tool: &Tool) -> Result<Option<Program>, FindError> {
    if let Some(program) = first_in(tool, folders_of(ASSETS_VARIABLE)) {
        return Ok(Some(program));
    }
    if let Some(folder) = env::var_os(ASSETS_OF_ENVTEST).map(PathBuf::from) {
        let found = first_in(tool, vec![folder.clone()]);
        return found.map(Some).ok_or(FindError::NotThere { folder, program: tool.name });
    }
    Ok(first_in(tool, folders_of("PATH")).or_else(|| program_at(tool, cached(tool)?)))
}

fn folders_of(variable: &str) -> Vec<PathBuf> {
    env::split_paths(&env::var_os(variable).unwrap_or_default()).collect()
}

fn first_in(tool: &Tool, folders: Vec<PathBuf>) -> Option<Program> {
    folders.into_iter().find_map(|folder| program_at(tool, folder.join(tool.name)))
}

fn program_at(tool: &Tool, path: PathBuf) -> Option<Program> {
    let version = tool.version_at(&path)?;
    Some(Program { path, version })
}
