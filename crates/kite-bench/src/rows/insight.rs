//! How well and how fast failures are told.

use std::{borrow::Cow, fs, hint::black_box, time::Instant};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use kite_core::{Fingerprint, diagnosis};
use kite_rules::{
    RuleSet,
    diagnosis::{Diagnosis, Passed, Reading, Tail},
};
use kite_runtime::redact::redact;

use crate::{
    bench::Bench,
    insight::{corpus::Half, quality::Quality},
    row::Row,
    say,
};

const MIB: usize = 1024 * 1024;
/// Logs of 1 MiB that are read for one figure.
const LOGS: usize = 64;
/// Bytes of a log's end that a report holds.
const TEXT: usize = 8_000;

/// Both halves of the corpus, then speed and memory.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut rows = quality(Half::HeldOut, true)?;
    rows.extend(quality(Half::HeldOut, false)?);
    rows.extend(quality(Half::Tuning, true)?);
    rows.extend(speed(bench)?);
    Ok(rows)
}

/// The half that may be looked at.
pub fn measure_tuning(_: &Bench) -> Result<Vec<Row>> {
    quality(Half::Tuning, true)
}

fn quality(half: Half, kept: bool) -> Result<Vec<Row>> {
    let quality = Quality::of(half, kept)?;
    let what = if kept { half.name().to_owned() } else { format!("{}, no log of a pass", half.name()) };
    let must = half == Half::HeldOut;
    let row = |name: &str, figure: f64, least: f64| {
        let row = Row::shown(format!("{what}: {name}"), format!("{figure:.3}"));
        if must { row.must(format!("≥ {least}"), figure >= least) } else { row }
    };
    for confusion in quality.worst() {
        say(&format!("  {what}: {confusion}"));
    }
    let (pairs, tail) = (quality.pairs(), quality.plain_tail());
    let any = quality.any_at_20();
    Ok(vec![
        Row::shown(format!("{what}: logs"), quality.failures.len().to_string()),
        row("excerpt has a marked line (any@20)", any, 0.80).beside(format!("a plain tail {tail:.3}"), any / tail),
        row("class is right", quality.right(), 0.90),
        Row::shown(format!("{what}: class is unknown"), format!("{:.3}", quality.unknown())),
        row("fingerprints, pairwise precision", pairs.precision(), 0.995),
        row("fingerprints, pairwise recall", pairs.recall(), 0.90),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "microseconds")]
fn speed(bench: &Bench) -> Result<Vec<Row>> {
    let logs = logs(if bench.is_quick() { 8 } else { LOGS })?;
    let rules = RuleSet::builtin();
    let context = diagnosis::Context::default();
    let plain = per_second(&logs, |log| {
        let log = tail(log).redacted_by(as_it_is);
        black_box(Fingerprint::from(&Diagnosis::of(&context, &Reading::of(&log, &Passed::default()), None)));
    });
    let diagnose = |log: &str| {
        let log = tail(log).redacted_by(redact);
        black_box(Fingerprint::from(&rules.diagnose(&context, &log)));
    };
    let whole = micros_each(logs.iter().map(String::as_str), diagnose)?;
    let ends = logs.iter().map(|log| log.get(log.ceil_char_boundary(log.len() - TEXT)..).unwrap_or_default());
    let ends = micros_each(ends, diagnose)?;
    forget_peak()?;
    logs.iter().take(4).for_each(|log| diagnose(log));
    let (short, ()) = (peak_mib()?, forget_peak()?);
    let mut long = Tail::default();
    for log in logs.iter().cycle().take(512) {
        long.push(log.as_bytes());
    }
    black_box(rules.diagnose(&context, &long.redacted_by(redact)));
    let more = peak_mib()? - short;
    let share = |times: &Histogram<u64>, share| times.value_at_quantile(share) as f64 / 1e3;
    let told = |times: &Histogram<u64>| format!("p50 {:.2} ms, p95 {:.2} ms", share(times, 0.5), share(times, 0.95));
    Ok(vec![
        Row::shown("excerpt and fingerprint, one core", format!("{plain:.0} MiB/s"))
            .must("≥ 200 MiB/s", plain >= 200.0),
        Row::shown("1 MiB, with secrets taken out and rules", told(&whole))
            .must("p95 < 8 ms", share(&whole, 0.95) < 8.0),
        Row::shown("the text of a report, 8 KB, with secrets taken out and rules", told(&ends)),
        Row::shown("memory that a log of 512 MiB needs beyond one of 1 MiB", format!("{more:.1} MiB"))
            .must("< 4 MiB", more < 4.0),
    ])
}

fn tail(log: &str) -> Tail {
    let mut tail = Tail::default();
    tail.push(log.as_bytes());
    tail
}

fn as_it_is(text: &str) -> Cow<'_, str> {
    text.into()
}

/// MiB per second that are worked on, after one round for warming up.
#[expect(clippy::cast_precision_loss, reason = "a few MiB")]
fn per_second(logs: &[String], mut work: impl FnMut(&str)) -> f64 {
    for log in logs.iter().take(4) {
        work(log);
    }
    let began = Instant::now();
    for log in logs {
        work(log);
    }
    let bytes: usize = logs.iter().map(String::len).sum();
    bytes as f64 / MIB as f64 / began.elapsed().as_secs_f64()
}

/// How long the work on each takes, in microseconds, after one round for warming up.
fn micros_each<'a>(texts: impl Iterator<Item = &'a str> + Clone, mut work: impl FnMut(&str)) -> Result<Histogram<u64>> {
    texts.clone().take(4).for_each(&mut work);
    let mut times = Histogram::new(3)?;
    for text in texts {
        let began = Instant::now();
        work(text);
        times.record(began.elapsed().as_micros().try_into()?)?;
    }
    Ok(times)
}

/// Logs of 1 MiB, made of those of the corpus.
fn logs(count: usize) -> Result<Vec<String>> {
    let failures = Half::Tuning.read()?;
    let mut all = failures.iter().cycle();
    let mut logs = Vec::new();
    while logs.len() < count {
        let mut log = String::new();
        while log.len() < MIB {
            log.push_str(&all.next().context("there are no logs")?.log);
        }
        log.truncate(log.floor_char_boundary(MIB));
        logs.push(log);
    }
    Ok(logs)
}

/// Begins to look for the most memory anew (proc(5), `/proc/pid/clear_refs`).
fn forget_peak() -> Result<()> {
    fs::write("/proc/self/clear_refs", "5").context("write /proc/self/clear_refs")
}

/// Most memory that this program held since then, in MiB.
fn peak_mib() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status").context("read /proc/self/status")?;
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = value.and_then(|value| value.split_whitespace().next()).context("find VmHWM")?;
    Ok(kib.parse::<f64>()? / 1024.0)
}
