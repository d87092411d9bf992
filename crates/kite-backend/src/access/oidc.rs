//! An `OpenID` Connect issuer says who somebody is, in tokens that it signs.
//!
//! Its keys are found as [OpenID Connect Discovery 1.0](https://openid.net/specs/openid-connect-discovery-1_0.html)
//! says, and read again when a token is signed with one that is not known yet.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use moka::future::Cache;
use reqwest::{Body, Client, Url, redirect};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::user::User;
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

/// An issuer, and what is read in its tokens.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// Its address, as its tokens name it.
    pub issuer: String,
    /// Whom its tokens must be for.
    pub audience: String,
    /// The claim that names the user.
    #[serde(default = "subject")]
    pub user_claim: String,
    /// The claim that names the user's groups.
    #[serde(default = "groups")]
    pub groups_claim: String,
}

fn subject() -> String {
    "sub".to_owned()
}

fn groups() -> String {
    "groups".to_owned()
}

/// Why an issuer cannot be asked safely.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Its keys could be exchanged on the way.
    #[error("`oidc.issuer` must be an address with https (http only on this machine), not `{0}`")]
    Address(String),
    /// Tokens for anybody would be taken.
    #[error("`oidc.{0}` must not be empty")]
    Empty(&'static str),
    /// No client could be made.
    #[error("prepare access to the OIDC issuer")]
    Client(#[from] reqwest::Error),
}

impl Settings {
    /// Says what is wrong with them.
    pub fn check(&self) -> Result<(), SettingsError> {
        let fields =
            [("audience", &self.audience), ("userClaim", &self.user_claim), ("groupsClaim", &self.groups_claim)];
        if let Some((name, _)) = fields.into_iter().find(|(_, value)| value.is_empty()) {
            return Err(SettingsError::Empty(name));
        }
        if is_safe(&self.issuer) {
            return Ok(());
        }
        Err(SettingsError::Address(self.issuer.clone()))
    }
}

/// Whether what comes from an address is what was sent there.
fn is_safe(address: &str) -> bool {
    let Ok(address) = address.parse::<Url>() else { return false };
    let is_here = match address.host_str() {
        Some(host) => {
            let ip = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    };
    address.scheme() == "https" || (address.scheme() == "http" && is_here)
}

/// Checks the tokens of an issuer.
pub struct Issuer {
    settings: Settings,
    client: Client,
    keys: Cache<(), Arc<Keys>>,
}

struct Keys {
    set: JwkSet,
    read: Instant,
}

/// What discovery says, as far as it is of use.
#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    jwks_uri: String,
}

#[derive(Debug, thiserror::Error)]
enum KeysError {
    #[error("the OIDC issuer does not answer as it should")]
    Http(#[from] reqwest::Error),
    #[error("an answer of the OIDC issuer is too large or breaks off")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("an answer of the OIDC issuer cannot be read")]
    Json(#[from] serde_json::Error),
    #[error("the OIDC issuer calls itself `{0}`")]
    OtherIssuer(String),
    #[error("the OIDC issuer's keys have no safe address")]
    UnsafeAddress,
}

impl Issuer {
    /// An issuer that was not asked yet.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        settings.check()?;
        let client = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none()).build()?;
        let keys = Cache::builder().max_capacity(1).time_to_live(REMEMBER_KEYS).build();
        Ok(Self { settings, client, keys })
    }

    /// What was said of the issuer.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Finds out whose a token is.
    pub async fn sign_in(&self, token: &str) -> Result<Arc<User>, Problem> {
        let invalid = || Problem::Unauthenticated("the token is not valid, or not any more");
        let header = decode_header(token).map_err(|_| invalid())?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(invalid());
        }
        let key = self.key(header.kid.as_deref()).await.map_err(|error| put_off(&error))?.ok_or_else(invalid)?;
        let mut validation = Validation::new(header.alg);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY_SECONDS;
        let claims = decode::<Map<String, Value>>(token, &key, &validation).map_err(|error| {
            tracing::debug!(reason = ?error.kind(), "a token of the OIDC issuer is not valid");
            invalid()
        })?;
        self.user(&claims.claims).map(Arc::new).ok_or_else(invalid)
    }

    /// The key of that name; an issuer with one key may leave out names.
    async fn key(&self, name: Option<&str>) -> Result<Option<DecodingKey>, Arc<KeysError>> {
        let mut keys = self.known_keys().await?;
        if keys.find(name).is_none() && keys.read.elapsed() > ASK_AGAIN {
            self.keys.invalidate(&()).await;
            keys = self.known_keys().await?;
        }
        Ok(keys.find(name))
    }

    async fn known_keys(&self) -> Result<Arc<Keys>, Arc<KeysError>> {
        self.keys.try_get_with((), self.read_keys()).await
    }

    async fn read_keys(&self) -> Result<Arc<Keys>, KeysError> {
        let issuer = self.settings.issuer.trim_end_matches('/');
        let discovered: Discovered = self.read(&format!("{issuer}/.well-known/openid-configuration")).await?;
        if discovered.issuer != self.settings.issuer {
            return Err(KeysError::OtherIssuer(discovered.issuer));
        }
        if !is_safe(&discovered.jwks_uri) {
            return Err(KeysError::UnsafeAddress);
        }
        let set = self.read(&discovered.jwks_uri).await?;
        Ok(Arc::new(Keys { set, read: Instant::now() }))
    }

    async fn read<T: DeserializeOwned>(&self, address: &str) -> Result<T, KeysError> {
        let response = self.client.get(address).send().await?.error_for_status()?;
        let body = Limited::new(Body::from(response), LARGEST_ANSWER).collect().await.map_err(KeysError::Body)?;
        Ok(serde_json::from_slice(&body.to_bytes())?)
    }

    /// Whoever the claims are about; an address of mail that was not verified names nobody.
    fn user(&self, claims: &Map<String, Value>) -> Option<User> {
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

impl Keys {
    fn find(&self, name: Option<&str>) -> Option<DecodingKey> {
        let key = match (name, self.set.keys.as_slice()) {
            (Some(name), _) => self.set.find(name)?,
            (None, [only]) => only,
            (None, _) => return None,
        };
        DecodingKey::from_jwk(key).ok()
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}

fn put_off(error: &Arc<KeysError>) -> Problem {
    Problem::Busy { reason: "the OIDC issuer does not answer at present", source: Some(Arc::clone(error).into()) }
}
