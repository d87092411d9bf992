//! KITE is found in a cluster, through its API server.

use std::fs;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

use crate::support::{Ran, World};

/// The port of the pod; nobody listens there, the API server knows the way.
const PORT: u16 = 8080;

/// An API server with one pod, which forwards that pod's port to a real backend.
struct Cluster {
    world: World,
    /// The pods that it tells of.
    pods: Arc<Mutex<Value>>,
    /// The first lines of requests, and who asked.
    asked: Arc<Mutex<Vec<String>>>,
    server: String,
}

impl Cluster {
    fn start() -> Self {
        let world = World::with_people();
        let backend: SocketAddr = world.url.trim_start_matches("http://").parse().unwrap();
        let pods = Arc::new(Mutex::new(json!([pod("old", "False"), pod("new", "True")])));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let listener = world.wait(TcpListener::bind("127.0.0.1:0")).unwrap();
        let server = format!("http://{}", listener.local_addr().unwrap());
        let (known, heard) = (Arc::clone(&pods), Arc::clone(&asked));
        world.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, backend, Arc::clone(&known), Arc::clone(&heard)));
            }
        });
        Self { world, pods, asked, server }
    }

    /// Runs the program with a kubeconfig whose user shows a token.
    fn run_as(&self, name: &str, arguments: &[&str]) -> Ran {
        self.run_in(&json!({"server": self.server}), name, arguments)
    }

    fn run_in(&self, cluster: &Value, name: &str, arguments: &[&str]) -> Ran {
        let kubeconfig = self.world.folder.path().join("kubeconfig");
        let file = json!({
            "current-context": "east",
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": {"token": name}}],
            "contexts": [{"name": "east", "context": {"cluster": "c", "user": "u", "namespace": "team-a"}}],
        });
        fs::write(&kubeconfig, file.to_string()).unwrap();
        let mut command = self.world.kite();
        // The address that is set leads nowhere, and so does a proxy.
        command.env("KUBECONFIG", &kubeconfig).env("KITE_SERVER", "http://127.0.0.1:1");
        command.env("HTTP_PROXY", "http://127.0.0.1:1").env("http_proxy", "http://127.0.0.1:1");
        command.args(arguments).output().unwrap().into()
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn pod(name: &str, ready: &str) -> Value {
    json!({
        "metadata": {"name": name},
        "spec": {"containers": [{"name": "kite", "ports": [{"name": "api", "containerPort": PORT}]}]},
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    })
}

/// Answers one request, or forwards.
async fn serve(mut socket: TcpStream, backend: SocketAddr, pods: Arc<Mutex<Value>>, asked: Arc<Mutex<Vec<String>>>) {
    let head = head(&socket).await;
    let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let token = head.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap_or_default();
    asked.lock().unwrap().push(format!("{token}: {line}"));
    if line.contains("/portforward") && token != "bob" {
        return forward(socket, backend).await;
    }
    let service = json!({"spec": {
        "selector": {"app": "kite"},
        "ports": [{"name": "metrics", "port": 9090}, {"name": "http", "port": 80, "targetPort": "api"}],
    }});
    let (status, answer) = match &*line {
        "GET /api/v1/namespaces/kite/services/kite-backend" => ("200 OK", service),
        "GET /api/v1/namespaces/kite/pods?&labelSelector=app%3Dkite" => {
            ("200 OK", json!({"metadata": {}, "items": *pods.lock().unwrap()}))
        }
        line if line.contains("/portforward") => {
            let status = json!({"status": "Failure", "message": "pods \"new\" is forbidden", "reason": "Forbidden", "code": 403});
            ("403 Forbidden", status)
        }
        _ => ("404 Not Found", json!({"status": "Failure", "message": "not found", "reason": "NotFound", "code": 404})),
    };
    let body = answer.to_string();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n");
    let all = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    let mut read = vec![0; 64 * 1024];
    let _ = socket.read(&mut read).await;
    let _ = socket.write_all(all.as_bytes()).await;
}

/// The head of the request, which stays where it is.
async fn head(socket: &TcpStream) -> String {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = socket.peek(&mut buffer).await.unwrap();
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if length == 0 || text.contains("\r\n\r\n") {
            return text;
        }
        tokio::task::yield_now().await;
    }
}

