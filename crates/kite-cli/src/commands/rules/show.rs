//! `kite rules show`: the files that come with KITE.

use kite_rules::RuleSet;

use crate::failure::{Exit, Failure};
use crate::session::Session;
use crate::table::table;
use crate::text::{Text, Tone};

/// Print a rule file that comes with KITE, or the names of all
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Name of a detector, library, webhook or file of failure patterns, such as build
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// Shows rule files.
pub fn run(session: &Session, args: &Args) -> Result<Exit, Failure> {
    let files = RuleSet::builtin_files().map(|(file, text)| {
        let (folder, name) = file.trim_end_matches(".yaml").rsplit_once('/').unwrap_or_default();
        let kind = match folder.trim_start_matches("builtin:") {
            "libraries" => "library",
            folder => folder.trim_end_matches('s'),
        };
        (kind, name, text)
    });
    let Some(wanted) = &args.name else {
        let rows = files.map(|(kind, name, _)| (Tone::Plain, vec![kind.to_owned(), name.to_owned()]));
        return session.printer.show(&table(&["KIND", "NAME"], rows.collect(), usize::MAX)).map(|()| Exit::Fine);
    };
    let mut text = Text::default();
    for (_, _, file) in files.filter(|(_, name, _)| name == wanted) {
        text.plain(file);
    }
    if text.is_empty() {
        return Err(Failure::problem(format!("no rule file `{wanted}` comes with KITE"))
            .hint("`kite rules show` lists their names"));
    }
    session.printer.show(&text)?;
    Ok(Exit::Fine)
}
