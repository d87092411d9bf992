//! The store alone: what is left when HTTP, rules and the queue cost nothing.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use kite_core::Submission;
use kite_store::Store;
use tokio::runtime::Runtime;

use crate::{
    bench::Bench,
    fill,
    row::{Row, rate},
    upsert::{self, Upserts},
    world::{Mix, WORKING_SET},
};

const CALLERS: usize = 2;
const GROUPS: [usize; 2] = [32, 500];

/// Applies groups of the daily mix from two callers.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    GROUPS.into_iter().map(|group| measure_groups(bench, group)).collect()
}

fn measure_groups(bench: &Bench, group: usize) -> Result<Row> {
    let table = bench.postgres()?.create("upserts")?;
    upsert::prepare(table, WORKING_SET)?;
    let database = bench.postgres()?.create("store")?;
    fill::fill(&database.url(), WORKING_SET)?;
    database.vacuum()?;
    let runtime = Runtime::new()?;
    let store = runtime.block_on(fill::connect(&database.url()))?;
    let mix = Arc::new(Mutex::new(Mix::new(WORKING_SET, WORKING_SET)));
    database.checkpoint()?;
    let (upserts, reports) = bench.take_turns(
        |window| upsert::measure(table, WORKING_SET, 32, window),
        |window| runtime.block_on(apply_for(&store, &mix, group, window.measured)),
    )?;
    runtime.block_on(store.close());
    let upserts = Upserts::mean(&upserts).per_second;
    let turns = u32::try_from(reports.len())?;
    let reports = reports.into_iter().sum::<f64>() / f64::from(turns);
    let what = format!("store alone, groups of {group}, {CALLERS} callers");
    let beside = format!("pgbench upsert, 32 connections: {}", rate(upserts));
    Ok(Row::shown(what, format!("{} reports", rate(reports))).beside(beside, reports / upserts))
}

/// Gives reports per second, up to the end of the last group.
async fn apply_for(store: &Store, mix: &Arc<Mutex<Mix>>, group: usize, duration: Duration) -> Result<f64> {
    let begin = Instant::now();
    let until = begin + duration;
    let callers: Vec<_> =
        (0..CALLERS).map(|_| tokio::spawn(call_until(until, store.clone(), Arc::clone(mix), group))).collect();
    let mut reports = 0;
    for caller in callers {
        reports += caller.await??;
    }
    Ok(f64::from(reports) / begin.elapsed().as_secs_f64())
}

async fn call_until(until: Instant, store: Store, mix: Arc<Mutex<Mix>>, group: usize) -> Result<u32> {
    let mut stored = 0;
    while Instant::now() < until {
        for outcome in store.apply(draw(&mix, group)).await {
            outcome.context("apply a group")?;
            stored += 1;
        }
    }
    Ok(stored)
}

fn draw(mix: &Mutex<Mix>, group: usize) -> Vec<Submission> {
    let mut mix = mix.lock().unwrap_or_else(PoisonError::into_inner);
    (0..group).map(|_| mix.draw().to_submission(None)).collect()
}
