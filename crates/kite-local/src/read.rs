//! From a dump to issues: objects are judged on all cores while the reports go into the database.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use kite_backend::input::report::Reading;
use kite_backend::input::{self, Delivery, Manner};
use kite_core::Entry::Expiry;
use kite_core::Submission;
use kite_dump::{DumpError, Item, Problem, Progress, ReadSummary};
use kite_rules::{Config, RuleSet};
use kite_store::{Due, Store};
use tokio::sync::mpsc;

/// Submissions of one transaction.
const GROUP: usize = 1_000;
/// Expiries of one transaction.
const EXPIRED: u32 = 1_000;
/// Submissions that may wait for the database.
const WAITING: usize = 4_000;
/// Problems of one kind that are told one by one.
const TOLD: usize = 10;
const SHOW_EVERY: Duration = Duration::from_millis(500);

/// What came of reading.
#[derive(Debug)]
pub struct Done {
    /// What was read.
    pub summary: ReadSummary,
    /// Problems that make the list incomplete.
    pub problems: usize,
}

/// Reads dumps into the database. Words about it go to `say`, progress to `show`.
pub async fn read(
    store: &Store,
    rules: Arc<RuleSet>,
    config: Config,
    paths: Vec<std::path::PathBuf>,
    say: fn(&str),
    show: Option<fn(ReadSummary)>,
) -> anyhow::Result<Done> {
    let progress = Arc::new(Progress::default());
    let problems = Arc::new(Problems { say, told: Mutex::default() });
    let (sender, receiver) = mpsc::channel(WAITING);
    let now = store.now().await?;
    let reading = tokio::task::spawn_blocking({
        let (progress, problems) = (Arc::clone(&progress), Arc::clone(&problems));
        move || {
            let judge = Judge { rules, config, now, sender, problems: Arc::clone(&problems) };
            let on_error = |error: DumpError| problems.tell(kind_of(&error), &error.to_string());
            kite_dump::read(&paths, &kite_dump::Options::default(), &progress, |item| judge.judge(&item), on_error)
        }
    });
    let writing = write(store, receiver, &problems);
    let showing = async {
        let Some(show) = show else { return std::future::pending::<()>().await };
        let mut ticks = tokio::time::interval(SHOW_EVERY);
        loop {
            ticks.tick().await;
            show(progress.snapshot());
        }
    };
    tokio::select! {
        () = writing => {}
        () = showing => {}
    }
    let summary = reading.await?;
    expire(store).await?;
    Ok(Done { summary, problems: problems.sum_up() })
}

/// Judges objects, on several threads at once.
struct Judge {
    rules: Arc<RuleSet>,
    config: Config,
    now: Timestamp,
    sender: mpsc::Sender<(Submission, String)>,
    problems: Arc<Problems>,
}

impl Judge {
    fn judge(&self, item: &Item) -> ControlFlow<()> {
        let reports = match self.rules.detect(&item.object, &self.config) {
            Ok(reports) => reports,
            Err(error) => {
                self.problems.tell("objects that a detector could not judge", &format!("{}: {error}", item.origin));
                return ControlFlow::Continue(());
            }
        };
        let delivery = Delivery::default();
        for (index, report) in reports.into_iter().enumerate() {
            let reading =
                Reading { now: self.now, rules: &self.rules, manner: Manner::Forgiving, delivery: &delivery, index };
            match input::report::entry(report, reading) {
                Ok(checked) => {
                    let submission = Submission { entries: vec![checked.value] };
                    if self.sender.blocking_send((submission, item.origin.to_string())).is_err() {
                        return ControlFlow::Break(());
                    }
                }
                Err(errors) => {
                    let errors: Vec<_> =
                        errors.iter().map(|error| format!("`{}` {}", error.field, error.message)).collect();
                    self.problems
                        .tell("reports that cannot be stored", &format!("{}: {}", item.origin, errors.join(", ")));
                }
            }
        }
        ControlFlow::Continue(())
    }
}

async fn write(store: &Store, mut receiver: mpsc::Receiver<(Submission, String)>, problems: &Problems) {
    let mut waiting = Vec::with_capacity(GROUP);
    while receiver.recv_many(&mut waiting, GROUP).await > 0 {
        let (submissions, origins): (Vec<_>, Vec<_>) = waiting.drain(..).unzip();
        for (outcome, origin) in store.apply(submissions).await.into_iter().zip(origins) {
            if let Err(error) = outcome {
                problems.tell("reports that could not be stored", &format!("{origin}: {error}"));
            }
        }
    }
}

/// A dump is old: what has expired since is over.
async fn expire(store: &Store) -> anyhow::Result<()> {
    loop {
        let due = store.due(EXPIRED).await.context("look for expiries")?;
        if due.is_empty() {
            return Ok(());
        }
        let entry = |due: Due| Expiry { identity: due.identity, run_id: due.run_id, at: due.at };
        let expired = due.into_iter().map(|due| Submission { entries: vec![entry(due)] }).collect();
        for outcome in store.apply(expired).await {
            outcome.context("let an issue expire")?;
        }
    }
}

/// What went wrong, by kind; the first of each kind are told, the rest counted.
struct Problems {
    say: fn(&str),
    told: Mutex<BTreeMap<&'static str, usize>>,
}

/// Objects of other formats are no problem of the dump.
const STRANGERS: &str = "values that are not Kubernetes objects";

fn kind_of(error: &DumpError) -> &'static str {
    match error.problem {
        Problem::NotAnObject(_) => STRANGERS,
        _ => "places that could not be read",
    }
}

impl Problems {
    fn tell(&self, kind: &'static str, words: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let count = told.entry(kind).or_insert(0);
        *count += 1;
        if *count <= TOLD && kind != STRANGERS {
            (self.say)(words);
        }
    }

    fn sum_up(&self) -> usize {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, count) in told.iter().filter(|(kind, count)| **count > TOLD || **kind == STRANGERS) {
            (self.say)(&format!("{count} {kind} in all"));
        }
        told.iter().filter(|(kind, _)| **kind != STRANGERS).map(|(_, count)| count).sum()
    }
}
