//! `kite doctor`: whether the way to KITE is clear, and what to do where it is not.

use std::path::Path;

use jiff::SignedDuration;
use kite_api::{Health, Version};
use kite_client::{ClientError, IssueQuery, Options};

use crate::clock::now;
use crate::failure::{Exit, Failure, chain};
use crate::session::Session;
use crate::settings::{Settings, TokenSource};
use crate::table::plural;
use crate::text::{Text, Tone, one_line};

/// Clocks that differ more than this make ages wrong that people look at.
const SKEW: SignedDuration = SignedDuration::from_secs(30);
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Check the way to KITE: settings, server, token, rights, clocks, versions
#[derive(Clone, Debug, clap::Args)]
pub struct Args {}

/// What was found, line by line.
#[derive(Default)]
struct Findings {
    text: Text,
    worst: Option<Exit>,
}

impl Findings {
    fn fine(&mut self, words: &str) {
        self.text.push(Tone::Good, "ok").plain(format!("      {}", one_line(words))).end_line();
    }

    fn wrong(&mut self, exit: Exit, words: &str, remedy: &str) {
        self.text.push(Tone::Of(kite_api::Severity::Critical), "not ok");
        self.text.plain(format!("  {}", one_line(words))).end_line();
        self.text.push(Tone::Faint, format!("        {}", one_line(remedy))).end_line();
        self.worst = self.worst.into_iter().chain([exit]).max_by_key(|exit| exit.code());
    }

    fn failed(&mut self, failure: &Failure) {
        self.wrong(failure.exit, &failure.message, failure.hint.as_deref().unwrap_or("see `kite doctor --help`"));
    }
}

/// Checks the way to KITE.
pub async fn run(session: &Session, _args: Args) -> Result<Exit, Failure> {
    let mut findings = Findings::default();
    match session.settings().await {
        Err(failure) => findings.failed(&failure),
        Ok(settings) => {
            let context = settings.context.as_deref().unwrap_or("none");
            findings.fine(&format!("settings: context {context}, server from {}", settings.server_from));
            token(&mut findings, settings);
            ask(&mut findings, settings).await;
        }
    }
    session.printer.show(&findings.text)?;
    Ok(findings.worst.unwrap_or(Exit::Fine))
}

fn token(findings: &mut Findings, settings: &Settings) {
    match settings.token_source() {
        TokenSource::File(path) => match readable(&path) {
            Ok(()) => findings.fine(&format!("token: from `{}`", path.display())),
            Err(why) => findings.wrong(
                Exit::NotAllowed,
                &format!("token: `{}` {why}", path.display()),
                "sign in with `kite auth login`, or correct the path",
            ),
        },
        other => findings.fine(&format!("token: {other}")),
    }
}

fn readable(path: &Path) -> Result<(), String> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => Err("is empty".to_owned()),
        Ok(_) => Ok(()),
        Err(error) => Err(format!("cannot be read: {error}")),
    }
}

async fn ask(findings: &mut Findings, settings: &Settings) {
    // A doctor does not try again and again.
    let client = match settings.client_that(Options { retries: 0, ..Options::default() }).await {
        Ok(client) => client,
        Err(failure) => return findings.failed(&failure),
    };
    let health = client.health().await;
    match &health {
        Err(error) => {
            findings.wrong(
                Failure::from(error).exit,
                &format!("server: {} does not answer as KITE does: {}", settings.server, chain(error)),
                "start it, or name another one with --server, KITE_SERVER or `kite config set-context`",
            );
            return;
        }
        Ok(health) if health.status == "UP" => findings.fine(&format!("server: {} is up", settings.server)),
        Ok(health) => findings.wrong(
            Exit::Unreachable,
            &format!("server: {} is not well: {}", settings.server, health.message),
            "its administrators find more in its logs",
        ),
    }
    if let Ok(health) = &health {
        clock(findings, health);
    }
    let namespace = settings.namespace.clone();
    let place = namespace.as_ref().map_or("all namespaces".to_owned(), |name| format!("namespace {name}"));
    match client.list_issues(&IssueQuery { namespace, limit: Some(1), ..IssueQuery::default() }).await {
        Ok(page) => findings.fine(&format!(
            "rights: you may read {place}, where {} are known",
            plural(usize::try_from(page.total).unwrap_or(usize::MAX), "issue")
        )),
        Err(error) => findings.failed(&error.into()),
    }
    version(findings, client.version().await);
}

fn clock(findings: &mut Findings, health: &Health) {
    let skew = now().duration_since(health.timestamp);
    let seconds = skew.as_secs();
    if skew.abs() <= SKEW {
        return findings.fine("clock: as the server's");
    }
    let words = if seconds > 0 { "ahead of" } else { "behind" };
    findings.wrong(
        Exit::Problem,
        &format!("clock: {} s {words} the server's, so ages are wrong by that", seconds.abs()),
        "set the clock of this machine, or that of the server",
    );
}

fn version(findings: &mut Findings, server: Result<Version, ClientError>) {
    match server {
        Err(error) => findings.failed(&error.into()),
        Ok(server) if is_near(VERSION, &server.version) => {
            findings.fine(&format!("version: {VERSION}, and {} on the server", server.version));
        }
        Ok(server) => findings.wrong(
            Exit::Problem,
            &format!("version: {VERSION}, but {} on the server", server.version),
            "take the program of the server's version when something is not understood",
        ),
    }
}

/// Whether two versions understand each other: before 1.0 the second number says so.
fn is_near(one: &str, other: &str) -> bool {
    let numbers = |version: &str| {
        let mut parts = version.split('.').map(str::to_owned);
        (parts.next(), parts.next())
    };
    let ((major, minor), (other_major, other_minor)) = (numbers(one), numbers(other));
    major == other_major && (major.as_deref() != Some("0") || minor == other_minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_near_when_they_understand_each_other() {
        assert!(is_near("1.2.3", "1.9.0") && is_near("0.1.0", "0.1.9"));
        assert!(!is_near("0.1.0", "0.2.0") && !is_near("1.0.0", "2.0.0"));
    }
}
