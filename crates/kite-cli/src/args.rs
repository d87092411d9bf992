//! What the program can be told.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::commands::{
    auth, cause, causes, change, completion, config, describe, doctor, edit, explain, get, history, list, logs, open,
    report, rules, run, sources, status, trends, version,
};
use crate::settings::Global;

/// What is broken right now and blocks a release
///
/// KITE keeps one live list of failed builds, tests, releases and dependency updates. This program
/// shows it, changes it and reports to it.
#[derive(Clone, Debug, Parser)]
#[command(name = "kite", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 fine; 1 a problem was found, or nothing was found; 2 wrong usage;\n\
    3 KITE cannot be reached; 4 not allowed.\n\
    -h shows the options that are used most, --help all of them.")]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of all commands.
    #[command(flatten)]
    pub global: Global,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
#[expect(missing_docs, reason = "each command says what it is for where its arguments are")]
pub enum Command {
    #[command(flatten)]
    Issue(IssueCommand),
    /// As the earlier program had them
    #[command(hide = true, subcommand, alias = "issue")]
    Issues(IssueCommand),
    Causes(Box<causes::Args>),
    #[command(subcommand)]
    Cause(cause::Cause),
    Explain(explain::Args),
    Status(status::Args),
    Trends(Box<trends::Args>),
    Sources(sources::Args),
    Report(report::Args),
    Run(run::Args),
    #[command(subcommand)]
    Rules(rules::Rules),
    #[command(subcommand)]
    Config(config::Config),
    #[command(subcommand)]
    Auth(auth::Auth),
    Doctor(doctor::Args),
    Version(version::Args),
    Completion(completion::Args),
}

/// What to do with issues.
#[derive(Clone, Debug, Subcommand)]
#[expect(missing_docs, reason = "each command says what it is for where its arguments are")]
pub enum IssueCommand {
    #[command(visible_aliases = ["ls", "search"])]
    List(Box<list::Args>),
    Get(get::Args),
    #[command(alias = "details")]
    Describe(describe::Args),
    History(history::Args),
    Logs(logs::Args),
    Open(open::Args),
    Resolve(change::Resolve),
    Reopen(change::Reopen),
    Relate(change::Relate),
    Edit(edit::Args),
    Delete(change::Delete),
}

/// Under which name the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// By itself.
    Kite,
    /// As `kubectl kite`.
    KubectlKite,
    /// As `kubectl issues`, which is the earlier program's name.
    KubectlIssues,
    /// As what kubectl asks for completions of its plugin.
    KubectlComplete,
}

impl Name {
    /// The name in the first argument.
    pub fn of(program: Option<&OsString>) -> Self {
        let name = program.and_then(|program| Path::new(program).file_stem()).and_then(OsStr::to_str);
        match name.unwrap_or_default() {
            "kubectl-kite" => Self::KubectlKite,
            "kubectl-issues" => Self::KubectlIssues,
            "kubectl_complete-kite" | "kubectl_complete-issues" => Self::KubectlComplete,
            _ => Self::Kite,
        }
    }

    fn shown(self) -> &'static str {
        match self {
            Self::Kite => "kite",
            Self::KubectlKite | Self::KubectlComplete => "kubectl kite",
            Self::KubectlIssues => "kubectl issues",
        }
    }
}

/// The commands, as they are called under a name.
pub fn command(name: Name) -> clap::Command {
    let command = Arguments::command().mut_args(without_empty_variable).bin_name(name.shown());
    // Only the name in front of the usage differs.
    if name == Name::Kite { command } else { command.display_name(name.shown()) }
}

/// A variable that is empty says as little as one that is not set.
fn without_empty_variable(argument: Arg) -> Arg {
    let is_empty = argument.get_env().and_then(env::var_os).is_some_and(|value| value.is_empty());
    if is_empty { argument.env(None::<&str>) } else { argument }
}

/// Reads the arguments.
pub fn parse(name: Name, arguments: Vec<OsString>) -> Result<Arguments, clap::Error> {
    let mut command = command(name);
    let matches = command.try_get_matches_from_mut(arguments)?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_sound() {
        command(Name::Kite).debug_assert();
    }

    #[test]
    fn the_name_decides_what_help_calls_the_program() {
        for (program, name) in [
            ("/usr/bin/kite", Name::Kite),
            ("kubectl-kite", Name::KubectlKite),
            ("./kubectl-issues", Name::KubectlIssues),
            ("kubectl_complete-kite", Name::KubectlComplete),
        ] {
            assert_eq!(Name::of(Some(&program.into())), name);
        }
        let help = parse(Name::KubectlKite, vec!["kubectl-kite".into(), "list".into(), "-h".into()]).unwrap_err();
        assert!(help.to_string().contains("Usage: kubectl kite list"), "{help}");
    }

    #[test]
    fn what_the_earlier_program_took_is_still_taken() {
        for line in [
            "kite issues list -n team-a -t build -s critical -o json",
            "kite issues get 01a21ab7-2fef-77b6-8721-7d12e69a91ae",
            "kite details -i 01a21ab7-2fef-77b6-8721-7d12e69a91ae -n team-a",
            "kite issues resolve -i 01a21ab7-2fef-77b6-8721-7d12e69a91ae",
            "kite search dependency",
        ] {
            let arguments = line.split(' ').map(OsString::from).collect();
            assert!(parse(Name::Kite, arguments).is_ok(), "{line}");
        }
    }
}
