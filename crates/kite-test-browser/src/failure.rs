//! What goes wrong, and how a test is told.

use std::{panic::Location, path::PathBuf, time::Duration};

use crate::Browser;

/// Why a browser did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrowserError {
    /// The tests were started without what they need.
    #[error("`{0}` is not set: run the tests with `cargo xtask test`")]
    NotShared(&'static str),
    /// The driver does not answer.
    #[error("the driver does not answer: {0:?}")]
    Driver(#[from] reqwest::Error),
    /// The driver says no.
    #[error("{kind}: {message}")]
    Refused {
        /// The name that the protocol has for it.
        kind: String,
        /// The driver's words.
        message: String,
    },
    /// What was asked for is not there, or not yet.
    #[error("{0}")]
    NotThere(String),
    /// A program of the web tools does not do what it should.
    #[error("{0}")]
    Tool(String),
    /// A file cannot be read or written.
    #[error("use `{}`: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Too many tests have browsers.
    #[error("no browser became free within {} s; a test's second one is a `Browser::another`", .0.as_secs())]
    Busy(Duration),
}

impl BrowserError {
    /// Whether it may be different in a moment: pages load, elements come and move.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::NotThere(_))
    }
}

/// Waits for work, which fails the test at the line of the caller.
#[track_caller]
pub(crate) fn or_panic<T>(
    what: String,
    work: impl Future<Output = Result<T, BrowserError>>,
) -> impl Future<Output = T> {
    let line = Location::caller();
    async move {
        match work.await {
            Ok(value) => value,
            Err(error) => panic_at(line, &what, &error.to_string()),
        }
    }
}

impl Browser {
    /// Waits for work, which fails the test at the line of the caller with what the page shows.
    #[track_caller]
    pub(crate) fn or_fail<T>(
        &self,
        what: String,
        work: impl Future<Output = Result<T, BrowserError>>,
    ) -> impl Future<Output = T> {
        let line = Location::caller();
        async move {
            match work.await {
                Ok(value) => value,
                Err(error) => panic_at(line, &what, &format!("{error}\n{}", self.describe().await)),
            }
        }
    }

    /// Says where the browser is and what is to be seen there.
    async fn describe(&self) -> String {
        let nothing = |error: BrowserError| format!("({error})");
        let url = self.read_url().await.unwrap_or_else(nothing);
        let text = self.read_text().await.unwrap_or_else(nothing);
        let picture = self.picture_failure().await.map_or_else(nothing, |path| path.display().to_string());
        format!("address: {url}\nscreenshot: {picture}\nto be seen:\n{text}")
    }
}

#[expect(clippy::panic, reason = "these are the assertions of tests")]
fn panic_at(line: &Location<'_>, what: &str, why: &str) -> ! {
    panic!("{line}: cannot {what}: {why}")
}
