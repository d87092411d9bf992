//! A file lists machines by the hashes of their tokens, and what each may do, for installations
//! without an API server.

use std::collections::BTreeMap;
use std::sync::Arc;

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
    by_token: BTreeMap<Key, (Arc<User>, Vec<Grant>)>,
}

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListedError {
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
        let mut by_token = BTreeMap::<_, (Arc<User>, Vec<Grant>)>::new();
        for Entry { name, token_sha256, grants } in file.callers {
            let key = hex::decode(&token_sha256).ok().and_then(|bytes| Key::try_from(bytes).ok());
            let key = key.ok_or_else(|| ListedError::Hash(name.clone()))?;
            if by_token.contains_key(&key) || by_token.values().any(|(user, _)| user.name == name) {
                return Err(ListedError::Twice(name));
            }
            let user = User::new(name, String::new(), Vec::new(), BTreeMap::new());
            by_token.insert(key, (Arc::new(user), grants));
        }
        Ok(Self { by_token })
    }

    /// Finds out who somebody is. Nobody speaks for others.
    pub fn sign_in(&self, credentials: &Credentials) -> Result<Arc<User>, Problem> {
        if credentials.impersonated.is_some() {
            return Err(Problem::Forbidden("you may not speak for others here".to_owned()));
        }
        // Whoever guesses learns nothing of a token from the time that a look-up of its hash takes.
        let found = self.by_token.get(&credentials.key()).map(|(user, _)| Arc::clone(user));
        found.ok_or(Problem::Unauthenticated("the token is not valid, or not any more"))
    }

    /// Whether a user may do something in a namespace, or in all of them.
    pub fn may(&self, user: &User, verb: Verb, namespace: Option<&str>) -> bool {
        let grants =
            self.by_token.values().filter(|(listed, _)| listed.name == user.name).flat_map(|(_, grants)| grants);
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
}
