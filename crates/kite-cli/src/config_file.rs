//! The program's own configuration file: which KITE belongs to which context.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use etcetera::base_strategy::{BaseStrategy as _, choose_base_strategy};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct ConfigFile {
    /// The context that is used when none is named; by default the kubeconfig's current one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_context: Option<String>,
    /// By name: a context of the same name in the kubeconfig belongs to it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub contexts: BTreeMap<String, Context>,
}

/// Which KITE, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Context {
    /// Address of KITE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Namespace that is meant when none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// File with the token, which is for the server above; read for each call. Without it the
    /// kubeconfig's token is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// Certificate authorities of KITE (PEM).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
}

/// The folder of the file: `$KITE_CONFIG_DIR`, or `kite` in the configuration folder of the user.
pub fn folder() -> Result<PathBuf, Failure> {
    if let Some(folder) = env::var_os("KITE_CONFIG_DIR").filter(|folder| !folder.is_empty()) {
        return Ok(folder.into());
    }
    match choose_base_strategy() {
        Ok(strategy) => Ok(strategy.config_dir().join("kite")),
        Err(error) => Err(Failure::usage(format!("failed to find the configuration folder: {error}"))
            .hint("name one in KITE_CONFIG_DIR")),
    }
}

impl ConfigFile {
    /// Where the file is.
    pub fn path() -> Result<PathBuf, Failure> {
        Ok(folder()?.join("config.yaml"))
    }

    /// Reads the file; one that is not there says nothing.
    pub fn read() -> Result<Self, Failure> {
        let path = Self::path()?;
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(|error| Failure::usage(format!("failed to read `{}`: {error}", path.display())))?,
        };
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        yaml_serde::from_str(&text).map_err(|error| {
            Failure::usage(format!("failed to understand `{}`: {error}", path.display()))
                .hint("correct the file, or remove it and use `kite config set-context`")
        })
    }

    /// Writes the file.
    pub fn write(&self) -> Result<(), Failure> {
        let text = yaml_serde::to_string(self).map_err(|error| Failure::problem(error.to_string()))?;
        write_privately(&Self::path()?, &text)
    }
}

/// Writes a file that only its owner can read, as a whole or not at all.
pub fn write_privately(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::problem(format!("failed to write `{}`: {error}", path.display()));
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}
