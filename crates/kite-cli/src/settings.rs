//! Where KITE is, who calls and which namespace is meant: flags, then the environment, then the
//! configuration file, then the kubeconfig.

use std::env;
use std::fmt;
use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};
use clap_complete::ArgValueCompleter;
use kite_client::{Client, Impersonation, Options, Token};
use kube::config::Kubeconfig;

use crate::completion;
use crate::config_file::{ConfigFile, Context};
use crate::failure::Failure;
use crate::kubeconfig::{self, KubeContext};
use crate::printer::Colours;
use crate::via_kubernetes::{self, ServiceName};

/// Where `kite-local` serves.
const DEFAULT_SERVER: &str = "http://127.0.0.1:8080";
const USER_AGENT: &str = concat!("kite/", env!("CARGO_PKG_VERSION"));

/// Options of all commands.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Options of all commands")]
pub struct Global {
    /// Address of KITE [default: where kite-local serves, 127.0.0.1:8080]
    #[arg(long, env = "KITE_SERVER", value_name = "URL", global = true, hide_env_values = true)]
    pub server: Option<String>,
    /// Find KITE in the cluster of the context, whatever address is set, by forwarding a port of the
    /// service NAMESPACE/NAME [default: kite/kite-backend]
    #[arg(long, value_name = "SERVICE", global = true, hide_short_help = true, num_args = 0..=1, require_equals = true,
        default_missing_value = via_kubernetes::DEFAULT)]
    pub via_kubernetes: Option<ServiceName>,
    /// Namespace that is meant
    #[arg(short, long, env = "KITE_NAMESPACE", value_name = "NAME", global = true, hide_env_values = true,
        add = ArgValueCompleter::new(completion::namespaces))]
    pub namespace: Option<String>,
    /// Context of `kite config` and of the kubeconfig
    #[arg(long, env = "KITE_CONTEXT", value_name = "NAME", global = true, hide_short_help = true, hide_env_values = true,
        add = ArgValueCompleter::new(completion::contexts))]
    pub context: Option<String>,
    /// The kubeconfig [default: $KUBECONFIG or ~/.kube/config]
    #[arg(long, value_name = "FILE", global = true, hide_short_help = true)]
    pub kubeconfig: Option<PathBuf>,
    /// File with the token; `$KITE_TOKEN` may hold the token itself
    #[arg(
        long,
        env = "KITE_TOKEN_FILE",
        value_name = "FILE",
        global = true,
        hide_short_help = true,
        hide_env_values = true
    )]
    pub token_file: Option<PathBuf>,
    /// Certificate authorities of KITE (PEM)
    #[arg(
        long,
        env = "KITE_CA_FILE",
        value_name = "FILE",
        global = true,
        hide_short_help = true,
        hide_env_values = true
    )]
    pub ca_file: Option<PathBuf>,
    /// Call in the name of this user
    #[arg(long = "as", value_name = "USER", global = true, hide_short_help = true)]
    pub impersonate: Option<String>,
    /// Call in the name of this group; may be repeated
    #[arg(long = "as-group", value_name = "GROUP", global = true, hide_short_help = true, requires = "impersonate", action = ArgAction::Append)]
    pub impersonate_groups: Vec<String>,
    /// How long an answer may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", global = true, hide_short_help = true, value_parser = clap::value_parser!(u16).range(1..))]
    pub request_timeout: u16,
    /// When to use colours
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto", global = true, hide_short_help = true)]
    pub color: Colours,
}

/// What was found out of all sources.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address of KITE.
    pub server: String,
    /// Where the address is from, in words.
    pub server_from: &'static str,
    /// The namespace that is meant when a command names none; all when there is none.
    pub namespace: Option<String>,
    /// Name of the context in use.
    pub context: Option<String>,
    /// What the configuration file says about it.
    pub own: Context,
    kube: Option<KubeContext>,
    global: Global,
}

/// Where the token is from.
#[derive(Clone, Debug)]
pub enum TokenSource {
    /// `KITE_TOKEN`.
    Environment,
    /// A file.
    File(PathBuf),
    /// The user of a context of the kubeconfig.
    Kubeconfig(Box<KubeContext>),
    /// There is one, which does not go to this server; why, in words.
    Withheld(&'static str),
    /// Nobody calls.
    None,
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("from KITE_TOKEN"),
            Self::File(path) => write!(f, "from `{}`", path.display()),
            Self::Kubeconfig(context) => write!(f, "from the kubeconfig's context {}", context.name),
            Self::Withheld(why) => write!(f, "none, because {why}"),
            Self::None => f.write_str("none"),
        }
    }
}

impl Settings {
    /// Finds the settings.
    pub fn find(global: &Global) -> Result<Self, Failure> {
        let file = ConfigFile::read()?;
        let kubeconfig = kubeconfig::read(global.kubeconfig.as_deref())?;
        let context = context(global, &file, &kubeconfig)?;
        let own = context.as_ref().and_then(|name| file.contexts.get(name)).cloned().unwrap_or_default();
        let kube = context.as_deref().and_then(|name| KubeContext::find(&kubeconfig, name));
        let namespace = global.namespace.clone();
        let namespace = namespace
            .or_else(|| own.namespace.clone())
            .or_else(|| kube.as_ref().and_then(|context| context.namespace.clone()));
        let (server, server_from) = match &global.via_kubernetes {
            Some(service) => (format!("{service} in the cluster"), "--via-kubernetes"),
            None => server(global, &own),
        };
        Ok(Self { server, server_from, namespace, context, own, kube, global: global.clone() })
    }

