//! Durable webhook posts beside single upserts.

use anyhow::{Result, ensure};

use crate::{
    backend::{Backend, post},
    bench::Bench,
    database::Database,
    fill,
    load::{self, Answers, Call, Window},
    row::{Row, count, millis, rate},
    upsert::{self, Upserts},
    world::{Failure, Mix, WORKING_SET, namespace},
};

/// A backend, its database, and the failures that are posted to it.
pub struct Posts {
    /// The backend.
    pub backend: Backend,
    mix: Mix,
}

impl Posts {
    /// A backend in front of a database with so many issues, of which the first `known` go on failing.
    pub fn new(database: Database<'_>, known: u64, stored: u64) -> Result<Self> {
        let backend = Backend::start(&database.url())?;
        database.checkpoint()?;
        Ok(Self { backend, mix: Mix::new(known, stored) })
    }

    /// Posts webhooks over so many connections, and checks that each new component has one issue.
    pub fn send(&mut self, connections: u16, window: Window) -> Result<Answers> {
        let answers = load::send_for(self.backend.address, connections, window, || webhook(self.mix.draw()))?;
        let (stored, expected) = (self.backend.total()?, self.mix.components());
        ensure!(stored == expected, "{stored} issues are stored instead of {expected}");
        Ok(answers)
    }
}

/// As many connections as a busy service has, against as many of pgbench.
pub fn measure_32(bench: &Bench) -> Result<Vec<Row>> {
    let (mut posts, upserts) = (small(bench, "posts")?, upsert_table(bench, WORKING_SET)?);
    let (answers, upserts) = compare(bench, &mut posts, upserts, WORKING_SET, 32)?;
    let ratio = answers.per_second() / upserts.per_second;
    let row = Row::shown("webhook posts, 32 connections", figures(&answers));
    let row = row.beside(format!("pgbench upsert, 32 connections: {}", rate(upserts.per_second)), ratio);
    Ok(vec![row.must("≥ 0.5, aim 0.7", ratio >= 0.5)])
}

/// One connection: how long a post takes when nobody else posts.
pub fn measure_1(bench: &Bench) -> Result<Vec<Row>> {
    let (mut posts, upserts) = (small(bench, "posts")?, upsert_table(bench, WORKING_SET)?);
    let (answers, upserts) = compare(bench, &mut posts, upserts, WORKING_SET, 1)?;
    let (ours, theirs) = (answers.quantile(0.5), upserts.p50);
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    let row = Row::shown("webhook posts, 1 connection", figures(&answers));
    let beside = format!("pgbench upsert, 1 connection: {} (p50 {})", rate(upserts.per_second), millis(theirs));
    Ok(vec![row.beside(beside, ratio).must("p50 ≤ 3, aim 2", ratio <= 3.0)])
}

/// The same posts at a million stored issues, and posts for any of the million.
pub fn measure_million(bench: &Bench) -> Result<Vec<Row>> {
    let stored = bench.million();
    let mut few = small(bench, "posts")?;
    let mut many = Posts::new(bench.million_database()?, WORKING_SET, stored)?;
    let (few_answers, many_answers) =
        bench.take_turns(|window| few.send(32, window), |window| many.send(32, window))?;
    let (few_answers, many_answers) = (Answers::together(few_answers)?, Answers::together(many_answers)?);
    let ratio = many_answers.per_second() / few_answers.per_second();
    let row = Row::shown(format!("webhook posts, 32 connections, {} issues", count(stored)), figures(&many_answers));
    let row = row.beside(format!("at {} issues: {}", count(WORKING_SET), rate(few_answers.per_second())), ratio);
    let flat = row.must("≥ 0.8", ratio >= 0.8);
    drop(few);
    Ok(vec![flat, uniform(bench, many)?])
}

fn uniform(bench: &Bench, mut posts: Posts) -> Result<Row> {
    let stored = posts.mix.components();
    posts.mix = Mix::new(stored, stored);
    let table = upsert_table(bench, bench.million())?;
    let (answers, upserts) = compare(bench, &mut posts, table, bench.million(), 32)?;
    let row = Row::shown(format!("the same, failing ones among all {}", count(bench.million())), figures(&answers));
    let beside = format!("pgbench upsert, as many rows: {}", rate(upserts.per_second));
    Ok(row.beside(beside, answers.per_second() / upserts.per_second))
}

/// A backend in front of a database that holds the working set.
pub fn small(bench: &Bench, name: &str) -> Result<Posts> {
    let database = bench.postgres()?.create(name)?;
    fill::fill(&database.url(), WORKING_SET)?;
    database.vacuum()?;
    Posts::new(database, WORKING_SET, WORKING_SET)
}

fn upsert_table(bench: &Bench, keys: u64) -> Result<Database<'_>> {
    let database = bench.postgres()?.create("upserts")?;
    upsert::prepare(database, keys)?;
    Ok(database)
}

/// The figures of KITE and of PostgreSQL, over equally many connections.
fn compare(
    bench: &Bench,
    posts: &mut Posts,
    table: Database<'_>,
    keys: u64,
    connections: u16,
) -> Result<(Answers, Upserts)> {
    let upsert = |window| upsert::measure(table, keys, connections, window);
    let (upserts, answers) = bench.take_turns(upsert, |window| posts.send(connections, window))?;
    Ok((Answers::together(answers)?, Upserts::mean(&upserts)))
}

fn webhook(failure: Failure) -> Call {
    let path = format!("/api/v1/webhooks/pipeline-failure?namespace={}", namespace(failure.component));
    post(&path, failure.to_webhook())
}

fn figures(answers: &Answers) -> String {
    let (p50, p99) = (millis(answers.quantile(0.5)), millis(answers.quantile(0.99)));
    format!("{} (p50 {p50}, p99 {p99})", rate(answers.per_second()))
}
