//! Signing in at the issuer with a browser: the authorization code flow of
//! [OpenID Connect Core 1.0](https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth) with the
//! proof key of [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{StatusCode, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::issuer::{Issuer, IssuerError, put_off, read_answer};
use super::settings::Browser;
use crate::problem::Problem;

const NOT_ACCEPTED: Problem = Problem::Unauthenticated("the sign-in was not accepted, begin again");

/// What a browser keeps of a sign-in that it has begun; who sends it back is who began.
#[derive(Debug, Serialize, Deserialize)]
pub struct Attempt {
    /// Comes back in the address.
    pub state: String,
    /// Comes back in the token.
    nonce: String,
    /// Proves that who asks for the token is who began; only its hash goes through the browser.
    verifier: String,
}

/// What the issuer says when it is shown a code.
#[derive(Deserialize)]
struct Granted {
    id_token: SecretString,
}

impl Attempt {
    fn new() -> Self {
        Self { state: random(), nonce: random(), verifier: random() }
    }

    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier))
    }
}

/// Nobody guesses its 244 bits.
fn random() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

impl Issuer {
    /// Begins a sign-in: where to send the browser, and what it has to bring back.
    pub async fn begin(&self) -> Result<(Url, Attempt), Problem> {
        let browser = self.browser()?;
        let address = self.endpoint(|found| found.authorization_endpoint.as_deref()).await?;
        let attempt = Attempt::new();
        let scope = ["openid"].into_iter().chain(browser.scopes.iter().map(String::as_str)).collect::<Vec<_>>();
        let parameters = [
            ("response_type", "code"),
            ("client_id", self.settings.audience.as_str()),
            ("redirect_uri", &browser.return_address()),
            ("scope", &scope.join(" ")),
            ("state", &attempt.state),
            ("nonce", &attempt.nonce),
            ("code_challenge", &attempt.challenge()),
            ("code_challenge_method", "S256"),
        ];
        let address = Url::parse_with_params(&address, parameters);
        Ok((address.map_err(|_| put_off(IssuerError::UnsafeAddress))?, attempt))
    }

    /// Ends a sign-in: the token of whoever began it.
    pub async fn finish(&self, attempt: &Attempt, code: &str) -> Result<SecretString, Problem> {
        let browser = self.browser()?;
        let granted = self.exchange(browser, attempt, code).await?;
        let claims = self.claims(granted.id_token.expose_secret()).await?;
        if claims.get("nonce").and_then(|nonce| nonce.as_str()) != Some(&attempt.nonce) {
            return Err(NOT_ACCEPTED);
        }
        self.user(&claims).map(|_| granted.id_token).ok_or(NOT_ACCEPTED)
    }

    async fn exchange(&self, browser: &Browser, attempt: &Attempt, code: &str) -> Result<Granted, Problem> {
        let address = self.endpoint(|found| found.token_endpoint.as_deref()).await?;
        let _place = self.exchanges.try_acquire().map_err(|_| put_off(IssuerError::TooManyExchanges))?;
        let (client, back) = (self.settings.audience.as_str(), browser.return_address());
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &back),
            ("code_verifier", &attempt.verifier),
        ];
        let mut request = self.client.post(address);
        match &browser.client_secret_file {
            Some(file) => {
                let secret = tokio::fs::read_to_string(file).await.map_err(|error| Problem::Failed(error.into()))?;
                request = request.basic_auth(encoded(client), Some(encoded(secret.trim())));
            }
            None => fields.push(("client_id", client)),
        }
        let response = request.form(&fields).send().await.map_err(|error| put_off(IssuerError::from(error)))?;
        if response.status() == StatusCode::BAD_REQUEST {
            return Err(NOT_ACCEPTED);
        }
        read_answer(response).await.map_err(put_off)
    }

    fn browser(&self) -> Result<&Browser, Problem> {
        let browser = self.settings.browser.as_ref();
        browser.ok_or_else(|| Problem::NotFound("people do not sign in with an OIDC issuer here".to_owned()))
    }
}

/// Names and secrets go into the header as into a form
/// ([RFC 6749, 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
