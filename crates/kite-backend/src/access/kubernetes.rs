//! Kubernetes says who somebody is (`TokenReview`) and what they may do (`SubjectAccessReview`).
//!
//! Answers are remembered for a short time, a yes longer than a no, and errors never: whatever
//! cannot be found out is refused as temporary.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use k8s_openapi::api::authentication::v1::{TokenReview, TokenReviewSpec, UserInfo};
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec};
use kube::api::{Api, PostParams};
use kube::{Client, Resource};
use moka::Expiry;
use moka::future::Cache;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::credentials::{Credentials, Impersonated};
use super::user::{Key, User};
use super::{Permission, Verb};
use crate::problem::Problem;

/// Users and answers that are remembered at most.
const MOST_USERS: u64 = 10_000;
const MOST_ANSWERS: u64 = 200_000;
/// Reviews in flight.
const SIDE_BY_SIDE: usize = 64;
/// Users that everybody may be: Kubernetes adds this group to all but one.
const AUTHENTICATED: &str = "system:authenticated";
const ANONYMOUS: &str = "system:anonymous";
const SERVICE_ACCOUNT: &str = "system:serviceaccount:";

/// How Kubernetes is asked.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whom tokens must be for; any when empty.
    pub audiences: Vec<String>,
    /// What somebody needs for reading.
    pub reading: Permission,
    /// What somebody needs for reading what logs say.
    pub logs: Permission,
    /// Whether a proxy may speak for others, if Kubernetes lets it.
    pub impersonation: bool,
    /// How long a yes counts.
    pub remember_yes: Duration,
    /// How long a no counts.
    pub remember_no: Duration,
    /// How long one review may take, the wait for its turn included.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            audiences: Vec::new(),
            reading: Permission::default(),
            logs: Permission::to_read_logs(),
            impersonation: false,
            remember_yes: Duration::from_secs(15),
            remember_no: Duration::from_secs(5),
            patience: Duration::from_secs(5),
        }
    }
}

/// Asks Kubernetes.
pub struct Kubernetes {
    client: Client,
    options: Options,
    users: Cache<Key, Option<Arc<User>>>,
    answers: Cache<(Key, Question), bool>,
    room: Semaphore,
}

/// What is asked about a user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Question {
    /// Whether the user may do something in a namespace, or in all.
    May(Verb, Option<String>),
    /// Whether the user may speak for another one (resource, namespace, name).
    SpeakFor(&'static str, Option<String>, String),
}

impl Kubernetes {
    /// Asks through this client, whose own rights must include both kinds of reviews.
    pub fn new(client: Client, options: Options) -> Self {
        Self {
            client,
            users: remembered(MOST_USERS, &options, Option::is_some),
            answers: remembered(MOST_ANSWERS, &options, |answer| *answer),
            options,
            room: Semaphore::new(SIDE_BY_SIDE),
        }
    }

    /// Finds out who somebody is.
    pub async fn sign_in(&self, credentials: &Credentials) -> Result<Arc<User>, Problem> {
        let review = async { self.review_token(credentials.token()).await };
        let user = self.users.try_get_with(credentials.key(), review).await.map_err(|error| put_off(&error))?;
        let user = user.ok_or(Problem::Unauthenticated("the token is not valid, or not any more"))?;
        match &credentials.impersonated {
            Some(impersonated) => self.impersonate(&user, impersonated).await,
            None => Ok(user),
        }
    }

    /// Whether a user may do something in a namespace, or in all of them.
    pub async fn may(&self, user: &User, verb: Verb, namespace: Option<&str>) -> Result<bool, Problem> {
        // Those who report mostly do so for all namespaces; one answer then does for every one of them.
        if verb == Verb::Report && self.answer(user, Question::May(verb, None)).await? {
            return Ok(true);
        }
        self.answer(user, Question::May(verb, namespace.map(str::to_owned))).await
    }

    /// Whoever a proxy speaks for, if it may: for that user and for each group.
    async fn impersonate(&self, proxy: &User, wanted: &Impersonated) -> Result<Arc<User>, Problem> {
        let refused = || Problem::Forbidden("you may not speak for others here".to_owned());
        if !self.options.impersonation {
            return Err(refused());
        }
        let name = wanted.user.clone();
        let account = name.strip_prefix(SERVICE_ACCOUNT).and_then(|place| place.split_once(':'));
        let user = match account {
            Some((namespace, name)) => {
                Question::SpeakFor("serviceaccounts", Some(namespace.to_owned()), name.to_owned())
            }
            None => Question::SpeakFor("users", None, name.clone()),
        };
        let groups = wanted.groups.iter().map(|group| Question::SpeakFor("groups", None, group.clone()));
        for question in [user].into_iter().chain(groups) {
            if !self.answer(proxy, question).await? {
                return Err(refused());
            }
        }
        let mut groups = wanted.groups.clone();
        if name != ANONYMOUS {
            groups.push(AUTHENTICATED.to_owned());
        }
        Ok(Arc::new(User::new(name, String::new(), groups, BTreeMap::new())))
    }

