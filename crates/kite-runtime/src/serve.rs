//! Runs an axum router on a listener, with bounds on connections, idleness and draining.
//!
//! `axum::serve` has no time-outs and no TLS, so this drives hyper itself.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, response::Response};
use http_body_util::BodyExt;
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream, ToSocketAddrs},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use crate::activity::{Activity, Busy};

const PING_EVERY: Duration = Duration::from_secs(20);
const PAUSE_AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Bounds on what clients may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Open connections; more wait in the listener's backlog.
    pub connections: usize,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long a connection may be without a request, or a request without its whole header.
    pub idle: Duration,
    /// How long requests in flight may take after the stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            handshake: Duration::from_secs(10),
            idle: Duration::from_mins(2),
            drain: Duration::from_secs(25),
        }
    }
}

/// A bound listener that is ready to serve, in plain or over TLS.
pub struct Server {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    limits: Limits,
}

impl Server {
    /// Listens on an address; port 0 takes a free one.
    pub async fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind(address).await?, tls: None, limits: Limits::default() })
    }

    /// Speaks TLS, usually as [`MountedCertificate`](crate::tls::MountedCertificate) says.
    #[must_use]
    pub fn with_tls(self, config: Arc<ServerConfig>) -> Self {
        Self { tls: Some(config.into()), ..self }
    }

    /// Sets other bounds than the default ones.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Gives the address that clients connect to.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop`, then refuses new connections and finishes the requests in flight.
    ///
    /// Returns how many connections were cut because they were busy beyond the time to drain.
    /// Handlers find the client's address in [`ConnectInfo`].
    pub async fn run(self, app: Router, stop: CancellationToken) -> usize {
        let connections = TaskTracker::new();
        let cut = CancellationToken::new();
        let shared = Arc::new(Shared { app, tls: self.tls, limits: self.limits, stop: stop.clone() });
        let accept_all = accept(&self.listener, &shared, &connections, &cut);
        stop.run_until_cancelled(accept_all).await;
        drop(self.listener);
        connections.close();
        let drained = timeout(self.limits.drain, connections.wait()).await;
        let left = drained.map_or_else(|_| connections.len(), |()| 0);
        if left > 0 {
            tracing::warn!(connections = left, "cutting connections that are still busy");
            cut.cancel();
            connections.wait().await;
        }
        left
    }
}

/// What every connection needs.
struct Shared {
    app: Router,
    tls: Option<TlsAcceptor>,
    limits: Limits,
    stop: CancellationToken,
}

async fn accept(listener: &TcpListener, shared: &Arc<Shared>, connections: &TaskTracker, cut: &CancellationToken) {
    let places = Arc::new(Semaphore::new(shared.limits.connections));
    while let Ok(place) = places.clone().acquire_owned().await {
        let (stream, peer) = next_connection(listener).await;
        let (shared, cut) = (shared.clone(), cut.clone());
        connections.spawn(async move {
            let _place = place;
            let connection = serve_stream(&shared, stream, peer);
            cut.run_until_cancelled(connection).await;
        });
    }
}

async fn next_connection(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(connection) => return connection,
            // Running out of file descriptors is the usual reason; it passes as others close.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(PAUSE_AFTER_FAILED_ACCEPT).await;
            }
        }
    }
}

async fn serve_stream(shared: &Shared, stream: TcpStream, peer: SocketAddr) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, %peer, "TCP_NODELAY could not be set");
    }
    let Some(tls) = &shared.tls else {
        return serve_connection(shared, stream, peer).await;
    };
    match timeout(shared.limits.handshake, tls.accept(stream)).await {
        Ok(Ok(stream)) => serve_connection(shared, stream, peer).await,
        Ok(Err(error)) => tracing::debug!(%error, %peer, "TLS handshake failed"),
        Err(_) => tracing::debug!(%peer, "TLS handshake took too long"),
    }
}

async fn serve_connection<S>(shared: &Shared, stream: S, peer: SocketAddr)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let idle = shared.limits.idle;
    let activity = Activity::new();
    let service = service_fn(|request: Request<Incoming>| answer(shared.app.clone(), request, peer, activity.begin()));
    let protocol = protocol(idle);
    let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), service));
    let mut is_closing = false;
    loop {
        tokio::select! {
            result = connection.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(error = &*error, %peer, "connection ended early");
                }
                return;
            }
            () = shared.stop.cancelled(), if !is_closing => {}
            () = activity.idle_for(idle) => if is_closing { return },
        }
        connection.as_mut().graceful_shutdown();
        is_closing = true;
    }
}

fn protocol(idle: Duration) -> Builder<TokioExecutor> {
    let mut protocol = Builder::new(TokioExecutor::new());
    protocol.http1().timer(TokioTimer::new()).header_read_timeout(idle);
    protocol.http2().timer(TokioTimer::new()).keep_alive_interval(PING_EVERY).keep_alive_timeout(PING_EVERY);
    protocol
}

async fn answer(
    app: Router,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    busy: Busy,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = app.oneshot(request).await?;
    // The request lasts until the end of its body, which may be a stream of events.
    Ok(response.map(|body| {
        Body::new(body.map_err(move |error| {
            let _until_the_body_is_dropped = &busy;
            error
        }))
    }))
}
