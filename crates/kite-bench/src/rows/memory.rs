//! What the backend needs: memory at rest and after its first load, time to start.

use std::time::Duration;

use anyhow::Result;

use crate::{
    bench::Bench,
    row::{Row, millis},
    rows::webhook,
};

/// Starts a backend on a database that is set up, then loads it over 32 connections.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut posts = webhook::small(bench, "posts")?;
    let ready = posts.backend.ready_after;
    let idle = posts.backend.process.resident_mib()?;
    posts.send(32, bench.window())?;
    let loaded = posts.backend.process.resident_mib()?;
    Ok(vec![
        Row::shown("backend, start to first answer", millis(ready)).must("< 1 s", ready < Duration::from_secs(1)),
        Row::shown("backend, resident at rest", mib(idle)).must("< 40 MiB", idle < 40.0),
        Row::shown("backend, resident after the first load", mib(loaded)).must("< 150 MiB", loaded < 150.0),
    ])
}

fn mib(mib: f64) -> String {
    format!("{mib:.0} MiB")
}
