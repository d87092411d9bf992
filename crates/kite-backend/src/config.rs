//! The settings of the `kite-backend` program: flags, each with an environment variable.

mod access;
mod database;

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;
use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory as _, Parser, ValueEnum};
use jiff::SignedDuration;
use kite_runtime::{duration, logging, secret};

use self::access::Access;
pub use self::access::SignIn;
use self::database::{SSL_MODES, Storage};
use crate::app::Settings;
use crate::ingest;
use crate::service;

/// Keeps one live list of what is broken right now and blocks a release.
///
/// Every flag has an environment variable; secrets may come from a file instead, named by the same
/// variable with `_FILE` behind it.
#[derive(Clone, Debug, Parser)]
#[command(name = "kite-backend", version, max_term_width = 100)]
pub struct Config {
    /// Where it runs. Outside development, callers must sign in.
    #[arg(long, env = "KITE_PROJECT_ENV", value_enum, default_value = "development")]
    pub project_env: ProjectEnv,
    #[command(flatten)]
    network: Network,
    #[command(flatten)]
    database: Storage,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    clients: Clients,
    #[command(flatten)]
    operation: Operation,
}

/// Where the service runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProjectEnv {
    /// On a developer's machine: nobody signs in.
    Development,
    /// Before production.
    Staging,
    /// In production.
    Production,
    /// In tests of an installation.
    Test,
}

/// Whether TLS is spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Tls {
    /// Here, unless nobody but this machine can connect.
    On,
    /// In front of this service.
    Off,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Network")]
struct Network {
    /// Address to listen on.
    #[arg(long, env = "KITE_HOST", default_value = "127.0.0.1")]
    host: IpAddr,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, env = "KITE_PORT", default_value_t = 8080)]
    port: u16,
    /// Listen on an address that others can reach although nobody signs in.
    #[arg(long)]
    insecure_no_auth: bool,
    /// Certificate chain (PEM); read again when it changes.
    #[arg(long, env = "KITE_TLS_CERT_FILE", requires = "tls_key_file")]
    tls_cert_file: Option<PathBuf>,
    /// Whether tokens may come without TLS from elsewhere: `off` if a proxy in front speaks TLS.
    #[arg(long, env = "KITE_TLS", value_enum, default_value = "on")]
    tls: Tls,
    /// Private key (PEM).
    #[arg(long, env = "KITE_TLS_KEY_FILE", requires = "tls_cert_file")]
    tls_key_file: Option<PathBuf>,
    /// Listener for `/metrics`, `/livez` and `/readyz`, such as 127.0.0.1:9090.
    #[arg(long, env = "KITE_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// How long the header of a request may take to arrive, if longer than a connection may idle.
    #[arg(long, env = "KITE_READ_TIMEOUT", default_value = "30s", value_parser = duration::parse)]
    read_timeout: Duration,
    /// How long a request may take until its answer begins.
    #[arg(long, env = "KITE_WRITE_TIMEOUT", default_value = "30s", value_parser = duration::parse)]
    write_timeout: Duration,
    /// How long a connection may be without a request.
    #[arg(long, env = "KITE_IDLE_TIMEOUT", default_value = "60s", value_parser = duration::parse)]
    idle_timeout: Duration,
    /// How long requests in flight may take after the stop.
    #[arg(long, env = "KITE_SHUTDOWN_TIMEOUT", default_value = "8s", value_parser = duration::parse)]
    shutdown_timeout: Duration,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Clients")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that existing installations set")]
