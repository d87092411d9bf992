//! `cargo xtask test`

use std::process::Command;

use anyhow::{Context, Result};
use clap::{ValueEnum, builder::PossibleValue};
use kite_postgres_server::Server;
use kite_test_browser::{Driver, Programs};
use kite_test_cluster::Cluster;

use crate::{
    browser, cluster,
    command::{self, cargo, conclude},
    fuzz, postgres, web_tools,
};

/// The packages whose tests need a cluster.
const WITH_CLUSTER: [&str; 3] = ["kite-local", "kite-operator", "kite-test-cluster"];
/// The packages whose tests need kubectl.
const WITH_KUBECTL: [&str; 1] = ["kite-cli"];
/// The packages whose tests need a browser.
const WITH_BROWSER: [&str; 2] = ["kite-local", "kite-test-browser"];

/// What to test, and with what.
#[derive(clap::Args)]
pub struct Args {
    /// Leaves out this, or the tests that need it; may be given more than once
    #[arg(long, value_name = "WHAT")]
    without: Vec<Part>,
    /// Tests this package only; may be given more than once
    #[arg(long, short, value_name = "NAME")]
    package: Vec<String>,
    /// Arguments for the test programs, such as a part of a test's name
    #[arg(last = true, value_name = "ARGUMENT")]
    pass_on: Vec<String>,
}

/// What can be left out.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The database server of that name
    Postgres,
    /// The Kubernetes API server
    Cluster,
    /// Chromium
    Browser,
    /// Fuzzing
    Fuzz,
}

/// Runs the tests and says in the last line what ran.
pub fn run(args: &Args) -> Result<()> {
    let mut tests = cargo_test(args);
    let database = start_database(args, &mut tests)?;
    let cluster = start_cluster(args, &mut tests)?;
    let browser = start_browser(args, &mut tests)?;
    command::run(&mut tests)?;
    if args.fuzzes() {
        fuzz::run(&fuzz::Args::default())?;
    }
    let chromium = browser.as_ref().map(|(programs, _)| programs);
    conclude(closing_line(args, database.as_ref(), cluster.as_ref(), chromium));
    Ok(())
}

/// Starts the database server that the tests share and tells them about it, unless it is left out.
fn start_database(args: &Args, tests: &mut Command) -> Result<Option<Server>> {
    use kite_postgres_server::{BIN_VARIABLE, Options, URL_VARIABLE, WITHOUT_VARIABLE};
    tests.env_remove(URL_VARIABLE).env_remove(BIN_VARIABLE).env_remove(WITHOUT_VARIABLE);
    if args.without.contains(&Part::Postgres) {
        tests.env(WITHOUT_VARIABLE, "1");
        return Ok(None);
    }
    let server = Server::start(postgres::installation()?, &Options::default()).context("start a PostgreSQL server")?;
    tests.env(URL_VARIABLE, server.url()).env(BIN_VARIABLE, server.installation().bin());
    Ok(Some(server))
}

/// Starts the cluster that the tests share and tells them about it, unless it is left out or of no use.
fn start_cluster(args: &Args, tests: &mut Command) -> Result<Option<Cluster>> {
    use kite_test_cluster::{ASSETS_VARIABLE, KUBECONFIG_VARIABLE, Options, WITHOUT_VARIABLE};
    tests.env_remove(KUBECONFIG_VARIABLE).env_remove(ASSETS_VARIABLE).env_remove(WITHOUT_VARIABLE);
    if args.without.contains(&Part::Cluster) {
        tests.env(WITHOUT_VARIABLE, "1");
        return Ok(None);
    }
    if args.need(&WITH_KUBECTL) {
        // The tests find it where it is now.
        cluster::kubectl()?;
    }
    if !args.need(&WITH_CLUSTER) {
        return Ok(None);
    }
    let cluster =
        Cluster::start(&cluster::programs()?, &Options::default()).context("start a Kubernetes API server")?;
    tests.env(KUBECONFIG_VARIABLE, cluster.kubeconfig()).env(ASSETS_VARIABLE, cluster.programs().assets());
    Ok(Some(cluster))
}

