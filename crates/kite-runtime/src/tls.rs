//! TLS from mounted files that may be replaced while the program runs.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::{
    fs,
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("read `{}`", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("find a {what} in `{}`", path.display())]
    NotPem {
        /// What was looked for.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the parser says.
        #[source]
        source: pem::Error,
    },
    /// The key does not belong to the certificate, or TLS cannot use them.
    #[error("use the certificate with its key")]
    Unusable(#[from] rustls::Error),
}

/// What a look at the files brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The files are as they were.
    Unchanged,
    /// New connections get a new certificate.
    Replaced,
}

/// A server certificate and its key, as the files on disk have them now.
#[derive(Debug)]
pub struct MountedCertificate {
    certificate_path: PathBuf,
    key_path: PathBuf,
    seen: PemPair,
    current: watch::Sender<Arc<CertifiedKey>>,
}

#[derive(Debug, PartialEq, Eq)]
struct PemPair {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl MountedCertificate {
    /// Reads a PEM certificate chain and its private key.
    pub async fn load(certificate_path: impl Into<PathBuf>, key_path: impl Into<PathBuf>) -> Result<Self, TlsError> {
        let (certificate_path, key_path) = (certificate_path.into(), key_path.into());
        let seen = read_pair(&certificate_path, &key_path).await?;
        let key = parse(&seen, &certificate_path, &key_path)?;
        Ok(Self { certificate_path, key_path, seen, current: watch::Sender::new(Arc::new(key)) })
    }

    /// Gives a TLS configuration for HTTP/2 and HTTP/1.1 that always uses the current certificate.
    pub fn server_config(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Current(self.current.subscribe())));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// Takes the files over if they changed; on an error the certificate in use stays.
    ///
    /// A broken pair is reported once, not at every look.
    pub async fn look(&mut self) -> Result<Look, TlsError> {
        let pair = read_pair(&self.certificate_path, &self.key_path).await?;
        if pair == self.seen {
            return Ok(Look::Unchanged);
        }
        self.seen = pair;
        let key = parse(&self.seen, &self.certificate_path, &self.key_path)?;
        self.current.send_replace(Arc::new(key));
        Ok(Look::Replaced)
    }

    /// Looks at the files every ten seconds until the program stops.
    ///
    /// The contents are compared, because mounted secrets are replaced by swapping symbolic links.
    pub async fn keep_current(mut self, stop: CancellationToken) {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            match self.look().await {
                Ok(Look::Unchanged) => {}
                Ok(Look::Replaced) => tracing::info!("TLS certificate replaced"),
                Err(error) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "new TLS certificate is not usable, the old one stays"
                ),
            }
        }
    }
}

/// Hands the current certificate to each new connection.
#[derive(Debug)]
struct Current(watch::Receiver<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.borrow().clone())
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

async fn read_pair(certificate_path: &Path, key_path: &Path) -> Result<PemPair, TlsError> {
    Ok(PemPair { certificate: read(certificate_path).await?, key: read(key_path).await? })
}

async fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).await.map_err(|source| TlsError::Unreadable { path: path.to_owned(), source })
}

fn parse(pair: &PemPair, certificate_path: &Path, key_path: &Path) -> Result<CertifiedKey, TlsError> {
    let not_pem = |what, path: &Path, source| TlsError::NotPem { what, path: path.to_owned(), source };
    let chain = certificates(&pair.certificate).map_err(|source| not_pem("certificate", certificate_path, source))?;
    let key = PrivateKeyDer::from_pem_slice(&pair.key).map_err(|source| not_pem("private key", key_path, source))?;
    Ok(CertifiedKey::from_der(chain, key, &provider())?)
}

fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, pem::Error> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(text).collect::<Result<_, _>>()?;
    if chain.is_empty() {
        return Err(pem::Error::NoItemsFound);
    }
    Ok(chain)
}

#[cfg(test)]
mod tests {
    use std::fs as sync_fs;

    use rcgen::{CertifiedKey as Generated, generate_simple_self_signed};
    use tempfile::TempDir;

    use super::*;

    fn write_pair(folder: &TempDir) -> Vec<u8> {
        let Generated { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        sync_fs::write(folder.path().join("tls.crt"), cert.pem()).unwrap();
        sync_fs::write(folder.path().join("tls.key"), signing_key.serialize_pem()).unwrap();
        cert.der().to_vec()
    }

    async fn load(folder: &TempDir) -> Result<MountedCertificate, TlsError> {
        let path = folder.path();
        MountedCertificate::load(path.join("tls.crt"), path.join("tls.key")).await
    }

    fn in_use(mounted: &MountedCertificate) -> Vec<u8> {
        mounted.current.borrow().cert[0].to_vec()
    }

    #[tokio::test]
    async fn a_replaced_pair_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let first = write_pair(&folder);
        let mut mounted = load(&folder).await.unwrap();
        assert_eq!(in_use(&mounted), first);
        assert_eq!(mounted.look().await.unwrap(), Look::Unchanged);

        let second = write_pair(&folder);

        assert_eq!(mounted.look().await.unwrap(), Look::Replaced);
        assert_eq!(in_use(&mounted), second);
    }

    #[tokio::test]
    async fn a_broken_pair_keeps_the_old_one_and_is_reported_once() {
        let folder = tempfile::tempdir().unwrap();
        let first = write_pair(&folder);
        let mut mounted = load(&folder).await.unwrap();
        let old_key = sync_fs::read(folder.path().join("tls.key")).unwrap();
        write_pair(&folder);
        sync_fs::write(folder.path().join("tls.key"), old_key).unwrap();

        assert!(matches!(mounted.look().await, Err(TlsError::Unusable(_))));
        assert_eq!(mounted.look().await.unwrap(), Look::Unchanged);
        assert_eq!(in_use(&mounted), first);

        let third = write_pair(&folder);
        assert_eq!(mounted.look().await.unwrap(), Look::Replaced);
        assert_eq!(in_use(&mounted), third);
    }

    #[tokio::test]
    async fn a_file_without_a_certificate_is_named() {
        let folder = tempfile::tempdir().unwrap();
        write_pair(&folder);
        sync_fs::write(folder.path().join("tls.crt"), "nothing").unwrap();
        let error = load(&folder).await.unwrap_err();
        assert!(error.to_string().contains("tls.crt"), "{error}");

        sync_fs::remove_file(folder.path().join("tls.key")).unwrap();
        let error = load(&folder).await.unwrap_err();
        assert!(error.to_string().contains("tls.key"), "{error}");
    }
}
