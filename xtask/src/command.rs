//! Runs programs and says so.

use std::{
    env,
    ffi::{OsStr, OsString},
    fmt::Display,
    io::{Write, stderr, stdout},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Gives the cargo that runs this task, without what it says about this task's own package.
///
/// `cargo machete`, for one, takes such variables for a sign that cargo did not start it.
pub fn cargo() -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if is_about_this_package(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
}

fn is_about_this_package(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

/// Shows a command, runs it and fails if it does.
pub fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    say(format_args!("$ {line}"));
    let status = command.status().with_context(|| format!("start `{line}`"))?;
    ensure!(status.success(), "`{line}` failed");
    Ok(())
}

fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name();
    let words = program.into_iter().chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// Runs a command without showing it and gives what it prints.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().context("start a program")?;
    ensure!(output.status.success(), "a program failed");
    Ok(String::from_utf8(output.stdout)?)
}

/// A folder of the workspace by its name in cargo's metadata: `workspace_root`, `target_directory`.
pub fn folder(name: &str) -> Result<PathBuf> {
    let metadata = output(cargo().args(["metadata", "--format-version=1", "--no-deps", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    metadata.get(name).and_then(Value::as_str).map(PathBuf::from).with_context(|| format!("find {name}"))
}

/// Tells the person at the terminal what happens.
pub fn say(what: impl Display) {
    // A closed terminal is no reason to fail.
    let _ = writeln!(stderr(), "{what}");
}

/// Prints the result of a task.
pub fn conclude(what: impl Display) {
    let _ = writeln!(stdout(), "{what}");
}
