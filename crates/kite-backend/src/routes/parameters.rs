//! Parameters in paths, and the query's parameters as the OpenAPI document shows them.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::problem::Problem;

/// The issue that the path names.
#[derive(Clone, Copy, Debug)]
pub struct IssueId(pub Uuid);

/// The other issue that the path names.
#[derive(Clone, Copy, Debug)]
pub struct RelatedId(pub Uuid);

/// The cause that the path names.
#[derive(Clone, Debug)]
pub struct CauseKey(pub String);

/// The webhook that the path names.
#[derive(Clone, Debug)]
pub struct WebhookName(pub String);

impl<S: Send + Sync> FromRequestParts<S> for IssueId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        id(&parameter(parts, state, "id").await?).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RelatedId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        id(&parameter(parts, state, "relatedId").await?).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CauseKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        parameter(parts, state, "key").await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for WebhookName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        parameter(parts, state, "name").await.map(Self)
    }
}

async fn parameter<S: Send + Sync>(parts: &mut Parts, state: &S, name: &str) -> Result<String, Problem> {
    let all = RawPathParams::from_request_parts(parts, state).await;
    let all = all.map_err(|_| Problem::Unreadable("the path is not UTF-8".to_owned()))?;
    let value = all.iter().find_map(|(known, value)| (known == name).then(|| value.to_owned()));
    value.ok_or_else(|| Problem::Failed(format!("the route has no parameter `{name}`").into()))
}

fn id(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::Unreadable("the path holds an id that is not a UUID".to_owned()))
}

/// The namespace, as every route takes it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters in the OpenAPI document")]
pub struct InNamespace {
    /// Only inside this namespace: an issue elsewhere is as good as none (404), and a body that
    /// names another namespace is refused (403).
    namespace: Option<String>,
}

/// Which issues are meant. Lists may be repeated or separated by commas.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the parameters in the OpenAPI document")]
pub struct Filters {
    /// Only inside this namespace.
    namespace: Option<String>,
    /// `info`, `minor`, `major`, `critical`; a list.
    severity: Option<String>,
    /// `build`, `test`, `release`, `dependency`, `pipeline`; a list.
    issue_type: Option<String>,
    /// `ACTIVE`, `RESOLVED`; a list.
    state: Option<String>,
    /// Kinds of the resource; a list.
    resource_type: Option<String>,
    /// Name of the resource; may be repeated.
    resource_name: Option<String>,
    /// Values of the label `application`; a list.
    application: Option<String>,
    /// Values of the label `component`; a list.
    component: Option<String>,
    /// Key of a cause; may be repeated.
    cause: Option<String>,
    /// Any label: `label.KEY=VALUE`; may be repeated.
    #[param(rename = "label.KEY")]
    label: Option<String>,
    /// Clusters; a list.
    cluster: Option<String>,
    /// The episode began then or later: a time, or its age such as `2d` or `12h`.
    detected_from: Option<String>,
    /// The episode began before: a time, or its age.
    detected_before: Option<String>,
    /// It must be fixed before: a time, or `now` for what is overdue.
    due_before: Option<String>,
    /// Part of the title or the description, case ignored; without a namespace at least 3 characters.
    search: Option<String>,
}

/// How far back.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters in the OpenAPI document")]
pub struct Window {
    /// How many days, today included: `14`, `30` or `90`.
    #[param(default = 14)]
    days: Option<u16>,
}

/// Which part of a list of causes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters in the OpenAPI document")]
pub struct CausePaging {
    /// How many at most.
    #[param(default = 50, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// Where the page before ended: its `nextCursor`.
    cursor: Option<String>,
}

/// Which part of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the parameters in the OpenAPI document")]
pub struct Paging {
    /// How many at most.
    #[param(default = 50, minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// How many to skip.
    offset: Option<u32>,
    /// Where the page before ended: its `nextCursor`. Cheaper than `offset`.
    cursor: Option<String>,
    /// `detectedAt` (newest first, the default) or `severity` (worst first).
    sort: Option<String>,
}
