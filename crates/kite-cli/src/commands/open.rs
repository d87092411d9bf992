//! `kite open`: the page of an issue in the browser.

use crate::failure::{Exit, Failure};
use crate::find::Target;
use crate::session::Session;

/// Open the page of an issue in the browser
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Which issue.
    #[command(flatten)]
    pub target: Target,
    /// Print the address instead
    #[arg(long)]
    pub print: bool,
}

/// Opens the page of an issue.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    if session.global.via_kubernetes.is_some() {
        return Err(Failure::usage("the way through Kubernetes ends with this command, before a browser has used it")
            .hint("name the address of KITE with --server"));
    }
    let issue = args.target.find(session).await?;
    let address = format!("{}/issues/{}", session.client().await?.address().trim_end_matches('/'), issue.id);
    if args.print {
        session.printer.print(&format!("{address}\n"))?;
        return Ok(Exit::Fine);
    }
    show(session, &address)
}

/// Shows an address in the browser.
pub fn show(session: &Session, address: &str) -> Result<Exit, Failure> {
    // Whatever else an address may be: a program that is started with it would have to be trusted.
    if !address.starts_with("https://") && !address.starts_with("http://") {
        return Err(Failure::problem(format!("`{address}` is no web page")));
    }
    session.printer.say(&format!("opening {address}"));
    open::that_detached(address).map_err(|error| {
        Failure::problem(format!("failed to open the browser: {error}")).hint("--print shows the address")
    })?;
    Ok(Exit::Fine)
}
