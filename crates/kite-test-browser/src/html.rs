//! Whether a document is HTML, as far as html-validate can tell.

use std::{env, fmt, io, path::PathBuf, process::Stdio};

use serde::Deserialize;
use tokio::{io::AsyncWriteExt, process::Command};

use crate::{
    WEB_TOOLS_VARIABLE,
    failure::{BrowserError, or_panic},
};

const VALIDATE: &str = include_str!("validate.mjs");

/// What HTML does not allow.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Fault {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The name of html-validate's rule.
    pub rule: String,
    /// What is wrong.
    pub message: String,
}

/// Finds what HTML does not allow in a whole document.
#[track_caller]
pub fn validate_html(document: &str) -> impl Future<Output = Vec<Fault>> {
    or_panic("validate HTML".to_owned(), faults(document))
}

/// Fails the test unless a whole document is valid HTML.
#[track_caller]
pub fn assert_valid_html(document: &str) -> impl Future<Output = ()> {
    or_panic("find the HTML valid".to_owned(), async move {
        let faults: Vec<_> = faults(document).await?.iter().map(ToString::to_string).collect();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(BrowserError::NotThere(format!("{}\n{document}", faults.join("\n"))))
        }
    })
}

/// Gives the folder in which `npm` installed what pages are checked with.
pub(crate) fn web_tools() -> Result<PathBuf, BrowserError> {
    env::var_os(WEB_TOOLS_VARIABLE).map(PathBuf::from).ok_or(BrowserError::NotShared(WEB_TOOLS_VARIABLE))
}

async fn faults(document: &str) -> Result<Vec<Fault>, BrowserError> {
    let mut node = Command::new("node");
    // Modules are looked for from the current folder on.
    node.args(["--input-type=module", "--eval", VALIDATE]).current_dir(web_tools()?);
    let answer = answer(&mut node, document).await.map_err(|error| BrowserError::Tool(format!("node: {error}")))?;
    serde_json::from_str(&answer).map_err(|error| BrowserError::Tool(format!("html-validate: {error}: {answer}")))
}

/// Hands a program its input and gives all that it prints.
async fn answer(program: &mut Command, input: &str) -> io::Result<String> {
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = program.spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input.as_bytes()).await?;
    }
    let output = child.wait_with_output().await?;
    let text = if output.status.success() { output.stdout } else { output.stderr };
    Ok(String::from_utf8_lossy(&text).into_owned())
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, rule, message } = self;
        write!(f, "{line}:{column}: {message} ({rule})")
    }
}
