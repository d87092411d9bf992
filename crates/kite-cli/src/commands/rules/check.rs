//! `kite rules check`: what is wrong with rule files.

use std::path::PathBuf;

use kite_rules::RuleError;

use super::load;
use crate::failure::{Exit, Failure};
use crate::session::Session;
use crate::table::plural;
use crate::text::{Text, Tone, one_line};

/// What helps where nothing better is known.
const HELP: &str =
    "`kite rules show` prints the files that come with KITE; editors know the format by `kite rules schema`";

/// Say what is wrong with rule files, and where
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Files, or folders of them
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Checks rule files.
pub fn run(session: &Session, args: &Args) -> Result<Exit, Failure> {
    let (_, errors) = load(&args.files)?;
    if errors.is_empty() {
        session.printer.say(&format!("{} sound", if args.files.len() == 1 { "it is" } else { "all are" }));
        return Ok(Exit::Fine);
    }
    tell(session, &errors)?;
    session.printer.say(&format!("{} found", plural(errors.len(), "mistake")));
    Ok(Exit::Problem)
}

/// Tells mistakes, each with its place and what may help.
pub fn tell(session: &Session, errors: &[RuleError]) -> Result<(), Failure> {
    let mut text = Text::default();
    for error in errors {
        let place = format!("{}:{}:{}: ", error.file, error.line, error.column);
        text.push(Tone::Strong, place).plain(one_line(&error.message)).end_line();
        let hint = error.hint.as_deref().unwrap_or(HELP);
        text.push(Tone::Faint, format!("  hint: {}", one_line(hint))).end_line();
    }
    session.printer.show(&text)
}
