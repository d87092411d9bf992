//! The `kite-backend` program.

use std::time::Duration;

use anyhow::Context as _;
use kite_backend::access::{Access, Kubernetes, Listed};
use kite_backend::config::{Config, Plan, SignIn};
use kite_backend::service::{self, Service};
use kite_runtime::shutdown::Shutdown;
use kite_runtime::tls::MountedCertificate;
use kite_runtime::{logging, metrics, serve};
use kite_store::{Store, StoreError};

/// Requests in flight have up to 9 seconds before; the rest of the stop is short.
const END: Duration = Duration::from_secs(1);
const TRY_AGAIN: Duration = Duration::from_secs(2);

/// Many small texts live shortly in every request; this allocator is made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    let config = Config::read();
    let (format, filter) = config.logging();
    logging::init(format, filter).context("KITE_LOG_LEVEL")?;
    let plan = config.plan()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(16).build()?;
    runtime.block_on(run(plan))
}

async fn run(plan: Plan) -> anyhow::Result<()> {
    let shutdown = Shutdown::on_signals().context("listen to signals")?;
    let access = access(&plan.sign_in, &shutdown).await?;
    let Some(store) = connect(&plan, &shutdown).await? else { return Ok(()) };
    let Service { router, health, mut registry, app } = Service::start(access, store.clone(), plan.service, &shutdown);
    metrics::register_process(&mut registry, env!("CARGO_PKG_VERSION"));
    if let Some(address) = plan.metrics_listen {
        let server = serve::Server::bind(address).await.with_context(|| format!("listen on {address} for metrics"))?;
        tracing::info!(address = %server.local_addr()?, "metrics are shown");
        let (router, stop) = (metrics::router(registry, health), shutdown.token());
        shutdown.spawn(async move { server.run(router, stop).await });
    }
    let mut server = serve::Server::bind(plan.listen)
        .await
        .with_context(|| format!("listen on {}", plan.listen))?
        .with_limits(plan.limits);
    let scheme = if plan.tls.is_some() { "https" } else { "http" };
    if let Some((certificate, key)) = plan.tls {
        let mounted = MountedCertificate::load(certificate, key).await.context("load the certificate")?;
        server = server.with_tls(mounted.server_config().context("use the certificate")?);
        shutdown.spawn(mounted.keep_current(shutdown.token()));
    }
    let address = server.local_addr()?;
    if plan.is_exposed {
        tracing::warn!(%address, "nobody signs in: everybody who can reach this address may read and write everything");
    }
    tracing::info!(%address, url = format!("{scheme}://{address}"), "listening");
    server.run(router, shutdown.token()).await;
    service::end(&app).await;
    if let Err(error) = shutdown.drain(END).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "stopped with tasks left");
    }
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Who may do what, by the settings.
async fn access(sign_in: &SignIn, shutdown: &Shutdown) -> anyhow::Result<Access> {
    Ok(match sign_in {
        SignIn::Nobody => Access::Open,
        SignIn::Kubernetes(options) => {
            let config = kube::Config::infer()
                .await
                .context("find the API server that knows the callers: this is no pod, and there is no KUBECONFIG")?;
            tracing::info!(api_server = %config.cluster_url, "Kubernetes decides who may do what");
            let client = kube::Client::try_from(config).context("prepare access to the API server")?;
            Access::Kubernetes(Kubernetes::new(client, options.clone()).into())
        }
        SignIn::Listed(path) => {
            let (listed, work) = Listed::load(path).with_context(|| format!("KITE_ACCESS_FILE: {}", path.display()))?;
            tracing::info!(file = %path.display(), "a file decides who may do what");
            let stop = shutdown.token();
            shutdown.spawn(async move { stop.run_until_cancelled(work).await });
            Access::Listed(listed)
        }
    })
}

/// Connects, trying again while the database is not there; `None` when told to stop meanwhile.
async fn connect(plan: &Plan, shutdown: &Shutdown) -> anyhow::Result<Option<Store>> {
    let mut tries = tokio::time::interval(TRY_AGAIN);
    let stop = shutdown.token();
    while stop.run_until_cancelled(tries.tick()).await.is_some() {
        match stop.run_until_cancelled(Store::connect(&plan.store)).await {
            Some(Ok(store)) => return Ok(Some(store)),
            Some(Err(error @ StoreError::Unavailable(_))) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the database is not there yet; trying again");
            }
            Some(Err(error)) => return Err(error).context("open the database"),
            None => return Ok(None),
        }
    }
    Ok(None)
}
