//! Many open pages: how soon they show what was reported, and what they cost.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, ensure};
use hdrhistogram::Histogram;
use kite_test_browser::{Browser, Options};
use reqwest::Client;
use serde_json::json;
use tokio::task::JoinSet;

use super::with_browser;
use crate::{
    backend::Backend,
    row::{Row, millis},
};

const OPEN: u32 = 500;
const REPORTS: u64 = 200;
const NAMESPACE: &str = "watched";
const WITHIN: Duration = Duration::from_secs(1);
const STREAM_KIB: f64 = 64.0;
/// Opening all streams takes no longer.
const PATIENCE: Duration = Duration::from_mins(1);

/// Notes when the only row of a list shows how often it failed, at the picture that shows it.
const NOTE: &str = r"
(window.shown = {}, new MutationObserver(() => {
  const count = parseInt(document.querySelector('.kite-row .kite-number').textContent.replaceAll(',', ''));
  requestAnimationFrame(() => { window.shown[count] ??= performance.timeOrigin + performance.now(); });
}).observe(document.getElementById('rows'), { subtree: true, childList: true, characterData: true }), true)";

/// Opens the streams of that many pages that show everything, and one page.
pub fn measure(backend: &Backend) -> Result<Vec<Row>> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let before = backend.process.resident_mib()?;
        let mut readers = open(backend.address).await?;
        let times = with_browser(watch(backend.address)).await?;
        ensure!(readers.try_join_next().is_none(), "a stream ended");
        let each = (backend.process.resident_mib()? - before) * 1024.0 / f64::from(OPEN);
        let quantile = |share| Duration::from_micros(times.value_at_quantile(share));
        let (p50, p99) = (quantile(0.5), quantile(0.99));
        let what = format!("{REPORTS} reports to visible in an open page, {OPEN} streams open");
        let visible = Row::shown(what, format!("p99 {} (p50 {})", millis(p99), millis(p50)));
        Ok(vec![
            visible.must("p99 < 1 s", p99 < WITHIN),
            Row::shown("memory of one open stream", format!("{each:.0} KiB")).must("< 64 KiB", each < STREAM_KIB),
        ])
    })
}

/// Readers of streams that hear of everything.
async fn open(address: SocketAddr) -> Result<JoinSet<()>> {
    let client = Client::builder().no_proxy().tls_certs_only([]).connect_timeout(PATIENCE).build()?;
    let mut readers = JoinSet::new();
    for _ in 0..OPEN {
        let mut answer = client.get(format!("http://{address}/live?state=ACTIVE")).send().await?.error_for_status()?;
        // With its first words it is open.
        answer.chunk().await?.context("the stream is open")?;
        readers.spawn(async move { while let Ok(Some(_)) = answer.chunk().await {} });
    }
    Ok(readers)
}

/// Times from sending each report of a component's failed run to the page that shows it, in microseconds.
async fn watch(address: SocketAddr) -> Result<Histogram<u64>> {
    let client = Client::builder().no_proxy().tls_certs_only([]).timeout(PATIENCE).build()?;
    report(&client, address, 1).await?;
    let browser = Browser::start(Options::desktop()).await;
    browser.open(&format!("http://{address}/issues?namespace={NAMESPACE}")).await;
    browser.wait_until("document.getElementById('live')?.textContent === 'Live'").await;
    browser.evaluate(NOTE).await;
    let mut sent = BTreeMap::new();
    for number in 2..REPORTS + 2 {
        sent.insert(number, epoch_millis()?);
        report(&client, address, number).await?;
        browser.wait_until(&format!("window.shown[{number}]")).await;
    }
    let shown: BTreeMap<u64, f64> = serde_json::from_value(browser.evaluate("window.shown").await)?;
    let mut times = Histogram::new(3)?;
    for (number, sent) in sent {
        let shown = shown.get(&number).context("the page showed every report")?;
        times.record(Duration::try_from_secs_f64((shown - sent) / 1e3)?.as_micros().try_into()?)?;
    }
    Ok(times)
}

async fn report(client: &Client, address: SocketAddr, number: u64) -> Result<()> {
    let report = json!([{
        "verdict": "failing", "namespace": NAMESPACE, "issueType": "build", "severity": "major", "runId": format!("run-{number}"),
        "scope": {"resourceType": "component", "resourceName": "shop"}, "title": "Build of shop failed", "description": "exit code 1",
    }]);
    client.post(format!("http://{address}/api/v1/reports")).json(&report).send().await?.error_for_status()?;
    Ok(())
}

/// As the browser tells the time.
fn epoch_millis() -> Result<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64() * 1e3)
}
