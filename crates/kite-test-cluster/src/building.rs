//! Builds programs with Go into the user's cache folder.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

use etcetera::base_strategy::{BaseStrategy as _, choose_base_strategy};

use crate::{ClusterError, error::output_of, tool::Tool};

const OLDEST_GO: &str = "1.24";

/// Gives where a program is kept once it is built.
pub(crate) fn cached(tool: &Tool) -> Option<PathBuf> {
    let caches = choose_base_strategy().ok()?.cache_dir();
    Some(caches.join("kite").join(format!("{}-{}", tool.name, tool.version)).join(tool.name))
}

/// Builds a program, unless somebody else did while this one waited for its turn.
pub(crate) fn build(tool: &Tool, tools: &Path) -> Result<(), ClusterError> {
    let path = cached(tool).ok_or(ClusterError::WithoutCache)?;
    let _turn = wait_for_turn(&path.with_extension("lock"))?;
    if path.exists() {
        return Ok(());
    }
    let unfinished = path.with_extension("unfinished");
    // Go refuses to overwrite what it did not write to its end.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(ClusterError::at(unfinished)(error)),
        _ => {}
    }
    match output_of(&mut go_build(tool, tools, &unfinished)) {
        Ok(_) => fs::rename(&unfinished, &path).map_err(ClusterError::at(path)),
        Err(ClusterError::NotStarted { source, .. }) if source.kind() == ErrorKind::NotFound => {
            Err(ClusterError::WithoutGo { program: tool.name, oldest: OLDEST_GO })
        }
        Err(error) => Err(error),
    }
}

/// Gives the lock of one program; it is free again when this is dropped.
fn wait_for_turn(path: &Path) -> Result<File, ClusterError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(ClusterError::at(folder))?;
    }
    let file = File::create(path).map_err(ClusterError::at(path))?;
    file.lock().map_err(ClusterError::at(path))?;
    Ok(file)
}

fn go_build(tool: &Tool, tools: &Path, output: &Path) -> Command {
    let mut go = Command::new("go");
    go.current_dir(tools.join(tool.module)).args(["build", "-trimpath", "-ldflags", &tool.linker_flags()]);
    go.arg("-o").arg(output).arg(tool.package);
    // No other version of Go is fetched, no C compiler is needed, no workspace around interferes.
    go.envs([("GOTOOLCHAIN", "local"), ("CGO_ENABLED", "0"), ("GOWORK", "off")]);
    go
}
