//! `kite history`: all that happened to an issue.

use kite_api::History;
use uuid::Uuid;

use super::describe::told;
use crate::failure::{Exit, Failure};
use crate::find::Target;
use crate::output::Format;
use crate::session::Session;
use crate::text::{Text, Tone, one_line};

/// Show all that happened to an issue, the newest first
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Which issue.
    #[command(flatten)]
    pub target: Target,
    /// How many changes at most; 0 is all
    #[arg(long, value_name = "NUMBER", default_value = "1000")]
    pub limit: usize,
    /// How to print: table, json, yaml or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    pub output: Format,
}

/// Shows what happened to an issue.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    let issue = args.target.find(session).await?;
    let most = if args.limit == 0 { usize::MAX } else { args.limit };
    let history = read(session, issue.id, most).await?;
    match &args.output {
        Format::Table => {
            let mut text = Text::default();
            text.push(Tone::Strong, one_line(&issue.title)).end_line();
            told(&mut text, &history, usize::MAX);
            session.printer.show(&text)?;
        }
        output if output.print_data(&session.printer, &history)? => {}
        _ => return Err(Format::unknown("table, json, yaml and jsonpath")),
    }
    if history.next_cursor.is_some() {
        session.printer.say(&format!("{} changes; --limit 0 shows all", history.changes.len()));
    }
    Ok(Exit::Fine)
}

/// Reads pages until `most` changes; gives them as one.
async fn read(session: &Session, id: Uuid, most: usize) -> Result<History, Failure> {
    let client = session.client().await?;
    let mut history = session.wait(client.history(id, None)).await?;
    while history.changes.len() < most
        && let Some(next) = history.next_cursor.take()
    {
        let page = session.wait(client.history(id, Some(&next))).await?;
        history.changes.extend(page.changes);
        history.next_cursor = page.next_cursor;
    }
    // What is cut off is there all the same, and a page says where it goes on.
    Ok(history)
}
