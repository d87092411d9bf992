//! One session of the `WebDriver` protocol.

use std::{
    env, fs, io,
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::MetadataExt,
    time::Duration,
};

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::{CHROMIUM_VARIABLE, DRIVER_VARIABLE, failure::BrowserError};

const ANSWER_LIMIT: Duration = Duration::from_mins(1);
const PAGE_LIMIT: Duration = Duration::from_secs(30);
/// The property that marks a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Besides the window: no other machine is reached, by name, by proxy or by what browsers do unasked.
const FLAGS: [&str; 9] = [
    "--headless=new",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    // Containers have little of it.
    "--disable-dev-shm-usage",
    "--lang=en-US",
];

/// A browser as the driver sees it; it is quit when this is dropped.
#[derive(Debug)]
pub(crate) struct Session {
    client: Client,
    /// The driver's host and port.
    address: String,
    path: String,
}

/// A reference to an element of a page.
#[derive(Clone, Debug)]
pub(crate) struct Element(String);

impl Session {
    /// Starts a browser with an empty profile.
    pub async fn start() -> Result<Self, BrowserError> {
        let url = variable(DRIVER_VARIABLE)?;
        let capabilities = capabilities(&variable(CHROMIUM_VARIABLE)?);
        let client = Client::builder().no_proxy().tls_certs_only([]).timeout(ANSWER_LIMIT).build()?;
        let address = url.trim_start_matches("http://").to_owned();
        let mut session = Self { client, address, path: "/session".to_owned() };
        let value = session.post("", json!({"capabilities": {"alwaysMatch": capabilities}})).await?;
        let id = value.get("sessionId").and_then(Value::as_str).unwrap_or_default();
        session.path = format!("/session/{id}");
        Ok(session)
    }

    /// Asks for something below the session's path.
    pub async fn get(&self, what: &str) -> Result<Value, BrowserError> {
        self.ask(Method::GET, what, None).await
    }

    /// Asks for something to be done.
    pub async fn post(&self, what: &str, body: Value) -> Result<Value, BrowserError> {
        self.ask(Method::POST, what, Some(body)).await
    }

    /// Runs a script in the page and gives what it returns; a page's policy or lack of scripts is no obstacle.
    pub async fn execute(&self, script: &str, arguments: Value) -> Result<Value, BrowserError> {
        self.post("/execute/sync", json!({"script": script, "args": arguments})).await
    }

    /// Calls a method of the `DevTools` protocol.
    pub async fn cdp(&self, method: &str, parameters: &Value) -> Result<Value, BrowserError> {
        self.post("/goog/cdp/execute", json!({"cmd": method, "params": parameters})).await
    }

    async fn ask(&self, method: Method, what: &str, body: Option<Value>) -> Result<Value, BrowserError> {
        let url = format!("http://{}{}{what}", self.address, self.path);
        let request = self.client.request(method, url);
        let request = body.into_iter().fold(request, |request, body| request.json(&body));
        let answer: Value = request.send().await?.json().await?;
        let value = answer.get("value").cloned().unwrap_or_default();
        match text(&value, "error") {
            "" => Ok(value),
            kind => Err(BrowserError::Refused { kind: kind.to_owned(), message: text(&value, "message").to_owned() }),
        }
    }

    /// Sends the one request for which nobody may wait asynchronously.
    fn quit(&self) -> io::Result<()> {
        let Self { address, path, .. } = self;
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        write!(stream, "DELETE {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        // The answer comes when the browser has gone.
        stream.read_exact(&mut [0])
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A browser that stays goes with the driver.
        let _ = self.quit();
    }
}

impl Element {
    /// Reads the reference out of what the driver answers.
    pub fn parse(value: &Value) -> Option<Self> {
        value.get(ELEMENT)?.as_str().map(|id| Self(id.to_owned()))
    }

    /// Gives the reference, as a script's argument.
    pub fn reference(&self) -> Value {
        json!({ELEMENT: self.0})
    }

    /// Gives where the driver has something of this element.
    pub fn path(&self, what: &str) -> String {
        format!("/element/{}/{what}", self.0)
    }
}

fn variable(name: &'static str) -> Result<String, BrowserError> {
    env::var(name).map_err(|_| BrowserError::NotShared(name))
}

fn capabilities(chromium: &str) -> Value {
    // Root has no sandbox.
    let root_flag = is_root().then_some("--no-sandbox");
    let flags: Vec<_> = FLAGS.into_iter().chain(root_flag).collect();
    let milliseconds = u64::try_from(PAGE_LIMIT.as_millis()).unwrap_or(u64::MAX);
    json!({
        "browserName": "chrome",
        "timeouts": {"pageLoad": milliseconds, "script": milliseconds},
        "goog:chromeOptions": {"binary": chromium, "args": flags},
        "goog:loggingPrefs": {"browser": "SEVERE"},
    })
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
