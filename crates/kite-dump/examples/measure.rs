//! Reads dumps and throws the objects away: how fast the reader itself is.
//!
//! `cargo run --release -p kite-dump --example measure -- runs.json`

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use kite_dump::{Options, Progress, read};

fn main() -> io::Result<()> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let start = Instant::now();
    let summary = read(
        &paths,
        &Options::default(),
        &Progress::default(),
        |_| ControlFlow::Continue(()),
        |error| drop(writeln!(io::stderr(), "{error}")),
    );
    let seconds = start.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = summary.bytes as f64 / 1e6 / seconds;
    writeln!(io::stdout(), "{summary:?}\n{seconds:.2} s, {rate:.0} MB/s")
}