/// Forwards as a kubelet does: the channel's number in front of each message, the port as the first one.
async fn forward(socket: TcpStream, backend: SocketAddr) {
    #[expect(clippy::result_large_err, reason = "the library wants it like this")]
    let accept = |_: &Request, mut response: Response| {
        response.headers_mut().insert("sec-websocket-protocol", "v4.channel.k8s.io".parse().unwrap());
        Ok(response)
    };
    let (mut to_client, mut from_client) = accept_hdr_async(socket, accept).await.unwrap().split();
    let (mut from_backend, mut to_backend) = TcpStream::connect(backend).await.unwrap().into_split();
    for channel in [0, 1] {
        let [low, high] = PORT.to_le_bytes();
        to_client.send(Message::binary(vec![channel, low, high])).await.unwrap();
    }
    tokio::spawn(async move {
        while let Some(Ok(message)) = from_client.next().await {
            let bytes = message.into_data();
            if let Some((0, data)) = bytes.split_first().map(|(channel, data)| (*channel, data)) {
                to_backend.write_all(data).await.unwrap();
            }
        }
    });
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length) = from_backend.read(&mut buffer).await {
        if length == 0 || to_client.send(Message::binary([&[0], &buffer[..length]].concat())).await.is_err() {
            break;
        }
    }
}

#[test]
fn kite_is_found_in_the_cluster_and_the_token_of_the_kubeconfig_reaches_it() {
    let cluster = Cluster::start();
    cluster.world.report(json!({"component": "shop"}));
    cluster.world.report(json!({"component": "till", "namespace": "team-b"}));
    let listed = cluster.run_as("ann", &["list", "--via-kubernetes", "-o", "jsonpath={.data[*].scope.resourceName}"]);
    assert_eq!(listed.fine(), "shop");
    let asked = cluster.asked();
    assert!(asked.iter().all(|line| line.starts_with("ann: ")), "{asked:?}");
    assert!(
        asked.iter().any(|line| line.contains("/pods/new/portforward?") && line.contains("ports=8080")),
        "{asked:?}"
    );
    assert!(!asked.iter().any(|line| line.contains("/pods/old/")), "only a ready pod is of use: {asked:?}");
    let whoami = cluster.run_as("ann", &["auth", "whoami", "--via-kubernetes=kite/kite-backend"]).fine();
    assert_eq!(whoami, "ann\n");
    let other = cluster.run_as("ann", &["list", "-n", "team-b", "--via-kubernetes"]);
    assert_eq!(other.code, 4, "KITE decides what ann may read: {other:?}");
    let doctor = cluster.run_as("ann", &["doctor", "--via-kubernetes"]).fine();
    assert!(
        doctor.contains("server from --via-kubernetes") && doctor.contains("kite/kite-backend in the cluster is up")
    );
}

#[test]
fn what_is_in_the_way_is_named() {
    let cluster = Cluster::start();
    let refused = cluster.run_as("bob", &["list", "--via-kubernetes"]);
    assert!(
        refused.code == 4 && refused.words.contains("creating `pods/portforward` in namespace kite"),
        "{refused:?}"
    );
    let wrong = cluster.run_as("ann", &["list", "--via-kubernetes=kite/other"]);
    assert!(wrong.code == 3 && wrong.words.contains("failed to reach kite/other through Kubernetes"), "{wrong:?}");
    *cluster.pods.lock().unwrap() = json!([pod("old", "False")]);
    let none = cluster.run_as("ann", &["list", "--via-kubernetes"]);
    assert!(none.code == 3 && none.words.contains("no pod of the service kite/kite-backend is ready"), "{none:?}");
    for (arguments, said) in [
        (&["list", "--via-kubernetes=kite"][..], "must be NAMESPACE/NAME"),
        (&["open", "shop", "--via-kubernetes"], "ends with this command"),
        (&["auth", "login", "--via-kubernetes"], "a token that is kept is sent over https only"),
    ] {
        let ran = cluster.run_as("ann", arguments);
        assert!(ran.code == 2 && ran.words.contains(said), "{arguments:?}: {ran:?}");
    }
    let without = cluster.world.run(&["list", "--via-kubernetes"]);
    assert!(without.code == 2 && without.words.contains("the kubeconfig has no context"), "{without:?}");
}

#[test]
fn a_proxy_of_the_kubeconfig_is_the_way_to_the_cluster() {
    let cluster = Cluster::start();
    cluster.world.report(json!({"component": "shop"}));
    let server: SocketAddr = cluster.server.trim_start_matches("http://").parse().unwrap();
    let listener = cluster.world.wait(TcpListener::bind("127.0.0.1:0")).unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    cluster.world.spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let head = head(&socket).await;
                assert!(head.starts_with("CONNECT kubernetes.invalid:6443 HTTP/1.1"), "{head}");
                socket.read_exact(&mut vec![0; head.len()]).await.unwrap();
                socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                let mut behind = TcpStream::connect(server).await.unwrap();
                let _ = copy_bidirectional(&mut socket, &mut behind).await;
            });
        }
    });
    let behind_it = json!({"server": "http://kubernetes.invalid:6443", "proxy-url": proxy});
    let list = ["list", "--via-kubernetes", "-o", "jsonpath={.data[*].scope.resourceName}"];
    assert_eq!(cluster.run_in(&behind_it, "ann", &list).fine(), "shop");
}
