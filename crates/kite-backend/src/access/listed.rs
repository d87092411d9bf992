//! A file lists who may do what, for installations without an API server: machines by the hashes of
//! their tokens, people by the names and groups that an OIDC issuer gives them.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::{fs, io};

use kite_runtime::files::Followed;

use super::Verb;
use super::credentials::Credentials;
use super::list::{List, ListError};
use super::oidc::Issuer;
use super::user::User;
use crate::problem::Problem;

/// Callers and what they may do.
pub struct Listed {
    current: RwLock<Current>,
}

struct Current {
    list: List,
    issuer: Option<Arc<Issuer>>,
}

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListedError {
    /// The file cannot be read.
    #[error("cannot be read")]
    File(#[from] io::Error),
    /// It is not sound.
    #[error(transparent)]
    List(#[from] ListError),
}

impl Current {
    /// Keeps what is known of an issuer that stays the same.
    fn parse(text: &str, before: Option<Arc<Issuer>>) -> Result<Self, ListError> {
        let list = List::parse(text)?;
        let issuer = match (&list.oidc, before) {
            (Some(settings), Some(before)) if settings == before.settings() => Some(before),
            (Some(settings), _) => Some(Arc::new(Issuer::new(settings.clone())?)),
            (None, _) => None,
        };
        Ok(Self { list, issuer })
    }
}

impl Listed {
    /// Reads a list.
    pub fn parse(text: &str) -> Result<Self, ListedError> {
        Ok(Self { current: RwLock::new(Current::parse(text, None)?) })
    }

    /// Reads a list from a file, and gives the work that keeps it current. While the file cannot be
    /// used, its last good version counts.
    pub fn load(path: &Path) -> Result<(Arc<Self>, impl Future<Output = ()> + use<>), ListedError> {
        let file = Followed::new(path.to_owned());
        let listed = Arc::new(Self::parse(&fs::read_to_string(path)?)?);
        Ok((Arc::clone(&listed), listed.follow(file)))
    }

    async fn follow(self: Arc<Self>, mut file: Followed) {
        loop {
            file.changed().await;
            let text = tokio::fs::read_to_string(file.path()).await.map_err(ListedError::from);
            match text.and_then(|text| Ok(Current::parse(&text, self.read().issuer.clone())?)) {
                Ok(new) => {
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
                    tracing::info!("the access list was read again");
                }
                Err(error) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the access list cannot be used; its last good version counts"
                ),
            }
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who else says who somebody is.
    pub fn issuer(&self) -> Option<Arc<Issuer>> {
        self.read().issuer.clone()
    }

    /// Finds out who somebody is. Nobody speaks for others.
    pub async fn sign_in(&self, credentials: &Credentials) -> Result<Arc<User>, Problem> {
        if credentials.impersonated.is_some() {
            return Err(Problem::Forbidden("you may not speak for others here".to_owned()));
        }
        let (machine, issuer) = {
            let current = self.read();
            // Whoever guesses learns nothing of a token from the time that a look-up of its hash takes.
            (current.list.machine(&credentials.key()), current.issuer.clone())
        };
        match (machine, issuer) {
            (Some(machine), _) => Ok(machine),
            (None, Some(issuer)) => issuer.sign_in(credentials.token()).await,
            (None, None) => Err(Problem::Unauthenticated("the token is not valid, or not any more")),
        }
    }

    /// Whether a user may do something in a namespace, or in all of them.
    pub fn may(&self, user: &User, verb: Verb, namespace: Option<&str>) -> bool {
        self.read().list.allows(user, verb, namespace)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::{HeaderMap, header};
    use tokio::time::sleep;

    use super::*;

    fn list(token: &str, role: &str) -> String {
        let hash = hex::encode(super::super::user::key(token.as_bytes()));
        format!(
            "{{apiVersion: kite.dev/v1alpha1, kind: AccessList, callers: [{{name: machine, tokenSha256: {hash}, \
             grants: [{{namespaces: ['*'], role: {role}}}]}}]}}"
        )
    }

    fn credentials(token: &str) -> Credentials {
        let value = format!("Bearer {token}").parse().unwrap();
        Credentials::read(&HeaderMap::from_iter([(header::AUTHORIZATION, value)])).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_is_taken_from_the_file_ends_and_a_broken_file_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.yaml");
        fs::write(&path, list("first", "view")).unwrap();
        let (listed, work) = Listed::load(&path).unwrap();
        let work = tokio::spawn(work);
        let is_in = async |token: &str| listed.sign_in(&credentials(token)).await.is_ok();
        let until_in = async |token: &str| {
            while !is_in(token).await {
                assert!(!work.is_finished());
                sleep(Duration::from_secs(1)).await;
            }
        };
        assert!(is_in("first").await);
        fs::write(&path, list("the-second-one", "view")).unwrap();
        until_in("the-second-one").await;
        assert!(!is_in("first").await);
        fs::write(&path, "kind: [").unwrap();
        sleep(Duration::from_mins(1)).await;
        assert!(is_in("the-second-one").await);
        fs::write(&path, list("third", "admin")).unwrap();
        until_in("third").await;
    }
}
