//! The programs: which versions the tests can use, and which one is built from which package.

use std::{path::Path, process::Command};

use crate::error::output_of;

/// One program of a cluster.
#[derive(Debug)]
pub(crate) struct Tool {
    /// Its file's name.
    pub name: &'static str,
    /// The version that is built when there is none.
    pub version: &'static str,
    /// The oldest major and minor version that serves.
    pub oldest: (u32, u32),
    /// The folder of the Go module that it is built in.
    pub module: &'static str,
    /// The Go package that it is built from.
    pub package: &'static str,
    /// What makes it tell its version.
    pub version_arguments: &'static [&'static str],
    /// The Go package whose variables say which version it is, unless it knows by itself.
    pub version_package: Option<&'static str>,
}

/// The API server.
pub(crate) const KUBE_APISERVER: Tool = Tool {
    name: "kube-apiserver",
    version: "1.34.4",
    oldest: (1, 30),
    module: "kube-apiserver",
    package: "k8s.io/kubernetes/cmd/kube-apiserver",
    version_arguments: &["--version"],
    version_package: Some("k8s.io/component-base/version"),
};

/// What people have in their terminals.
pub(crate) const KUBECTL: Tool = Tool {
    name: "kubectl",
    version: "1.34.4",
    oldest: (1, 30),
    module: "kube-apiserver",
    package: "k8s.io/kubernetes/cmd/kubectl",
    version_arguments: &["version", "--client"],
    version_package: Some("k8s.io/component-base/version"),
};

/// Its database; from 3.5 on it can go without `fsync`.
pub(crate) const ETCD: Tool = Tool {
    name: "etcd",
    version: "3.6.5",
    oldest: (3, 5),
    module: "etcd",
    package: "go.etcd.io/etcd/server/v3",
    version_arguments: &["--version"],
    version_package: None,
};

impl Tool {
    /// Gives the version of a program, if it is one and new enough.
    pub fn version_at(&self, path: &Path) -> Option<String> {
        if !path.is_file() {
            return None;
        }
        let text = output_of(Command::new(path).args(self.version_arguments)).ok()?;
        let version = version_in(&text)?;
        (numbers(version)? >= self.oldest).then(|| version.to_owned())
    }

    /// Gives what the linker is told: no debug information, and the version.
    pub fn linker_flags(&self) -> String {
        let stripped = "-s -w".to_owned();
        let (Some(package), Some((major, minor))) = (self.version_package, numbers(self.version)) else {
            return stripped;
        };
        let variables = [
            ("gitVersion", format!("v{}", self.version)),
            ("gitMajor", major.to_string()),
            ("gitMinor", minor.to_string()),
        ];
        let settings = variables.map(|(name, value)| format!("-X {package}.{name}={value}"));
        [stripped].into_iter().chain(settings).collect::<Vec<_>>().join(" ")
    }
}

/// Reads `Kubernetes v1.34.4`, `Client Version: v1.34.4` and `etcd Version: 3.6.5`.
fn version_in(text: &str) -> Option<&str> {
    let words = text.split_whitespace().map(|word| word.trim_start_matches('v'));
    words.into_iter().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_programs_print() {
        for (text, version, parts) in [
            ("Kubernetes v1.34.4", "1.34.4", (1, 34)),
            ("Kubernetes v1.31.0-beta.0+k3s1", "1.31.0-beta.0+k3s1", (1, 31)),
            ("etcd Version: 3.6.5\nGit SHA: a061450\nGo Version: go1.26.8", "3.6.5", (3, 6)),
        ] {
            assert_eq!(version_in(text), Some(version));
            assert_eq!(numbers(version), Some(parts));
        }
        assert_eq!(version_in("command not found"), None);
    }

    #[test]
    fn what_is_built_is_what_the_go_modules_require() {
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools");
        for (tool, requirement) in [
            (&KUBE_APISERVER, "k8s.io/kubernetes v1.34.4"),
            (&KUBECTL, "k8s.io/kubernetes v1.34.4"),
            (&ETCD, "go.etcd.io/etcd/server/v3 v3.6.5"),
        ] {
            let module = std::fs::read_to_string(tools.join(tool.module).join("go.mod")).unwrap();
            assert!(module.contains(&format!("require {requirement}\n")), "{}", tool.name);
            assert!(requirement.ends_with(tool.version));
        }
    }

    #[test]
    fn the_linker_is_told_the_version_where_the_program_does_not_know_it() {
        assert_eq!(ETCD.linker_flags(), "-s -w");
        assert!(KUBE_APISERVER.linker_flags().ends_with(".gitMajor=1 -X k8s.io/component-base/version.gitMinor=34"));
    }
}
