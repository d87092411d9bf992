//! The file that lists callers and what each may do.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::Verb;
use super::oidc;
use super::user::{Key, User};

const API_VERSION: &str = "kite.dev/v1alpha1";
const KIND: &str = "AccessList";
const EVERYWHERE: &str = "*";

/// Callers and what they may do.
#[derive(Debug)]
pub struct List {
    /// Who else says who somebody is.
    pub oidc: Option<oidc::Settings>,
    machines: BTreeMap<Key, Arc<User>>,
    grants: BTreeMap<Subject, Vec<Grant>>,
}

/// Whom a line of the file is about. A machine and a person of one name are two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Machine(String),
    User(String),
    Group(String),
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// It is not what it should be.
    #[error("not an access list: {0}")]
    Unreadable(String),
    /// A line that is about nobody, or about several.
    #[error("each of the callers has either `name` and `tokenSha256`, or `user`, or `group`; not so {0}")]
    Subject(String),
    /// A line about people, but nothing says who they are.
    #[error("`{0}` is known to an OIDC issuer, but the file names none (`oidc`)")]
    NoIssuer(String),
    /// A hash is none.
    #[error("`tokenSha256` of `{0}` must be the SHA-256 of its token: 64 hexadecimal digits")]
    Hash(String),
    /// Two callers cannot be told apart.
    #[error("`{0}` has the token or the name of another caller")]
    Twice(String),
    /// The issuer cannot be asked safely.
    #[error(transparent)]
    Issuer(#[from] oidc::SettingsError),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    api_version: String,
    kind: String,
    oidc: Option<oidc::Settings>,
    callers: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    name: Option<String>,
    token_sha256: Option<String>,
    user: Option<String>,
    group: Option<String>,
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
            Self::View => matches!(verb, Verb::Read | Verb::ReadLogs),
            Self::Edit => matches!(verb, Verb::Read | Verb::ReadLogs | Verb::Create | Verb::Update | Verb::Resolve),
            Self::Admin => true,
            Self::Publisher => verb == Verb::Report,
        }
    }
}

impl Grant {
    fn allows(&self, verb: Verb, namespace: Option<&str>) -> bool {
        let is_of = |granted: &String| granted == EVERYWHERE || Some(granted.as_str()) == namespace;
        self.role.allows(verb) && self.namespaces.iter().any(is_of)
    }
}

impl List {
    /// Reads a list.
    pub fn parse(text: &str) -> Result<Self, ListError> {
        let file: File = serde_saphyr::from_str(text).map_err(|error| ListError::Unreadable(error.to_string()))?;
        if (file.api_version.as_str(), file.kind.as_str()) != (API_VERSION, KIND) {
            return Err(ListError::Unreadable(format!("must have `apiVersion: {API_VERSION}` and `kind: {KIND}`")));
        }
        if let Some(oidc) = &file.oidc {
            oidc.check()?;
        }
        let mut list = Self { oidc: file.oidc, machines: BTreeMap::new(), grants: BTreeMap::new() };
        for entry in file.callers {
            list.add(entry)?;
        }
        Ok(list)
    }

    fn add(&mut self, entry: Entry) -> Result<(), ListError> {
        let subject = match (entry.name, entry.token_sha256, entry.user, entry.group) {
            (Some(name), Some(hash), None, None) => {
                self.add_machine(&name, &hash)?;
                Subject::Machine(name)
            }
            (None, None, Some(user), None) => Subject::User(user),
            (None, None, None, Some(group)) => Subject::Group(group),
            (name, _, user, group) => {
                return Err(ListError::Subject(
                    name.or(user).or(group).map_or("one".to_owned(), |it| format!("`{it}`")),
                ));
            }
        };
        if let (Subject::User(name) | Subject::Group(name), None) = (&subject, &self.oidc) {
            return Err(ListError::NoIssuer(name.clone()));
        }
        self.grants.entry(subject).or_default().extend(entry.grants);
        Ok(())
    }

    fn add_machine(&mut self, name: &str, hash: &str) -> Result<(), ListError> {
        let key = hex::decode(hash).ok().and_then(|bytes| Key::try_from(bytes).ok());
        let key = key.ok_or_else(|| ListError::Hash(name.to_owned()))?;
        let user = User::new(name.to_owned(), String::new(), Vec::new(), BTreeMap::new());
        let is_named = self.grants.contains_key(&Subject::Machine(name.to_owned()));
        if is_named || self.machines.insert(key, user.into()).is_some() {
            return Err(ListError::Twice(name.to_owned()));
        }
        Ok(())
    }

