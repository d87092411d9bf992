//! Load: connections that each send a request, wait for the answer and send the next.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use hdrhistogram::Histogram;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

/// An answer that takes longer fails the measurement.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request with its whole body.
pub type Call = Request<Full<Bytes>>;

/// How long to send.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// What comes first and does not count.
    pub warm_up: Duration,
    /// What counts.
    pub measured: Duration,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Answers {
    /// Time that counts.
    pub elapsed: Duration,
    /// Times of the requests that count, in microseconds.
    pub times: Histogram<u64>,
}

/// Sends what is drawn over so many connections until the window closes.
pub fn send_for(
    address: SocketAddr,
    connections: usize,
    window: Window,
    mut draw: impl FnMut() -> Call,
) -> Result<Answers> {
    send(address, connections, Some(window), || Some(draw()))
}

/// Sends all of these requests over so many connections.
pub fn send_all(address: SocketAddr, connections: usize, calls: impl IntoIterator<Item = Call>) -> Result<Answers> {
    let mut calls = calls.into_iter();
    send(address, connections, None, || calls.next())
}

/// Sends one request and gives the body of the answer.
pub fn fetch(address: SocketAddr, call: Call) -> Result<(StatusCode, Bytes)> {
    runtime()?.block_on(async { exchange(&mut connect(address).await?, call).await })
}

impl Answers {
    /// Answered requests per second.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// The time within which this share of the requests was answered.
    pub fn quantile(&self, share: f64) -> Duration {
        Duration::from_micros(self.times.value_at_quantile(share))
    }
}

/// One thread sends everything: it costs the least of the processor that it shares with what is measured.
fn send(
    address: SocketAddr,
    connections: usize,
    window: Option<Window>,
    draw: impl FnMut() -> Option<Call>,
) -> Result<Answers> {
    let draw = RefCell::new(draw);
    let draw = || draw.borrow_mut()();
    runtime()?.block_on(async {
        let senders = try_join_all((0..connections).map(|_| connect(address))).await?;
        let begin = Instant::now();
        let counted = Counted::new(begin, window)?;
        let loops = senders.into_iter().map(|sender| keep_sending(sender, &draw, &counted));
        try_join_all(loops).await?;
        counted.into_answers(begin)
    })
}

async fn keep_sending(
    mut sender: SendRequest<Full<Bytes>>,
    draw: &impl Fn() -> Option<Call>,
    counted: &Counted,
) -> Result<()> {
    while counted.is_open()
        && let Some(call) = draw()
    {
        let begin = Instant::now();
        let (status, _) = exchange(&mut sender, call).await?;
        counted.count(status, begin)?;
    }
    Ok(())
}

/// What the connections of one measurement count together.
struct Counted {
    from: Instant,
    until: Option<Instant>,
    times: RefCell<Histogram<u64>>,
    refused: RefCell<BTreeMap<StatusCode, u64>>,
}

impl Counted {
    fn new(begin: Instant, window: Option<Window>) -> Result<Self> {
        let from = begin + window.map_or(Duration::ZERO, |window| window.warm_up);
        Ok(Self {
            from,
            until: window.map(|window| from + window.measured),
            times: RefCell::new(Histogram::new(3)?),
            refused: RefCell::default(),
        })
    }

    fn is_open(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }

    fn count(&self, status: StatusCode, begin: Instant) -> Result<()> {
        let now = Instant::now();
        if !status.is_success() {
            *self.refused.borrow_mut().entry(status).or_default() += 1;
        } else if now >= self.from && self.until.is_none_or(|until| now < until) {
            let micros = u64::try_from((now - begin).as_micros())?;
            self.times.borrow_mut().record(micros)?;
        }
        Ok(())
    }

    fn into_answers(self, begin: Instant) -> Result<Answers> {
        let refused = self.refused.into_inner();
        ensure!(refused.is_empty(), "requests were refused: {refused:?}");
        let elapsed = self.until.map_or_else(|| begin.elapsed(), |until| until - self.from);
        Ok(Answers { elapsed, times: self.times.into_inner() })
    }
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await.with_context(|| format!("connect to {address}"))?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn exchange(sender: &mut SendRequest<Full<Bytes>>, call: Call) -> Result<(StatusCode, Bytes)> {
    let answer = async {
        sender.ready().await?;
        let response = sender.send_request(call).await?;
        let status = response.status();
        anyhow::Ok((status, response.into_body().collect().await?.to_bytes()))
    };
    timeout(PATIENCE, answer).await.context("wait for an answer")?
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
