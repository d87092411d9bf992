//! `cargo xtask fuzz`

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result, bail, ensure};
use clap::builder::PossibleValuesParser;

use crate::{
    command::{self, cargo, conclude, folder, output, say},
    packages::Packages,
};

const COMPILER: Packages = Packages { debian: &["g++"], fedora: &["gcc-c++"] };
const ADVICE: &str = "fuzzing needs a C++ compiler: install g++ or clang, name one in $CXX, or leave it out with \
    `--without fuzz`";

/// The targets, and the most bytes that each is given.
const TARGETS: [(&str, u32); 6] = [
    ("cel_input", 16 * 1024),
    ("failure_log", 8 * 1024),
    ("object_dump", 8 * 1024),
    ("query_string", 4 * 1024),
    ("report_body", 8 * 1024),
    ("rules_file", 4 * 1024),
];

/// What tells libFuzzer which code has run, and what was compared there; `cargo fuzz` sets the same.
const INSTRUMENTATION: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1";

/// Targets that run at the same time.
const SIDE_BY_SIDE: usize = 2;
/// Lines of a log that are shown when a target fails.
const SHOWN_LINES: usize = 25;

/// What to fuzz, and for how long.
#[derive(clap::Args)]
pub struct Args {
    /// The targets; all of them when none is named
    #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(TARGETS.map(|(name, _)| name)))]
    targets: Vec<String>,
    /// How long each of them runs
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

impl Default for Args {
    fn default() -> Self {
        Self { targets: Vec::new(), seconds: 60 }
    }
}

/// Builds the targets and runs them.
pub fn run(args: &Args) -> Result<()> {
    let folders = Folders::find()?;
    let programs = build(&folders)?;
    let chosen = TARGETS.iter().filter(|(name, _)| args.targets.is_empty() || args.targets.iter().any(|n| n == name));
    let chosen: Vec<_> = chosen.map(|(name, most)| Target { name, most_bytes: *most }).collect();
    let mut failed = Vec::new();
    for together in chosen.chunks(SIDE_BY_SIDE) {
        let results = thread::scope(|scope| {
            let run = |target: &Target| target.run(&folders, &programs, args.seconds);
            let running: Vec<_> = together.iter().map(|target| scope.spawn(move || run(target))).collect();
            running.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        for (target, result) in together.iter().zip(results) {
            match result.unwrap_or_else(|_| bail!("it could not be watched")) {
                Ok(summary) => conclude(summary),
                Err(error) => {
                    say(format_args!("{}: {error:#}", target.name));
                    failed.push(target.name);
                }
            }
        }
    }
    ensure!(failed.is_empty(), "these fuzz targets failed: {}", failed.join(", "));
    Ok(())
}

/// Where the crate is, and where everything goes that is not committed.
struct Folders {
    package: PathBuf,
    target: PathBuf,
}

impl Folders {
    fn find() -> Result<Self> {
        Ok(Self { package: folder("workspace_root")?.join("fuzz"), target: folder("target_directory")?.join("fuzz") })
    }
}

/// Builds all targets and gives the folder of their programs.
fn build(folders: &Folders) -> Result<PathBuf> {
    find_compiler()?;
    let host = host()?;
    let mut build = cargo();
    build.args(["build", "--release", "--locked", "--bins"]);
    // With a target, what runs while building is not instrumented.
    build.args(["--target", &host, "--manifest-path"]).arg(folders.package.join("Cargo.toml"));
    build.arg("--target-dir").arg(&folders.target);
    build.env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", INSTRUMENTATION);
    command::run(&mut build)?;
    Ok(folders.target.join(host).join("release"))
}

/// Finds the compiler for libFuzzer, which is written in C++, after installing it if it has to and may.
pub fn find_compiler() -> Result<String> {
    let name = env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let version = || output(Command::new(&name).arg("--version").stderr(Stdio::null()));
    if let Ok(version) = version() {
        return Ok(first_line(&version));
    }
    COMPILER.install().context(ADVICE)?;
    version().map(|version| first_line(&version)).context(ADVICE)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn host() -> Result<String> {
    let version = output(cargo().arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("ask cargo for which machine it builds")
}

struct Target {
    name: &'static str,
    most_bytes: u32,
}

impl Target {
    /// Runs the target and sums up what it did.
    fn run(&self, folders: &Folders, programs: &Path, seconds: u32) -> Result<String> {
        let found = folders.target.join("found").join(self.name);
        let artefacts = folders.target.join("artefacts").join(self.name);
        let log = folders.target.join(format!("{}.log", self.name));
        fs::create_dir_all(&found)?;
        fs::create_dir_all(&artefacts)?;
        say(format_args!("$ {} for {seconds} s", self.name));
        let mut program = Command::new(programs.join(self.name));
        // What is new goes into the first folder.
        program.args([&found, &folders.package.join("corpus").join(self.name)]);
        program.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={}", self.most_bytes));
        program.arg(format!("-artifact_prefix={}/", artefacts.display()));
        program.args(["-rss_limit_mb=2048", "-timeout=10", "-print_final_stats=1"]);
        program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&log)?);
        let status = program.status().context("start it")?;
        let log = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        if status.success() {
            return Ok(format!("{}: {}", self.name, summary(&log)));
        }
        let begin = log.lines().count().saturating_sub(SHOWN_LINES);
        log.lines().skip(begin).for_each(say);
        bail!("{}", failure(&log))
    }
}

/// What libFuzzer says at the end: how often it ran, how much code it reached, how much was new.
fn summary(log: &str) -> String {
    let stat = |name: &str| log.lines().find_map(|line| line.strip_prefix(name)).map_or("?", str::trim);
    let covered = log.rsplit_once(" cov: ").and_then(|(_, rest)| rest.split_whitespace().next()).unwrap_or("?");
    format!(
        "{} runs, {} a second, {covered} places reached, {} new inputs",
        stat("stat::number_of_executed_units:"),
        stat("stat::average_exec_per_sec:"),
        stat("stat::new_units_added:"),
    )
}

/// What went wrong, and with which input.
fn failure(log: &str) -> String {
    let panic = log.lines().skip_while(|line| !line.contains(" panicked at ")).nth(1);
    let error = log.lines().find_map(|line| line.split_once(" ERROR: libFuzzer: ")).map(|(_, error)| error);
    let what = panic.or(error).unwrap_or("it ended too early");
    match log.lines().find_map(|line| line.split_once("Test unit written to ")) {
        Some((_, artefact)) => format!("{what}, with the input {artefact}"),
        None => what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const MOST_FILES: usize = 60;
    const MOST_BYTES: u64 = 200_000;

    fn files(folder: &Path) -> Vec<PathBuf> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    #[test]
    fn every_target_has_a_program_and_a_small_corpus() {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
        let programs = files(&package.join("fuzz_targets"));
        let programs: BTreeSet<_> = programs.iter().filter_map(|file| file.file_stem()?.to_str()).collect();
        assert_eq!(programs, TARGETS.map(|(name, _)| name).into());
        for (name, most_bytes) in TARGETS {
            let sizes =
                files(&package.join("corpus").join(name)).into_iter().map(|file| file.metadata().unwrap().len());
            let sizes: Vec<_> = sizes.collect();
            assert!((1..=MOST_FILES).contains(&sizes.len()) && sizes.iter().sum::<u64>() <= MOST_BYTES, "{name}");
            assert!(sizes.iter().all(|size| *size <= most_bytes.into()), "{name}: libFuzzer would cut it");
        }
    }

    #[test]
    fn the_end_of_a_log_is_summed_up() {
        let log = "#2\tINITED cov: 7 ft: 8\n#9\tDONE   cov: 12 ft: 30 corp: 4/9b\n\
            stat::number_of_executed_units: 900\nstat::average_exec_per_sec:     15\nstat::new_units_added:          3\n";
        assert_eq!(summary(log), "900 runs, 15 a second, 12 places reached, 3 new inputs");
    }

    #[test]
    fn a_failure_names_its_input() {
        let written = "artifact_prefix='a/'; Test unit written to a/crash-1\n";
        let panic =
            "thread '<unnamed>' (1) panicked at x.rs:1:2:\nline 2 of 1\n==1== ERROR: libFuzzer: deadly signal\n";
        assert_eq!(failure(&format!("{panic}{written}")), "line 2 of 1, with the input a/crash-1");
        let timeout = "==1== ERROR: libFuzzer: timeout after 11 seconds\n";
        assert_eq!(failure(&format!("{timeout}{written}")), "timeout after 11 seconds, with the input a/crash-1");
        assert_eq!(failure(""), "it ended too early");
    }
}
