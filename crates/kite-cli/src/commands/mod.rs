//! The commands, one file each: its arguments, and what it does.

pub mod auth;
pub mod cause;
pub mod causes;
pub mod change;
pub mod completion;
pub mod config;
pub mod describe;
pub mod doctor;
pub mod edit;
pub mod explain;
pub mod get;
pub mod history;
pub mod list;
pub mod logs;
pub mod open;
mod outcome;
pub mod report;
mod report_file;
pub mod rules;
pub mod run;
pub mod sources;
pub mod status;
pub mod trends;
pub mod version;
mod watch;

use crate::args::{Command, IssueCommand};
use crate::failure::{Exit, Failure};
use crate::session::Session;

/// Does what was asked.
pub async fn dispatch(session: &Session, command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Issue(command) | Command::Issues(command) => of_issues(session, command).await,
        Command::Causes(args) => causes::run(session, *args).await,
        Command::Cause(task) => cause::run(session, task).await,
        Command::Explain(args) => explain::run(session, args).await,
        Command::Status(args) => status::run(session, args).await,
        Command::Trends(args) => trends::run(session, *args).await,
        Command::Sources(args) => sources::run(session, args).await,
        Command::Report(args) => report::run(session, args).await,
        Command::Run(args) => run::run(session, args).await,
        Command::Rules(task) => rules::run(session, task),
        Command::Config(task) => config::run(session, task).await,
        Command::Auth(task) => auth::run(session, task).await,
        Command::Completion(args) => completion::run(session, &args),
        Command::Doctor(args) => doctor::run(session, args).await,
        Command::Version(args) => version::run(session, args).await,
    }
}

async fn of_issues(session: &Session, command: IssueCommand) -> Result<Exit, Failure> {
    match command {
        IssueCommand::List(args) => list::run(session, *args).await,
        IssueCommand::Get(args) => get::run(session, args).await,
        IssueCommand::Describe(args) => describe::run(session, args).await,
        IssueCommand::History(args) => history::run(session, args).await,
        IssueCommand::Logs(args) => logs::run(session, args).await,
        IssueCommand::Open(args) => open::run(session, args).await,
        IssueCommand::Resolve(args) => change::resolve(session, args).await,
        IssueCommand::Reopen(args) => change::reopen(session, args).await,
        IssueCommand::Relate(args) => change::relate(session, args).await,
        IssueCommand::Edit(args) => edit::run(session, args).await,
        IssueCommand::Delete(args) => change::delete(session, args).await,
    }
}
