//! Which database, and how much may wait for it.

use std::time::Duration;

use clap::Args;
use kite_runtime::{duration, secret};

use super::ConfigError;

pub(super) const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// Flags about the database.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Database")]
pub(super) struct Storage {
    /// `postgres://USER:PASSWORD@HOST/NAME` or `sqlite:PATH`; instead of the parts below.
    #[arg(long, env = "KITE_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// PostgreSQL server.
    #[arg(long, env = "KITE_DB_HOST", default_value = "localhost")]
    db_host: String,
    /// Its port.
    #[arg(long, env = "KITE_DB_PORT", default_value_t = 5432)]
    db_port: u16,
    /// User. The password is in `KITE_DB_PASSWORD` or in the file named by `KITE_DB_PASSWORD_FILE`.
    #[arg(long, env = "KITE_DB_USER", default_value = "kite")]
    db_user: String,
    /// Name of the database.
    #[arg(long, env = "KITE_DB_NAME", default_value = "kite")]
    db_name: String,
    /// Whether to speak TLS with the server: disable, prefer, require, verify-ca or verify-full.
    #[arg(long, env = "KITE_DB_SSL_MODE", default_value = "prefer")]
    db_ssl_mode: String,
    /// Connections for reading, at most.
    #[arg(long, env = "KITE_DB_CONNECTIONS", default_value_t = 8)]
    db_connections: u32,
    /// Submissions that may wait for a transaction; more are answered 503.
    #[arg(long, env = "KITE_INGEST_QUEUE", default_value_t = 10_000)]
    pub(super) ingest_queue: usize,
    /// How long healthy reports of scopes without issues are kept, such as 168h.
    #[arg(long, env = "KITE_KEEP_HEALTHY", default_value = "168h", value_parser = duration::parse)]
    pub(super) keep_healthy: Duration,
}

impl Storage {
    /// How to reach it.
    pub(super) fn options(self) -> Result<kite_store::Options, ConfigError> {
        if !SSL_MODES.contains(&self.db_ssl_mode.as_str()) {
            return Err(ConfigError::SslMode(self.db_ssl_mode));
        }
        let url = match secret::secret_from_env_or_file("KITE_DATABASE_URL")? {
            _ if self.database_url.is_some() => self.database_url.unwrap_or_default(),
            Some(url) => secrecy::ExposeSecret::expose_secret(&url).to_owned(),
            None => {
                let password = secret::secret_from_env_or_file("KITE_DB_PASSWORD")?;
                let password = password.map(|password| secrecy::ExposeSecret::expose_secret(&password).to_owned());
                format!(
                    "postgres://{}:{}@{}:{}/{}?sslmode={}",
                    escaped(&self.db_user),
                    escaped(&password.unwrap_or_default()),
                    self.db_host,
                    self.db_port,
                    escaped(&self.db_name),
                    escaped(&self.db_ssl_mode)
                )
            }
        };
        Ok(kite_store::Options { url, max_connections: self.db_connections })
    }
}

/// A part of an address.
fn escaped(part: &str) -> String {
    form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>().replace('+', "%20")
}
