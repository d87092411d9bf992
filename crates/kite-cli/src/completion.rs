//! Completion in shells: commands and flags, and what KITE knows: namespaces, issues, labels.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::time::Duration;

use clap_complete::engine::{CompletionCandidate, complete};
use clap_complete::env::{CompleteEnv, Shells};
use kite_api::{Issue, State};
use kite_client::{Client, ClientError, IssueQuery, Options};

use crate::args::{self, Name};
use crate::config_file::ConfigFile;
use crate::failure::Failure;
use crate::kubeconfig;
use crate::settings::{Global, Settings, TokenSource};
use crate::text::one_line;
use crate::via_kubernetes::{self, ServiceName};

/// The variable in which a shell asks.
pub const VARIABLE: &str = "COMPLETE";
/// Whoever presses Tab waits no longer.
const PATIENCE: Duration = Duration::from_secs(2);
const MOST: u32 = 1_000;
/// kubectl's word for "and complete no files".
const NO_FILES: &str = ":4";

/// Answers a shell, or kubectl, that asks for completions; `None` when nobody does.
pub fn answer(name: Name, arguments: &[OsString]) -> Option<Result<(), Failure>> {
    let failed = |error: io::Error| Failure::problem(format!("failed to complete: {error}"));
    if name == Name::KubectlComplete {
        return Some(for_kubectl(arguments).map_err(failed));
    }
    env::var_os(VARIABLE)?;
    let factory = || args::command(name);
    let done = CompleteEnv::with_factory(factory).var(VARIABLE).shells(Shells::builtins());
    match done.try_complete(arguments.iter().cloned(), env::current_dir().ok().as_deref()) {
        Ok(true) => Some(Ok(())),
        Ok(false) => None,
        Err(error) => Some(Err(Failure::problem(format!("failed to complete: {error}")))),
    }
}

/// Answers as kubectl's library does: a candidate on each line, then what else may be completed.
fn for_kubectl(arguments: &[OsString]) -> io::Result<()> {
    let mut words = vec![OsString::from("kubectl-kite")];
    words.extend(arguments.iter().skip(1).cloned());
    if words.len() == 1 {
        words.push(OsString::new());
    }
    let index = words.len() - 1;
    let found = complete(&mut args::command(Name::KubectlKite), words, index, env::current_dir().ok().as_deref())?;
    let mut answer = String::new();
    for candidate in found.iter().filter(|candidate| !candidate.is_hide_set()) {
        answer.push_str(&candidate.get_value().to_string_lossy());
        if let Some(help) = candidate.get_help() {
            answer.push('\t');
            answer.push_str(&one_line(&help.to_string()));
        }
        answer.push('\n');
    }
    answer.push_str(NO_FILES);
    answer.push('\n');
    io::Write::write_all(&mut io::stdout(), answer.as_bytes())
}

/// The namespaces in which something is broken, and those of the kubeconfig.
pub fn namespaces(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut names: BTreeSet<_> = active(None).into_iter().map(|issue| issue.namespace).collect();
    if let Ok(file) = kubeconfig::read(global().kubeconfig.as_deref()) {
        names.extend(file.contexts.into_iter().filter_map(|context| context.context?.namespace));
    }
    candidates(current, names)
}

/// The contexts of the program's own configuration and of the kubeconfig.
pub fn contexts(current: &OsStr) -> Vec<CompletionCandidate> {
    let own = ConfigFile::read().unwrap_or_default().contexts.into_keys();
    let kube = kubeconfig::read(global().kubeconfig.as_deref()).unwrap_or_default();
    candidates(current, own.chain(kube.contexts.into_iter().map(|context| context.name)).collect())
}

/// Active issues, as TYPE/NAME.
pub fn issues(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut seen = BTreeSet::new();
    let found = active(namespace()).into_iter().filter_map(|issue| {
        let name = format!("{}/{}", issue.scope.resource_type, issue.scope.resource_name);
        let is_wanted = starts(current, &name) && is_word(&name) && seen.insert(name.clone());
        is_wanted.then(|| CompletionCandidate::new(name).help(Some(one_line(&issue.title).into())))
    });
    found.collect()
}

/// Keys of causes that something is put down to.
pub fn causes(current: &OsStr) -> Vec<CompletionCandidate> {
    let query = IssueQuery { namespace: namespace(), limit: Some(MOST), ..IssueQuery::default() };
    let found = asked(async |client| client.list_causes(&query).await).map(|list| list.data).unwrap_or_default();
    let wanted = found.into_iter().filter(|cause| starts(current, &cause.key) && is_word(&cause.key));
    wanted.map(|cause| CompletionCandidate::new(cause.key).help(Some(one_line(&cause.title).into()))).collect()
}