struct Clients {
    /// Base of links to the cluster's user interface.
    #[arg(long, env = "KITE_CLUSTER_URL", default_value = "https://konflux.dev")]
    cluster_url: String,
    /// Path of a run's logs below it.
    #[arg(long, env = "KITE_LOGS_ENDPOINT", default_value = "/logs/pipelineruns/")]
    logs_endpoint: String,
    /// Folder of more rule files, read again when it changes.
    #[arg(long, env = "KITE_RULES_DIR")]
    rules_dir: Option<PathBuf>,
    /// Let pages of other servers call the service.
    #[arg(long, env = "KITE_ENABLE_CORS", default_value_t = false, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true")]
    enable_cors: bool,
    /// Those servers, separated by commas.
    #[arg(long, env = "KITE_ALLOWED_ORIGINS", value_delimiter = ',', requires = "enable_cors")]
    allowed_origins: Vec<String>,
    /// Requests that one caller may send in a second; 0 is no limit.
    #[arg(long, env = "KITE_RATE_LIMIT_RPS")]
    rate_limit_rps: Option<u32>,
    /// Requests of one caller that may be in flight, streams included; 0 is no limit. It counts
    /// where callers sign in.
    #[arg(long, env = "KITE_REQUESTS_IN_FLIGHT", default_value_t = 256)]
    requests_in_flight: u32,
    /// Namespaces are always checked where callers sign in, and never in development.
    #[arg(long, env = "KITE_FEATURE_NAMESPACE_CHECKING", default_value_t = true, action = clap::ArgAction::Set)]
    feature_namespace_checking: bool,
    /// Webhooks are always on.
    #[arg(long, env = "KITE_FEATURE_WEBHOOKS", default_value_t = true, action = clap::ArgAction::Set)]
    feature_webhooks: bool,
    /// Metrics are always kept; `KITE_METRICS_LISTEN` shows them.
    #[arg(long, env = "KITE_FEATURE_METRICS", default_value_t = true, action = clap::ArgAction::Set)]
    feature_metrics: bool,
    /// The version shown to clients.
    #[arg(long, env = "KITE_VERSION", default_value = env!("CARGO_PKG_VERSION"))]
    version_shown: String,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Operation")]
struct Operation {
    /// What to log: error, warn, info, debug or trace, or a filter such as `info,kite_store=debug`.
    #[arg(long, env = "KITE_LOG_LEVEL", default_value = "info")]
    log_level: String,
    /// How to log: text or json.
    #[arg(long, env = "KITE_LOG_FORMAT", default_value = "text")]
    log_format: logging::Format,
}

/// A setting that stops the start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Tokens would be readable on the way.
    #[error(
        "KITE_HOST={0} can be reached by others and callers show tokens: name a certificate (KITE_TLS_CERT_FILE and \
         KITE_TLS_KEY_FILE), or set KITE_TLS=off if a proxy in front of this service speaks TLS"
    )]
    NoCertificate(IpAddr),
    /// Others could reach it, and nobody signs in.
    #[error(
        "KITE_HOST={0} can be reached by others and nobody signs in: listen on 127.0.0.1, or say --insecure-no-auth \
         if everybody who can reach it may read and write everything"
    )]
    Exposed(IpAddr),
    /// Everybody's pages could write, and nobody signs in.
    #[error("KITE_ALLOWED_ORIGINS must name servers such as https://portal.example, and `{0}` is none")]
    Origin(String),
    /// An unknown word.
    #[error("KITE_DB_SSL_MODE must be one of {SSL_MODES:?}, not `{0}`")]
    SslMode(String),
    /// A setting promises something that is not built.
    #[error("{0} is not built yet: leave it out")]
    NotBuilt(&'static str),
    /// A secret cannot be read.
    #[error(transparent)]
    Secret(#[from] secret::SecretError),
}

/// What the settings mean.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Address of the service.
    pub listen: SocketAddr,
    /// How callers sign in.
    pub sign_in: SignIn,
    /// Whether others can reach it although nobody signs in.
    pub is_exposed: bool,
    /// Certificate and key.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Address of the metrics.
    pub metrics_listen: Option<SocketAddr>,
    /// Bounds of the listener.
    pub limits: kite_runtime::serve::Limits,
    /// The database.
    pub store: kite_store::Options,
    /// The service.
    pub service: service::Options,
}