    /// Where the token is from: what the caller names now, then what is kept for the context.
    pub fn token_source(&self) -> TokenSource {
        if let Some(file) = &self.global.token_file {
            return TokenSource::File(file.clone());
        }
        if env::var_os("KITE_TOKEN").is_some_and(|token| !token.is_empty()) {
            return TokenSource::Environment;
        }
        let is_through_kubernetes = self.global.via_kubernetes.is_some();
        if let Some(file) = self.own.token_file.as_ref().filter(|_| !is_through_kubernetes) {
            let is_its_own = self.own.server.as_ref().is_some_and(|server| address(server) == self.server);
            return match is_private(&self.server) {
                _ if !is_its_own => TokenSource::Withheld("the context's is sent to its own server only"),
                false => TokenSource::Withheld("the context's is sent over https only"),
                true => TokenSource::File(file.clone()),
            };
        }
        match self.kube.as_ref().filter(|context| context.has_token()) {
            None => TokenSource::None,
            // There it goes the way that it goes to the API server anyway.
            Some(_) if !is_through_kubernetes && !self.server.starts_with("https://") => {
                TokenSource::Withheld("the kubeconfig's is sent over https only")
            }
            Some(context) => TokenSource::Kubeconfig(Box::new(context.clone())),
        }
    }

    /// Makes a client that calls as these settings say.
    pub async fn client(&self) -> Result<Client, Failure> {
        // A person waits: three times, and about two seconds longer.
        self.client_that(Options { retries: 2, ..Options::default() }).await
    }

    /// Makes a client with other bounds, which calls as these settings say.
    pub async fn client_that(&self, bounds: Options) -> Result<Client, Failure> {
        let own = self.bounds()?;
        let impersonate = self.global.impersonate.clone();
        let options = Options {
            token: self.token().await?,
            impersonate: impersonate.map(|user| Impersonation { user, groups: self.global.impersonate_groups.clone() }),
            user_agent: own.user_agent,
            timeout: own.timeout.min(bounds.timeout),
            ca: own.ca,
            ..bounds
        };
        Ok(Client::new(&self.address().await?, options)?)
    }

    /// Where a client finds the server.
    async fn address(&self) -> Result<String, Failure> {
        let Some(service) = &self.global.via_kubernetes else { return Ok(self.server.clone()) };
        let context = self.kube.as_ref().ok_or_else(|| {
            Failure::usage("the kubeconfig has no context, so there is no cluster to find KITE in")
                .hint("name one with --context, or the server with --server")
        })?;
        via_kubernetes::open(context.cluster().await?, service.clone()).await
    }

    /// What a client is told besides who calls.
    pub fn bounds(&self) -> Result<Options, Failure> {
        let ca_file = self.global.ca_file.as_ref().or(self.own.ca_file.as_ref());
        let ca = ca_file.map(|path| {
            fs::read(path).map_err(|error| Failure::usage(format!("failed to read `{}`: {error}", path.display())))
        });
        Ok(Options {
            user_agent: USER_AGENT.to_owned(),
            timeout: Duration::from_secs(self.global.request_timeout.into()),
            ca: ca.transpose()?,
            ..Options::default()
        })
    }

    async fn token(&self) -> Result<Option<Token>, Failure> {
        Ok(match self.token_source() {
            TokenSource::None | TokenSource::Withheld(_) => None,
            TokenSource::Environment => env::var("KITE_TOKEN").ok().map(|token| Token::Fixed(token.trim().into())),
            TokenSource::File(path) => Some(Token::File(path)),
            TokenSource::Kubeconfig(context) => context.token().await?.map(Token::Fixed),
        })
    }
}

/// The context in use, if any; one that is named must be there.
fn context(global: &Global, file: &ConfigFile, kubeconfig: &Kubeconfig) -> Result<Option<String>, Failure> {
    let named = global.context.as_ref().or(file.current_context.as_ref());
    let Some(name) = named else {
        return Ok(kubeconfig.current_context.clone().filter(|name| !name.is_empty()));
    };
    if file.contexts.contains_key(name) || kubeconfig.contexts.iter().any(|context| context.name == *name) {
        return Ok(Some(name.clone()));
    }
    Err(Failure::usage(format!("there is no context `{name}`, neither in `kite config` nor in the kubeconfig"))
        .hint("`kite config get-contexts` lists them"))
}

fn server(global: &Global, own: &Context) -> (String, &'static str) {
    // The earlier program's variable holds the address of the interface below it.
    let earlier = || env::var("KONFLUX_API_URL").ok().filter(|server| !server.is_empty());
    let found = global.server.clone().map(|server| (server, "--server or KITE_SERVER"));
    let found = found.or_else(|| Some((own.server.clone()?, "`kite config`")));
    let found = found.or_else(|| Some((earlier()?, "KONFLUX_API_URL")));
    let (server, from) = found.unwrap_or_else(|| (DEFAULT_SERVER.to_owned(), "the default"));
    (address(&server).to_owned(), from)
}

/// The address of KITE, also where that of its interface is given.
fn address(server: &str) -> &str {
    let server = server.trim_end_matches('/');
    server.strip_suffix("/api/v1").unwrap_or(server)
}

/// Whether nobody on the way to the server can read what is sent.
pub fn is_private(server: &str) -> bool {
    let Ok(address) = server.parse::<http::Uri>() else { return false };
    let host = address.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    is_here || address.scheme() == Some(&http::uri::Scheme::HTTPS)
}
