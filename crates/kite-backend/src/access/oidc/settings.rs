//! What an administrator says of an issuer.

use std::path::PathBuf;

use reqwest::Url;
use serde::Deserialize;

/// An issuer, and what is read in its tokens.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// Its address, as its tokens name it.
    pub issuer: String,
    /// Whom its tokens must be for; for people in browsers the id of the client.
    pub audience: String,
    /// The claim that names the user.
    #[serde(default = "subject")]
    pub user_claim: String,
    /// The claim that names the user's groups.
    #[serde(default = "groups")]
    pub groups_claim: String,
    /// How people sign in with a browser; without it they show a token.
    pub browser: Option<Browser>,
}

/// What is needed to send people to the issuer and to take them back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Browser {
    /// Where people reach this service.
    pub address: String,
    /// What the issuer knows this client by, in a file; a public client has none.
    pub client_secret_file: Option<PathBuf>,
    /// What is asked of the issuer; `openid` always is.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
}

impl Browser {
    /// Where the issuer sends people back to; it must know it.
    pub fn return_address(&self) -> String {
        format!("{}/sign-in/done", self.address.trim_end_matches('/'))
    }
}

fn subject() -> String {
    "sub".to_owned()
}

fn groups() -> String {
    "groups".to_owned()
}

fn scopes() -> Vec<String> {
    vec!["email".to_owned()]
}

/// Why an issuer cannot be asked safely.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// What is sent there or comes from there could be exchanged on the way.
    #[error("`oidc.{0}` must be an address with https (http only on this machine), not `{1}`")]
    Address(&'static str, String),
    /// Tokens for anybody would be taken.
    #[error("`oidc.{0}` must not be empty")]
    Empty(&'static str),
    /// No client could be made.
    #[error("prepare access to the OIDC issuer")]
    Client(#[from] reqwest::Error),
}

impl Settings {
    /// What people know it by: its host.
    pub fn name(&self) -> String {
        let host = self.issuer.parse::<Url>().ok().and_then(|address| Some(address.host_str()?.to_owned()));
        host.unwrap_or_else(|| self.issuer.clone())
    }

    /// Says what is wrong with them.
    pub fn check(&self) -> Result<(), SettingsError> {
        let fields =
            [("audience", &self.audience), ("userClaim", &self.user_claim), ("groupsClaim", &self.groups_claim)];
        if let Some((name, _)) = fields.into_iter().find(|(_, value)| value.is_empty()) {
            return Err(SettingsError::Empty(name));
        }
        let browser = self.browser.iter().map(|browser| ("browser.address", &browser.address));
        match browser.chain([("issuer", &self.issuer)]).find(|(_, address)| !is_safe(address)) {
            Some((name, address)) => Err(SettingsError::Address(name, address.clone())),
            None => Ok(()),
        }
    }
}

/// Whether what comes from an address is what was sent there.
pub fn is_safe(address: &str) -> bool {
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
