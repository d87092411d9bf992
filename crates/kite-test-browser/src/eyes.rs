//! What a person reads on a page, or is told by a screen reader.

use serde_json::{Value, json};

use crate::{Browser, failure::BrowserError, session::Element};

impl Browser {
    /// Gives the text of the page, as it is laid out in lines.
    #[track_caller]
    pub fn text(&self) -> impl Future<Output = String> {
        self.or_fail("read the page".to_owned(), self.read_text())
    }

    /// Waits until a text is to be read on the page.
    #[track_caller]
    pub fn see(&self, text: &str) -> impl Future<Output = ()> {
        let work = self.until(async move || {
            if self.shows(text).await? { Ok(()) } else { Err(BrowserError::NotThere("it is not there".to_owned())) }
        });
        self.or_fail(format!("see `{text}`"), work)
    }

    /// Waits until a text is no longer to be read on the page.
    #[track_caller]
    pub fn dont_see(&self, text: &str) -> impl Future<Output = ()> {
        let work = self.until(async move || {
            if self.shows(text).await? { Err(BrowserError::NotThere("it stays".to_owned())) } else { Ok(()) }
        });
        self.or_fail(format!("see `{text}` go"), work)
    }

    /// Gives the title of the page.
    #[track_caller]
    pub fn title(&self) -> impl Future<Output = String> {
        self.or_fail("read the title".to_owned(), async { self.session.get("/title").await.map(into_text) })
    }

    /// Gives the address of the page.
    #[track_caller]
    pub fn url(&self) -> impl Future<Output = String> {
        self.or_fail("read the address".to_owned(), self.read_url())
    }

    /// Gives what has the focus as a screen reader says it, such as `link "Issues"`.
    #[track_caller]
    pub fn focused(&self) -> impl Future<Output = String> {
        self.or_fail("find the focus".to_owned(), self.read_focused())
    }

    /// Gives how many pixels the page is scrolled down.
    #[track_caller]
    pub fn scroll_position(&self) -> impl Future<Output = f64> {
        let work = self.session.execute("return window.scrollY;", json!([]));
        self.or_fail("read the scroll position".to_owned(), async {
            work.await.map(|value| value.as_f64().unwrap_or_default())
        })
    }

    /// Gives what an expression of JavaScript is in the page, for what no person could say.
    #[track_caller]
    pub fn evaluate(&self, expression: &str) -> impl Future<Output = Value> {
        let script = format!("return ({expression});");
        self.or_fail(format!("evaluate `{expression}`"), async move { self.session.execute(&script, json!([])).await })
    }

    /// Waits until an expression of JavaScript is true in the page.
    #[track_caller]
    pub fn wait_until(&self, expression: &str) -> impl Future<Output = ()> {
        let script = format!("return Boolean({expression});");
        let work = self.until(async move || match self.session.execute(&script, json!([])).await? {
            Value::Bool(true) => Ok(()),
            _ => Err(BrowserError::NotThere("it is not so".to_owned())),
        });
        self.or_fail(format!("find that `{expression}`"), work)
    }

    /// Gives the errors of the console since it was last asked: failed scripts and requests, breaches of the policy.
    #[track_caller]
    pub fn console_errors(&self) -> impl Future<Output = Vec<String>> {
        let work = self.session.post("/se/log", json!({"type": "browser"}));
        self.or_fail("read the console".to_owned(), async { work.await.map(|entries| messages(&entries)) })
    }

    pub(crate) async fn read_text(&self) -> Result<String, BrowserError> {
        self.session.execute("return document.body.innerText;", json!([])).await.map(into_text)
    }

    pub(crate) async fn read_url(&self) -> Result<String, BrowserError> {
        self.session.get("/url").await.map(into_text)
    }

    async fn shows(&self, text: &str) -> Result<bool, BrowserError> {
        Ok(squeeze(&self.read_text().await?).contains(&squeeze(text)))
    }

    async fn read_focused(&self) -> Result<String, BrowserError> {
        let Some(element) = Element::parse(&self.session.get("/element/active").await?) else {
            return Err(BrowserError::NotThere("nothing has it".to_owned()));
        };
        let role = self.session.get(&element.path("computedrole")).await.map(into_text)?;
        let name = self.session.get(&element.path("computedlabel")).await.map(into_text)?;
        Ok(format!("{role} \"{name}\""))
    }
}

fn into_text(value: Value) -> String {
    if let Value::String(text) = value { text } else { String::new() }
}

fn messages(entries: &Value) -> Vec<String> {
    let messages = entries.as_array().into_iter().flatten().filter_map(|entry| entry.get("message"));
    messages.cloned().map(into_text).collect()
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
