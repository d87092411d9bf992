//! What stands before KITE and stays when KITE stops, as a proxy or a load balancer does.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

/// What comes instead of KITE's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// Nothing: the connection ends.
    Silent,
    /// The door says itself that nobody is there.
    Unavailable,
}

/// An address that stays the same, whoever is behind it.
pub struct Door {
    pub url: String,
    shared: Arc<Shared>,
    listener: JoinHandle<()>,
}

struct Shared {
    behind: Mutex<Result<String, Away>>,
    turned_away: Notify,
}

impl Door {
    /// Opens on a free port the way to the one at this address.
    pub async fn to(address: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared { behind: Mutex::new(Ok(address.to_owned())), turned_away: Notify::new() });
        let listener = tokio::spawn(let_in(listener, Arc::clone(&shared)));
        Self { url, shared, listener }
    }

    /// Leads to somebody else, or to nobody, from the next connection on.
    pub fn lead_to(&self, behind: Result<&str, Away>) {
        *self.shared.behind.lock().unwrap_or_else(PoisonError::into_inner) = behind.map(str::to_owned);
    }

    /// Waits until somebody came while nobody was there.
    pub async fn has_turned_somebody_away(&self) {
        timeout(PATIENCE, self.shared.turned_away.notified()).await.expect("somebody comes");
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn let_in(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((visitor, _)) = listener.accept().await {
        let behind = shared.behind.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_away = behind.is_err();
        connections.spawn(pass_on(visitor, behind));
        if is_away {
            shared.turned_away.notify_one();
        }
    }
}

async fn pass_on(mut visitor: TcpStream, behind: Result<String, Away>) {
    // Whoever leaves in between is no failure of the test.
    let _ = match behind {
        Ok(address) => match TcpStream::connect(address).await {
            Ok(mut server) => copy_bidirectional(&mut visitor, &mut server).await.map(drop),
            Err(error) => Err(error),
        },
        Err(Away::Silent) => Ok(()),
        Err(Away::Unavailable) => {
            let answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            visitor.write_all(answer).await
        }
    };
}
