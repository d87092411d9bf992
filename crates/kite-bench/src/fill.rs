//! Fills a database through the store, as the service would.

use std::{sync::Arc, time::Instant};

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use kite_core::Submission;
use kite_store::{Options, Store};
use tokio::{runtime::Runtime, task::JoinSet};

use crate::{row::count, say, world::Failure};

/// Issues that are written in one transaction.
const GROUP: u64 = 1_000;
/// Issues whose texts hold the rare word.
const RARE: u64 = 20;

/// Connects to a database, which sets it up.
pub async fn connect(url: &str) -> Result<Store> {
    let options = Options { url: url.to_owned(), max_connections: 4 };
    Ok(Store::connect(&options).await?)
}

/// The time now.
#[expect(clippy::disallowed_methods, reason = "this program is a client, and clients have clocks of their own")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Stores one issue for each of the components below `issues`, one in ten resolved, the last
/// component as the oldest: what goes on failing (the first ones) failed last.
pub fn fill(url: &str, issues: u64) -> Result<()> {
    let begin = Instant::now();
    let writers = if url.starts_with("sqlite:") { 1_u8 } else { 2 };
    Runtime::new()?.block_on(async {
        let store = connect(url).await?;
        let groups = Arc::new(Groups { issues, end: now() });
        let mut tasks = JoinSet::new();
        for writer in 0..writers {
            tasks.spawn(write(store.clone(), Arc::clone(&groups), u64::from(writer), usize::from(writers)));
        }
        while let Some(written) = tasks.join_next().await {
            written??;
        }
        store.close().await;
        anyhow::Ok(())
    })?;
    say(&format!("stored {} issues in {:.0} s", count(issues), begin.elapsed().as_secs_f64()));
    Ok(())
}

struct Groups {
    issues: u64,
    end: Timestamp,
}

async fn write(store: Store, groups: Arc<Groups>, first: u64, step: usize) -> Result<()> {
    let count = groups.issues.div_ceil(GROUP);
    for group in (first..count).step_by(step) {
        for outcome in store.apply(groups.get(group)?).await {
            outcome.context("fill the database")?;
        }
    }
    Ok(())
}

impl Groups {
    fn get(&self, group: u64) -> Result<Vec<Submission>> {
        let places = group * GROUP..self.issues.min((group + 1) * GROUP);
        places.map(|place| self.submission(self.issues - 1 - place)).collect()
    }

    fn submission(&self, component: u64) -> Result<Submission> {
        let age = SignedDuration::from_secs(i64::try_from(component)? * 10 + 60);
        let apart = (self.issues / RARE).max(1);
        let rare = component % apart == component / apart * 11 % apart;
        let failure = Failure { component, run: 0, text: 0, rare };
        let occurred_at = self.end - age;
        let mut submission = failure.to_submission(Some(occurred_at));
        if failure.place() % 10 == 3 {
            submission.entries.push(failure.recovery(occurred_at + SignedDuration::from_secs(5)));
        }
        Ok(submission)
    }
}
