//! How the threads work together.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use kite_dump::{Options, Progress, read};
use tempfile::TempDir;

use crate::{Outcome, pod, write};

fn many_pods(folder: &TempDir, count: usize) -> [PathBuf; 1] {
    let lines: Vec<String> = (0..count).map(|number| pod(&format!("pod-{number:05}")).to_string()).collect();
    [write(folder.path(), "pods.ndjson", lines.join("\n"))]
}

/// A queue that is always full.
fn narrow() -> Options {
    Options { queue_limit: 1, workers: NonZeroUsize::new(4).unwrap(), ..Options::default() }
}

#[test]
fn every_object_arrives_once_through_a_narrow_queue() {
    let folder = TempDir::new().unwrap();
    let outcome = Outcome::with(&many_pods(&folder, 5000), &narrow());
    let mut names = outcome.names();
    names.dedup();
    assert_eq!(names.len(), 5000);
}

#[test]
fn a_break_ends_the_reading() {
    let folder = TempDir::new().unwrap();
    let seen = AtomicUsize::new(0);
    let stop_at_ten = |_| match seen.fetch_add(1, Relaxed) {
        0..9 => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    };
    let paths = many_pods(&folder, 5000);
    let summary = read(&paths, &narrow(), &Progress::default(), stop_at_ten, |_| {});
    assert!(summary.objects < 20, "{summary:?}");
}

#[test]
fn a_panic_in_the_callback_reaches_the_caller() {
    let folder = TempDir::new().unwrap();
    let paths = many_pods(&folder, 5000);
    let reading = || read(&paths, &narrow(), &Progress::default(), |_| panic!("in the callback"), |_| {});
    assert!(catch_unwind(AssertUnwindSafe(reading)).is_err());
}
