//! `kite sources`: who reports.

use jiff::Timestamp;
use kite_api::{Severity, Source, SourceKind};

use crate::clock::{age, now};
use crate::failure::{Exit, Failure};
use crate::output::Format;
use crate::session::Session;
use crate::table::{plural, table};
use crate::text::Tone;

/// List who reports, and when each was heard last
///
/// An operator that should have been heard since is silent: what breaks there is not in the list.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// In all namespaces that you may see
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,
    /// How to print: table, json, yaml or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    pub output: Format,
}

/// Lists sources.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    let namespace = session.namespace(args.all_namespaces).await?;
    let client = session.client().await?;
    let list = session.wait(client.sources(namespace.as_deref())).await?;
    match &args.output {
        Format::Table if list.data.is_empty() => session.printer.say("nobody has reported so far"),
        Format::Table => {
            let head = ["KIND", "HEARD", "SILENT", "REPORTS", "NAMESPACE", "CLUSTER", "VERSION", "NAME"];
            let rows = list.data.iter().map(|source| row(source, now()));
            session.printer.show(&table(&head, rows.collect(), session.printer.width()))?;
        }
        output if output.print_data(&session.printer, &list)? => {}
        _ => return Err(Format::unknown("table, json, yaml and jsonpath")),
    }
    if !list.is_complete {
        let words = format!("{}; there are more, which were heard before", plural(list.data.len(), "source"));
        session.printer.say(&words);
    }
    Ok(Exit::Fine)
}

fn row(source: &Source, now: Timestamp) -> (Tone, Vec<String>) {
    let kind = match source.kind {
        SourceKind::Operator => "operator",
        SourceKind::Webhook => "webhook",
        SourceKind::Api => "api",
    };
    let (tone, silent) = if source.is_silent { (Tone::Of(Severity::Major), "silent") } else { (Tone::Plain, "") };
    let heard = format!("{} ago", age(now, source.last_heard_at));
    let Source { name, cluster, namespace, version, reports, .. } = source;
    let texts = [namespace, cluster, version, name].map(String::clone);
    let first = [kind.to_owned(), heard, silent.to_owned(), reports.to_string()];
    (tone, [first, texts].concat())
}
