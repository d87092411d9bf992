//! Batches of reports, and the worst order in which they can come.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jiff::SignedDuration;
use kite_api::{IssuePage, Report};

use crate::{
    backend::{Backend, post},
    bench::Bench,
    fill,
    load::{self, Answers, Call},
    row::{Row, millis, rate},
    rows::webhook,
    world::{self, Failure, Mix, WORKING_SET},
};

/// Reports in one call.
const BATCH: u32 = 500;
const CONNECTIONS: u16 = 8;
/// Runs of one component that come in the worst order.
const RUNS: u32 = 10_000;
/// How often they do, each time for another component.
const ROUNDS: u32 = 3;

/// Batches of the daily mix, and of components that all failed before.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let daily = measure_mix(bench, "the daily mix", Mix::new(WORKING_SET, WORKING_SET))?;
    let known = measure_mix(bench, "known components", Mix::of_known(WORKING_SET, WORKING_SET))?;
    Ok(vec![daily, known])
}

fn measure_mix(bench: &Bench, name: &str, mut mix: Mix) -> Result<Row> {
    let posts = webhook::small(bench, "posts")?;
    let draw = || batch(&(0..BATCH).map(|_| mix.draw().to_report(fill::now())).collect::<Vec<_>>());
    let answers = load::send_for(posts.backend.address, CONNECTIONS, bench.window(), draw)?;
    let (stored, expected) = (posts.backend.total()?, mix.components());
    ensure!(stored == expected, "{stored} issues are stored instead of {expected}");
    let reports = answers.per_second() * f64::from(BATCH);
    let what = format!("reports in batches of {BATCH}, {CONNECTIONS} connections, {name}");
    let row = Row::shown(what, format!("{} reports (p99 {} a batch)", rate(reports), millis(answers.quantile(0.99))));
    Ok(row.must("≥ 20,000/s", reports >= 20_000.0))
}

/// Runs of one component, newest first, in batches and one by one.
pub fn measure_reverse(bench: &Bench) -> Result<Vec<Row>> {
    let posts = webhook::small(bench, "posts")?;
    let in_batches = |reports: &[Report]| {
        let calls: Vec<_> = reports.chunks(500).map(batch).collect();
        load::send_all(posts.backend.address, 1, calls)
    };
    let one_by_one = |reports: &[Report]| {
        let calls: Vec<_> = reports.chunks(1).map(batch).collect();
        load::send_all(posts.backend.address, 32, calls)
    };
    let mut components = 20_000_000..;
    let batches = reverse(&posts.backend, "in batches of 500", &mut components, in_batches)?;
    let singles = reverse(&posts.backend, "one by one, 32 connections", &mut components, one_by_one)?;
    Ok(vec![batches, singles])
}

fn reverse(
    backend: &Backend,
    how: &str,
    components: &mut impl Iterator<Item = u64>,
    send: impl Fn(&[Report]) -> Result<Answers>,
) -> Result<Row> {
    let mut once = |runs: u32| -> Result<Duration> {
        let component = components.next().context("find a new component")?;
        let answers = send(&newest_first(component, runs))?;
        check(backend, component, runs)?;
        Ok(answers.elapsed)
    };
    let (mut half, mut whole) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        half += once(RUNS / 2)?;
        whole += once(RUNS)?;
    }
    let (half, whole) =
        (f64::from(ROUNDS * RUNS / 2) / half.as_secs_f64(), f64::from(ROUNDS * RUNS) / whole.as_secs_f64());
    let row = Row::shown(format!("10,000 runs of one component, newest first, {how}"), rate(whole));
    let row = row.beside(format!("5,000 runs: {}", rate(half)), whole / half);
    Ok(row.must("≥ 2,000/s, ratio ≥ 0.8", whole >= 2_000.0 && whole >= 0.8 * half))
}

/// Fails unless the component has one issue that counts each run once.
fn check(backend: &Backend, component: u64, runs: u32) -> Result<()> {
    let (namespace, pipeline) = (world::namespace(component), world::pipeline(component));
    let page = backend.get(&format!("/api/v1/issues?namespace={namespace}&resourceName={pipeline}"))?;
    let page: IssuePage = serde_json::from_value(page)?;
    let counts: Vec<_> = page.data.iter().map(|issue| issue.count).collect();
    ensure!(counts == [u64::from(runs)], "the issues of {pipeline} count {counts:?} instead of {runs} runs");
    Ok(())
}

fn newest_first(component: u64, runs: u32) -> Vec<Report> {
    let now = fill::now();
    let report = |run: u32| {
        let failure = Failure { component, run: u64::from(run), text: 0, rare: false };
        failure.to_report(now - SignedDuration::from_secs(i64::from(run)))
    };
    (0..runs).map(report).collect()
}

fn batch(reports: &[Report]) -> Call {
    post("/api/v1/reports", serde_json::to_vec(reports).unwrap_or_default())
}