    /// The machine with this token.
    pub fn machine(&self, token: &Key) -> Option<Arc<User>> {
        self.machines.get(token).cloned()
    }

    /// Whether a user may do something in a namespace, or in all of them.
    pub fn allows(&self, user: &User, verb: Verb, namespace: Option<&str>) -> bool {
        let grants = subjects(user).into_iter().filter_map(|subject| self.grants.get(&subject));
        grants.flatten().any(|grant| grant.allows(verb, namespace))
    }
}

/// All that a user is. Who an issuer knows has an unchanging id, and machines have none.
fn subjects(user: &User) -> Vec<Subject> {
    if user.uid.is_empty() {
        return vec![Subject::Machine(user.name.clone())];
    }
    let groups = user.groups.iter().cloned().map(Subject::Group);
    [Subject::User(user.name.clone())].into_iter().chain(groups).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "
apiVersion: kite.dev/v1alpha1
kind: AccessList
oidc: {issuer: 'https://sso.example.com', audience: kite}
callers:
  - name: release-service
    tokenSha256: a4fbe7c8e1c39ab3bc8f0b4d0e4ea62c5c3d9bd7a9ba6ebc5ecb7ea1f2fd1d55
    grants:
      - {namespaces: ['*'], role: publisher}
      - {namespaces: [team-a], role: view}
  - user: jane
    grants: [{namespaces: [team-a], role: edit}]
  - group: sre
    grants: [{namespaces: ['*'], role: view}]
";

    fn user(name: &str, uid: &str, groups: &[&str]) -> User {
        let groups = groups.iter().map(|&group| group.to_owned()).collect();
        User::new(name.to_owned(), uid.to_owned(), groups, BTreeMap::new())
    }

    #[test]
    fn machines_users_and_groups_get_what_was_granted_to_them() {
        let list = List::parse(LIST).unwrap();
        let machine = user("release-service", "", &[]);
        assert!(list.allows(&machine, Verb::Report, None) && list.allows(&machine, Verb::Report, Some("team-b")));
        assert!(list.allows(&machine, Verb::Read, Some("team-a")));
        assert!(!list.allows(&machine, Verb::Read, Some("team-b")) && !list.allows(&machine, Verb::Read, None));
        assert!(!list.allows(&machine, Verb::Delete, Some("team-a")));
        let jane = user("jane", "1", &["sre"]);
        assert!(list.allows(&jane, Verb::Update, Some("team-a")) && !list.allows(&jane, Verb::Update, Some("team-b")));
        assert!(list.allows(&jane, Verb::Read, None), "by the group");
        assert!(!list.allows(&user("joe", "2", &["dev"]), Verb::Read, Some("team-a")));
    }

    #[test]
    fn nobody_becomes_another_by_a_name() {
        let list = List::parse(LIST).unwrap();
        assert!(!list.allows(&user("release-service", "1", &[]), Verb::Report, None), "a person with a machine's name");
        assert!(!list.allows(&user("sre", "1", &[]), Verb::Read, None), "a person with a group's name");
        assert!(!list.allows(&user("joe", "1", &["jane"]), Verb::Update, Some("team-a")), "a group with a person's");
        assert!(!list.allows(&user("jane", "", &["sre"]), Verb::Read, Some("team-a")), "a machine with a person's");
    }

    #[test]
    fn a_list_that_is_not_sound_is_refused() {
        for (from, to, complaint) in [
            ("kind: AccessList", "kind: Detector", "AccessList"),
            ("role: view", "role: owner", "owner"),
            ("tokenSha256: a4", "tokenSha256: zz", "64 hexadecimal"),
            ("    grants:", "    grant:", "grant"),
            ("- user: jane", "- {}\n  - user: jane", "grants"),
            ("user: jane", "user: jane\n    group: sre", "`jane`"),
            ("group: sre", "name: sre", "`sre`"),
            ("oidc: {issuer: 'https://sso.example.com', audience: kite}", "", "names none"),
            ("https://sso", "http://sso", "https"),
        ] {
            let text = LIST.replace(from, to);
            assert_ne!(text, LIST);
            let error = List::parse(&text).unwrap_err().to_string();
            assert!(error.contains(complaint), "{to}: {error}");
        }
        let (head, callers) = LIST.split_once("callers:\n").unwrap();
        let machine = callers.split("  - user").next().unwrap();
        let twice = format!("{head}callers:\n{machine}{machine}");
        assert!(matches!(List::parse(&twice), Err(ListError::Twice(_))));
    }
}
