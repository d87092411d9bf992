//! Sends what waits in the outbox: in batches, one after the other, for as long as it takes.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use kite_api::{Report, ReportOutcome, ReportResult};
use kite_client::{Client, ClientError};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::metrics::{Metrics, ResultLabels};
use crate::outbox::{Outbox, Waiting};

/// Reports of one call.
const BATCH: usize = 500;
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The server may ask for patience, but not for ever.
const LONGEST_PATIENCE: Duration = Duration::from_mins(2);

/// How often the backend is asked how it is while there is nothing to send.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Answers that blame what was sent: Bad Request, Content Too Large, Unprocessable Content.
const BLAMES_REPORTS: [u16; 3] = [400, 413, 422];

/// Whether the backend takes reports, as far as is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reached {
    /// Nothing was sent yet.
    #[default]
    Unknown,
    /// The last call went through.
    Yes,
    /// The last call did not, and why.
    No(String),
}

/// Sends reports.
#[derive(Debug)]
pub struct Delivery {
    outbox: Arc<Outbox>,
    client: watch::Receiver<Arc<Client>>,
    first_pause: Duration,
    metrics: Metrics,
    reached: watch::Sender<Reached>,
}

/// What to do about a call that failed.
enum Remedy {
    /// The reports themselves are wrong.
    GiveUp,
    /// It is not the reports' fault; the server may have said how long to wait.
    TryAgain(Option<Duration>),
}

impl Delivery {
    /// Sends through the client that is current when a batch is sent; it must not retry by itself.
    pub fn new(
        outbox: Arc<Outbox>,
        client: watch::Receiver<Arc<Client>>,
        first_pause: Duration,
        metrics: Metrics,
    ) -> Self {
        Self { outbox, client, first_pause, metrics, reached: watch::Sender::default() }
    }

    /// Whether the backend takes reports.
    pub fn reached(&self) -> watch::Receiver<Reached> {
        self.reached.subscribe()
    }

    /// Sends for ever; to be dropped at the end.
    pub async fn run(self) {
        self.look().await;
        loop {
            let Ok(batch) = timeout(LOOK_EVERY, self.outbox.take(BATCH)).await else {
                self.look().await;
                continue;
            };
            self.deliver(&batch).await;
            self.metrics.oldest_unsent.set(0.0);
        }
    }

    /// Asks the backend how it is, so that readiness is true while there is nothing to send.
    async fn look(&self) {
        let client = self.client.borrow().clone();
        match client.version().await {
            Ok(_) => self.note(Reached::Yes),
            Err(error) => self.note(Reached::No(with_causes(&error))),
        }
    }

    /// Sends a batch; halves it when the server refuses it as a whole, so that one bad report does
    /// not hold up the others.
    async fn deliver(&self, batch: &[Waiting]) {
        let mut parts = vec![batch];
        while let Some(part) = parts.pop() {
            let Err(error) = self.send(part).await else { continue };
            if part.len() > 1 {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            } else if let Some(waiting) = part.first() {
                self.dead_letter(&waiting.report, &with_causes(&error));
            }
        }
    }

    /// Sends reports until the server took or refused them; while another operator leads they wait.
    async fn send(&self, part: &[Waiting]) -> Result<(), ClientError> {
        let mut pauses = self.pauses();
        let reports: Vec<_> = part.iter().map(|waiting| waiting.report.clone()).collect();
        loop {
            self.outbox.opened().await;
            if let Some(oldest) = part.first() {
                self.metrics.oldest_unsent.set(oldest.since.elapsed().as_secs_f64());
            }
            let client = self.client.borrow().clone();
            match client.send_reports(&reports).await {
                Ok(results) => {
                    self.taken(&reports, &results);
                    return Ok(());
                }
                Err(error) => match remedy(&error) {
                    Remedy::GiveUp => {
                        self.count("refused");
                        return Err(error);
                    }
                    Remedy::TryAgain(asked) => {
                        self.count("failed");
                        self.note(Reached::No(with_causes(&error)));
                        let pause = pauses.next().unwrap_or(LONGEST_PAUSE);
                        sleep(pause.max(asked.unwrap_or_default().min(LONGEST_PATIENCE))).await;
                    }
                },
            }
        }
    }

    fn taken(&self, reports: &[Report], results: &[ReportResult]) {
        self.count("taken");
        self.note(Reached::Yes);
        for (report, result) in reports.iter().zip(results) {
            if result.result == ReportOutcome::Rejected {
                let errors: Vec<_> =
                    result.errors.iter().map(|error| format!("`{}` {}", error.field, error.message)).collect();
                self.dead_letter(report, &errors.join(", "));
            }
        }
    }

    fn dead_letter(&self, report: &Report, why: &str) {
        self.metrics.dead_letters.inc();
        let scope = report.scope.clone().unwrap_or_default();
        tracing::error!(
            namespace = report.namespace,
            resource.kind = scope.resource_type,
            resource.name = scope.resource_name,
            run = report.run_id,
            why,
            "the backend refused a report, which is not sent again"
        );
    }

