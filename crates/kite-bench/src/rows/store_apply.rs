//! The store alone: what is left when HTTP, rules and the queue cost nothing.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use anyhow::{Context, Result};
use kite_core::Submission;
use kite_store::Store;
use tokio::runtime::Runtime;

use crate::{
    bench::Bench,
    fill,
    load::Window,
    row::{Row, rate},
    upsert,
    world::{Mix, WORKING_SET},
};

const CALLERS: usize = 2;
const GROUPS: [usize; 2] = [32, 500];

/// Applies groups of the daily mix from two callers.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let upserts = bench.postgres()?.create("upsert")?;
    upsert::prepare(upserts, WORKING_SET)?;
    let reference = upsert::measure(upserts, WORKING_SET, 32, bench.window())?.per_second;
    let mut rows = Vec::new();
    for group in GROUPS {
        let database = bench.postgres()?.create("store")?;
        fill::fill(&database.url(), WORKING_SET)?;
        database.vacuum()?;
        database.checkpoint()?;
        let reports = Runtime::new()?.block_on(apply_for(&database.url(), group, bench.window()))?;
        let what = format!("store alone, groups of {group}, {CALLERS} callers");
        let beside = format!("pgbench upsert, 32 connections: {}", rate(reference));
        rows.push(Row::shown(what, format!("{} reports", rate(reports))).beside(beside, reports / reference));
    }
    Ok(rows)
}

async fn apply_for(url: &str, group: usize, window: Window) -> Result<f64> {
    let store = fill::connect(url).await?;
    let mix = Arc::new(Mutex::new(Mix::new(WORKING_SET, WORKING_SET)));
    let callers: Vec<_> =
        (0..CALLERS).map(|_| tokio::spawn(call_for(store.clone(), Arc::clone(&mix), group, window))).collect();
    let mut reports = 0;
    for caller in callers {
        reports += caller.await??;
    }
    store.close().await;
    Ok(f64::from(reports) / window.measured.as_secs_f64())
}

/// Gives the number of reports that were stored within the window.
async fn call_for(store: Store, mix: Arc<Mutex<Mix>>, group: usize, window: Window) -> Result<u32> {
    let from = Instant::now() + window.warm_up;
    let until = from + window.measured;
    let mut stored = 0;
    loop {
        let outcomes = store.apply(draw(&mix, group)).await;
        let now = Instant::now();
        if now >= until {
            return Ok(stored);
        }
        for outcome in outcomes {
            outcome.context("apply a group")?;
            stored += u32::from(now >= from);
        }
    }
}

fn draw(mix: &Mutex<Mix>, group: usize) -> Vec<Submission> {
    let mut mix = mix.lock().unwrap_or_else(PoisonError::into_inner);
    (0..group).map(|_| mix.draw().to_submission(None)).collect()
}
