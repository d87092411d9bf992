//! `kite rules`: shows, checks and tries rule files, without any server.

mod backtest;
mod check;
mod diagnose;
mod objects;
mod show;
mod test;

use std::io;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use kite_rules::folder::{self, Files};
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
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        let (found, wrong) = files_of(path).map_err(|error| unreadable(path, &error))?;
        if found.is_empty() {
            return Err(Failure::usage(format!("there is no rule file in `{}`", path.display()))
                .hint("their names end in .yaml or .yml"));
        }
        files.extend(found);
        errors.extend(wrong);
    }
    let (rules, wrong) = RuleSet::builtin().with_files(files);
    errors.extend(wrong);
    Ok((rules, errors))
}

fn files_of(path: &Path) -> io::Result<Files> {
    if path.is_dir() {
        return folder::read(path);
    }
    let file = (path.display().to_string(), folder::read_file(path)?);
    Ok((vec![file], Vec::new()))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("failed to read `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

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
