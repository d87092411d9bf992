//! Who may do what: the one place that decides.
//!
//! [`Access`] finds out who calls; the [`Caller`] then says of every namespace what may be done in
//! it. Nothing else in this crate knows where these answers come from.

mod credentials;
mod kubernetes;
mod list;
mod listed;
mod oidc;
mod permission;
mod user;

use std::sync::Arc;

use axum::http::HeaderMap;

use crate::problem::Problem;

pub use credentials::Credentials;
pub use kubernetes::{Kubernetes, Options as KubernetesOptions};
pub use listed::{Listed, ListedError};
pub use oidc::{Attempt, Issuer};
pub use permission::Permission;
pub use user::{Key, User};

/// What may be done in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Read issues.
    Read,
    /// Read what logs say.
    ReadLogs,
    /// Open an issue by hand.
    Create,
    /// Change an issue or its relations.
    Update,
    /// Delete an issue.
    Delete,
    /// Declare an issue resolved.
    Resolve,
    /// Report failures and recoveries.
    Report,
}

impl Verb {
    /// Everything that may be done.
    pub const ALL: [Self; 7] =
        [Self::Read, Self::ReadLogs, Self::Create, Self::Update, Self::Delete, Self::Resolve, Self::Report];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ReadLogs => "readLogs",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Resolve => "resolve",
            Self::Report => "report",
        }
    }

    /// What a caller wanted to do.
    pub fn words(self) -> &'static str {
        match self {
            Self::Read => "read issues",
            Self::ReadLogs => "read logs",
            Self::Create => "open issues",
            Self::Update => "change issues",
            Self::Delete => "delete issues",
            Self::Resolve => "resolve issues",
            Self::Report => "report",
        }
    }
}

/// Where the answers come from; cheap to clone.
#[derive(Clone)]
pub enum Access {
    /// Everybody who reaches the service may do everything.
    Open,
    /// Kubernetes knows the callers and what they may do.
    Kubernetes(Arc<Kubernetes>),
    /// A file lists the callers and what they may do; an OIDC issuer may know some of them.
    Listed(Arc<Listed>),
}

/// Somebody who calls.
#[derive(Clone)]
pub struct Caller {
    user: Option<Arc<User>>,
    access: Access,
    /// What proved who it is, to be looked at again while a stream is open.
    credentials: Option<Arc<Credentials>>,
}

impl Access {
    /// Finds out who calls.
    pub async fn sign_in(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        if let Self::Open = self {
            return Ok(Caller { user: None, access: Self::Open, credentials: None });
        }
        self.recognize(Arc::new(Credentials::read(headers)?)).await
    }

    async fn recognize(&self, credentials: Arc<Credentials>) -> Result<Caller, Problem> {
        let user = match self {
            Self::Open => None,
            Self::Kubernetes(kubernetes) => Some(kubernetes.sign_in(&credentials).await?),
            Self::Listed(listed) => Some(listed.sign_in(&credentials).await?),
        };
        Ok(Caller { user, access: self.clone(), credentials: Some(credentials) })
    }

    /// Who signs people in with their browsers.
    pub fn issuer(&self) -> Result<Arc<Issuer>, Problem> {
        let issuer = match self {
            Self::Listed(listed) => listed.issuer(),
            Self::Open | Self::Kubernetes(_) => None,
        };
        let issuer = issuer.filter(|issuer| issuer.settings().browser.is_some());
        issuer.ok_or_else(|| Problem::NotFound("nobody signs people in with their browsers here".to_owned()))
    }

    /// Whether callers sign in.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }
}

impl Caller {
    /// The name to write into a history; nobody has one where nobody signs in.
    pub fn name(&self) -> Option<&str> {
        self.user.as_ref().map(|user| user.name.as_str())
    }

    /// The groups that the caller is in, as far as that is known.
    pub fn groups(&self) -> &[String] {
        self.user.as_ref().map_or(&[], |user| &user.groups)
    }

    /// What the caller is remembered by; all are one where nobody signs in.
    pub fn key(&self) -> Key {
        self.user.as_ref().map_or([0; 32], |user| user.key())
    }

    /// Whether the caller may do something in a namespace, or in all of them.
    pub async fn may(&self, verb: Verb, namespace: Option<&str>) -> Result<bool, Problem> {
        match (&self.access, &self.user) {
            (Access::Open, _) => Ok(true),
            (Access::Kubernetes(kubernetes), Some(user)) => kubernetes.may(user, verb, namespace).await,
            (Access::Listed(listed), Some(user)) => Ok(listed.may(user, verb, namespace)),
            (_, None) => Ok(false),
        }
    }

    /// Signs in again with what was shown before; it may have ended since.
    pub async fn again(&self) -> Result<Self, Problem> {
        match &self.credentials {
            Some(credentials) => self.access.recognize(Arc::clone(credentials)).await,
            None => Ok(self.clone()),
        }
    }
}
