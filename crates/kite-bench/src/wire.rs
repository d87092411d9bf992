//! A wire that counts what goes over it, between a browser and a backend.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail};
use memchr::memmem;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep},
};

/// After so much silence nothing more is on its way.
const SILENCE: Duration = Duration::from_millis(500);
/// Somebody who never falls silent has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// What went over a wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests, all without a body.
    pub requests: u64,
    /// Bytes in both directions, headers included.
    pub bytes: u64,
}

/// A listener that passes everything on.
#[derive(Debug)]
pub struct Wire {
    /// Where to connect instead.
    pub address: SocketAddr,
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    requests: AtomicU64,
    bytes: AtomicU64,
}

impl Wire {
    /// Puts a wire before a server; it is gone with the runtime.
    pub async fn before(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("listen")?;
        let (address, counters) = (listener.local_addr()?, Arc::<Counters>::default());
        let wire = Self { address, counters: Arc::clone(&counters) };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, server, Arc::clone(&counters)));
            }
        });
        Ok(wire)
    }

    /// Waits until nothing is on its way any more and gives what has gone over the wire by then.
    pub async fn settled(&self) -> Result<Traffic> {
        let (begin, mut last) = (Instant::now(), self.counters.now());
        while begin.elapsed() < PATIENCE {
            sleep(SILENCE).await;
            let now = self.counters.now();
            if now == last {
                return Ok(now);
            }
            last = now;
        }
        bail!("there was no silence on the wire")
    }
}

impl Traffic {
    /// What was added to it since.
    pub fn since(self, before: Self) -> Self {
        Self { requests: self.requests - before.requests, bytes: self.bytes - before.bytes }
    }
}

impl Counters {
    fn now(&self) -> Traffic {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Traffic { requests: read(&self.requests), bytes: read(&self.bytes) }
    }
}

async fn pass_on(client: TcpStream, server: SocketAddr, counters: Arc<Counters>) -> Result<()> {
    let server = TcpStream::connect(server).await?;
    server.set_nodelay(true)?;
    client.set_nodelay(true)?;
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    // Each request ends with an empty line, and browsers write it with the rest of the head.
    let asked = |bytes: &[u8]| memmem::find_iter(bytes, b"\r\n\r\n").count() as u64;
    tokio::select! {
        ended = copy(from_client, to_server, &counters, asked) => ended,
        ended = copy(from_server, to_client, &counters, |_| 0) => ended,
    }
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    counters: &Counters,
    requests: impl Fn(&[u8]) -> u64,
) -> Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        let Some(bytes) = buffer.get(..length).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
        counters.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        counters.requests.fetch_add(requests(bytes), Ordering::Relaxed);
        to.write_all(bytes).await?;
    }
}
