//! A file lists machines by the hashes of their tokens, and what each may do, for installations
//! without an API server.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::{fs, io};

use kite_runtime::files::Followed;
use serde::Deserialize;

use super::Verb;
use super::credentials::Credentials;
use super::user::{Key, User};
use crate::problem::Problem;

const API_VERSION: &str = "kite.dev/v1alpha1";
const KIND: &str = "AccessList";
const EVERYWHERE: &str = "*";

/// Callers and what they may do.
#[derive(Debug)]
pub struct Listed {
    by_token: RwLock<ByToken>,
}

type ByToken = BTreeMap<Key, (Arc<User>, Vec<Grant>)>;

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListedError {
    /// The file cannot be read.
    #[error("cannot be read")]
    File(#[from] io::Error),
    /// It is not what it should be.
    #[error("not an access list: {0}")]
    Unreadable(String),
    /// A hash is none.
    #[error("`tokenSha256` of `{0}` must be the SHA-256 of its token: 64 hexadecimal digits")]
    Hash(String),
    /// Two callers cannot be told apart.
    #[error("`{0}` has the token or the name of another caller")]
    Twice(String),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    api_version: String,
    kind: String,
    callers: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    name: String,
    token_sha256: String,
    grants: Vec<Grant>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Grant {
    namespaces: Vec<String>,
    role: Role,
}

/// What the shipped cluster roles of the same names grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    View,
    Edit,
    Admin,
    Publisher,
}

impl Role {
    fn allows(self, verb: Verb) -> bool {
        match self {
            Self::View => verb == Verb::Read,
            Self::Edit => matches!(verb, Verb::Read | Verb::Create | Verb::Update | Verb::Resolve),
            Self::Admin => true,
            Self::Publisher => verb == Verb::Report,
        }
    }
}

impl Listed {
    /// Reads a list.
    pub fn parse(text: &str) -> Result<Self, ListedError> {
        let file: File = serde_saphyr::from_str(text).map_err(|error| ListedError::Unreadable(error.to_string()))?;
        if (file.api_version.as_str(), file.kind.as_str()) != (API_VERSION, KIND) {
            return Err(ListedError::Unreadable(format!("must have `apiVersion: {API_VERSION}` and `kind: {KIND}`")));
        }
        let mut by_token = ByToken::new();
        for Entry { name, token_sha256, grants } in file.callers {
            let key = hex::decode(&token_sha256).ok().and_then(|bytes| Key::try_from(bytes).ok());
            let key = key.ok_or_else(|| ListedError::Hash(name.clone()))?;
            if by_token.contains_key(&key) || by_token.values().any(|(user, _)| user.name == name) {
                return Err(ListedError::Twice(name));
            }
            let user = User::new(name, String::new(), Vec::new(), BTreeMap::new());
            by_token.insert(key, (Arc::new(user), grants));
        }
        Ok(Self { by_token: RwLock::new(by_token) })
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
            match text.and_then(|text| Self::parse(&text)) {
                Ok(new) => {
                    let new = new.by_token.into_inner().unwrap_or_else(PoisonError::into_inner);
                    *self.by_token.write().unwrap_or_else(PoisonError::into_inner) = new;
                    tracing::info!("the access list was read again");
                }
                Err(error) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the access list cannot be used; its last good version counts"
                ),
            }
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, ByToken> {
        self.by_token.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finds out who somebody is. Nobody speaks for others.
    pub fn sign_in(&self, credentials: &Credentials) -> Result<Arc<User>, Problem> {
        if credentials.impersonated.is_some() {
            return Err(Problem::Forbidden("you may not speak for others here".to_owned()));
        }
        // Whoever guesses learns nothing of a token from the time that a look-up of its hash takes.
        let found = self.read().get(&credentials.key()).map(|(user, _)| Arc::clone(user));
        found.ok_or(Problem::Unauthenticated("the token is not valid, or not any more"))
    }

    /// Whether a user may do something in a namespace, or in all of them.
    pub fn may(&self, user: &User, verb: Verb, namespace: Option<&str>) -> bool {
        let callers = self.read();
        let grants = callers.values().filter(|(listed, _)| listed.name == user.name).flat_map(|(_, grants)| grants);
        grants.filter(|grant| grant.role.allows(verb)).any(|grant| {
            grant.namespaces.iter().any(|granted| granted == EVERYWHERE || Some(granted.as_str()) == namespace)
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, header};

    use super::*;

    const LIST: &str = "
apiVersion: kite.dev/v1alpha1
kind: AccessList
callers:
  - name: release-service
    # of the token `release`
    tokenSha256: a4fbe7c8e1c39ab3bc8f0b4d0e4ea62c5c3d9bd7a9ba6ebc5ecb7ea1f2fd1d55
    grants:
      - {namespaces: ['*'], role: publisher}
      - {namespaces: [team-a], role: view}
";

    fn list(token: &str) -> Listed {
        let digits = hex::encode(super::super::user::key(token.as_bytes()));
        let line = LIST.lines().find(|line| line.contains("tokenSha256")).unwrap();
        Listed::parse(&LIST.replace(line, &format!("    tokenSha256: {digits}"))).unwrap()
    }

    fn credentials(token: &str) -> Credentials {
        let value = format!("Bearer {token}").parse().unwrap();
        Credentials::read(&HeaderMap::from_iter([(header::AUTHORIZATION, value)])).unwrap()
    }

    #[test]
    fn a_token_gives_what_was_granted_and_nothing_else() {
        let listed = list("release");
        let user = listed.sign_in(&credentials("release")).unwrap();
        assert_eq!(user.name, "release-service");
        assert!(listed.may(&user, Verb::Report, None) && listed.may(&user, Verb::Report, Some("team-b")));
        assert!(listed.may(&user, Verb::Read, Some("team-a")));
        assert!(!listed.may(&user, Verb::Read, Some("team-b")) && !listed.may(&user, Verb::Read, None));
        assert!(!listed.may(&user, Verb::Delete, Some("team-a")));
        assert!(matches!(listed.sign_in(&credentials("other")), Err(Problem::Unauthenticated(_))));
    }

    #[test]
    fn a_list_that_is_not_sound_is_refused() {
        assert!(Listed::parse(LIST).is_ok());
        for (from, to) in [
            ("kind: AccessList", "kind: Detector"),
            ("role: view", "role: owner"),
            ("tokenSha256: a4", "tokenSha256: zz"),
            ("    grants:", "    grant:"),
        ] {
            assert!(Listed::parse(&LIST.replace(from, to)).is_err(), "{to}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_is_taken_from_the_file_ends_and_a_broken_file_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.yaml");
        let digits = |token: &str| hex::encode(super::super::user::key(token.as_bytes()));
        let line = LIST.lines().find(|line| line.contains("tokenSha256")).unwrap();
        let write = |token: &str| fs::write(&path, LIST.replace(line, &format!("    tokenSha256: {}", digits(token))));
        write("first").unwrap();
        let (listed, work) = Listed::load(&path).unwrap();
        let work = tokio::spawn(work);
        let is_in = |token: &str| listed.sign_in(&credentials(token)).is_ok();
        let until = async |is_so: &dyn Fn() -> bool| {
            while !is_so() {
                assert!(!work.is_finished());
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        };
        assert!(is_in("first"));
        write("the-second-one").unwrap();
        until(&|| is_in("the-second-one")).await;
        assert!(!is_in("first"));
        fs::write(&path, "kind: [").unwrap();
        tokio::time::sleep(std::time::Duration::from_mins(1)).await;
        assert!(is_in("the-second-one"));
        fs::write(
            &path,
            LIST.replace("role: view", "role: admin").replace(line, &format!("    tokenSha256: {}", digits("third"))),
        )
        .unwrap();
        until(&|| is_in("third")).await;
    }
}
