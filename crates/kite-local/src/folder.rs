//! Where the database is kept, and that only one process uses it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use etcetera::base_strategy::{BaseStrategy as _, choose_base_strategy};
use kite_store::Options;
use tempfile::TempDir;

use crate::args::Args;

/// The place of the database. Dropping it removes what is temporary.
#[derive(Debug)]
pub struct Place {
    url: String,
    kept: Option<Kept>,
    _temporary: Option<TempDir>,
}

#[derive(Debug)]
struct Kept {
    folder: PathBuf,
    _lock: File,
}

impl Place {
    /// Takes the place that the arguments name. Fails when another process has it, naming its address.
    pub fn take(args: &Args) -> anyhow::Result<Self> {
        if args.memory {
            return Ok(Self { url: "sqlite::memory:".to_owned(), kept: None, _temporary: None });
        }
        if args.data_dir.is_none() && !args.from.is_empty() {
            let temporary = tempfile::Builder::new().prefix("kite-").tempdir().context("make a temporary folder")?;
            return Ok(Self { url: database_in(temporary.path()), kept: None, _temporary: Some(temporary) });
        }
        let folder = match &args.data_dir {
            Some(folder) => folder.clone(),
            None => choose_base_strategy().context("find your data folder: set --data-dir")?.data_dir().join("kite"),
        };
        fs::create_dir_all(&folder).with_context(|| format!("make the folder `{}`", folder.display()))?;
        let lock = lock(&folder)?;
        Ok(Self { url: database_in(&folder), kept: Some(Kept { folder, _lock: lock }), _temporary: None })
    }

    /// How to open the database.
    pub fn options(&self) -> Options {
        Options { url: self.url.clone(), max_connections: 4 }
    }

    /// Leaves word of the address for whoever wants the same place.
    pub fn announce(&self, address: &str) -> anyhow::Result<()> {
        let Some(Kept { folder, .. }) = &self.kept else { return Ok(()) };
        fs::write(address_in(folder), address).with_context(|| format!("write into `{}`", folder.display()))
    }
}

fn lock(folder: &Path) -> anyhow::Result<File> {
    let path = folder.join("kite-local.lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("open `{}`", path.display()))?;
    if file.try_lock().is_err() {
        let address = fs::read_to_string(address_in(folder)).unwrap_or_default();
        let running =
            if address.is_empty() { "it is still starting".to_owned() } else { format!("it serves {address}") };
        bail!("`{}` is in use by another kite-local: {running}", folder.display());
    }
    // What the last process left is not true any more.
    let _ = fs::remove_file(address_in(folder));
    Ok(file)
}

fn address_in(folder: &Path) -> PathBuf {
    folder.join("kite-local.url")
}

fn database_in(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("kite.db").display())
}
