//! `kite rules`: shows, checks and tries rule files, without any server.

mod backtest;
mod check;
mod diagnose;
mod objects;
mod show;
mod test;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use kite_rules::{RuleError, RuleSet};

use crate::failure::{Exit, Failure};
use crate::session::Session;

/// Show, check and try rule files
#[derive(Clone, Debug, Subcommand)]
pub enum Rules {
    Check(check::Args),
    Test(test::Args),
    Backtest(backtest::Args),
    Diagnose(diagnose::Args),
    Show(show::Args),
    /// Print the JSON Schema of rule files, for editors
    Schema,
}

/// Does what is asked with rule files.
pub fn run(session: &Session, task: Rules) -> Result<Exit, Failure> {
    match task {
        Rules::Check(args) => check::run(session, &args),
        Rules::Test(args) => test::run(session, &args),
        Rules::Backtest(args) => backtest::run(session, &args),
        Rules::Diagnose(args) => diagnose::run(session, &args),
        Rules::Show(args) => show::run(session, &args),
        Rules::Schema => session.printer.json(&kite_rules::schema()).map(|()| Exit::Fine),
    }
}

/// The rules that come with KITE and those of the files, and what is wrong with these.
fn load(paths: &[PathBuf]) -> Result<(RuleSet, Vec<RuleError>), Failure> {
    let mut texts = Vec::new();
    for path in paths {
        if path.is_dir() {
            for file in files_in(path)? {
                texts.push(text(&file)?);
            }
        } else {
            texts.push(text(path)?);
        }
    }
    Ok(RuleSet::builtin().with_files(texts))
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_rule = |path: &PathBuf| path.extension().is_some_and(|end| end == "yaml" || end == "yml");
    let mut paths: Vec<_> = paths.filter(is_rule).collect();
    paths.sort();
    Ok(paths)
}

fn text(path: &Path) -> Result<(String, String), Failure> {
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    Ok((path.display().to_string(), text))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("failed to read `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_schema_is_current() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/rules.json");
        let shipped = fs::read_to_string(&path).unwrap_or_default();
        let schema = serde_json::to_string_pretty(&kite_rules::schema()).unwrap();
        let hint = "run `cargo run -p kite-cli -- rules schema > schemas/rules.json`";
        assert!(shipped.trim_end() == schema, "schemas/rules.json is out of date: {hint}");
    }
}
