//! Visits with a real Chromium: what goes over the wire, and what the person feels of it.

use std::time::Duration;

use anyhow::Result;
use kite_test_browser::{Browser, Options};
use serde::Deserialize;
use serde_json::json;

use super::with_browser;
use crate::{
    backend::Backend,
    row::{Row, millis},
    wire::{Traffic, Wire},
};

/// Visits of each page with an empty cache.
const VISITS: usize = 5;
/// How much slower than here a person's processor may be.
const SLOWER: u32 = 4;
const MOST_REQUESTS: u64 = 8;
const FIRST_KB: u64 = 150;
const LATER_KB: u64 = 30;
/// An open page hears of changes.
const IS_LIVE: &str = "document.getElementById('live')?.textContent === 'Live'";

/// Notes what a person feels of a page that is being loaded, before anything of it runs.
const LAB: &str = r"
window.lab = { first: 0, paint: 0, tasks: [], shift: 0 };
const note = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
note('paint', (entry) => { if (entry.name === 'first-contentful-paint') window.lab.first = entry.startTime; });
note('largest-contentful-paint', (entry) => { window.lab.paint = entry.startTime; });
note('longtask', (entry) => { window.lab.tasks.push([entry.startTime, entry.startTime + entry.duration]); });
note('layout-shift', (entry) => { if (!entry.hadRecentInput) window.lab.shift += entry.value; });
";

/// A task that takes longer keeps a person waiting.
const SHORT: f64 = 50.0;

/// What a visit is like, in milliseconds since it began.
#[derive(Clone, Debug, Default, Deserialize)]
struct Felt {
    /// When something was painted first.
    first: f64,
    /// When the largest part was painted.
    paint: f64,
    /// When each long task began and ended.
    tasks: Vec<(f64, f64)>,
    /// How much of the page moved.
    shift: f64,
}

impl Felt {
    /// How long nothing answers from a moment on: of each long task what is beyond 50 ms. From the first paint on that is
    /// the total blocking time of Lighthouse.
    fn blocked_from(&self, begin: f64) -> f64 {
        let beyond = |&(from, to): &(f64, f64)| (to - from.max(begin) - SHORT).max(0.0);
        self.tasks.iter().map(beyond).sum()
    }
}

/// Visits the overview and the list.
pub fn measure(backend: &Backend) -> Result<Vec<Row>> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let wire = Wire::before(backend.address).await?;
        let traffic = with_browser(count(wire)).await?;
        let mut rows = vec![over_the_wire("first visit of the overview", FIRST_KB, traffic.0)];
        rows.push(over_the_wire("most of the overview again, the list, the overview", LATER_KB, traffic.1));
        for (name, path) in [("overview", "/"), ("list", "/issues")] {
            let url = format!("http://{}{path}", backend.address);
            let felt = with_browser(feel(url)).await?;
            rows.extend(felt_rows(name, &felt));
        }
        Ok(rows)
    })
}

/// The first visit, and the heaviest of those after it.
async fn count(wire: Wire) -> Result<(Traffic, Traffic)> {
    let browser = Browser::start(Options::desktop()).await;
    let (mut before, mut visits) = (Traffic::default(), Vec::new());
    for path in ["/", "/", "/issues", "/"] {
        browser.open(&format!("http://{}{path}", wire.address)).await;
        browser.wait_until(IS_LIVE).await;
        let now = wire.settled().await?;
        visits.push(now.since(before));
        before = now;
    }
    let first = visits.first().copied().unwrap_or_default();
    let later = visits.into_iter().skip(1).max_by_key(|visit| visit.bytes).unwrap_or_default();
    Ok((first, later))
}

fn over_the_wire(visit: &str, most_kb: u64, traffic: Traffic) -> Row {
    let Traffic { requests, bytes } = traffic;
    let row = Row::shown(visit, format!("{} KB, {requests} requests", bytes.div_ceil(1000)));
    let is_reached = bytes < most_kb * 1000 && (1..=MOST_REQUESTS).contains(&requests);
    row.must(format!("< {most_kb} KB, at most {MOST_REQUESTS} requests"), is_reached)
}

async fn feel(url: String) -> Result<Vec<Felt>> {
    let mut visits = Vec::new();
    for _ in 0..VISITS {
        let browser = Browser::start(Options::desktop()).await;
        browser.cdp("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": LAB })).await;
        browser.cdp("Emulation.setCPUThrottlingRate", &json!({ "rate": SLOWER })).await;
        browser.open(&url).await;
        browser.wait_until(IS_LIVE).await;
        browser.wait_until("window.lab.first > 0 && window.lab.paint > 0").await;
        visits.push(serde_json::from_value(browser.evaluate("window.lab").await)?);
    }
    Ok(visits)
}

fn felt_rows(page: &str, visits: &[Felt]) -> [Row; 4] {
    let row = |what: &str, of: fn(&Felt) -> f64, shown: fn(f64) -> String| {
        let mut values: Vec<_> = visits.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        let median = values.get(values.len() / 2).copied().unwrap_or(f64::INFINITY);
        let worst = values.last().copied().unwrap_or(f64::INFINITY);
        let what = format!("{page}, processor slowed {SLOWER}×, empty cache: {what}");
        (Row::shown(what, format!("{} (worst {})", shown(median), shown(worst))), median)
    };
    let must = |(row, median): (Row, f64), target: &str, most: f64| row.must(target, median < most);
    let time = |value: f64| millis(Duration::from_secs_f64(value / 1e3));
    [
        must(row("largest paint", |felt| felt.paint, time), "< 1 s", 1_000.0),
        must(row("blocking time", |felt| felt.blocked_from(felt.first), time), "< 50 ms", 50.0),
        row("the same with what comes before the first paint", |felt| felt.blocked_from(0.0), time).0,
        must(row("layout shift", |felt| felt.shift, |value| format!("{value:.3}")), "< 0.02", 0.02),
    ]
}
