//! Relating issues to each other.

use kite_store::Relating;
use uuid::Uuid;

use crate::access::Verb;
use crate::app::App;
use crate::input::Asking;
use crate::problem::Problem;

/// Says that one issue has to do with another of the same namespace.
pub async fn relate(app: &App, asking: &Asking, source: Uuid, target: Uuid) -> Result<(), Problem> {
    if source == target {
        return Err(Problem::invalid("relatedId", "must be another issue"));
    }
    let from = asking.issue(app, source).await?;
    let to = asking.issue(app, target).await?;
    let namespace = &from.identity.scope.namespace;
    asking.may(Verb::Update, namespace).await?;
    // Whoever sees both namespaces learns no more than who sees one: an issue elsewhere is none.
    if *namespace != to.identity.scope.namespace {
        return Err(Problem::no_such_issue());
    }
    match app.store.relation_add(source, target).await? {
        Relating::Added => Ok(()),
        Relating::Exists => Err(Problem::Conflict("the issues are related already".to_owned())),
        Relating::Missing => Err(Problem::no_such_issue()),
    }
}

/// Takes back that two issues have to do with each other.
pub async fn unrelate(app: &App, asking: &Asking, one: Uuid, other: Uuid) -> Result<(), Problem> {
    let issue = asking.issue(app, one).await?;
    asking.may(Verb::Update, &issue.identity.scope.namespace).await?;
    if app.store.relation_remove(one, other).await? {
        return Ok(());
    }
    Err(Problem::NotFound("the issues are not related".to_owned()))
}
