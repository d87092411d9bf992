//! A real listener, real connections.

#![cfg(test)]

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    routing::get,
};
use futures::{future::join_all, stream};
use kite_runtime::serve::{Limits, Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Notify, oneshot},
    task::{JoinHandle, yield_now},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    cut: JoinHandle<usize>,
}

impl Running {
    async fn start(app: Router, limits: Limits) -> Self {
        let server = Server::bind("127.0.0.1:0").await.unwrap();
        let server = server.with_limits(limits);
        let address = server.local_addr().unwrap();
        let stop = CancellationToken::new();
        let cut = tokio::spawn(server.run(app, stop.clone()));
        Self { address, stop, cut }
    }

    async fn get(&self, path: &str) -> reqwest::Result<String> {
        let url = format!("http://{}{path}", self.address);
        reqwest::Client::new().get(url).send().await?.text().await
    }

    async fn stop(self) -> usize {
        self.stop.cancel();
        self.cut.await.unwrap()
    }
}

/// An app whose `/slow` says when it was entered and answers when it may.
fn slow_app(entered: oneshot::Sender<()>, may_answer: oneshot::Receiver<()>) -> Router {
    let gates = Arc::new(std::sync::Mutex::new(Some((entered, may_answer))));
    Router::new().route(
        "/slow",
        get(async move || {
            let (entered, may_answer) = gates.lock().unwrap().take().unwrap();
            entered.send(()).unwrap();
            may_answer.await.unwrap();
            "done"
        }),
    )
}

#[tokio::test]
async fn handlers_see_the_address_of_the_client() {
    let app = Router::new().route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string()));
    let server = Running::start(app, Limits::default()).await;
    assert_eq!(server.get("/").await.unwrap(), "127.0.0.1");
    assert_eq!(server.stop().await, 0);
}

#[tokio::test]
async fn draining_finishes_the_request_in_flight_and_refuses_new_connections() {
    let (entered, was_entered) = oneshot::channel();
    let (answer, may_answer) = oneshot::channel();
    let server = Running::start(slow_app(entered, may_answer), Limits::default()).await;
    let url = format!("http://{}/slow", server.address);
    let request = tokio::spawn(async move { reqwest::get(url).await?.text().await });
    was_entered.await.unwrap();

    server.stop.cancel();
    while TcpStream::connect(server.address).await.is_ok() {
        yield_now().await;
    }
    answer.send(()).unwrap();

    assert_eq!(request.await.unwrap().unwrap(), "done");
    assert_eq!(server.stop().await, 0);
}

#[tokio::test]
async fn draining_cuts_what_takes_too_long() {
    let (entered, was_entered) = oneshot::channel();
    let (_never, may_answer) = oneshot::channel();
    let limits = Limits { drain: Duration::from_millis(10), ..Limits::default() };
    let server = Running::start(slow_app(entered, may_answer), limits).await;
    let url = format!("http://{}/slow", server.address);
    let request = tokio::spawn(reqwest::get(url));
    was_entered.await.unwrap();

    assert_eq!(server.stop().await, 1);
    assert!(request.await.unwrap().is_err());
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_streaming_one_is_not() {
    let last_chunk = Arc::new(Notify::new());
    let may_send = last_chunk.clone();
    let app = Router::new().route(
        "/stream",
        get(async move || {
            let chunks = stream::unfold(0, move |sent| {
                let may_send = may_send.clone();
                async move {
                    match sent {
                        0 => return Some((Ok::<_, Infallible>(Bytes::from("first,")), 1)),
                        1 => may_send.notified().await,
                        _ => return None,
                    }
                    Some((Ok(Bytes::from("last")), 2))
                }
            });
            Body::from_stream(chunks)
        }),
    );
    let limits = Limits { idle: Duration::from_millis(300), ..Limits::default() };
    let server = Running::start(app, limits).await;
    let url = format!("http://{}/stream", server.address);
    let streaming = reqwest::get(url).await.unwrap();

    for _ in 0..3 {
        let mut idle = TcpStream::connect(server.address).await.unwrap();
        let closed = timeout(Duration::from_secs(10), idle.read(&mut [0; 64])).await;
        assert_eq!(closed.unwrap().unwrap_or(0), 0);
    }

    last_chunk.notify_one();
    assert_eq!(streaming.text().await.unwrap(), "first,last");
}

#[tokio::test]
async fn a_request_that_drips_in_is_cut() {
    let limits = Limits { idle: Duration::from_millis(300), ..Limits::default() };
    let server = Running::start(Router::new().route("/", get(async || "ok")), limits).await;
    for begun in ["GET / HT", "GET / HTTP/1.1\r\nhost: a\r\nx-slow: "] {
        let mut dripping = TcpStream::connect(server.address).await.unwrap();
        dripping.write_all(begun.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let ended = timeout(Duration::from_secs(10), async {
            // Each byte is in time for itself; what counts is when the header began.
            let (mut from, mut to) = dripping.split();
            let dripped = async {
                while to.write_all(b"a").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            };
            tokio::select! {
                read = from.read_to_end(&mut answer) => drop(read),
                () = dripped => {}
            }
        });
        ended.await.expect("the connection is closed");
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(server.get("/").await.unwrap(), "ok", "others are served");
}

#[tokio::test]
async fn a_giant_header_is_refused() {
    let server = Running::start(Router::new().route("/", get(async || "ok")), Limits::default()).await;
    for head in [
        format!("GET / HTTP/1.1\r\nhost: a\r\nx-giant: {}\r\n\r\n", "a".repeat(2 << 20)),
        format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(2 << 20)),
        format!("GET / HTTP/1.1\r\nhost: a\r\n{}\r\n", "x-many: a\r\n".repeat(1000)),
    ] {
        let mut client = TcpStream::connect(server.address).await.unwrap();
        // It may close before it has read everything.
        let _ = client.write_all(head.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = timeout(Duration::from_secs(10), client.read_to_end(&mut answer)).await.expect("an end");
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(server.get("/").await.unwrap(), "ok");
}

#[tokio::test]
async fn connections_beyond_the_bound_wait_for_their_turn() {
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (now, peak) = (running.clone(), most.clone());
    let app = Router::new().route(
        "/",
        get(async move || {
            let count = now.fetch_add(1, Ordering::SeqCst) + 1;
            peak.fetch_max(count, Ordering::SeqCst);
            for _ in 0..50 {
                yield_now().await;
            }
            now.fetch_sub(1, Ordering::SeqCst);
            "ok"
        }),
    );
    let limits = Limits { connections: 2, ..Limits::default() };
    let server = Running::start(app, limits).await;

    let answers = join_all((0..8).map(|_| server.get("/"))).await;

    assert!(answers.iter().all(|answer| answer.as_deref().unwrap() == "ok"));
    assert_eq!(most.load(Ordering::SeqCst), 2);
}
