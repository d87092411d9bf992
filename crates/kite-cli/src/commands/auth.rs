//! `kite auth`: who calls, and what the caller may do.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use kite_client::{Client, Options, Token};

use crate::config_file::{self, ConfigFile};
use crate::failure::{Exit, Failure};
use crate::output::Format;
use crate::session::Session;
use crate::settings;
use crate::text::{Text, Tone, one_line};

/// A token is a line.
const LONGEST_TOKEN: u64 = 64 * 1024;
/// The name of the context where none is in use.
const DEFAULT: &str = "default";

/// Sign in, and ask who you are and what you may do
#[derive(Clone, Debug, Subcommand)]
pub enum Auth {
    /// Keep a token for the context in use
    ///
    /// The token is read from standard input, or kept in the file that --token-file names. Whoever
    /// uses a kubeconfig with a token or a sign-in plugin need not sign in.
    Login,
    /// Forget the token of the context in use
    Logout,
    /// Tell who KITE takes you for
    Whoami {
        /// How to print: table, json, yaml or jsonpath=TEMPLATE
        #[arg(short, long, value_name = "FORM", default_value = "table")]
        output: Format,
    },
    /// Tell whether you may do something in the namespace, or list what you may do
    CanI {
        /// What: read, readLogs, create, update, delete, resolve or report
        #[arg(value_name = "VERB", value_parser = PossibleValuesParser::new(
            ["read", "readLogs", "create", "update", "delete", "resolve", "report"]))]
        verb: Option<String>,
        /// In all namespaces
        #[arg(short = 'A', long)]
        all_namespaces: bool,
    },
}

/// Does what is asked about the caller.
pub async fn run(session: &Session, task: Auth) -> Result<Exit, Failure> {
    match task {
        Auth::Login => login(session).await,
        Auth::Logout => logout(session).await,
        Auth::Whoami { output } => whoami(session, &output).await,
        Auth::CanI { verb, all_namespaces } => can_i(session, verb.as_deref(), all_namespaces).await,
    }
}

async fn login(session: &Session) -> Result<Exit, Failure> {
    let settings = session.settings().await?;
    if !settings::is_private(&settings.server) {
        let words = format!("a token that is kept is sent over https only, and not to {}", settings.server);
        return Err(Failure::usage(words).hint("KITE_TOKEN is always sent, and kept nowhere"));
    }
    let name = settings.context.clone().unwrap_or_else(|| DEFAULT.to_owned());
    let (token, path) = match &session.global.token_file {
        Some(path) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            let token = fs::read_to_string(&path)
                .map_err(|error| Failure::usage(format!("failed to read `{}`: {error}", path.display())))?;
            (token, path)
        }
        None => (read_token(session)?, token_path(&name)?),
    };
    let token = token.trim();
    if token.is_empty() {
        return Err(Failure::usage("there is no token").hint("kubectl create token NAME | kite auth login"));
    }
    let options = Options { token: Some(Token::Fixed(token.into())), ..settings.bounds()? };
    let client = Client::new(&settings.server, options)?;
    let access = session.wait(client.access(None)).await?;
    if session.global.token_file.is_none() {
        config_file::write_privately(&path, &format!("{token}\n"))?;
    }
    let mut file = ConfigFile::read()?;
    let context = file.contexts.entry(name.clone()).or_default();
    context.token_file = Some(path);
    // A token belongs to the server that it was tried on.
    context.server = Some(settings.server.clone());
    if settings.context.is_none() {
        file.current_context = Some(name.clone());
    }
    file.write()?;
    let who = access.user.unwrap_or_else(|| "nobody: callers do not sign in there".to_owned());
    session.printer.say(&format!("signed in to {} as {} (context {name})", settings.server, one_line(&who)));
    Ok(Exit::Fine)
}

fn read_token(session: &Session) -> Result<String, Failure> {
    if io::stdin().is_terminal() {
        session.printer.say("paste the token, then press Enter and Ctrl-D (pipe it to keep it off the screen):");
    }
    let mut token = String::new();
    let read = io::stdin().take(LONGEST_TOKEN).read_to_string(&mut token);
    read.map_err(|error| Failure::usage(format!("failed to read the token: {error}")))?;
    Ok(token)
}

/// Where the program keeps the token of a context.
fn token_path(context: &str) -> Result<PathBuf, Failure> {
    // A context may be named anything, such as `team/cluster:6443/jane`, and each has its own file.
    let name: String = context.chars().map(in_file_name).collect();
    Ok(config_file::folder()?.join("tokens").join(name))
}

fn in_file_name(c: char) -> String {
    if c.is_ascii_alphanumeric() || c == '-' { c.to_string() } else { format!("_{:x}_", u32::from(c)) }
}

async fn logout(session: &Session) -> Result<Exit, Failure> {
    let name = session.settings().await?.context.clone().unwrap_or_else(|| DEFAULT.to_owned());
    let mut file = ConfigFile::read()?;
    let Some(path) = file.contexts.get_mut(&name).and_then(|context| context.token_file.take()) else {
        session.printer.say(&format!("no token is kept for context {name}"));
        return Ok(Exit::Fine);
    };
    // A file that somebody else made is theirs.
    if path == token_path(&name)? {
        let _ = fs::remove_file(&path);
    }
    file.write()?;
    session.printer.say(&format!("forgot the token of context {name}"));
    Ok(Exit::Fine)
}

async fn whoami(session: &Session, output: &Format) -> Result<Exit, Failure> {
    let client = session.client().await?;
    let access = session.wait(client.access(None)).await?;
    match output {
        Format::Table => {
            let mut text = Text::default();
            match &access.user {
                None => text.plain("nobody: callers do not sign in there"),
                Some(user) => text.push(Tone::Strong, one_line(user)),
            };
            text.end_line();
            for group in &access.groups {
                text.push(Tone::Faint, "group ").plain(one_line(group)).end_line();
            }
            session.printer.show(&text)?;
        }
        output if output.print_data(&session.printer, &access)? => {}
        _ => return Err(Format::unknown("table, json, yaml and jsonpath")),
    }
    Ok(Exit::Fine)
}

async fn can_i(session: &Session, verb: Option<&str>, all: bool) -> Result<Exit, Failure> {
    let namespace = session.namespace(all).await?;
    let client = session.client().await?;
    let access = session.wait(client.access(namespace.as_deref())).await?;
    let may = |verb: &str| access.may.get(verb).copied().unwrap_or(false);
    let word = |may: bool| if may { (Tone::Good, "yes") } else { (Tone::Plain, "no") };
    let place = namespace.as_ref().map_or("all namespaces".to_owned(), |name| format!("namespace {name}"));
    let mut text = Text::default();
    let mut exit = Exit::Fine;
    if let Some(verb) = verb {
        let (tone, word) = word(may(verb));
        text.push(tone, word).end_line();
        exit = if may(verb) { Exit::Fine } else { Exit::Problem };
    } else {
        for (verb, may) in &access.may {
            let (tone, word) = word(*may);
            text.plain(format!("{:<9}", one_line(verb))).push(tone, word).end_line();
        }
    }
    session.printer.show(&text)?;
    session.printer.say(&format!("in {place}"));
    Ok(exit)
}
