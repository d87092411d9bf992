//! `kite version`.

use crate::failure::{Exit, Failure};
use crate::session::Session;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Tell the versions of this program and of the server
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Ask no server
    #[arg(long)]
    pub client: bool,
}

/// Tells the versions.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    session.printer.print(&format!("client {VERSION}\n"))?;
    if !args.client {
        let server = session.wait(session.client().await?.version()).await?;
        session.printer.print(&format!("server {} ({})\n", server.version, session.client().await?.address()))?;
    }
    Ok(Exit::Fine)
}
