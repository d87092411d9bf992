//! `kite logs`: what the failure said, and where the whole log is.

use kite_api::{Issue, Link};

use super::open;
use crate::failure::{Exit, Failure};
use crate::find::Target;
use crate::session::Session;
use crate::text::{Text, Tone, one_line};

/// Show what the failure said, and where its log is
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Which issue.
    #[command(flatten)]
    pub target: Target,
    /// Open the log in the browser
    #[arg(long)]
    pub open: bool,
}

/// Shows what the failure said.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    let issue = args.target.find(session).await?;
    let log = log(&issue);
    if args.open {
        let link = log.ok_or_else(|| {
            Failure::problem("the issue has no link to a log").hint("`kite describe` shows all its links")
        })?;
        return open::show(session, &link.url);
    }
    let mut text = Text::default();
    text.push(Tone::Strong, one_line(&issue.title)).end_line().plain(issue.description.trim_end()).end_line();
    session.printer.show(&text)?;
    match log {
        Some(link) => session.printer.say(&format!("{}: {}", one_line(&link.title), one_line(&link.url))),
        None => session.printer.say("the issue has no link to a log"),
    }
    Ok(Exit::Fine)
}

/// The link to the log: the one that says so, or to what failed.
fn log(issue: &Issue) -> Option<&Link> {
    let says = |words: &[&str]| {
        issue.links.iter().find(|link| {
            let title = link.title.to_lowercase();
            words.iter().any(|word| title.contains(word))
        })
    };
    says(&["log"]).or_else(|| says(&["run", "task"]))
}
