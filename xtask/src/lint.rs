//! `cargo xtask lint`

use anyhow::{Result, bail};

use crate::{
    command::{cargo, conclude, run, say},
    layers,
    tool::Tool,
};

const DENY: Tool = Tool { name: "deny", version: "0.20.2" };
const MACHETE: Tool = Tool { name: "machete", version: "0.9.2" };

/// The fuzz targets are a workspace of their own.
const FUZZ: &str = concat!("--manifest-path=", env!("CARGO_MANIFEST_DIR"), "/../fuzz/Cargo.toml");

type Check = fn() -> Result<()>;

/// The checks, quick ones first.
const CHECKS: [(&str, Check); 7] = [
    ("format", format),
    ("layers", layers::check),
    ("unused dependencies", unused_dependencies),
    ("dependencies", dependencies),
    ("advisories", advisories),
    ("clippy", clippy),
    ("docs", docs),
];

/// Runs every check, also after one failed, and names those that did.
pub fn run_all() -> Result<()> {
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        if let Err(error) = check() {
            say(format_args!("{name}: {error:#}"));
            failed.push(name);
        }
    }
    if failed.is_empty() {
        conclude("all checks passed");
        return Ok(());
    }
    bail!("these checks failed: {}", failed.join(", "))
}

fn format() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))?;
    run(cargo().args(["fmt", "--check", FUZZ]))
}

fn clippy() -> Result<()> {
    let what = ["--workspace", "--all-targets", "--all-features", "--locked", "--keep-going"];
    run(cargo().arg("clippy").args(what).args(["--", "-D", "warnings"]))?;
    let what = ["--all-targets", "--locked", "--keep-going", FUZZ];
    run(cargo().arg("clippy").args(what).args(["--", "-D", "warnings"]))
}

fn docs() -> Result<()> {
    let what = ["--workspace", "--all-features", "--no-deps", "--locked", "--keep-going"];
    run(cargo().arg("doc").args(what).env("RUSTDOCFLAGS", "-D warnings"))
}

fn unused_dependencies() -> Result<()> {
    run(&mut MACHETE.command()?)
}

fn dependencies() -> Result<()> {
    let mut deny = DENY.command()?;
    run(deny.args(["--locked", "--all-features", "check", "bans", "licenses", "sources"]))
}

/// Looks for known vulnerabilities, which needs a database from the network.
fn advisories() -> Result<()> {
    if run(DENY.command()?.args(["fetch", "db"])).is_err() {
        say("advisories were NOT checked, because their database could not be fetched");
        return Ok(());
    }
    let mut deny = DENY.command()?;
    run(deny.args(["--locked", "--all-features", "check", "--disable-fetch", "advisories"]))
}
