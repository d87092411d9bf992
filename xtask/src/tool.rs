//! Cargo's own extensions, installed when they are missing.

use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{cargo, output, run};

/// An extension of cargo, in the version line that the project uses.
pub struct Tool {
    /// What follows `cargo`.
    pub name: &'static str,
    /// The version that is installed when none of its line is there.
    pub version: &'static str,
}

impl Tool {
    /// Gives `cargo NAME`, ready for arguments.
    pub fn command(&self) -> Result<Command> {
        if !self.is_there() {
            let package = format!("cargo-{}@{}", self.name, self.version);
            run(cargo().args(["install", "--locked", &package])).with_context(|| format!("install {package}"))?;
        }
        let mut command = cargo();
        command.arg(self.name);
        Ok(command)
    }

    fn is_there(&self) -> bool {
        let found = output(cargo().args([self.name, "--version"])).unwrap_or_default();
        let found = found.split_whitespace().last().unwrap_or_default();
        line(found) == line(self.version)
    }
}

/// Cuts `0.20.2` to `0.20`.
fn line(version: &str) -> &str {
    version.rsplit_once('.').map_or("", |(line, _)| line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_one_line_differ_in_the_last_number_only() {
        assert_eq!(line("0.20.2"), line("0.20.11"));
        assert_ne!(line("0.20.2"), line("0.2.2"));
        assert_ne!(line("0.20.2"), line(""));
    }
}
