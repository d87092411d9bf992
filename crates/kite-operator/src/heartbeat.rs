//! Says from time to time that the operator is there: a quiet cluster is no silent operator.

use std::sync::Arc;
use std::time::Duration;

use kite_client::{Client, ClientError};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::outbox::Outbox;
use crate::settings::Settings;

const EVERY: Duration = Duration::from_mins(1);

/// What the heartbeat needs.
#[derive(Debug)]
pub struct Heartbeat {
    /// Says whether this operator leads.
    pub outbox: Arc<Outbox>,
    /// The backend; may change.
    pub backend: watch::Receiver<Arc<Client>>,
    /// Which namespaces are watched; may change.
    pub settings: watch::Receiver<Arc<Settings>>,
}

impl Heartbeat {
    /// Beats for ever, while this operator leads.
    pub async fn run(self) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.outbox.opened().await;
            if let Err(error) = self.beat().await {
                // The delivery tells people when the backend is away.
                tracing::debug!(error = &error as &dyn std::error::Error, "the backend did not hear that we are there");
            }
        }
    }

    /// An operator of few namespaces may report for no other, so it says for each that it is there.
    async fn beat(&self) -> Result<(), ClientError> {
        let (client, settings) = (self.backend.borrow().clone(), self.settings.borrow().clone());
        if settings.namespaces.names.is_empty() {
            return client.say_alive(None).await;
        }
        let mut said = Ok(());
        for namespace in &settings.namespaces.names {
            // Where it may not, it may elsewhere.
            said = client.say_alive(Some(namespace)).await.and(said);
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;
    use tokio::sync::mpsc;
    use tokio::time::timeout;
    use wiremock::matchers::{body_json, method, path};
    use wiremock::{Mock, MockServer, Request, ResponseTemplate};

    use super::*;
    use crate::metrics::Metrics;
    use crate::sources::user_agent;

    const PATIENCE: Duration = Duration::from_mins(1);

    /// An operator of these namespaces, and what its backend hears: `USER-AGENT ?QUERY`.
    async fn operator(names: &[&str]) -> (MockServer, Heartbeat, mpsc::UnboundedReceiver<String>) {
        let (server, (sender, heard)) = (MockServer::start().await, mpsc::unbounded_channel());
        let sender = Mutex::new(sender);
        let empty = Mock::given(method("POST")).and(path("/api/v1/reports")).and(body_json(json!([])));
        let answer = move |request: &Request| {
            let agent = request.headers["user-agent"].to_str().unwrap();
            let _ = sender.lock().unwrap().send(format!("{agent} ?{}", request.url.query().unwrap_or_default()));
            ResponseTemplate::new(200).set_body_json(json!({"results": []}))
        };
        empty.respond_with(answer).mount(&server).await;
        let mut settings = Settings { cluster: "east".to_owned(), ..Settings::default() };
        settings.namespaces.names = names.iter().map(|&name| name.to_owned()).collect();
        let options = kite_client::Options { user_agent: user_agent(&settings), ..kite_client::Options::default() };
        let heartbeat = Heartbeat {
            outbox: Arc::new(Outbox::new(1 << 20, Metrics::default())),
            backend: watch::Sender::new(Arc::new(Client::new(&server.uri(), options).unwrap())).subscribe(),
            settings: watch::Sender::new(Arc::new(settings)).subscribe(),
        };
        (server, heartbeat, heard)
    }

    #[tokio::test]
    async fn only_the_leader_says_that_it_is_there_and_names_its_cluster() {
        let (_server, heartbeat, mut heard) = operator(&[]).await;
        let outbox = Arc::clone(&heartbeat.outbox);
        let leading = async {
            tokio::task::yield_now().await;
            assert!(heard.try_recv().is_err(), "a standby says nothing");
            outbox.begin_term(true);
            timeout(PATIENCE, heard.recv()).await.expect("a heartbeat").unwrap()
        };
        let said = tokio::select! {
            said = leading => said,
            () = heartbeat.run() => unreachable!("it runs for ever"),
        };
        assert_eq!(said, format!("kite-operator/{} (east) ?", env!("CARGO_PKG_VERSION")));
    }

    #[tokio::test]
    async fn an_operator_of_few_namespaces_says_so_for_each() {
        let (_server, heartbeat, mut heard) = operator(&["team-a", "team-b"]).await;
        heartbeat.beat().await.unwrap();
        for namespace in ["team-a", "team-b"] {
            assert!(heard.recv().await.unwrap().ends_with(&format!("?namespace={namespace}")));
        }
    }
}