impl Config {
    /// Reads flags and environment variables. What cannot be understood ends the program with a
    /// message that names both.
    pub fn read() -> Self {
        Self::try_parse().unwrap_or_else(|error| naming_variable(error).exit())
    }

    /// How to log.
    pub fn logging(&self) -> (logging::Format, &str) {
        (self.operation.log_format, &self.operation.log_level)
    }

    /// What the settings mean, or which of them stops the start.
    pub fn plan(self) -> Result<Plan, ConfigError> {
        let Self { project_env, network, database, access, clients, operation: _ } = self;
        let sign_in = access.sign_in(project_env);
        let is_guarded = !matches!(sign_in, SignIn::Nobody);
        let is_reachable = !network.host.is_loopback();
        let is_exposed = is_reachable && !is_guarded;
        if is_exposed && !network.insecure_no_auth {
            return Err(ConfigError::Exposed(network.host));
        }
        if is_reachable && !is_exposed && network.tls_cert_file.is_none() && network.tls == Tls::On {
            return Err(ConfigError::NoCertificate(network.host));
        }
        let keep_clears = SignedDuration::try_from(database.keep_healthy).ok();
        let ingest = ingest::Options { submissions: database.ingest_queue, ..ingest::Options::default() };
        let rules = clients.rules_dir.clone();
        let limits = kite_runtime::serve::Limits {
            idle: network.idle_timeout.max(network.read_timeout),
            drain: network.shutdown_timeout.min(Duration::from_secs(9)),
            ..kite_runtime::serve::Limits::default()
        };
        Ok(Plan {
            listen: SocketAddr::new(network.host, network.port),
            sign_in,
            is_exposed,
            tls: network.tls_cert_file.zip(network.tls_key_file),
            metrics_listen: network.metrics_listen,
            limits,
            store: database.options()?,
            service: service::Options {
                settings: clients.settings(is_reachable, is_guarded, network.write_timeout)?,
                ingest,
                rules,
                keep_clears,
            },
        })
    }
}

impl Clients {
    fn settings(self, is_reachable: bool, is_guarded: bool, answer_within: Duration) -> Result<Settings, ConfigError> {
        let promises = [
            (is_guarded && !self.feature_namespace_checking, "switching off KITE_FEATURE_NAMESPACE_CHECKING"),
            (!self.feature_webhooks, "switching off KITE_FEATURE_WEBHOOKS"),
            (!self.feature_metrics, "switching off KITE_FEATURE_METRICS"),
        ];
        if let Some((_, name)) = promises.into_iter().find(|(is_set, _)| *is_set) {
            return Err(ConfigError::NotBuilt(name));
        }
        let is_origin = |origin: &String| {
            origin.parse::<Uri>().is_ok_and(|uri| {
                matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some() && uri.path() == "/"
            }) && !origin.ends_with('/')
        };
        if let Some(wrong) = self.allowed_origins.iter().find(|origin| !is_origin(origin)) {
            return Err(ConfigError::Origin(wrong.clone()));
        }
        let local = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).to_vec();
        Ok(Settings {
            cluster_url: self.cluster_url,
            logs_endpoint: self.logs_endpoint,
            version: self.version_shown,
            answer_within,
            allowed_hosts: if is_reachable { Vec::new() } else { local },
            allowed_origins: if self.enable_cors { self.allowed_origins } else { Vec::new() },
            requests_per_second: self.rate_limit_rps.and_then(NonZeroU32::new),
            requests_in_flight: NonZeroU32::new(self.requests_in_flight).filter(|_| is_guarded),
            ..Settings::default()
        })
    }
}

