//! All of KITE in one process, on an embedded database.

mod args;
mod cluster;
mod folder;
mod output;
mod read;
mod serve;
mod table;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser as _;
use kite_rules::{Config, RuleSet};
use kite_runtime::logging;
use kite_store::Store;

use crate::args::Args;
use crate::folder::Place;

/// Many small texts live shortly in every request; this allocator is made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match start(Args::parse()) {
        Ok(code) => code,
        Err(error) => {
            output::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn start(args: Args) -> anyhow::Result<ExitCode> {
    logging::init(logging::Format::Text, &args.log_level).context("--log-level")?;
    if !args.listen.ip().is_loopback() {
        anyhow::bail!(
            "nobody signs in here, so everybody who can reach {} could read and write everything: listen on 127.0.0.1",
            args.listen.ip()
        );
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(16).build()?;
    runtime.block_on(run(args))
}

async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let place = Place::take(&args)?;
    let store = Store::connect(&place.options()).await.context("open the database")?;
    let mut code = ExitCode::SUCCESS;
    if !args.from.is_empty() {
        let (rules, broken) = args.rules_dir.as_deref().map_or((RuleSet::builtin(), Vec::new()), RuleSet::load);
        for error in &broken {
            output::say(&format!("error: {error}"));
        }
        let config = Config::new(&args.cluster_url, serve::LOGS_ENDPOINT);
        let show = output::progress();
        let done = read::read(&store, Arc::new(rules), config, args.from.clone(), output::say, show).await?;
        output::end_progress(show.is_some());
        output::list_of_dump(&store, args.output, &done).await?;
        if done.problems > 0 || !broken.is_empty() {
            code = ExitCode::FAILURE;
        }
    }
    if !args.exit || args.from.is_empty() {
        serve::serve(&args, store.clone(), &place).await?;
    }
    store.close().await;
    Ok(code)
}
