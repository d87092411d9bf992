//! The operator beside a real API server: from its start with many objects, event by event, in a
//! burst, at rest.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use hdrhistogram::Histogram;
use tokio::time::sleep;

use crate::{
    backend::Backend,
    bench::Bench,
    cluster::{ApiServer, Operator, objects, place},
    row::{Row, count, millis},
};

const NAMESPACES: usize = 200;
/// One run in so many failed, and one still runs.
const FAIL_EVERY: usize = 8;
const PATIENCE: Duration = Duration::from_mins(5);

/// Starts everything and measures it all.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let mut measured = Measured::prepare(bench).await?;
        let mut rows = measured.start().await?;
        rows.push(measured.rest(bench).await?);
        rows.push(measured.events(bench).await?);
        rows.push(measured.burst(bench).await?);
        Ok(rows)
    })
}

struct Measured {
    server: ApiServer,
    backend: Backend,
    operator: Option<Operator>,
    runs: usize,
    /// Issues that there must be.
    issues: u64,
    /// The next run that still runs.
    next: usize,
    _folder: tempfile::TempDir,
}

impl Measured {
    async fn prepare(bench: &Bench) -> Result<Self> {
        let runs = if bench.is_quick() { 4_000 } else { 20_000 };
        let folder = tempfile::tempdir()?;
        let server = ApiServer::start()?;
        server.fill(objects(runs, NAMESPACES, FAIL_EVERY)).await?;
        server.create_namespaces(NAMESPACES).await?;
        server.install_kinds().await?;
        let url = format!("sqlite:{}", folder.path().join("kite.db").display());
        let backend = tokio::task::block_in_place(|| Backend::start(&url))?;
        Ok(Self { server, backend, operator: None, runs, issues: 0, next: 1, _folder: folder })
    }

    async fn start(&mut self) -> Result<Vec<Row>> {
        self.issues = self.runs.div_ceil(FAIL_EVERY) as u64;
        let (lists, watches) = (self.server.asked("LIST").await?, self.server.asked("WATCH").await?);
        let backend = format!("http://{}", self.backend.address);
        self.operator = Some(tokio::task::block_in_place(|| Operator::start(&self.server, &backend))?);
        let begin = Instant::now();
        self.wait_for_issues().await?;
        let took = begin.elapsed();
        // Whatever it reads besides and frees again counts too.
        sleep(Duration::from_secs(30)).await;
        let peak = self.operator()?.process.peak_mib()?;
        let lists = self.server.asked("LIST").await? - lists;
        let watches = self.server.asked("WATCH").await? - watches;
        let what = format!(
            "operator, start with {} runs and {} task runs",
            count(self.runs as u64),
            count(4 * self.runs as u64)
        );
        Ok(vec![
            Row::shown(
                format!("{what}: {} failed ones are issues", count(self.issues)),
                format!("{:.1} s", took.as_secs_f64()),
            )
            .must("< 60 s", took < Duration::from_mins(1)),
            Row::shown(format!("{what}: most resident"), format!("{peak:.0} MiB")).must("< 128 MiB", peak < 128.0),
            Row::shown(
                format!("{what}: asked of the API server"),
                format!("{lists} lists, {watches} finished watches"),
            ),
        ])
    }

    async fn rest(&self, bench: &Bench) -> Result<Row> {
        let window = Duration::from_secs(if bench.is_quick() { 10 } else { 60 });
        let before = self.operator()?.process.busy()?;
        sleep(window).await;
        let busy = self.operator()?.process.busy()?.saturating_sub(before);
        let share = busy.as_secs_f64() / window.as_secs_f64() * 100.0;
        let what = format!("operator, at rest with {} objects", count(5 * self.runs as u64));
        Ok(Row::shown(what, format!("{share:.2} % of a core")).must("< 1 %", share < 1.0))
    }

    async fn events(&mut self, bench: &Bench) -> Result<Row> {
        let events = if bench.is_quick() { 50 } else { 200 };
        let mut times = Histogram::<u64>::new(3)?;
        for _ in 0..events {
            let run = self.running(1);
            let begin = Instant::now();
            self.server.end_runs(run.into_iter()).await?;
            self.issues += 1;
            self.wait_for_issues().await?;
            times.record(u64::try_from(begin.elapsed().as_micros())?)?;
        }
        let time = |quantile| Duration::from_micros(times.value_at_quantile(quantile));
        let what = format!("operator, from an event to a durable issue, {events} events");
        Ok(Row::shown(what, format!("p99 {} (p50 {})", millis(time(0.99)), millis(time(0.5))))
            .must("p99 < 500 ms", time(0.99) < Duration::from_millis(500)))
    }

    async fn burst(&mut self, bench: &Bench) -> Result<Row> {
        let events = if bench.is_quick() { 300 } else { 2_000 };
        let runs = self.running(events);
        let begin = Instant::now();
        self.server.end_runs(runs.into_iter()).await?;
        let sent = begin.elapsed();
        self.issues += events as u64;
        self.wait_for_issues().await?;
        let after = begin.elapsed().saturating_sub(sent);
        // A doubled issue would make the number too high.
        sleep(Duration::from_secs(2)).await;
        let total = self.total()?;
        ensure!(total == self.issues, "{total} issues instead of {}", self.issues);
        let what = format!(
            "operator, burst of {} updates in {:.1} s: time after the last",
            count(events as u64),
            sent.as_secs_f64()
        );
        Ok(Row::shown(what, millis(after)).must("< 2 s", after < Duration::from_secs(2)))
    }

    /// Runs that still run; each is given once.
    fn running(&mut self, wanted: usize) -> Vec<(String, String)> {
        let runs = (0..wanted).map(|number| place(self.next + number * FAIL_EVERY, NAMESPACES)).collect();
        self.next += wanted * FAIL_EVERY;
        runs
    }

    async fn wait_for_issues(&self) -> Result<()> {
        let begin = Instant::now();
        while self.total()? < self.issues {
            ensure!(begin.elapsed() < PATIENCE, "only {} of {} issues", self.total()?, self.issues);
            sleep(Duration::from_millis(5)).await;
        }
        let total = self.total()?;
        ensure!(total == self.issues, "{total} issues instead of {}", self.issues);
        Ok(())
    }

    fn total(&self) -> Result<u64> {
        tokio::task::block_in_place(|| self.backend.total())
    }

    fn operator(&self) -> Result<&Operator> {
        self.operator.as_ref().context("the operator does not run")
    }
}
