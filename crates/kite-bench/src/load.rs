//! Load: connections that each send a request, wait for the answer and send the next.

use std::{
    cell::{Cell, RefCell},
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
use memchr::memmem;
use tokio::{net::TcpStream, time::timeout};

/// An answer that takes longer fails the measurement.
const PATIENCE: Duration = Duration::from_mins(1);

/// Characters of a refusal that are shown.
const SHOWN_CHARS: usize = 400;

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
    connections: u16,
    window: Window,
    mut draw: impl FnMut() -> Call,
) -> Result<Answers> {
    send(address, connections, Some(window), is_accepted, || Some(draw()))
}

/// Sends what is drawn until the window closes; nothing of it may be found.
pub fn miss_for(
    address: SocketAddr,
    connections: u16,
    window: Window,
    mut draw: impl FnMut() -> Call,
) -> Result<Answers> {
    let is_missed = |status, _: &Bytes| status == StatusCode::NOT_FOUND;
    send(address, connections, Some(window), is_missed, || Some(draw()))
}

/// Sends all of these requests over so many connections.
pub fn send_all(address: SocketAddr, connections: u16, calls: impl IntoIterator<Item = Call>) -> Result<Answers> {
    let mut calls = calls.into_iter();
    send(address, connections, None, is_accepted, || calls.next())
}

/// Sends one request and gives the body of the answer.
pub fn fetch(address: SocketAddr, call: Call) -> Result<(StatusCode, Bytes)> {
    runtime()?.block_on(async { exchange(&mut connect(address).await?, call).await })
}

impl Answers {
    /// What several measurements gave together.
    pub fn together(all: impl IntoIterator<Item = Self>) -> Result<Self> {
        let mut sum = Self { elapsed: Duration::ZERO, times: Histogram::new(3)? };
        for one in all {
            sum.elapsed += one.elapsed;
            sum.times.add(one.times)?;
        }
        Ok(sum)
    }

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
    connections: u16,
    window: Option<Window>,
    is_wanted: fn(StatusCode, &Bytes) -> bool,
    draw: impl FnMut() -> Option<Call>,
) -> Result<Answers> {
    let draw = RefCell::new(draw);
    let draw = || draw.borrow_mut()();
    runtime()?.block_on(async {
        let senders = try_join_all((0..connections).map(|_| connect(address))).await?;
        let begin = Instant::now();
        let counted = Counted::new(begin, window, is_wanted)?;
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
        let (status, body) = exchange(&mut sender, call).await?;
        if (counted.is_wanted)(status, &body) {
            counted.accepted(begin)?;
        } else {
            counted.refused(status, &body);
        }
    }
    Ok(())
}

/// What the connections of one measurement count together.
struct Counted {
    from: Instant,
    until: Option<Instant>,
    is_wanted: fn(StatusCode, &Bytes) -> bool,
    times: RefCell<Histogram<u64>>,
    refused: Cell<u64>,
    first_refusal: RefCell<String>,
}

impl Counted {
    fn new(begin: Instant, window: Option<Window>, is_wanted: fn(StatusCode, &Bytes) -> bool) -> Result<Self> {
        let from = begin + window.map_or(Duration::ZERO, |window| window.warm_up);
        Ok(Self {
            from,
            until: window.map(|window| from + window.measured),
            is_wanted,
            times: RefCell::new(Histogram::new(3)?),
            refused: Cell::default(),
            first_refusal: RefCell::default(),
        })
    }

    fn is_open(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }

    fn accepted(&self, begin: Instant) -> Result<()> {
        let now = Instant::now();
        if now >= self.from && self.until.is_none_or(|until| now < until) {
            let micros = u64::try_from((now - begin).as_micros())?;
            self.times.borrow_mut().record(micros)?;
        }
        Ok(())
    }

    fn refused(&self, status: StatusCode, body: &Bytes) {
        if self.refused.get() == 0 {
            let body = String::from_utf8_lossy(body).chars().take(SHOWN_CHARS).collect::<String>();
            self.first_refusal.replace(format!("{status} {body}"));
        }
        self.refused.update(|count| count + 1);
    }

    fn into_answers(self, begin: Instant) -> Result<Answers> {
        let (refused, first) = (self.refused.get(), self.first_refusal.into_inner());
        ensure!(refused == 0, "{refused} requests were refused, the first one with {first}");
        let times = self.times.into_inner();
        ensure!(!times.is_empty(), "no request was answered within the window");
        let elapsed = self.until.map_or_else(|| begin.elapsed(), |until| until - self.from);
        Ok(Answers { elapsed, times })
    }
}

/// A batch is answered with 200 even when some of it was rejected.
fn is_accepted(status: StatusCode, body: &Bytes) -> bool {
    status.is_success() && memmem::find(body, br#""result":"rejected""#).is_none()
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
