//! From the first signal to the exit: one token, all tasks, a bound on time.

use std::{future::Future, io, process, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Says that tasks were still running when the time to drain was over.
#[derive(Debug, thiserror::Error)]
#[error("{tasks} tasks were still running after {limit:?}")]
pub struct DrainError {
    /// How many tasks were left.
    pub tasks: usize,
    /// How long they had.
    pub limit: Duration,
}

/// The program's stop token and every background task it must wait for.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    token: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Gives a shutdown that starts on [`Shutdown::trigger`] only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a shutdown that starts on SIGTERM or SIGINT; a second signal exits at once.
    pub fn on_signals() -> io::Result<Self> {
        let shutdown = Self::new();
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        tokio::spawn(watch_signals(terminate, interrupt, shutdown.token.clone()));
        Ok(shutdown)
    }

    /// Gives the token that is cancelled when the program should stop.
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Starts the shutdown.
    pub fn trigger(&self) {
        self.token.cancel();
    }

    /// Runs a background task that [`Shutdown::drain`] waits for.
    pub fn spawn<T, F>(&self, task: F) -> JoinHandle<T>
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        self.tasks.spawn(task)
    }

    /// Starts the shutdown if nothing did yet and waits until every task has ended.
    pub async fn drain(&self, limit: Duration) -> Result<(), DrainError> {
        self.trigger();
        self.tasks.close();
        timeout(limit, self.tasks.wait()).await.map_err(|_| DrainError { tasks: self.tasks.len(), limit })
    }
}

async fn watch_signals(mut terminate: Signal, mut interrupt: Signal, token: CancellationToken) {
    let name = next_signal(&mut terminate, &mut interrupt).await;
    tracing::info!(signal = name, "shutting down; a second signal exits at once");
    token.cancel();
    let name = next_signal(&mut terminate, &mut interrupt).await;
    tracing::warn!(signal = name, "exiting without draining");
    process::exit(1);
}

async fn next_signal(terminate: &mut Signal, interrupt: &mut Signal) -> &'static str {
    tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn draining_waits_for_tasks_that_follow_the_token() {
        let shutdown = Shutdown::new();
        let token = shutdown.token();
        let task = shutdown.spawn(async move {
            token.cancelled().await;
            "flushed"
        });

        shutdown.drain(Duration::from_secs(5)).await.unwrap();

        assert_eq!(task.await.unwrap(), "flushed");
    }

    #[tokio::test(start_paused = true)]
    async fn draining_gives_up_when_the_time_is_over() {
        let shutdown = Shutdown::new();
        shutdown.spawn(pending::<()>());

        let error = shutdown.drain(Duration::from_secs(5)).await.unwrap_err();

        assert_eq!(error.tasks, 1);
    }
}
