//! `kite get`: one issue, or all of one resource.

use crate::clock::now;
use crate::failure::{Exit, Failure};
use crate::find::Target;
use crate::output::Format;
use crate::session::Session;
use crate::table::{self, Detail};

/// Show an issue in one line, or as data
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Which issue.
    #[command(flatten)]
    pub target: Target,
    /// How to print: table, wide, json, yaml, name or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    pub output: Format,
}

/// Shows an issue.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    let printer = &session.printer;
    let found = args.target.find_all(session).await?;
    match (&args.output, found.as_slice()) {
        (Format::Table, _) => printer.show(&table::issues(&found, Detail::Short, now(), printer.width()))?,
        (Format::Wide, _) => printer.show(&table::issues(&found, Detail::Wide, now(), printer.width()))?,
        (Format::Name, _) => {
            printer.print(&table::names(&found))?;
        }
        (Format::Csv, _) => return Err(Format::unknown("table, wide, json, yaml, name and jsonpath")),
        (output, [one]) => {
            output.print_data(printer, one)?;
        }
        // A resource may have several problems, and a program wants to know which is which.
        (output, _) => {
            output.print_data(printer, &serde_json::json!({"data": found}))?;
        }
    }
    Ok(Exit::Fine)
}
