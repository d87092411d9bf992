//! Watching the cluster of a kubeconfig's context, with the operator's own code.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kite_client::{Client, Options};
use kite_operator::access::{self, Personal};
use kite_operator::operator::{Operator, Plan};
use kite_operator::settings::Settings;
use kite_operator::sources::{Sources, user_agent};
use kite_rules::RuleSet;
use kite_runtime::shutdown::Shutdown;
use kite_store::Store;
use tokio::time::{Instant, interval, timeout};

use crate::args::{Args, Output};
use crate::output::{self, say};

/// After this the list is printed as it is.
/// After this nobody waits for what was refused.
const ENOUGH: Duration = Duration::from_secs(5);
const LONGEST_LISTING: Duration = Duration::from_mins(2);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Watches the cluster, if there is one to watch, and reports to this program's own service.
pub async fn watch(args: &Args, url: &str, shutdown: &Shutdown) -> anyhow::Result<Option<Operator>> {
    if args.no_cluster || !args.from.is_empty() {
        return Ok(None);
    }
    let personal = match access::personal(args.context.as_deref()).await {
        Ok(Some(personal)) => personal,
        Ok(None) => return Ok(None),
        Err(error) if args.context.is_some() => return Err(error),
        Err(error) => {
            say(&format!("no cluster is watched: {error:#} (--no-cluster does not even try)"));
            return Ok(None);
        }
    };
    let settings = settings(args, url, &personal);
    let (sources, follower) = Sources::load(None, settings.clone())?;
    let stop = shutdown.token();
    shutdown.spawn(async move { stop.run_until_cancelled(follower.run()).await });
    let options = Options { retries: 0, user_agent: user_agent(&settings), ..Options::default() };
    let backend = Client::new(url, options).context("reach this program's service")?;
    let where_to_look = match settings.namespaces.names.iter().cloned().collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "all namespaces".to_owned(),
        names => format!("namespace {names}"),
    };
    say(&format!("watching the cluster of context {}, {where_to_look}", personal.context));
    let plan = Plan {
        rules: sources.rules,
        broken: sources.broken,
        ..Plan::fixed(personal.client, settings, Arc::new(RuleSet::builtin()), backend)
    };
    Ok(Some(Operator::start(plan, shutdown)))
}

fn settings(args: &Args, url: &str, personal: &Personal) -> Settings {
    let mut settings = Settings { cluster_url: args.cluster_url.clone(), ..Settings::default() };
    url.clone_into(&mut settings.backend.url);
    settings.rules_dir.clone_from(&args.rules_dir);
    settings.namespaces.names =
        if args.namespace.is_empty() { personal.namespaces.clone() } else { args.namespace.iter().cloned().collect() };
    settings
}

/// Prints what is broken as soon as everything was looked at once.
pub async fn list(operator: &Operator, store: &Store, output: Output) -> anyhow::Result<()> {
    let begin = Instant::now();
    let mut looks = interval(LOOK_EVERY);
    let listed = timeout(LONGEST_LISTING, async {
        // Somebody may lack the right to list a kind; the others are worth printing.
        let is_done = || operator.is_idle() || (begin.elapsed() > ENOUGH && operator.is_idle_as_far_as_allowed());
        while !is_done() {
            looks.tick().await;
        }
    });
    let more = match listed.await {
        Ok(()) if operator.is_idle() => format!("; looked at the cluster in {:.1} s", begin.elapsed().as_secs_f64()),
        _ => format!("; not everything was looked at yet: {}", operator.readiness().reasons.join("; ")),
    };
    output::list(store, output, &more).await
}
