//! The client itself: settings, one request, its retries.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use backon::Retryable;
use reqwest::{
    Certificate, Method, Response, Url,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use tokio::fs;
use uuid::Uuid;

use crate::{
    ClientError,
    retry::{Repeat, is_worth_it, pause, pauses},
};

/// Long enough for a stream that somebody watches.
const WITHOUT_END: Duration = Duration::from_hours(24);
const IMPERSONATED_USER: HeaderName = HeaderName::from_static("impersonate-user");
const IMPERSONATED_GROUP: HeaderName = HeaderName::from_static("impersonate-group");

/// Who the caller is.
#[derive(Clone, Debug)]
pub enum Token {
    /// Always the same.
    Fixed(SecretString),
    /// In a file that is read for each request, because mounted tokens are replaced.
    File(PathBuf),
}

/// In whose name the caller calls, when KITE lets it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impersonation {
    /// The user.
    pub user: String,
    /// The user's groups.
    pub groups: Vec<String>,
}

/// How a client behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who the caller is; nobody by default.
    pub token: Option<Token>,
    /// In whose name the caller calls; in its own by default.
    pub impersonate: Option<Impersonation>,
    /// Which program calls: `NAME/VERSION`, and perhaps a comment in parentheses.
    pub user_agent: String,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How often a request is sent again.
    pub retries: usize,
    /// The pause before the first retry; later ones grow.
    pub first_pause: Duration,
    /// The only certificate authorities to trust (PEM), instead of the system's.
    pub ca: Option<Vec<u8>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            token: None,
            impersonate: None,
            user_agent: concat!("kite-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            retries: 4,
            first_pause: Duration::from_millis(200),
            ca: None,
        }
    }
}

/// A connection pool to one KITE; cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<Token>,
    /// In whose name it calls.
    headers: HeaderMap,
    retries: usize,
    first_pause: Duration,
}

impl Client {
    /// Makes a client for the KITE at an address such as `https://kite.example.com`.
    pub fn new(base_url: &str, options: Options) -> Result<Self, ClientError> {
        let mut http = reqwest::Client::builder()
            .timeout(options.timeout)
            .connect_timeout(options.connect_timeout)
            // KITE never redirects, and a token must not follow one elsewhere.
            .redirect(redirect::Policy::none())
            .user_agent(user_agent(&options.user_agent)?);
        if let Some(pem) = &options.ca {
            http = http.tls_certs_only(authorities(pem)?);
        }
        let base = parse_base(base_url)?;
        if is_here(&base) {
            // A proxy is somebody else's machine, and must not get what never leaves this one.
            http = http.no_proxy();
        }
        Ok(Self {
            http: http.build().map_err(|source| ClientError::Settings {
                what: "the TLS settings for",
                value: base_url.to_owned(),
                source: Some(source),
            })?,
            base,
            token: options.token,
            headers: impersonating(options.impersonate.as_ref())?,
            retries: options.retries,
            first_pause: options.first_pause,
        })
    }

    /// Prepares a request for a path below `/api/v1`.
    pub(crate) fn request(&self, method: Method, path: &[&str]) -> Request<'_> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1"]).extend(path);
        }
        let repeat = if method == Method::POST { Repeat::Harmful } else { Repeat::Harmless };
        Request { client: self, method, url, headers: self.headers.clone(), body: None, timeout: None, repeat }
    }

    /// The address of the server.
    pub fn address(&self) -> &str {
        self.base.as_str()
    }

    async fn bearer(&self) -> Result<Option<SecretString>, ClientError> {
        match &self.token {
            None => Ok(None),
            Some(Token::Fixed(token)) => Ok(Some(token.clone())),
            Some(Token::File(path)) => match fs::read_to_string(path).await {
                Ok(token) => Ok(Some(token.trim().into())),
                Err(source) => Err(ClientError::Token { path: path.clone(), source }),
            },
        }
    }
}

/// One request, before it is sent.
pub(crate) struct Request<'a> {
    client: &'a Client,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    timeout: Option<Duration>,
    repeat: Repeat,
}