    fn note(&self, reached: Reached) {
        self.reached.send_if_modified(|before| {
            let changed = std::mem::discriminant(before) != std::mem::discriminant(&reached);
            match &reached {
                Reached::No(why) if changed => tracing::warn!(why, "the backend takes no reports; they wait"),
                Reached::Yes if matches!(before, Reached::No(_)) => tracing::info!("the backend takes reports again"),
                _ => {}
            }
            *before = reached;
            changed
        });
    }

    fn count(&self, result: &'static str) {
        self.metrics.batches.get_or_create(&ResultLabels { result }).inc();
    }

    fn pauses(&self) -> impl Iterator<Item = Duration> + use<> {
        ExponentialBuilder::default()
            .with_min_delay(self.first_pause)
            .with_max_delay(LONGEST_PAUSE)
            .without_max_times()
            .with_jitter()
            .build()
    }
}

fn remedy(error: &ClientError) -> Remedy {
    match error {
        ClientError::Refused(problem) if BLAMES_REPORTS.contains(&problem.status) => Remedy::GiveUp,
        ClientError::Overloaded { retry_after, .. } => Remedy::TryAgain(*retry_after),
        // A wrong address, token or right is for people to correct; the reports are not to blame.
        ClientError::Settings { .. }
        | ClientError::Token { .. }
        | ClientError::Unreachable { .. }
        | ClientError::NotFound(_)
        | ClientError::Unauthorized(_)
        | ClientError::Forbidden(_)
        | ClientError::Refused(_)
        | ClientError::Protocol { .. } => Remedy::TryAgain(None),
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::{Value, json};
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

    use super::*;

    /// A backend that fails so many calls, refuses every call with the run `bad`, and keeps the rest.
    #[derive(Clone, Default)]
    struct Picky {
        failures: Arc<Mutex<u32>>,
        kept: Arc<Mutex<Vec<String>>>,
    }

    impl Respond for Picky {
        fn respond(&self, request: &Request) -> ResponseTemplate {
            let mut failures = self.failures.lock().unwrap();
            if *failures > 0 {
                *failures -= 1;
                let status = [500, 503, 421, 401, 404][*failures as usize % 5];
                return ResponseTemplate::new(status).set_body_json(json!({"status": status}));
            }
            let reports: Vec<Value> = request.body_json().unwrap();
            let runs: Vec<_> = reports.iter().map(|report| report["runId"].as_str().unwrap().to_owned()).collect();
            if runs.contains(&"bad".to_owned()) {
                return ResponseTemplate::new(400).set_body_json(json!({"error": "Bad Request", "message": "bad"}));
            }
            let results: Vec<_> = (0..runs.len()).map(|index| json!({"index": index, "result": "created"})).collect();
            self.kept.lock().unwrap().extend(runs);
            ResponseTemplate::new(200).set_body_json(json!({"results": results}))
        }
    }

    /// Delivers reports of these runs; gives those that the backend kept and the number of dead letters.
    async fn deliver(picky: Picky, runs: &[&str]) -> (Vec<String>, u64) {
        let server = MockServer::start().await;
        Mock::given(method("POST")).and(path("/api/v1/reports")).respond_with(picky.clone()).mount(&server).await;
        let version =
            ResponseTemplate::new(200).set_body_json(json!({"version": "1", "name": "KITE", "description": ""}));
        Mock::given(path("/api/v1/version")).respond_with(version).mount(&server).await;
        let options = kite_client::Options { retries: 0, ..kite_client::Options::default() };
        let client = watch::Sender::new(Arc::new(Client::new(&server.uri(), options).unwrap())).subscribe();
        let metrics = Metrics::default();
        let outbox = Arc::new(Outbox::new(1 << 20, metrics.clone()));
        outbox.begin_term(true);
        for run in runs {
            outbox.push(Report { run_id: Some((*run).to_owned()), ..Report::default() }, 100).await;
        }
        let delivery = Delivery::new(Arc::clone(&outbox), client, Duration::from_millis(1), metrics.clone());
        let sent = async {
            while !outbox.is_empty() {
                sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            () = delivery.run() => {}
            done = timeout(Duration::from_mins(1), sent) => done.expect("all is sent or given up"),
        }
        let kept = picky.kept.lock().unwrap().clone();
        (kept, metrics.dead_letters.get())
    }

    #[tokio::test]
    async fn one_bad_report_is_given_up_and_the_others_keep_their_order() {
        let (kept, dead) = deliver(Picky::default(), &["1", "2", "3", "bad", "4", "5", "6"]).await;
        assert_eq!((kept.join(" "), dead), ("1 2 3 4 5 6".to_owned(), 1));
    }

    #[tokio::test]
    async fn what_fails_is_sent_again_until_it_arrives() {
        let picky = Picky { failures: Arc::new(Mutex::new(7)), ..Picky::default() };
        let (kept, dead) = deliver(picky, &["1", "2"]).await;
        assert_eq!((kept.join(" "), dead), ("1 2".to_owned(), 0));
    }
}
