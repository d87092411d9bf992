//! People sign in with an OIDC issuer, for installations without an API server.

mod flow;
mod tokens;

use axum::body::Body;
use axum::http::Method;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use kite_backend::access::{Access, Listed};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Answer, Service, with, with_headers};

/// A key of the issuer.
pub struct Key {
    name: &'static str,
    signing: EncodingKey,
}

impl Key {
    pub fn new(name: &'static str) -> Self {
        let pair = rcgen::KeyPair::generate().unwrap();
        Self { name, signing: EncodingKey::from_ec_der(&pair.serialize_der()) }
    }

    pub fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.name.to_owned()), ..Header::new(Algorithm::ES256) };
        encode(&header, claims, &self.signing).unwrap()
    }

    pub fn shown(&self) -> Jwk {
        let mut shown = Jwk::from_encoding_key(&self.signing, Algorithm::ES256).unwrap();
        shown.common.key_id = Some(self.name.to_owned());
        shown
    }
}

/// An issuer whose users and groups may read `team-a`, and a service that believes it.
pub struct World {
    pub issuer: MockServer,
    pub service: Service,
}

impl World {
    pub async fn new(keys: &[&Key]) -> Self {
        Self::with(keys, json!({})).await
    }

    /// A world where more is said of the issuer.
    pub async fn with(keys: &[&Key], settings: Value) -> Self {
        let issuer = MockServer::start().await;
        let settings = with(json!({"issuer": issuer.uri(), "audience": "kite", "userClaim": "email"}), settings);
        let world = Self { service: Service::with_access(listed(&settings)).await, issuer };
        world.answer("/.well-known/openid-configuration", &world.discovered()).await;
        world.show(keys).await;
        world
    }

    /// What the issuer says of itself.
    pub fn discovered(&self) -> Value {
        let address = self.issuer.uri();
        json!({
            "issuer": address, "jwks_uri": format!("{address}/keys"),
            "authorization_endpoint": format!("{address}/authorize?tenant=1"),
            "token_endpoint": format!("{address}/token"),
        })
    }

    pub async fn answer(&self, at: &str, body: &impl serde::Serialize) {
        Mock::given(path(at)).respond_with(ResponseTemplate::new(200).set_body_json(body)).mount(&self.issuer).await;
    }

    pub async fn show(&self, keys: &[&Key]) {
        self.answer("/keys", &JwkSet { keys: keys.iter().map(|key| key.shown()).collect() }).await;
    }

    /// The claims of jane, with changes.
    pub fn claims(&self, changes: Value) -> Value {
        let jane = json!({
            "iss": self.issuer.uri(), "aud": ["kite", "other"], "sub": "7f3a", "exp": 4_102_444_800_u32,
            "email": "jane@example.com", "email_verified": true, "groups": ["dev"],
        });
        with(jane, changes)
    }

    pub async fn get(&self, token: &str, path: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        self.service.send(with_headers(Method::GET, path, Body::empty(), &[("authorization", &bearer)])).await
    }

    pub async fn status(&self, token: &str) -> u16 {
        self.get(token, "/api/v1/issues?namespace=team-a").await.status.as_u16()
    }

    pub async fn times_asked(&self) -> usize {
        self.issuer.received_requests().await.unwrap().len()
    }
}

fn listed(settings: &Value) -> Access {
    let list = json!({
        "apiVersion": "kite.dev/v1alpha1", "kind": "AccessList", "oidc": settings,
        "callers": [
            {"user": "jane@example.com", "grants": [{"namespaces": ["team-a"], "role": "edit"}]},
            {"group": "sre", "grants": [{"namespaces": ["*"], "role": "view"}]},
        ],
    });
    Access::Listed(Listed::parse(&list.to_string()).unwrap().into())
}
