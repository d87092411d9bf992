//! A real Chromium for tests, driven and read as a person would.
//!
//! [`Programs::find`] looks for Chromium and its driver. [`Driver::start`] runs the driver, which
//! `cargo xtask test` does once for all tests; its browsers and their folders go with it, also when
//! its process is killed.
//!
//! With the feature `session`, [`Browser::start`] opens a browser. Its methods are the sentences of a
//! test: they wait, for a bounded time, until what they name is there, and panic at the caller's line
//! with what the page showed instead. At most two tests of a process have browsers at a time.
//!
//! ```no_run
//! # #[cfg(feature = "session")]
//! # async fn story(url: &str) {
//! use kite_test_browser::{Browser, Options};
//!
//! let browser = Browser::start(Options::desktop()).await;
//! browser.open(url).await;
//! browser.click("Issues").await;
//! browser.see("3 failed builds").await;
//! browser.assert_accessible().await;
//! # }
//! ```
//!
//! Few dependencies without that feature, on purpose: `cargo xtask` is built before anything else.

mod driver;
mod programs;

#[cfg(feature = "session")]
mod axe;
#[cfg(feature = "session")]
mod browser;
#[cfg(feature = "session")]
mod eyes;
#[cfg(feature = "session")]
mod failure;
#[cfg(feature = "session")]
mod hands;
#[cfg(feature = "session")]
mod html;
#[cfg(feature = "session")]
mod keys;
#[cfg(feature = "session")]
mod options;
#[cfg(feature = "session")]
mod screenshot;
#[cfg(feature = "session")]
mod session;

use std::env;

pub use driver::{Driver, DriverError};
pub use programs::{FindError, Programs};

#[cfg(feature = "session")]
pub use {
    axe::{Place, Violation},
    browser::Browser,
    html::{Fault, assert_valid_html, validate_html},
    options::Options,
};

/// Names the variable with the address of the driver that the tests share.
pub const DRIVER_VARIABLE: &str = "KITE_TEST_WEBDRIVER_URL";

/// Names the variable with the path of the Chromium that the shared driver starts.
pub const CHROMIUM_VARIABLE: &str = "KITE_TEST_CHROMIUM";

/// Names the variable with the folder in which `npm` installed what pages are checked with.
pub const WEB_TOOLS_VARIABLE: &str = "KITE_TEST_WEB_TOOLS";

/// Names the variable that is set when the person who runs the tests asked to leave the browser out.
pub const WITHOUT_VARIABLE: &str = "KITE_TEST_WITHOUT_BROWSER";

/// Whether the person who runs the tests asked to leave the browser out.
///
/// Only then may a test that needs a browser pass without it.
pub fn is_left_out() -> bool {
    env::var_os(WITHOUT_VARIABLE).is_some()
}
