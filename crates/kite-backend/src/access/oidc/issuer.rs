//! Whose a token is.
//!
//! The issuer's keys are found as [OpenID Connect Discovery 1.0](https://openid.net/specs/openid-connect-discovery-1_0.html)
//! says, and read again when a token is signed with one that is not known yet.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use moka::future::Cache;
use reqwest::{Body, Client, Response, redirect};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::super::user::User;
use super::settings::{Settings, SettingsError, is_safe};
use crate::problem::Problem;

/// A key that the issuer takes back counts no longer than this.
const REMEMBER_KEYS: Duration = Duration::from_mins(10);
/// Unknown keys make the issuer's be read again only so often.
const ASK_AGAIN: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(5);
const LARGEST_ANSWER: usize = 1024 * 1024;
/// Clocks differ.
const LEEWAY_SECONDS: u64 = 30;
/// Only signatures that the issuer alone can make; with a shared secret everybody who checks could sign.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
const EMAIL: &str = "email";
/// Strangers can begin and end sign-ins; the issuer is not flooded by them.
const MOST_EXCHANGES: usize = 16;
const INVALID: Problem = Problem::Unauthenticated("the token is not valid, or not any more");

/// Checks the tokens of an issuer, and gets them for people who sign in there.
pub struct Issuer {
    pub(super) settings: Settings,
    pub(super) client: Client,
    pub(super) exchanges: Semaphore,
    known: Cache<(), Arc<Known>>,
}

/// What the issuer said of itself.
struct Known {
    found: Discovered,
    keys: JwkSet,
    read: Instant,
}

/// What discovery says, as far as it is of use.
#[derive(Deserialize)]
pub(super) struct Discovered {
    issuer: String,
    jwks_uri: String,
    pub(super) authorization_endpoint: Option<String>,
    pub(super) token_endpoint: Option<String>,
}

/// Why an issuer cannot be believed at present.
#[derive(Debug, thiserror::Error)]
pub(super) enum IssuerError {
    #[error("the OIDC issuer does not answer as it should")]
    Http(#[from] reqwest::Error),
    #[error("an answer of the OIDC issuer is too large or breaks off")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("an answer of the OIDC issuer cannot be read")]
    Json(#[from] serde_json::Error),
    #[error("the OIDC issuer calls itself `{0}`")]
    OtherIssuer(String),
    #[error("the OIDC issuer names no safe address for what is needed of it")]
    UnsafeAddress,
    #[error("too many people sign in at once")]
    TooManyExchanges,
}

impl Issuer {
    /// An issuer that was not asked yet.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        settings.check()?;
        let client = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none()).build()?;
        let known = Cache::builder().max_capacity(1).time_to_live(REMEMBER_KEYS).build();
        Ok(Self { settings, client, exchanges: Semaphore::new(MOST_EXCHANGES), known })
    }

    /// What was said of the issuer.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Finds out whose a token is.
    pub async fn sign_in(&self, token: &str) -> Result<Arc<User>, Problem> {
        let claims = self.claims(token).await?;
        self.user(&claims).map(Arc::new).ok_or(INVALID)
    }

    /// What a token says, when the issuer signed it for this service and it is not over.
    pub(super) async fn claims(&self, token: &str) -> Result<Map<String, Value>, Problem> {
        let header = decode_header(token).map_err(|_| INVALID)?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(INVALID);
        }
        let key = self.key(header.kid.as_deref()).await.map_err(put_off)?.ok_or(INVALID)?;
        let mut validation = Validation::new(header.alg);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY_SECONDS;
        let decoded = decode(token, &key, &validation).map_err(|error| {
            tracing::debug!(reason = ?error.kind(), "a token of the OIDC issuer is not valid");
            INVALID
        })?;
        Ok(decoded.claims)
    }

    /// The key of that name; an issuer with one key may leave out names.
    async fn key(&self, name: Option<&str>) -> Result<Option<DecodingKey>, Arc<IssuerError>> {
        let mut known = self.known().await?;
        if known.key(name).is_none() && known.read.elapsed() > ASK_AGAIN {
            self.known.invalidate(&()).await;
            known = self.known().await?;
        }
        Ok(known.key(name))
    }

    /// An address that the issuer names.
    pub(super) async fn endpoint(&self, which: impl Fn(&Discovered) -> Option<&str>) -> Result<String, Problem> {
        let known = self.known().await.map_err(put_off)?;
        let address = which(&known.found).filter(|address| is_safe(address)).map(str::to_owned);
        address.ok_or_else(|| put_off(IssuerError::UnsafeAddress))
    }

    async fn known(&self) -> Result<Arc<Known>, Arc<IssuerError>> {
        self.known.try_get_with((), self.discover()).await
    }

    async fn discover(&self) -> Result<Arc<Known>, IssuerError> {
        let issuer = self.settings.issuer.trim_end_matches('/');
        let found: Discovered = self.read(&format!("{issuer}/.well-known/openid-configuration")).await?;
        if found.issuer != self.settings.issuer {
            return Err(IssuerError::OtherIssuer(found.issuer));
        }
        if !is_safe(&found.jwks_uri) {
            return Err(IssuerError::UnsafeAddress);
        }
        let keys = self.read(&found.jwks_uri).await?;
        Ok(Arc::new(Known { found, keys, read: Instant::now() }))
    }

    async fn read<T: DeserializeOwned>(&self, address: &str) -> Result<T, IssuerError> {
        read_answer(self.client.get(address).send().await?).await
    }

    /// Whoever the claims are about; an address of mail that was not verified names nobody.
    pub(super) fn user(&self, claims: &Map<String, Value>) -> Option<User> {
        let claim = self.settings.user_claim.as_str();
        let is_verified = claims.get("email_verified").is_none_or(|verified| verified == &Value::Bool(true));
        let text = |name: &str| claims.get(name)?.as_str().filter(|text| is_plain(text)).map(str::to_owned);
        let name = text(claim).filter(|_| claim != EMAIL || is_verified)?;
        let groups = match claims.get(&self.settings.groups_claim) {
            Some(Value::String(group)) => vec![group.clone()],
            Some(Value::Array(groups)) => groups.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        Some(User::new(name, text("sub")?, groups, BTreeMap::new()))
    }
}

impl Known {
    fn key(&self, name: Option<&str>) -> Option<DecodingKey> {
        let key = match (name, self.keys.keys.as_slice()) {
            (Some(name), _) => self.keys.find(name)?,
            (None, [only]) => only,
            (None, _) => return None,
        };
        DecodingKey::from_jwk(key).ok()
    }
}

pub(super) async fn read_answer<T: DeserializeOwned>(response: Response) -> Result<T, IssuerError> {
    let body = Body::from(response.error_for_status()?);
    let body = Limited::new(body, LARGEST_ANSWER).collect().await.map_err(IssuerError::Body)?;
    Ok(serde_json::from_slice(&body.to_bytes())?)
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}

pub(super) fn put_off(error: impl Into<Arc<IssuerError>>) -> Problem {
    Problem::Busy { reason: "the OIDC issuer does not answer at present", source: Some(error.into().into()) }
}
