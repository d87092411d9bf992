//! Whether everybody can use a page, as far as axe-core can tell.

use std::{fmt, fs};

use serde::Deserialize;
use serde_json::json;

use crate::{Browser, failure::BrowserError, html::web_tools};

const RUN: &str = "return axe.run(document, {resultTypes: ['violations']}).then((results) => results.violations);";

/// A rule of axe-core that a page breaks.
#[derive(Clone, Debug, Deserialize)]
pub struct Violation {
    /// The rule's name, such as `color-contrast`.
    pub id: String,
    /// What the rule asks for.
    pub help: String,
    /// Where it is broken.
    #[serde(rename = "nodes")]
    pub places: Vec<Place>,
}

/// One element that breaks a rule.
#[derive(Clone, Debug, Deserialize)]
pub struct Place {
    /// The element's markup, shortened.
    pub html: String,
    /// How to mend it.
    #[serde(rename = "failureSummary", default)]
    pub summary: String,
}

impl Browser {
    /// Asks axe-core which of its rules the page breaks.
    #[track_caller]
    pub fn axe(&self) -> impl Future<Output = Vec<Violation>> {
        self.or_fail("run axe-core".to_owned(), self.violations())
    }

    /// Fails the test unless the page keeps every rule of axe-core.
    #[track_caller]
    pub fn assert_accessible(&self) -> impl Future<Output = ()> {
        self.or_fail("find the page accessible".to_owned(), async {
            let violations: Vec<_> = self.violations().await?.iter().map(ToString::to_string).collect();
            if violations.is_empty() { Ok(()) } else { Err(BrowserError::NotThere(violations.join("\n"))) }
        })
    }

    async fn violations(&self) -> Result<Vec<Violation>, BrowserError> {
        let path = web_tools()?.join("node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(&path).map_err(|source| BrowserError::File { path, source })?;
        let found = self.session.execute(&format!("{axe};{RUN}"), json!([])).await?;
        serde_json::from_value(found).map_err(|error| BrowserError::Tool(format!("axe-core: {error}")))
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.help)?;
        self.places.iter().try_for_each(|Place { html, summary }| write!(f, "\n  {html}\n  {summary}"))
    }
}
