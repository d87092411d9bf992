//! Serving the list on this machine.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use kite_backend::access::Access;
use kite_backend::app::Settings;
use kite_backend::service::{self, Service};
use kite_runtime::serve::{Limits, Server};
use kite_runtime::shutdown::Shutdown;
use kite_store::Store;

use crate::args::Args;
use crate::cluster;
use crate::folder::Place;
use crate::output::say;

/// Path of a run's logs below the cluster's user interface.
pub const LOGS_ENDPOINT: &str = "/logs/pipelineruns/";

/// Ports that are tried when the wanted one is taken.
const NEXT_PORTS: u16 = 50;

/// Serves until told to stop.
pub async fn serve(args: &Args, store: Store, place: &Place) -> anyhow::Result<()> {
    let shutdown = Shutdown::on_signals().context("listen to signals")?;
    let server = bind(args.listen).await?;
    let address = server.local_addr()?;
    if address.port() != args.listen.port() && args.listen.port() != 0 {
        say(&format!("port {} is taken by another program: using {}", args.listen.port(), address.port()));
    }
    let url = format!("http://{address}");
    place.announce(&url)?;
    let settings = Settings {
        cluster_url: args.cluster_url.clone(),
        logs_endpoint: LOGS_ENDPOINT.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        allowed_hosts: ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).to_vec(),
        allowed_origins: Vec::new(),
        ..Settings::default()
    };
    let options = service::Options { settings, rules: args.rules_dir.clone(), ..service::Options::default() };
    let Service { router, app, .. } = Service::start(Access::Open, store.clone(), options, &shutdown);
    let cluster = cluster::watch(args, &url, &shutdown).await?;
    if args.exit && cluster.is_none() {
        anyhow::bail!(
            "--exit stops after the list is printed, and there is neither a dump (--from) nor a cluster to list"
        );
    }
    say(&greeting(&url, args.from.is_empty() && cluster.is_none()));
    if let Some(operator) = cluster {
        let (output, exit, until) = (args.output, args.exit, shutdown.clone());
        shutdown.spawn(async move {
            let listing = cluster::list(&operator, &store, output);
            if let Some(Err(error)) = until.token().run_until_cancelled(listing).await {
                say(&format!("error: {error:#}"));
            }
            if exit {
                until.trigger();
            }
        });
    } else if args.exit && args.from.is_empty() {
        anyhow::bail!(
            "--exit stops after the list is printed, and there is neither a dump (--from) nor a cluster to list"
        );
    }
    let limits = Limits { drain: Duration::from_secs(5), ..Limits::default() };
    server.with_limits(limits).run(router, shutdown.token()).await;
    service::end(&app).await;
    if let Err(error) = shutdown.drain(Duration::from_secs(2)).await {
        say(&format!("{error}; the next start looks again"));
    }
    Ok(())
}

async fn bind(wanted: SocketAddr) -> anyhow::Result<Server> {
    let last = if wanted.port() == 0 { 0 } else { wanted.port().saturating_add(NEXT_PORTS) };
    for port in wanted.port()..=last {
        match Server::bind(SocketAddr::new(wanted.ip(), port)).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            bound => return bound.with_context(|| format!("listen on {wanted}")),
        }
    }
    anyhow::bail!("listen on {wanted}: this port and the next {NEXT_PORTS} are taken")
}

fn greeting(url: &str, is_empty: bool) -> String {
    let list = format!(
        "serving {url} (Ctrl-C stops)\n  for people:  open {url}/ in a browser\n  the list:    curl '{url}/api/v1/issues?state=ACTIVE'"
    );
    if !is_empty {
        return list;
    }
    let report = r#"[{"verdict":"failing","namespace":"team-a","issueType":"build","severity":"major","title":"Build of shop failed","description":"the linker ran out of memory","scope":{"resourceType":"component","resourceName":"shop"}}]"#;
    format!(
        "{list}\n  a report:    curl '{url}/api/v1/reports' -H 'Content-Type: application/json' -d '{report}'\n  \
         from a dump: run again with --from FILE\n  all the rest: {url}/openapi.json"
    )
}