/// Keys of causes that people have put down to others.
pub fn merged(current: &OsStr) -> Vec<CompletionCandidate> {
    let found = asked(async |client| client.cause_decisions(namespace().as_deref()).await);
    let keys = found.map(|list| list.data.into_iter().map(|decision| decision.cause).collect());
    candidates(current, keys.unwrap_or_default())
}

/// What causes are named by: their keys, or their issues.
pub fn causes_and_issues(current: &OsStr) -> Vec<CompletionCandidate> {
    causes(current).into_iter().chain(issues(current)).collect()
}

/// Applications in which something is broken.
pub fn applications(current: &OsStr) -> Vec<CompletionCandidate> {
    label(current, "application")
}

/// Components in which something is broken.
pub fn components(current: &OsStr) -> Vec<CompletionCandidate> {
    label(current, "component")
}

fn label(current: &OsStr, key: &str) -> Vec<CompletionCandidate> {
    let values = active(None).into_iter().filter_map(|mut issue| issue.labels.remove(key));
    candidates(current, values.collect())
}

fn candidates(current: &OsStr, names: BTreeSet<String>) -> Vec<CompletionCandidate> {
    let wanted = names.into_iter().filter(|name| starts(current, name) && is_word(name));
    wanted.map(CompletionCandidate::new).collect()
}

fn starts(current: &OsStr, name: &str) -> bool {
    current.to_str().is_some_and(|current| name.starts_with(current))
}

/// A shell puts the candidate into the line as it is.
fn is_word(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@' | '+'))
}

/// The namespace that is meant.
fn namespace() -> Option<String> {
    Settings::find(&global()).ok().and_then(|settings| settings.namespace)
}

/// What is broken.
fn active(namespace: Option<String>) -> Vec<Issue> {
    let query = IssueQuery { namespace, states: vec![State::Active], limit: Some(MOST), ..IssueQuery::default() };
    asked(async |client| client.list_issues(&query).await).map(|page| page.data).unwrap_or_default()
}

/// What KITE answers; nothing when it does not at once.
fn asked<T>(ask: impl AsyncFnOnce(Client) -> Result<T, ClientError>) -> Option<T> {
    let asked = async {
        let bounds = Options { timeout: PATIENCE, connect_timeout: PATIENCE, retries: 0, ..Options::default() };
        let settings = Settings::find(&global()).ok()?;
        if matches!(settings.token_source(), TokenSource::Kubeconfig(context) if context.runs_plugin()) {
            // It may open a browser, or ask in the middle of the line.
            return None;
        }
        ask(settings.client_that(bounds).await.ok()?).await.ok()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.ok()?.block_on(asked)
}

/// The options that are in the line already, as far as they say where to ask.
fn global() -> Global {
    let words: Vec<String> = env::args().collect();
    let value = |names: &[&str]| {
        let mut values = words.windows(2).filter_map(|pair| match pair {
            [name, value] if names.contains(&name.as_str()) => Some(value.clone()),
            _ => None,
        });
        let joined = words.iter().find_map(|word| {
            let (name, value) = word.split_once('=')?;
            names.contains(&name).then(|| value.to_owned())
        });
        values.next().or(joined)
    };
    let set = |names: &[&str], variable: &str| {
        value(names).or_else(|| env::var(variable).ok()).filter(|value| !value.is_empty())
    };
    Global {
        server: set(&["--server"], "KITE_SERVER"),
        via_kubernetes: via_kubernetes(&words),
        namespace: set(&["-n", "--namespace"], "KITE_NAMESPACE"),
        context: set(&["--context"], "KITE_CONTEXT"),
        kubeconfig: value(&["--kubeconfig"]).map(Into::into),
        token_file: set(&["--token-file"], "KITE_TOKEN_FILE").map(Into::into),
        ca_file: set(&["--ca-file"], "KITE_CA_FILE").map(Into::into),
        request_timeout: 2,
        ..Global::default()
    }
}

/// Where the line says that KITE is in the cluster.
fn via_kubernetes(words: &[String]) -> Option<ServiceName> {
    let given = words.iter().find_map(|word| word.strip_prefix("--via-kubernetes"))?;
    given.strip_prefix('=').unwrap_or(via_kubernetes::DEFAULT).parse().ok()
}
