//! Who reports: one lease, one holder at a time.
//!
//! Follows the rules of client-go's leader election: a lease that its holder did not renew for its
//! whole duration, as seen by the *local* clock, may be taken; all writes carry the version that
//! was read, so of two takers one fails.

use std::time::Duration;

use anyhow::Context as _;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::{Api, ObjectMeta, PostParams};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::clock::now;

/// How the lease is held.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the lease.
    pub name: String,
    /// Who wants it; must differ between operators.
    pub holder: String,
    /// How long it lasts without renewal.
    pub duration: Duration,
    /// How often it is renewed, or looked at.
    pub retry: Duration,
}

/// A lease that this operator holds or wants.
#[derive(Debug)]
pub struct Candidate {
    api: Api<Lease>,
    options: Options,
    leading: watch::Sender<bool>,
    /// What the lease said last, and since when.
    observed: Option<(Option<LeaseSpec>, Instant)>,
}

impl Candidate {
    /// Wants a lease.
    pub fn new(api: Api<Lease>, options: Options) -> Self {
        Self { api, options, leading: watch::Sender::new(false), observed: None }
    }

    /// Whether this operator holds the lease.
    pub fn leading(&self) -> watch::Receiver<bool> {
        self.leading.subscribe()
    }

    /// Gets and keeps the lease until told to stop, then gives it back.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut held_since = None;
        // Stops leading before another may take the lease.
        let patience = self.options.duration.mul_f64(2.0 / 3.0);
        while !stop.is_cancelled() {
            let begin = Instant::now();
            match timeout(self.options.retry.max(Duration::from_secs(1)), self.attempt()).await {
                Ok(Ok(true)) => held_since = Some(begin),
                Ok(Ok(false)) => held_since = None,
                Ok(Err(error)) => tracing::warn!(error = format!("{error:#}"), "the lease could not be renewed"),
                Err(_) => tracing::warn!("the API server took too long to renew the lease"),
            }
            self.tell(held_since.is_some_and(|since| since.elapsed() < patience));
            let loss = held_since
                .map_or(self.options.retry, |since| (since + patience).saturating_duration_since(Instant::now()));
            stop.run_until_cancelled(sleep(self.options.retry.min(loss.max(Duration::from_millis(10))))).await;
        }
        let was_leading = self.leading.send_replace(false);
        if was_leading && let Err(error) = self.give_back().await {
            tracing::warn!(error = format!("{error:#}"), "the lease could not be given back; it will end by itself");
        }
    }

    fn tell(&self, leads: bool) {
        self.leading.send_if_modified(|leading| {
            let changed = *leading != leads;
            if changed {
                tracing::info!(
                    lease = self.options.name,
                    holder = self.options.holder,
                    leads,
                    "the lease changed hands"
                );
            }
            *leading = leads;
            changed
        });
    }

    /// Takes or renews the lease if possible; whether it is held then.
    async fn attempt(&mut self) -> anyhow::Result<bool> {
        let Some(lease) = self.api.get_opt(&self.options.name).await.context("read the lease")? else {
            return self.create().await;
        };
        if self.observed.as_ref().is_none_or(|(spec, _)| *spec != lease.spec) {
            self.observed = Some((lease.spec.clone(), Instant::now()));
        }
        let spec = lease.spec.clone().unwrap_or_default();
        let holder = spec.holder_identity.clone().unwrap_or_default();
        let lasts = spec.lease_duration_seconds.and_then(|seconds| u64::try_from(seconds).ok());
        let lasts = lasts.map_or(self.options.duration, Duration::from_secs);
        let is_over = self.observed.as_ref().is_some_and(|(_, since)| since.elapsed() >= lasts);
        if holder == self.options.holder {
            return self.write(lease, self.spec(spec.acquire_time, spec.lease_transitions)).await;
        }
        if holder.is_empty() || is_over {
            let transitions = spec.lease_transitions.unwrap_or_default().saturating_add(1);
            return self.write(lease, self.spec(Some(MicroTime(now())), Some(transitions))).await;
        }
        Ok(false)
    }

    async fn create(&mut self) -> anyhow::Result<bool> {
        let metadata = ObjectMeta { name: Some(self.options.name.clone()), ..ObjectMeta::default() };
        let spec = self.spec(Some(MicroTime(now())), Some(0));
        let lease = Lease { metadata, spec: Some(spec) };
        match self.api.create(&PostParams::default(), &lease).await {
            Ok(_) => Ok(true),
            Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
            Err(error) => Err(error).context("create the lease"),
        }
    }

    async fn write(&mut self, mut lease: Lease, spec: LeaseSpec) -> anyhow::Result<bool> {
        lease.spec = Some(spec);
        match self.api.replace(&self.options.name, &PostParams::default(), &lease).await {
            Ok(written) => {
                self.observed = Some((written.spec, Instant::now()));
                Ok(true)
            }
            // Another one was faster.
            Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
            Err(error) => Err(error).context("write the lease"),
        }
    }

    async fn give_back(&mut self) -> anyhow::Result<()> {
        let Some(mut lease) = self.api.get_opt(&self.options.name).await.context("read the lease")? else {
            return Ok(());
        };
        let spec = lease.spec.get_or_insert_default();
        if spec.holder_identity.as_deref() == Some(&self.options.holder) {
            spec.holder_identity = Some(String::new());
            spec.lease_duration_seconds = Some(1);
            self.api.replace(&self.options.name, &PostParams::default(), &lease).await.context("write the lease")?;
        }
        Ok(())
    }

    fn spec(&self, acquired: Option<MicroTime>, transitions: Option<i32>) -> LeaseSpec {
        LeaseSpec {
            holder_identity: Some(self.options.holder.clone()),
            lease_duration_seconds: i32::try_from(self.options.duration.as_secs().max(1)).ok(),
            acquire_time: acquired,
            renew_time: Some(MicroTime(now())),
            lease_transitions: transitions,
            ..LeaseSpec::default()
        }
    }
}