impl Request<'_> {
    /// Adds parameters to the URL.
    pub(crate) fn with_parameters<N, V>(mut self, parameters: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let mut parameters = parameters.into_iter().peekable();
        if parameters.peek().is_some() {
            self.url.query_pairs_mut().extend_pairs(parameters);
        }
        self
    }

    /// Adds a header, when its value can be one.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Lets the answer go on as long as somebody reads it.
    pub(crate) fn without_end(mut self) -> Self {
        self.timeout = Some(WITHOUT_END);
        self
    }

    /// Sends a value as JSON.
    pub(crate) fn with_json(self, value: &impl Serialize) -> Result<Self, ClientError> {
        let body = serde_json::to_vec(value).map_err(|error| ClientError::Settings {
            what: "the request's body",
            value: error.to_string(),
            source: None,
        })?;
        Ok(self.with_body(body))
    }

    /// Sends JSON that was written before.
    pub(crate) fn with_body(mut self, json: Vec<u8>) -> Self {
        let kind = HeaderValue::from_static("application/json");
        self.headers.insert(CONTENT_TYPE, kind);
        self.body = Some(json);
        self
    }

    /// Lets the server count the request once, however often it is sent.
    pub(crate) fn counted_once(mut self) -> Self {
        if let Ok(key) = HeaderValue::try_from(Uuid::now_v7().to_string()) {
            self.headers.insert("idempotency-key", key);
            self.repeat = Repeat::Harmless;
        }
        self
    }

    /// Sends the request, again if that may help, and reads the answer.
    pub(crate) async fn fetch<T: DeserializeOwned>(self) -> Result<T, ClientError> {
        read(self.send().await?).await
    }

    /// Sends the request, again if that may help; any success will do.
    pub(crate) async fn send(self) -> Result<Response, ClientError> {
        let attempt = || async {
            let answer = self.send_once().await?;
            if answer.status().is_success() {
                return Ok(answer);
            }
            Err(ClientError::from_answer(answer).await)
        };
        attempt
            .retry(pauses(self.client.first_pause, self.client.retries))
            .when(|error| is_worth_it(error, self.repeat))
            .adjust(pause)
            .notify(|error, pause| {
                let error: &dyn std::error::Error = error;
                tracing::debug!(error, ?pause, "KITE did not answer, trying again");
            })
            .await
    }

    /// Sends the request and gives the answer, whatever its status.
    pub(crate) async fn send_once(&self) -> Result<Response, ClientError> {
        let mut request = self.client.http.request(self.method.clone(), self.url.clone()).headers(self.headers.clone());
        if let Some(token) = self.client.bearer().await? {
            request = request.bearer_auth(token.expose_secret());
        }
        if let Some(body) = &self.body {
            request = request.body(body.clone());
        }
        if let Some(timeout) = self.timeout {
            request = request.timeout(timeout);
        }
        request.send().await.map_err(|source| ClientError::Unreachable {
            address: self.client.base.to_string(),
            source: source.without_url(),
        })
    }
}

/// Reads the JSON of an answer.
pub(crate) async fn read<T: DeserializeOwned>(answer: Response) -> Result<T, ClientError> {
    let status = answer.status().as_u16();
    let protocol = |detail| ClientError::Protocol { status, detail };
    let body = answer.bytes().await.map_err(|error| protocol(error.to_string()))?;
    serde_json::from_slice(&body).map_err(|error| protocol(error.to_string()))
}

fn user_agent(text: &str) -> Result<HeaderValue, ClientError> {
    let wrong = |_| ClientError::Settings { what: "the user agent", value: text.to_owned(), source: None };
    HeaderValue::from_bytes(text.as_bytes()).map_err(wrong)
}

fn impersonating(who: Option<&Impersonation>) -> Result<HeaderMap, ClientError> {
    let mut headers = HeaderMap::new();
    let Some(Impersonation { user, groups }) = who else { return Ok(headers) };
    let value = |text: &str| {
        let wrong = |_| ClientError::Settings { what: "the name", value: text.to_owned(), source: None };
        HeaderValue::from_str(text).map_err(wrong)
    };
    headers.insert(IMPERSONATED_USER, value(user)?);
    for group in groups {
        headers.append(IMPERSONATED_GROUP, value(group)?);
    }
    Ok(headers)
}

fn parse_base(base_url: &str) -> Result<Url, ClientError> {
    let wrong = |value: &str| ClientError::Settings { what: "the address", value: value.to_owned(), source: None };
    let url = Url::parse(base_url).map_err(|_| wrong(base_url))?;
    if !url.username().is_empty() || url.password().is_some() {
        // The address is logged, so it must not carry a secret; nor must this error.
        return Err(wrong("with a user name or password in it"));
    }
    let is_http = matches!(url.scheme(), "http" | "https");
    is_http.then_some(url).ok_or_else(|| wrong(base_url))
}

fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn authorities(pem: &[u8]) -> Result<Vec<Certificate>, ClientError> {
    let wrong = |source| ClientError::Settings { what: "the certificate authority", value: "PEM".to_owned(), source };
    match Certificate::from_pem_bundle(pem) {
        Ok(found) if found.is_empty() => Err(wrong(None)),
        Ok(found) => Ok(found),
        Err(source) => Err(wrong(Some(source))),
    }
}
