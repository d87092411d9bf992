//! Who asks, and inside which namespace.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kite_core::{Caller, Issue, Reach};

use super::query::Parameters;
use crate::problem::Problem;

/// Who asks, and inside which namespace (`?namespace=`). Every use case takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    caller: Caller,
    namespace: Option<String>,
}

impl Asking {
    /// Somebody asks inside a namespace; refused when it is not theirs.
    pub fn new(caller: Caller, namespace: Option<String>) -> Result<Self, Problem> {
        match namespace {
            Some(namespace) if !caller.sees(&namespace) => Err(Problem::foreign_namespace(&namespace)),
            namespace => Ok(Self { caller, namespace }),
        }
    }

    /// The name to write into a history.
    pub fn name(&self) -> Option<&str> {
        self.caller.name.as_deref()
    }

    /// The namespace that was named.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The namespaces that an answer may be about.
    pub fn reach(&self) -> Reach {
        match &self.namespace {
            Some(namespace) => Reach::Only([namespace.clone()].into()),
            None => self.caller.reach.clone(),
        }
    }

    /// Whether an issue may be shown: an issue elsewhere is as good as none.
    pub fn finds(&self, issue: &Issue) -> bool {
        let namespace = &issue.identity.scope.namespace;
        self.sees(namespace) && self.namespace.as_ref().is_none_or(|wanted| wanted == namespace)
    }

    /// Whether something in a namespace may be shown.
    pub fn sees(&self, namespace: &str) -> bool {
        self.caller.sees(namespace)
    }

    /// Refuses to write into a namespace that is not the caller's, or not the one in the query:
    /// what was checked must be what is written.
    pub fn may_write(&self, namespace: &str) -> Result<(), Problem> {
        if let Some(named) = self.namespace.as_ref().filter(|named| *named != namespace) {
            return Err(Problem::Forbidden(format!("the query names the namespace `{named}`, the body `{namespace}`")));
        }
        if self.sees(namespace) { Ok(()) } else { Err(Problem::foreign_namespace(namespace)) }
    }
}

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned();
        // A route outside the layer that knows callers must fail closed.
        let caller = caller.ok_or_else(|| Problem::Failed("nobody said who is calling".into()))?;
        Self::new(caller, Parameters::of(&parts.uri)?.one("namespace")?.map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team_a() -> Caller {
        Caller { name: None, reach: Reach::Only(["team-a".to_owned()].into()) }
    }

    #[test]
    fn nobody_asks_inside_a_foreign_namespace() {
        assert!(Asking::new(team_a(), Some("team-a".to_owned())).is_ok());
        assert!(matches!(Asking::new(team_a(), Some("team-b".to_owned())), Err(Problem::Forbidden(_))));
    }

    #[test]
    fn what_is_written_is_where_it_was_asked_for() {
        let asking = Asking::new(Caller::local(), Some("team-a".to_owned())).unwrap();
        assert!(asking.may_write("team-a").is_ok());
        assert!(asking.may_write("team-b").is_err());
        assert!(Asking::new(team_a(), None).unwrap().may_write("team-b").is_err());
    }
}
