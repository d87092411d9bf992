//! Runs programs and says so.

use std::{
    env,
    ffi::OsString,
    fmt::Display,
    io::{Write, stderr, stdout},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// Gives the cargo that runs this task.
pub fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// Shows a command, runs it and fails if it does.
pub fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let words = command.get_args().map(|word| word.to_string_lossy());
    let line = words.fold(program, |line, word| line + " " + &word);
    say(format_args!("$ {line}"));
    let status = command
        .status()
        .with_context(|| format!("start `{line}`"))?;
    ensure!(status.success(), "`{line}` failed");
    Ok(())
}

/// Runs a command without showing it and gives what it prints.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().context("start a program")?;
    ensure!(output.status.success(), "a program failed");
    Ok(String::from_utf8(output.stdout)?)
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
