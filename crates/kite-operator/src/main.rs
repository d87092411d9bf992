//! The `kite-operator` program.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser as _;
use k8s_openapi::api::coordination::v1::Lease;
use kite_operator::args::{Arguments, Task, Watch};
use kite_operator::lease::{self, Candidate};
use kite_operator::operator::{Operator, Plan};
use kite_operator::sources::Sources;
use kite_operator::{access, manifests, settings};
use kite_runtime::shutdown::Shutdown;
use kite_runtime::{logging, metrics, serve};
use kube::{Api, Client};
use prometheus_client::registry::Registry;

/// Time for reports that wait, at the end.
const DRAIN: Duration = Duration::from_secs(8);
const SHORTEST_LOOK: Duration = Duration::from_millis(100);

/// Many small texts live shortly in every event; this allocator is made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    match arguments.task {
        Some(Task::Schema) => settings::print_schema(),
        Some(Task::Manifests(wanted)) => manifests::print(&wanted),
        None => {
            logging::init(arguments.watch.log_format, &arguments.watch.log_level).context("KITE_LOG_LEVEL")?;
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(16).build()?;
            runtime.block_on(watch(arguments.watch))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn watch(args: Watch) -> anyhow::Result<()> {
    let (sources, follower) = Sources::load(args.config.clone(), args.settings())?;
    let config = access::config(args.context.as_deref()).await?;
    let client = Client::try_from(config).context("use the kubeconfig")?;
    let shutdown = Shutdown::on_signals().context("listen to signals")?;
    let stop = shutdown.token();
    shutdown.spawn(async move { stop.run_until_cancelled(follower.run()).await });
    let lease = (!args.no_lease).then(|| candidate(&args, &client));
    let plan = Plan {
        client,
        settings: sources.settings,
        rules: sources.rules,
        backend: sources.backend,
        broken: sources.broken,
        lease,
        look_every: args.look_every.max(SHORTEST_LOOK),
        first_pause: Duration::from_millis(500),
    };
    let operator = Operator::start(plan, &shutdown);
    let mut registry = Registry::default();
    operator.metrics().register(&mut registry);
    metrics::register_process(&mut registry, env!("CARGO_PKG_VERSION"));
    let health = operator.health(shutdown.token());
    let server = serve::Server::bind(args.metrics_listen)
        .await
        .with_context(|| format!("listen on {} (KITE_METRICS_LISTEN)", args.metrics_listen))?;
    tracing::info!(address = %server.local_addr()?, "watching; /readyz says how far");
    server.run(metrics::router(registry, health), shutdown.token()).await;
    if let Err(error) = shutdown.drain(DRAIN).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "stopped with reports left; the next start sends them"
        );
    }
    tracing::info!("stopped");
    Ok(())
}

fn candidate(args: &Watch, client: &Client) -> Candidate {
    let namespace = args.lease_namespace.clone().unwrap_or_else(|| client.default_namespace().to_owned());
    let options = lease::Options {
        name: args.lease.clone(),
        // Pods have their name as host name; the number tells operators on one host apart.
        holder: format!("{}-{}", access::host_name(), uuid::Uuid::now_v7()),
        duration: args.lease_duration,
        retry: args.lease_duration / 5,
    };
    Candidate::new(Api::<Lease>::namespaced(client.clone(), &namespace), options)
}
