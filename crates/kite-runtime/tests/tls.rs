//! TLS with real handshakes over a certificate that is replaced.

#![cfg(test)]

use std::{fs, net::SocketAddr};

use axum::{Router, extract::Request, routing::get};
use kite_runtime::{
    serve::Server,
    tls::{Look, MountedCertificate},
};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

fn write_pair(folder: &TempDir) -> Certificate {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.path().join("tls.crt"), cert.pem()).unwrap();
    fs::write(folder.path().join("tls.key"), signing_key.serialize_pem()).unwrap();
    Certificate::from_der(cert.der()).unwrap()
}

fn trusting(certificate: Certificate) -> Client {
    let builder = Client::builder().tls_certs_only([certificate]);
    builder.build().unwrap()
}

async fn start(mounted: &MountedCertificate) -> SocketAddr {
    let app = Router::new().route("/", get(async |request: Request| format!("{:?}", request.version())));
    let server = Server::bind("localhost:0").await.unwrap();
    let server = server.with_tls(mounted.server_config().unwrap());
    let address = server.local_addr().unwrap();
    tokio::spawn(server.run(app, CancellationToken::new()));
    address
}

async fn ask(client: &Client, address: SocketAddr) -> reqwest::Result<String> {
    let url = format!("https://localhost:{}/", address.port());
    client.get(url).send().await?.text().await
}

#[tokio::test]
async fn new_connections_get_the_new_certificate_and_open_ones_live_on() {
    let folder = tempfile::tempdir().unwrap();
    let first = write_pair(&folder);
    let paths = (folder.path().join("tls.crt"), folder.path().join("tls.key"));
    let mut mounted = MountedCertificate::load(paths.0, paths.1).await.unwrap();
    let address = start(&mounted).await;
    let early = trusting(first.clone());
    assert_eq!(ask(&early, address).await.unwrap(), "HTTP/2.0");

    let second = write_pair(&folder);
    assert_eq!(mounted.look().await.unwrap(), Look::Replaced);

    assert!(ask(&early, address).await.is_ok(), "the open connection");
    assert!(ask(&trusting(second), address).await.is_ok());
    assert!(ask(&trusting(first), address).await.is_err());
}