/// Starts the driver of all browsers and tells the tests about it, unless it is left out or of no use.
fn start_browser(args: &Args, tests: &mut Command) -> Result<Option<(Programs, Driver)>> {
    use kite_test_browser::{CHROMIUM_VARIABLE, DRIVER_VARIABLE, WEB_TOOLS_VARIABLE, WITHOUT_VARIABLE};
    for variable in [CHROMIUM_VARIABLE, DRIVER_VARIABLE, WEB_TOOLS_VARIABLE, WITHOUT_VARIABLE] {
        tests.env_remove(variable);
    }
    if args.without.contains(&Part::Browser) {
        tests.env(WITHOUT_VARIABLE, "1");
        return Ok(None);
    }
    if !args.need(&WITH_BROWSER) {
        return Ok(None);
    }
    let started = browser::share_with(tests)?;
    tests.env(WEB_TOOLS_VARIABLE, web_tools::folder()?);
    Ok(Some(started))
}

impl Args {
    /// Whether one of these packages is to be tested.
    fn need(&self, packages: &[&str]) -> bool {
        self.package.is_empty() || self.package.iter().any(|name| packages.contains(&name.as_str()))
    }

    /// Whether everything is tested, or only what was chosen.
    fn is_all(&self) -> bool {
        self.package.is_empty() && self.pass_on.is_empty()
    }

    fn fuzzes(&self) -> bool {
        self.is_all() && !self.without.contains(&Part::Fuzz)
    }
}

fn cargo_test(args: &Args) -> Command {
    let mut command = cargo();
    command.args(["test", "--locked", "--all-features"]);
    if args.package.is_empty() {
        command.arg("--workspace");
    }
    for package in &args.package {
        command.args(["--package", package]);
    }
    command.arg("--").args(&args.pass_on);
    command
}

fn closing_line(
    args: &Args,
    database: Option<&Server>,
    cluster: Option<&Cluster>,
    chromium: Option<&Programs>,
) -> String {
    let postgres = database.map(|server| format!("PostgreSQL {}", server.installation().version()));
    let kubernetes = cluster.map(|cluster| format!("Kubernetes {}", cluster.programs().kubernetes_version()));
    let chromium = chromium.map(|programs| format!("Chromium {}", programs.version()));
    let fuzzing = args.fuzzes().then(|| "fuzzing".to_owned());
    let with = postgres.into_iter().chain(["SQLite".to_owned()]).chain(kubernetes).chain(chromium).chain(fuzzing);
    let with: Vec<_> = with.collect();
    let line = format!("{} ({})", passed(args), with.join(", "));
    let parts = Part::value_variants().iter().filter(|part| args.without.contains(part));
    let values: Vec<_> = parts.filter_map(Part::to_possible_value).collect();
    if values.is_empty() {
        return line;
    }
    let names: Vec<_> = values.iter().map(PossibleValue::get_name).collect();
    format!("{line} WITHOUT {} (asked for)", names.join(", "))
}

fn passed(args: &Args) -> &'static str {
    if args.is_all() { "all suites passed" } else { "the chosen tests passed" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(without: &[Part], packages: &[&str]) -> Args {
        let package = packages.iter().map(|&name| name.to_owned()).collect();
        Args { without: without.to_vec(), package, pass_on: Vec::new() }
    }

    #[test]
    fn the_last_line_names_what_was_left_out() {
        let all = args(&[Part::Fuzz, Part::Browser, Part::Cluster, Part::Postgres], &[]);
        assert_eq!(
            closing_line(&all, None, None, None),
            "all suites passed (SQLite) WITHOUT postgres, cluster, browser, fuzz (asked for)"
        );
        assert_eq!(closing_line(&args(&[], &[]), None, None, None), "all suites passed (SQLite, fuzzing)");
        let one = args(&[], &["kite-core"]);
        assert_eq!(closing_line(&one, None, None, None), "the chosen tests passed (SQLite)");
    }

    #[test]
    fn only_a_test_of_everything_fuzzes() {
        assert!(args(&[Part::Browser], &[]).fuzzes());
        assert!(!args(&[], &["kite-core"]).fuzzes());
        assert!(!Args { pass_on: vec!["fold".to_owned()], ..args(&[], &[]) }.fuzzes());
    }

    #[test]
    fn servers_are_started_only_for_whom_needs_them() {
        assert!(args(&[], &[]).need(&WITH_CLUSTER));
        assert!(args(&[], &["kite-core", "kite-operator"]).need(&WITH_CLUSTER));
        assert!(!args(&[], &["kite-core", "kite-operator"]).need(&WITH_BROWSER));
    }
}
