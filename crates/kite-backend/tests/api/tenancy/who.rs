//! Those who call, and what they may do.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::Rules;

/// Somebody who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Nobody,
    WrongToken,
    /// Shows a token that was good once.
    Expired,
    /// Reads another namespace.
    Neighbour,
    Reader,
    /// The reader, for whom a proxy speaks that may read nothing itself.
    Impersonated,
    Editor,
    Admin,
    Publisher,
    ClusterReader,
    ClusterAdmin,
    ClusterPublisher,
}

pub const EVERYBODY: [Who; 12] = [
    Who::Nobody,
    Who::WrongToken,
    Who::Expired,
    Who::Neighbour,
    Who::Reader,
    Who::Impersonated,
    Who::Editor,
    Who::Admin,
    Who::Publisher,
    Who::ClusterReader,
    Who::ClusterAdmin,
    Who::ClusterPublisher,
];

/// What must be allowed in `team-a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    Read,
    /// What editors may do besides.
    Edit,
    Delete,
    Report,
}

impl Who {
    /// Whether the caller has a right in `team-a`.
    pub fn has(self, right: Right) -> bool {
        self.role().is_some_and(|(namespace, role)| namespace != "team-b" && allows(role, right))
    }

    /// Whether the caller may read `team-b`.
    pub fn reads_elsewhere(self) -> bool {
        self.role().is_some_and(|(namespace, role)| namespace != "team-a" && allows(role, Right::Read))
    }

    /// Whether the caller shows no token that is good.
    pub fn is_a_stranger(self) -> bool {
        matches!(self, Self::Nobody | Self::WrongToken | Self::Expired)
    }

    /// What the caller is, and where.
    fn role(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::Nobody | Self::WrongToken | Self::Expired => return None,
            Self::Neighbour => ("team-b", "view"),
            Self::Reader | Self::Impersonated => ("team-a", "view"),
            Self::Editor => ("team-a", "edit"),
            Self::Admin => ("team-a", "admin"),
            Self::Publisher => ("team-a", "publisher"),
            Self::ClusterReader => ("*", "view"),
            Self::ClusterAdmin => ("*", "admin"),
            Self::ClusterPublisher => ("*", "publisher"),
        })
    }

    /// How an access list names the caller.
    pub fn listed(self) -> Option<Value> {
        let (namespace, role) = self.role()?;
        let hash = hex::encode(Sha256::digest(self.token()?));
        let grants = json!([{"namespaces": [namespace], "role": role}]);
        Some(json!({"name": format!("{self:?}"), "tokenSha256": hash, "grants": grants}))
    }

    /// The token that the caller shows.
    pub fn token(self) -> Option<String> {
        match self {
            Self::Nobody => None,
            Self::Impersonated => Some("token-of-Proxy".to_owned()),
            _ => Some(format!("token-of-{self:?}")),
        }
    }
}

fn allows(role: &str, right: Right) -> bool {
    match role {
        "view" => right == Right::Read,
        "edit" => matches!(right, Right::Read | Right::Edit),
        "admin" => true,
        _ => right == Right::Report,
    }
}

/// The same in the words of Kubernetes, where a proxy may speak for the reader.
pub const RULES: Rules = Rules {
    user: |token| {
        let name = token.strip_prefix("token-of-")?;
        let named = |who: &Who| !who.is_a_stranger() && format!("{who:?}") == name;
        (name == "Proxy" || EVERYBODY.iter().any(named)).then(|| name.to_owned())
    },
    may: |user, verb, resource, namespace| {
        let Some(who) = EVERYBODY.into_iter().find(|who| format!("{who:?}") == user) else {
            return user == "Proxy" && verb == "impersonate" && resource == "/users";
        };
        let right = match (verb, resource) {
            ("get", "/pods") => Right::Read,
            // Here those who only read issues read no logs.
            ("create" | "update" | "resolve", "kite.dev/issues") | ("get", "/pods/log") => Right::Edit,
            ("delete", "kite.dev/issues") => Right::Delete,
            ("create", "kite.dev/reports") => Right::Report,
            _ => return false,
        };
        who.role().is_some_and(|(granted, role)| (granted == "*" || granted == namespace) && allows(role, right))
    },
};
