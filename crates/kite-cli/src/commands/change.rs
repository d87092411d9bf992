//! `kite resolve`, `reopen`, `relate` and `delete`.

use clap_complete::ArgValueCompleter;
use kite_api::{Issue, State, UpdateIssue};

use crate::completion;
use crate::failure::{Exit, Failure};
use crate::find::{self, Target, short_id};
use crate::session::Session;
use crate::table::state_word;
use crate::text::one_line;

/// Declare an issue resolved
#[derive(Clone, Debug, clap::Args)]
pub struct Resolve {
    /// Which issue.
    #[command(flatten)]
    pub target: Target,
    /// Why; kept in the history
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Open an issue again that is resolved
#[derive(Clone, Debug, clap::Args)]
pub struct Reopen {
    /// Which issue.
    #[command(flatten)]
    pub target: Target,
}

/// Say that one issue has to do with another
#[derive(Clone, Debug, clap::Args)]
pub struct Relate {
    /// One issue
    #[arg(value_name = "ISSUE", add = ArgValueCompleter::new(completion::issues))]
    pub issue: String,
    /// The other issue
    #[arg(value_name = "OTHER", add = ArgValueCompleter::new(completion::issues))]
    pub other: String,
    /// Take that back
    #[arg(long)]
    pub remove: bool,
}

/// Delete an issue with its history
#[derive(Clone, Debug, clap::Args)]
pub struct Delete {
    /// Which issue.
    #[command(flatten)]
    pub target: Target,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// Declares an issue resolved.
pub async fn resolve(session: &Session, args: Resolve) -> Result<Exit, Failure> {
    let issue = args.target.find(session).await?;
    if issue.state == State::Resolved {
        session.printer.say(&format!("{} is resolved already", named(&issue)));
        return Ok(Exit::Fine);
    }
    let resolved = session.client().await?.resolve_issue(issue.id, args.reason.as_deref());
    say(session, &session.wait(resolved).await?);
    Ok(Exit::Fine)
}

/// Opens an issue again.
pub async fn reopen(session: &Session, args: Reopen) -> Result<Exit, Failure> {
    let issue = args.target.find(session).await?;
    let update = UpdateIssue { state: Some("ACTIVE".to_owned()), ..UpdateIssue::default() };
    say(session, &session.wait(session.client().await?.update_issue(issue.id, &update)).await?);
    Ok(Exit::Fine)
}

/// Relates two issues, or takes that back.
pub async fn relate(session: &Session, args: Relate) -> Result<Exit, Failure> {
    let (one, other) = (find::one(session, &args.issue).await?, find::one(session, &args.other).await?);
    let client = session.client().await?;
    let words = if args.remove {
        session.wait(client.unrelate(one.id, other.id)).await?;
        "not related any more"
    } else {
        session.wait(client.relate(one.id, other.id)).await?;
        "related"
    };
    session.printer.say(&format!("{words}: {} and {}", named(&one), named(&other)));
    Ok(Exit::Fine)
}

/// Deletes an issue, when the person is sure.
pub async fn delete(session: &Session, args: Delete) -> Result<Exit, Failure> {
    let issue = args.target.find(session).await?;
    let question = format!("Delete {} with its history, for good?", named(&issue));
    if !args.yes && !session.printer.ask(&question) {
        return Err(Failure::problem("nothing was deleted").hint("--yes deletes without asking"));
    }
    session.wait(session.client().await?.delete_issue(issue.id)).await?;
    session.printer.say(&format!("deleted {}", named(&issue)));
    Ok(Exit::Fine)
}

fn say(session: &Session, issue: &Issue) {
    session.printer.say(&format!("{} is {} now", named(issue), state_word(issue.state)));
}

fn named(issue: &Issue) -> String {
    format!("{} ({})", short_id(issue.id), one_line(&issue.title))
}
