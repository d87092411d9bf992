//! The pages of the dashboard, in a database that has seen years.

mod streams;
mod visits;

use std::time::Duration;

use anyhow::{Context, Result};
use hyper::header::{ACCEPT_ENCODING, HeaderValue};
use serde_json::Value;
use tokio::task::LocalSet;

use crate::{
    backend::{Backend, get},
    bench::Bench,
    load::{self, Call},
    row::{Row, count, millis},
    world::{FREQUENT_WORD, NAMESPACES, namespace},
};

const TARGET: Duration = Duration::from_millis(50);
/// What browsers offer.
const ENCODINGS: HeaderValue = HeaderValue::from_static("gzip, deflate, br, zstd");

/// Measures what the server takes for a page, what a visit takes, and how soon open pages show what happens.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let backend = Backend::start(&bench.million_database()?.url())?;
    let mut rows = times(bench, &backend)?;
    rows.extend(visits::measure(&backend)?);
    rows.extend(streams::measure(&backend)?);
    Ok(rows)
}

fn times(bench: &Bench, backend: &Backend) -> Result<Vec<Row>> {
    let issue = backend.get("/api/v1/issues?limit=1")?;
    let issue = issue.pointer("/data/0/id").and_then(Value::as_str).context("find an issue")?;
    let everywhere = |path: &str| vec![path.to_owned()];
    let in_each = |path: &str| (0..NAMESPACES).map(|number| format!("{path}namespace={}", namespace(number))).collect();
    let pages = [
        ("overview", everywhere("/")),
        ("overview of one namespace", in_each("/?")),
        ("list", everywhere("/issues")),
        ("list of one namespace", in_each("/issues?")),
        ("list, critical ones", everywhere("/issues?severity=critical")),
        ("list, search of a frequent word", everywhere(&format!("/issues?search={FREQUENT_WORD}"))),
    ];
    let mut rows = Vec::new();
    for (page, paths) in pages {
        rows.push(time(bench, backend, page, &paths)?);
    }
    for (page, path) in [("one issue", format!("/issues/{issue}")), ("trends", "/trends".to_owned())] {
        let Row { what, measured, .. } = time(bench, backend, page, &[path])?;
        rows.push(Row::shown(what, measured));
    }
    Ok(rows)
}

fn time(bench: &Bench, backend: &Backend, page: &str, paths: &[String]) -> Result<Row> {
    let mut turns = paths.iter().cycle();
    let draw = || packed(get(turns.next().map_or("/", String::as_str)));
    let answers = load::send_for(backend.address, 1, bench.short_window(), draw).with_context(|| page.to_owned())?;
    let (p50, p95) = (answers.quantile(0.5), answers.quantile(0.95));
    let what = format!("{} issues, page: {page}", count(bench.million()));
    let row = Row::shown(what, format!("p95 {} (p50 {})", millis(p95), millis(p50)));
    Ok(row.must(format!("p95 < {} ms", TARGET.as_millis()), p95 < TARGET))
}

/// Does something with a browser. What that cannot do panics, as it should in a test; here it is an error.
async fn with_browser<T: 'static>(work: impl Future<Output = Result<T>> + 'static) -> Result<T> {
    let here = LocalSet::new();
    let task = here.spawn_local(work);
    here.run_until(task).await.context("do it with a browser")?
}

fn packed(mut call: Call) -> Call {
    call.headers_mut().insert(ACCEPT_ENCODING, ENCODINGS);
    call
}
