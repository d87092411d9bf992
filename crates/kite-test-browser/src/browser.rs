//! A browser's life.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, MissedTickBehavior, interval, timeout},
};

use crate::{
    Options,
    failure::{BrowserError, or_panic},
    session::Session,
};

/// How many tests of a process have browsers at a time.
const TESTS: usize = 2;
static TURNS: Semaphore = Semaphore::const_new(TESTS);
const TURN_LIMIT: Duration = Duration::from_mins(5);
const PATIENCE: Duration = Duration::from_secs(5);
const BREAK: Duration = Duration::from_millis(25);

/// A person's browser, with one window and an empty profile; it is closed when this is dropped.
///
/// What is named is waited for, up to 5 s; names and texts are compared without regard to line
/// breaks and repeated blanks. A method that cannot do what it says fails the test at the caller's
/// line, names what the page shows and leaves a picture.
#[derive(Debug)]
pub struct Browser {
    pub(crate) session: Session,
    // After the session: only then is there room for another one.
    turn: Arc<SemaphorePermit<'static>>,
}

impl Browser {
    /// Opens a browser, when it is this test's turn.
    #[track_caller]
    pub fn start(options: Options) -> impl Future<Output = Self> {
        or_panic("start a browser".to_owned(), async move {
            let turn = timeout(TURN_LIMIT, TURNS.acquire()).await.ok().and_then(Result::ok);
            Self::open_window(options, turn.ok_or(BrowserError::Busy(TURN_LIMIT))?.into()).await
        })
    }

    /// Opens another person's browser in the same test, which therefore need not wait for its turn again.
    #[track_caller]
    pub fn another(&self, options: Options) -> impl Future<Output = Self> {
        let turn = Arc::clone(&self.turn);
        or_panic("start another browser".to_owned(), Self::open_window(options, turn))
    }

    async fn open_window(options: Options, turn: Arc<SemaphorePermit<'static>>) -> Result<Self, BrowserError> {
        let session = Session::start().await?;
        for (method, parameters) in options.commands() {
            session.cdp(method, &parameters).await?;
        }
        Ok(Self { session, turn })
    }

    /// Goes to an address and waits until the page is loaded.
    #[track_caller]
    pub fn open(&self, url: &str) -> impl Future<Output = ()> {
        let work = self.session.post("/url", json!({"url": url}));
        self.or_fail(format!("open `{url}`"), async { work.await.map(drop) })
    }

    /// Goes back to the page before.
    #[track_caller]
    pub fn back(&self) -> impl Future<Output = ()> {
        let work = self.session.post("/back", json!({}));
        self.or_fail("go back".to_owned(), async { work.await.map(drop) })
    }

    /// Calls a method of the `DevTools` protocol, such as `Performance.getMetrics`.
    #[track_caller]
    pub fn cdp(&self, method: &str, parameters: &Value) -> impl Future<Output = Value> {
        self.or_fail(format!("call `{method}`"), self.session.cdp(method, parameters))
    }

    /// Tries something again until it works or the person's patience ends.
    pub(crate) async fn until<T>(&self, attempt: impl AsyncFn() -> Result<T, BrowserError>) -> Result<T, BrowserError> {
        let deadline = Instant::now() + PATIENCE;
        let mut breaks = interval(BREAK);
        breaks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            breaks.tick().await;
            match attempt().await {
                Err(error) if error.may_pass() && Instant::now() < deadline => {}
                result => return result,
            }
        }
    }
}
