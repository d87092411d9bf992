//! A real backend, behind a line that can be cut.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kite_api::{Issue, State};
use kite_backend::access::Access;
use kite_backend::service::{Options, Service};
use kite_client::{Client, IssueQuery};
use kite_runtime::serve::Server;
use kite_runtime::shutdown::Shutdown;
use kite_store::testing::Temporary;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens to connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// They go through.
    Up,
    /// They are reset at once.
    Down,
    /// In turn: reset at once, answered 503, never answered, reset after the request arrived, let through.
    Shaky,
}

/// A real backend, behind a line that can be cut.
pub struct Backend {
    /// Where operators reach it, as far as the line allows.
    pub url: String,
    /// Speaks with it directly.
    pub client: Client,
    line: watch::Sender<Line>,
    _shutdown: Shutdown,
    _database: Temporary,
}

impl Backend {
    pub async fn start(line: Line) -> Self {
        let database = Temporary::sqlite();
        let store = database.connect().await;
        let shutdown = Shutdown::new();
        let service = Service::start(Access::Open, store, Options::default(), &shutdown);
        let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = server.local_addr().unwrap();
        let stop = shutdown.token();
        tokio::spawn(async move { server.run(service.router, stop).await });
        let (line, line_seen) = watch::channel(line);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(carry(listener, address, line_seen));
        let client = Client::new(&format!("http://{address}"), kite_client::Options::default()).unwrap();
        Self { url, client, line, _shutdown: shutdown, _database: database }
    }

    /// Changes what happens to connections; those that are open end.
    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }

    /// All issues of a namespace in a state.
    pub async fn issues(&self, namespace: &str, state: State) -> Vec<Issue> {
        let mut issues = Vec::new();
        let mut cursor = None;
        loop {
            let query = IssueQuery {
                namespace: Some(namespace.to_owned()),
                states: vec![state],
                limit: Some(1000),
                cursor: cursor.take(),
                ..IssueQuery::default()
            };
            let page = self.client.list_issues(&query).await.unwrap();
            issues.extend(page.data);
            match page.next_cursor {
                Some(next) => cursor = Some(next),
                None => return issues,
            }
        }
    }

    /// Names of the resources with active issues in a namespace, and how many failures each counts.
    pub async fn broken(&self, namespace: &str) -> BTreeMap<String, u64> {
        let issues = self.issues(namespace, State::Active).await;
        let count = issues.len();
        let broken: BTreeMap<_, _> = issues.into_iter().map(|issue| (issue.scope.resource_name, issue.count)).collect();
        assert_eq!(broken.len(), count, "one issue per problem");
        broken
    }
}

async fn carry(listener: TcpListener, to: SocketAddr, line: watch::Receiver<Line>) {
    let turn = Arc::new(AtomicUsize::new(0));
    while let Ok((connection, _)) = listener.accept().await {
        tokio::spawn(carry_one(connection, to, line.clone(), Arc::clone(&turn)));
    }
}

async fn carry_one(mut connection: TcpStream, to: SocketAddr, mut line: watch::Receiver<Line>, turn: Arc<AtomicUsize>) {
    let now = *line.borrow_and_update();
    // A reset instead of an orderly end.
    let _ = connection.set_zero_linger();
    let turn = match now {
        Line::Up => 4,
        Line::Down => 0,
        Line::Shaky => turn.fetch_add(1, Ordering::Relaxed) % 5,
    };
    let mut buffer = [0; 4096];
    match turn {
        0 => {}
        1 => {
            let _ = connection.read(&mut buffer).await;
            let answer =
                "HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = connection.write_all(answer.as_bytes()).await;
            let _ = connection.shutdown().await;
        }
        2 => {
            let _ = tokio::time::timeout(Duration::from_mins(1), connection.read(&mut [0; 1])).await;
            let _ = line.changed().await;
        }
        turn => {
            let mut server = TcpStream::connect(to).await.unwrap();
            if turn == 3 {
                // The request is carried out, and its answer is lost.
                let _ =
                    tokio::time::timeout(Duration::from_millis(300), pass_requests(&mut connection, &mut server)).await;
            } else {
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut connection, &mut server) => {}
                    Ok(()) = line.changed() => {}
                    // A connection is not kept, so that each request has its turn.
                    () = idle(now) => {}
                }
            }
        }
    }
}

async fn idle(line: Line) {
    match line {
        // Far more than an answer takes on a busy machine.
        Line::Shaky => tokio::time::sleep(Duration::from_secs(2)).await,
        Line::Up | Line::Down => std::future::pending().await,
    }
}

async fn pass_requests(from: &mut TcpStream, to: &mut TcpStream) {
    let (mut from, _) = from.split();
    let (_, mut to) = to.split();
    let _ = tokio::io::copy(&mut from, &mut to).await;
}
