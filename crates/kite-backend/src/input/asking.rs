//! Who asks, and inside which namespace.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use kite_core::{Issue, Reach};

use super::query::Parameters;
use crate::access::{Caller, Verb};
use crate::app::App;
use crate::problem::Problem;

/// Namespaces of one request that are asked about side by side.
const SIDE_BY_SIDE: usize = 32;
/// So many namespaces are asked about one by one before it is asked about all at once.
const FEW: usize = 4;

/// Who asks, and inside which namespace (`?namespace=`). Every use case takes one.
#[derive(Clone)]
pub struct Asking {
    caller: Caller,
    namespace: Option<String>,
}

impl Asking {
    /// Somebody asks inside a namespace.
    pub fn new(caller: Caller, namespace: Option<String>) -> Self {
        Self { caller, namespace }
    }

    /// The name to write into a history.
    pub fn name(&self) -> Option<&str> {
        self.caller.name()
    }

    /// The same caller, inside no particular namespace.
    #[must_use]
    pub fn everywhere(&self) -> Self {
        Self::new(self.caller.clone(), None)
    }

    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The namespace that was named.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The namespaces that an answer may be about: the one that was named, refused when it is not
    /// the caller's, or all that the caller may read.
    pub async fn reach(&self, app: &App) -> Result<Reach, Problem> {
        if let Some(namespace) = &self.namespace {
            if self.caller.may(Verb::Read, Some(namespace)).await? {
                return Ok(Reach::Only([namespace.clone()].into()));
            }
            return Err(Problem::foreign_namespace(Verb::Read, namespace));
        }
        if self.caller.may(Verb::Read, None).await? {
            return Ok(Reach::All);
        }
        let namespaces = app.store.namespaces().await?;
        Ok(Reach::Only(self.allowed(Verb::Read, namespaces).await?))
    }

    /// The namespaces of which something may be shown: none of one that is not the caller's, where what is
    /// elsewhere is as good as nothing.
    pub async fn shown(&self, app: &App) -> Result<Reach, Problem> {
        match self.reach(app).await {
            Err(Problem::Forbidden(_)) => Ok(Reach::Only(BTreeSet::new())),
            reach => reach,
        }
    }

    /// An issue, when it may be shown: an issue elsewhere is as good as none, and takes as long.
    pub async fn issue(&self, app: &App, id: uuid::Uuid) -> Result<Issue, Problem> {
        let reach = self.shown(app).await?;
        app.store.issue_get(&reach, id).await?.ok_or_else(Problem::no_such_issue)
    }

    /// Refuses to do something in a namespace where the caller may not, or that is not the one in
    /// the query: what was checked must be what is written.
    pub async fn may(&self, verb: Verb, namespace: &str) -> Result<(), Problem> {
        self.named(namespace)?;
        if self.caller.may(verb, Some(namespace)).await? {
            Ok(())
        } else {
            Err(Problem::foreign_namespace(verb, namespace))
        }
    }

    /// Those of some namespaces in which the caller may do something.
    pub async fn allowed(&self, verb: Verb, namespaces: BTreeSet<String>) -> Result<BTreeSet<String>, Problem> {
        if namespaces.len() > FEW && self.caller.may(verb, None).await? {
            return Ok(namespaces);
        }
        let answers = stream::iter(namespaces).map(async |namespace| {
            let may = self.caller.may(verb, Some(&namespace)).await?;
            Ok::<_, Problem>(may.then_some(namespace))
        });
        let answers: Vec<_> = answers.buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// Refuses a namespace that is not the one in the query.
    pub fn named(&self, namespace: &str) -> Result<(), Problem> {
        match self.namespace.as_deref().filter(|named| *named != namespace) {
            Some(named) => {
                Err(Problem::Forbidden(format!("the query names the namespace `{named}`, the body `{namespace}`")))
            }
            None => Ok(()),
        }
    }

    /// Ends when the caller may not read any more what it may read now.
    pub async fn revoked(self, app: App, reach: Reach) {
        loop {
            tokio::time::sleep(app.settings.look_again).await;
            let again = match self.caller.again().await {
                Ok(caller) => Self::new(caller, self.namespace.clone()).reach(&app).await,
                Err(problem) => Err(problem),
            };
            if !again.is_ok_and(|again| again == reach) {
                return;
            }
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned();
        // A route outside the layer that knows callers must fail closed.
        let caller = caller.ok_or_else(|| Problem::Failed("nobody said who is calling".into()))?;
        Ok(Self::new(caller, Parameters::of(&parts.uri)?.one("namespace")?.map(str::to_owned)))
    }
}
