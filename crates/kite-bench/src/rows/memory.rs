//! What the backend needs: memory at rest and after its first load, time to start.

use std::time::Duration;

use anyhow::Result;

use crate::{
    backend::Backend,
    bench::Bench,
    row::{Row, millis},
    rows::webhook::Posts,
};

/// Starts a backend on an empty database, then loads it over 32 connections.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let database = bench.postgres()?.create("posts")?;
    // The schema is there when a backend starts, except on its first day.
    drop(Backend::start(&database.url())?);
    let mut posts = Posts::new(database, crate::world::WORKING_SET, 0)?;
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
