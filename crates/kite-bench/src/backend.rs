//! A `kite-backend` process in front of a database.

use std::{
    collections::VecDeque,
    env,
    ffi::OsStr,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc::{Sender, channel},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use http_body_util::Full;
use hyper::{Method, Request, header};
use serde_json::Value;

use crate::{
    load::{self, Call},
    program::{self, Running},
};

/// A start that takes longer has failed.
const PATIENCE: Duration = Duration::from_mins(1);
/// Log lines that are kept to explain a failed start.
const LAST_LINES: usize = 20;

/// A running backend; killed when dropped.
#[derive(Debug)]
pub struct Backend {
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start to its first good answer.
    pub ready_after: Duration,
    /// The process.
    pub process: Running,
}

impl Backend {
    /// Starts one without authentication, as its release would run otherwise, and waits until it answers.
    pub fn start(database_url: &str) -> Result<Self> {
        Self::start_with(database_url, &[("KITE_PROJECT_ENV", OsStr::new("development"))])
    }

    /// Starts one whose callers sign in with tokens that an API server knows.
    pub fn start_guarded(database_url: &str, kubeconfig: &Path) -> Result<Self> {
        let environment = [("KITE_PROJECT_ENV", OsStr::new("production")), ("KUBECONFIG", kubeconfig.as_os_str())];
        Self::start_with(database_url, &environment)
    }

    fn start_with(database_url: &str, environment: &[(&str, &OsStr)]) -> Result<Self> {
        let program = program::build("kite-backend")?;
        let begin = Instant::now();
        let mut command = Command::new(program);
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("KITE_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .envs(environment.iter().copied())
            .env("KITE_DATABASE_URL", database_url)
            .env("KITE_HOST", "127.0.0.1")
            .env("KITE_PORT", "0")
            .env("KITE_LOG_FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("start kite-backend")?;
        let log = child.stderr.take().context("read the log of kite-backend")?;
        let process = Running { child };
        let address = address_in(log)?;
        wait_until_healthy(address, begin)?;
        Ok(Self { address, ready_after: begin.elapsed(), process })
    }

    /// Gives the JSON that a path answers with.
    pub fn get(&self, path_and_query: &str) -> Result<Value> {
        let (status, body) = load::fetch(self.address, get(path_and_query))?;
        ensure!(status.is_success(), "`{path_and_query}` answered {status}: {}", String::from_utf8_lossy(&body));
        Ok(serde_json::from_slice(&body)?)
    }

    /// Gives how many issues there are.
    pub fn total(&self) -> Result<u64> {
        self.get("/api/v1/issues?limit=1")?.get("total").and_then(Value::as_u64).context("find `total`")
    }
}

/// A request for what is at a path.
pub fn get(path_and_query: &str) -> Call {
    call(Method::GET, path_and_query, Vec::new())
}

/// A request that sends JSON to a path.
pub fn post(path_and_query: &str, json: Vec<u8>) -> Call {
    call(Method::POST, path_and_query, json)
}

/// The same request by whoever has a token.
pub fn signed(mut call: Call, token: &str) -> Call {
    if let Ok(bearer) = header::HeaderValue::try_from(format!("Bearer {token}")) {
        call.headers_mut().insert(header::AUTHORIZATION, bearer);
    }
    call
}

fn call(method: Method, path_and_query: &str, body: Vec<u8>) -> Call {
    let mut call = Request::new(Full::from(body));
    *call.method_mut() = method;
    *call.uri_mut() = path_and_query.parse().unwrap_or_default();
    let headers = call.headers_mut();
    headers.insert(header::HOST, header::HeaderValue::from_static("localhost"));
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    call
}

/// Finds the address in the log, and goes on reading so that the program never waits for us.
fn address_in(log: impl Read + Send + 'static) -> Result<SocketAddr> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || follow(log, &sender));
    match receiver.recv_timeout(PATIENCE) {
        Ok(Ok(address)) => Ok(address),
        Ok(Err(last_lines)) => bail!("kite-backend ended:\n{last_lines}"),
        Err(_) => bail!("kite-backend did not say where it listens"),
    }
}

fn follow(log: impl Read, found: &Sender<Result<SocketAddr, String>>) {
    let mut last_lines = VecDeque::new();
    for line in BufReader::new(log).lines().map_while(Result::ok) {
        if let Some(address) = listening(&line) {
            let _ = found.send(Ok(address));
        }
        last_lines.push_back(line);
        if last_lines.len() > LAST_LINES {
            last_lines.pop_front();
        }
    }
    let _ = found.send(Err(last_lines.make_contiguous().join("\n")));
}

fn listening(line: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    if line.get("message")? != "listening" {
        return None;
    }
    line.get("address")?.as_str()?.parse().ok()
}

fn wait_until_healthy(address: SocketAddr, begin: Instant) -> Result<()> {
    loop {
        match load::fetch(address, get("/api/v1/health")) {
            Ok((status, _)) if status.is_success() => return Ok(()),
            answer if begin.elapsed() > PATIENCE => bail!("kite-backend is not ready: {answer:?}"),
            _ => {}
        }
    }
}