/// Adds the environment variable to an error that names only the flag.
fn naming_variable(mut error: clap::Error) -> clap::Error {
    let command = Config::command();
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else { return error };
    let flag = argument.split_whitespace().next().unwrap_or_default().trim_start_matches('-').to_owned();
    let found = command.get_arguments().find(|argument| argument.get_long() == Some(&flag));
    if let Some(variable) = found.and_then(|argument| argument.get_env()) {
        let variable = variable.to_string_lossy();
        error.insert(ContextKind::InvalidArg, ContextValue::String(format!("--{flag} ({variable})")));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Config, clap::Error> {
        Config::try_parse_from([&["kite-backend"], arguments].concat())
    }

    #[test]
    fn outside_development_callers_sign_in_over_tls() {
        let plan = |more: &[&str]| parse(&[&["--project-env", "production"], more].concat()).unwrap().plan();
        assert!(matches!(plan(&[]).unwrap().sign_in, SignIn::Kubernetes(_)));
        assert!(matches!(plan(&["--access-file", "list.yaml"]).unwrap().sign_in, SignIn::Listed(_)));
        assert!(matches!(parse(&[]).unwrap().plan().unwrap().sign_in, SignIn::Nobody));
        let listed = parse(&["--access-file", "list.yaml"]).unwrap().plan().unwrap();
        assert!(matches!(listed.sign_in, SignIn::Listed(_)), "in development too");
        let error = plan(&["--host", "0.0.0.0"]).unwrap_err();
        assert!(error.to_string().contains("KITE_TLS=off"), "{error}");
        assert!(plan(&["--host", "0.0.0.0", "--tls", "off"]).is_ok());
        assert!(plan(&["--host", "0.0.0.0", "--tls-cert-file", "c", "--tls-key-file", "k"]).is_ok());
    }

    #[test]
    fn an_address_that_others_reach_must_be_asked_for() {
        let error = parse(&["--host", "0.0.0.0"]).unwrap().plan().unwrap_err();
        assert!(matches!(error, ConfigError::Exposed(_)));
        assert!(parse(&["--host", "0.0.0.0", "--insecure-no-auth"]).unwrap().plan().unwrap().is_exposed);
    }

    #[test]
    fn a_bad_value_names_its_setting() {
        for (flag, value) in
            [("--port", "99999"), ("--idle-timeout", "soon"), ("--log-format", "xml"), ("--host", "here")]
        {
            let error = naming_variable(parse(&[flag, value]).unwrap_err()).to_string();
            let variable = format!("KITE_{}", flag.trim_start_matches('-').to_uppercase().replace('-', "_"));
            assert!(error.contains(flag) && error.contains(&variable), "{error}");
        }
    }

    #[test]
    fn a_value_that_is_understood_later_names_its_setting_too() {
        let refusal = |arguments: &[&str]| parse(arguments).unwrap().plan().unwrap_err().to_string();
        assert!(refusal(&["--db-ssl-mode", "on"]).starts_with("KITE_DB_SSL_MODE"));
        for origin in ["*", "portal.example", "https://portal.example/", "ftp://portal.example", "null"] {
            let refused = refusal(&["--enable-cors", "--allowed-origins", origin]);
            assert!(refused.starts_with("KITE_ALLOWED_ORIGINS") && refused.contains(origin), "{refused}");
        }
        let origins = "https://portal.example,http://localhost:3000";
        assert!(parse(&["--enable-cors", "--allowed-origins", origins]).unwrap().plan().is_ok());
    }

    #[test]
    fn what_is_not_built_is_refused() {
        for flags in
            [&["--feature-webhooks", "false"][..], &["--access-file", "a", "--feature-namespace-checking", "false"]]
        {
            assert!(matches!(parse(flags).unwrap().plan(), Err(ConfigError::NotBuilt(_))), "{flags:?}");
        }
    }

    #[test]
    fn the_parts_of_an_address_are_escaped() {
        let plan = parse(&["--db-user", "a b@c", "--db-host", "db"]).unwrap().plan().unwrap();
        assert_eq!(plan.store.url, "postgres://a%20b%40c:@db:5432/kite?sslmode=prefer");
    }
}
