//! `cargo xtask man`

use std::path::PathBuf;

use anyhow::Result;

use crate::command::{cargo, conclude, run};

/// Where the pages go.
#[derive(clap::Args)]
pub struct Args {
    /// Folder for the pages
    #[arg(default_value = "target/man")]
    folder: PathBuf,
}

/// Writes the manual pages of the command line.
pub fn write(args: &Args) -> Result<()> {
    let what = ["run", "--quiet", "--locked", "--package", "kite-cli", "--example", "man", "--"];
    run(cargo().args(what).arg(&args.folder))?;
    conclude(format_args!("`man {}/kite-list.1` shows one", args.folder.display()));
    Ok(())
}
