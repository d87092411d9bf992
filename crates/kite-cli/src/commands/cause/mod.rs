//! `kite cause`: one cause, and what people decide about it.

mod decide;
mod show;

use clap::Subcommand;

use crate::failure::{Exit, Failure};
use crate::session::Session;

/// Show what issues have in common, and decide which belong together
#[derive(Clone, Debug, Subcommand)]
pub enum Cause {
    Show(show::Args),
    Merge(decide::Merge),
    Split(decide::Split),
    Undo(decide::Undo),
    Decisions(decide::Decisions),
}

/// Does what was asked about causes.
pub async fn run(session: &Session, task: Cause) -> Result<Exit, Failure> {
    match task {
        Cause::Show(args) => show::run(session, args).await,
        Cause::Merge(args) => decide::merge(session, args).await,
        Cause::Split(args) => decide::split(session, args).await,
        Cause::Undo(args) => decide::undo(session, args).await,
        Cause::Decisions(args) => decide::decisions(session, args).await,
    }
}
