//! Asks a server on the loopback interface whether it is ready.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

const LIMIT: Duration = Duration::from_secs(5);

/// Whether a plain server answers with 200.
pub(crate) fn is_fine(port: u16, path: &str) -> bool {
    connect(port).and_then(|stream| status(stream, path, "")).is_ok_and(|status| status == 200)
}

/// An API server as an administrator sees it.
#[derive(Debug)]
pub(crate) struct SecureProbe<'a> {
    /// Where it listens.
    pub port: u16,
    /// Who asks.
    pub token: &'a str,
    /// Its certificate and that of its authority.
    pub certificates: &'a Path,
}

impl SecureProbe<'_> {
    /// Whether the server proves its identity and answers with 200.
    pub fn is_fine(&self, path: &str) -> bool {
        self.ask(path).is_ok_and(|status| status == 200)
    }

    fn ask(&self, path: &str) -> io::Result<u16> {
        let stream = connect(self.port)?;
        let name = ServerName::from(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST));
        let connection = ClientConnection::new(Arc::new(self.config()?), name).map_err(io::Error::other)?;
        let authorization = format!("Authorization: Bearer {}\r\n", self.token);
        status(StreamOwned::new(connection, stream), path, &authorization)
    }

    fn config(&self) -> io::Result<ClientConfig> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(self.certificates).map_err(io::Error::other)? {
            roots.add(certificate.map_err(io::Error::other)?).map_err(io::Error::other)?;
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
        Ok(builder.with_root_certificates(roots).with_no_client_auth())
    }
}

fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    Ok(stream)
}

fn status(mut stream: impl Read + Write, path: &str, header: &str) -> io::Result<u16> {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}Connection: close\r\n\r\n")?;
    stream.flush()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
    status.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
}
