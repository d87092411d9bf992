//! Lists of issues, as the user interface asks for them, in a database that has seen years.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    backend::{Backend, get},
    bench::Bench,
    fill, load,
    row::{Row, count, millis},
    world::{FREQUENT_WORD, NAMESPACES, RARE_WORD, namespace},
};

const TARGET: Duration = Duration::from_millis(25);
/// Namespaces whose deep pages are read.
const DEEP_NAMESPACES: u64 = 20;
/// Largest page.
const PAGE: u64 = 1_000;

/// Lists on PostgreSQL.
pub fn measure_postgres(bench: &Bench) -> Result<Vec<Row>> {
    let backend = Backend::start(&bench.million_database()?.url())?;
    measure(bench, &backend, &format!("{} issues on PostgreSQL", count(bench.million())))
}

/// Lists on SQLite.
pub fn measure_sqlite(bench: &Bench) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir().context("make a temporary folder")?;
    let url = format!("sqlite:{}", folder.path().join("kite.db").display());
    fill::fill(&url, bench.million())?;
    let backend = Backend::start(&url)?;
    measure(bench, &backend, &format!("{} issues on SQLite", count(bench.million())))
}

fn measure(bench: &Bench, backend: &Backend, engine: &str) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (where_asked, namespaces, depth) in
        [("one namespace", NAMESPACES, bench.million() / NAMESPACES * 4 / 5), ("all", 0, bench.million() / 10)]
    {
        for (question, parameters) in questions(bench) {
            let paths = paths(namespaces, |_| Ok(parameters.clone()))?;
            rows.push(ask(bench, backend, &format!("{engine}, {where_asked}: {question}"), &paths)?);
        }
        let deep = paths(namespaces.min(DEEP_NAMESPACES), |namespace| cursor_at(backend, namespace, depth))?;
        let question = format!("{engine}, {where_asked}: cursor after {}", count(depth));
        rows.push(ask(bench, backend, &question, &deep)?);
    }
    Ok(rows)
}

/// What is asked of one namespace and of all, besides pages behind a cursor.
fn questions(bench: &Bench) -> [(String, String); 6] {
    let offset = bench.million() / NAMESPACES * 4 / 5;
    let question = |words: &str, parameters: &str| (words.to_owned(), parameters.to_owned());
    [
        question("first page", ""),
        question("state and severity", "&state=ACTIVE&severity=critical"),
        question("search of a frequent word", &format!("&search={FREQUENT_WORD}")),
        question("search of a rare word", &format!("&search={RARE_WORD}")),
        question("limit=1", "&limit=1"),
        question(&format!("offset {}", count(offset)), &format!("&offset={offset}")),
    ]
}

/// One path for each of the first so many namespaces, or one for all namespaces together.
fn paths(namespaces: u64, parameters: impl Fn(&str) -> Result<String>) -> Result<Vec<String>> {
    let filters = (0..namespaces).map(|number| format!("namespace={}", namespace(number)));
    let all = (namespaces == 0).then(String::new);
    filters.chain(all).map(|filter| Ok(format!("/api/v1/issues?{filter}{}", parameters(&filter)?))).collect()
}

/// Follows cursors to a page that lies so deep.
fn cursor_at(backend: &Backend, filter: &str, depth: u64) -> Result<String> {
    let mut cursor = String::new();
    let mut left = depth;
    while left > 0 {
        let limit = left.min(PAGE);
        let page = backend.get(&format!("/api/v1/issues?{filter}&limit={limit}{cursor}"))?;
        let next = page.get("nextCursor").and_then(Value::as_str).context("find `nextCursor`")?;
        cursor = format!("&cursor={next}");
        left -= limit;
    }
    Ok(cursor)
}

fn ask(bench: &Bench, backend: &Backend, question: &str, paths: &[String]) -> Result<Row> {
    let mut turns = paths.iter().cycle();
    let draw = || get(turns.next().map_or("/", String::as_str));
    let answers =
        load::send_for(backend.address, 1, bench.short_window(), draw).with_context(|| question.to_owned())?;
    let (p50, p95) = (answers.quantile(0.5), answers.quantile(0.95));
    let row = Row::shown(question, format!("p95 {} (p50 {})", millis(p95), millis(p50)));
    Ok(row.must(format!("p95 < {} ms", TARGET.as_millis()), p95 < TARGET))
}
