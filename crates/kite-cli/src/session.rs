//! One run of the program: how it prints, how it asks KITE.

use std::future::Future;
use std::time::Duration;

use kite_client::{Client, ClientError};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::failure::Failure;
use crate::printer::Printer;
use crate::settings::{Global, Settings, TokenSource};

/// After this a person is told what is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// One run of the program.
#[derive(Debug)]
pub struct Session {
    /// Where everything goes that the program says.
    pub printer: Printer,
    /// Options of all commands.
    pub global: Global,
    settings: OnceCell<Settings>,
    client: OnceCell<Client>,
}

impl Session {
    /// Begins a run.
    pub fn new(global: Global) -> Self {
        let printer = Printer::new(global.color);
        Self { printer, global, settings: OnceCell::new(), client: OnceCell::new() }
    }

    /// Where KITE is, who calls and which namespace is meant.
    pub async fn settings(&self) -> Result<&Settings, Failure> {
        self.settings.get_or_try_init(async || Settings::find(&self.global)).await
    }

    /// The namespace that is meant, unless all are wanted.
    pub async fn namespace(&self, all: bool) -> Result<Option<String>, Failure> {
        if all { Ok(None) } else { Ok(self.settings().await?.namespace.clone()) }
    }

    /// The way to KITE.
    pub async fn client(&self) -> Result<&Client, Failure> {
        self.client.get_or_try_init(async || self.settings().await?.client().await).await
    }

    /// Waits for KITE, and says so when it takes longer.
    pub async fn wait<T>(&self, asked: impl Future<Output = Result<T, ClientError>>) -> Result<T, Failure> {
        tokio::pin!(asked);
        let answer = if let Ok(answer) = timeout(PATIENCE, &mut asked).await {
            answer
        } else {
            self.printer.progress(&format!("waiting for {}", self.client().await?.address()));
            let answer = asked.await;
            self.printer.clear_progress();
            answer
        };
        match answer {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.explained(error).await),
        }
    }

    async fn explained(&self, error: ClientError) -> Failure {
        let is_unknown = matches!(error, ClientError::Unauthorized(_));
        let failure = Failure::from(error);
        match self.settings().await.map(Settings::token_source) {
            Ok(TokenSource::Withheld(why)) if is_unknown => {
                failure.hint(format!("no token was sent: {why}; KITE_TOKEN is always sent"))
            }
            _ => failure,
        }
    }
}