    async fn answer(&self, user: &User, question: Question) -> Result<bool, Problem> {
        let review = async { self.review_access(user, self.attributes(&question)).await };
        let answer = self.answers.try_get_with((user.key(), question.clone()), review).await;
        answer.map_err(|error| put_off(&error))
    }

    fn attributes(&self, question: &Question) -> ResourceAttributes {
        match question {
            Question::May(verb, namespace) => {
                let Options { reading, logs, .. } = &self.options;
                let Permission { verb, group, resource } = Permission::for_verb(*verb, reading, logs);
                let (resource, subresource) = match resource.split_once('/') {
                    Some((resource, subresource)) => (resource.to_owned(), Some(subresource.to_owned())),
                    None => (resource, None),
                };
                ResourceAttributes {
                    namespace: namespace.clone(),
                    verb: Some(verb),
                    group: Some(group),
                    resource: Some(resource),
                    subresource,
                    ..ResourceAttributes::default()
                }
            }
            Question::SpeakFor(resource, namespace, name) => ResourceAttributes {
                namespace: namespace.clone(),
                verb: Some("impersonate".to_owned()),
                resource: Some((*resource).to_owned()),
                name: Some(name.clone()),
                ..ResourceAttributes::default()
            },
        }
    }

    async fn review_token(&self, token: &str) -> Result<Option<Arc<User>>, ReviewError> {
        let audiences = Some(self.options.audiences.clone()).filter(|audiences| !audiences.is_empty());
        let spec = TokenReviewSpec { token: Some(token.to_owned()), audiences: audiences.clone() };
        let review = self.review(&TokenReview { spec, ..TokenReview::default() }).await?;
        let status = review.status.unwrap_or_default();
        let is_for_us =
            |meant: &Vec<String>| status.audiences.iter().flatten().any(|audience| meant.contains(audience));
        if status.authenticated != Some(true) || !audiences.as_ref().is_none_or(is_for_us) {
            return Ok(None);
        }
        Ok(status.user.and_then(user).map(Arc::new))
    }

    async fn review_access(&self, user: &User, attributes: ResourceAttributes) -> Result<bool, ReviewError> {
        let spec = SubjectAccessReviewSpec {
            user: Some(user.name.clone()),
            uid: Some(user.uid.clone()).filter(|uid| !uid.is_empty()),
            groups: Some(user.groups.clone()),
            extra: Some(user.extra.clone()),
            resource_attributes: Some(attributes),
            ..SubjectAccessReviewSpec::default()
        };
        let review = self.review(&SubjectAccessReview { spec, ..SubjectAccessReview::default() }).await?;
        Ok(review.status.is_some_and(|status| status.allowed && status.denied != Some(true)))
    }

    async fn review<R>(&self, review: &R) -> Result<R, ReviewError>
    where
        R: Resource<DynamicType = (), Scope = k8s_openapi::ClusterResourceScope>,
        R: Clone + std::fmt::Debug + DeserializeOwned + Serialize,
    {
        let reviewed = timeout(self.options.patience, async {
            // The semaphore is never closed.
            let _room = self.room.acquire().await;
            Api::<R>::all(self.client.clone()).create(&PostParams::default(), review).await
        });
        Ok(reviewed.await.map_err(|_| ReviewError::Timeout)??)
    }
}

#[derive(Debug, thiserror::Error)]
enum ReviewError {
    #[error("the API server did not review it in time")]
    Timeout,
    // Without the cause's own words, which may repeat what was sent.
    #[error("the API server did not review it")]
    Failed(#[from] kube::Error),
}

/// A user without a name is none.
fn user(info: UserInfo) -> Option<User> {
    let name = info.username.filter(|name| !name.is_empty())?;
    let extra = info.extra.unwrap_or_default();
    Some(User::new(name, info.uid.unwrap_or_default(), info.groups.unwrap_or_default(), extra))
}

fn put_off(error: &Arc<ReviewError>) -> Problem {
    Problem::Busy {
        reason: "Kubernetes does not say at present who may do what",
        source: Some(Arc::clone(error).into()),
    }
}

/// A bounded memory in which a yes lives longer than a no. Those who ask the same at one time ask once.
fn remembered<K, V>(most: u64, options: &Options, is_yes: fn(&V) -> bool) -> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    let lives = Lives { is_yes, yes: options.remember_yes, no: options.remember_no };
    Cache::builder().max_capacity(most).expire_after(lives).build()
}

struct Lives<V> {
    is_yes: fn(&V) -> bool,
    yes: Duration,
    no: Duration,
}

impl<K, V> Expiry<K, V> for Lives<V> {
    fn expire_after_create(&self, _: &K, value: &V, _: Instant) -> Option<Duration> {
        Some(if (self.is_yes)(value) { self.yes } else { self.no })
    }
}
