//! The watch of one kind: what happens to its objects becomes reports.
//!
//! An object is judged and dropped; what stays is a [record](crate::records).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use jiff::Timestamp;
use kite_rules::{Judgement, Owner, Said, WatchedKind, Watching};
use kube::api::Api;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event, watcher};
use serde_json::{Map, Value, json};
use tokio::time::timeout;
use tokio_util::time::{DelayQueue, delay_queue};
use uuid::Uuid;

use crate::clock::now;
use crate::metrics::KindLabels;
use crate::object::WatchedObject;
use crate::records::{Records, digest, key};
use crate::related::{Incomplete, is_failing};
use crate::shift::Shared;
use crate::status::Progress;

/// Objects of one page of a list.
const PAGE: u32 = 500;
/// No deadline is looked forward to for longer; the object is judged again then, whatever it says.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// How long one object may take to be read; the other events of its kind wait.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// The watch of one kind, everywhere or in one namespace.
pub struct KindWatch {
    /// The kind.
    pub kind: WatchedKind,
    /// How errors and readiness call it.
    pub name: String,
    /// Access to the objects.
    pub api: Api<WatchedObject>,
    /// Its version and kind, as objects carry them.
    pub type_meta: Value,
    /// What is read of the objects.
    pub watching: Watching,
    /// What all watches share.
    pub shared: Arc<Shared>,
    /// What is known of the objects.
    pub records: Records,
}

/// Why a watch ended by itself.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// The cluster does not have the kind any more.
    KindMissing,
    /// The server cannot send the initial list as events.
    NoStreamingList,
}

/// When which objects must be judged again.
#[derive(Default)]
struct Deadlines {
    queue: DelayQueue<(Uuid, String, String)>,
    keys: HashMap<Uuid, delay_queue::Key>,
}

impl KindWatch {
    /// Watches until the kind is gone.
    pub async fn run(&mut self) {
        let selectors = self.watching.selectors.clone();
        let mut config = watcher::Config {
            label_selector: selectors.labels,
            field_selector: selectors.fields,
            ..watcher::Config::default().page_size(PAGE)
        };
        if self.shared.streaming_lists {
            config = config.streaming_lists();
        }
        while self.follow(config.clone()).await == Ended::NoStreamingList {
            tracing::debug!(kind = self.name, "the server does not send lists as events; they are read page by page");
            config.initial_list_strategy = watcher::InitialListStrategy::ListWatch;
        }
        // Nobody deleted the objects one by one; nothing is over because their kind is gone.
        self.records = Records::default();
        self.count();
    }

    async fn follow(&mut self, config: watcher::Config) -> Ended {
        let mut deadlines = Deadlines::default();
        let mut events = watcher(self.api.clone(), config).default_backoff().boxed();
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(Ok(event)) => self.event(event, &mut deadlines).await,
                    Some(Err(error)) => {
                        self.shared.metrics.watch_errors.get_or_create(&self.labels()).inc();
                        if let Some(ended) = end_of(&error) {
                            return ended;
                        }
                        tracing::warn!(kind = self.name, error = &error as &dyn std::error::Error, "a watch begins again");
                        self.shared.status.fail(&self.name, error.to_string());
                    }
                    None => return Ended::KindMissing,
                },
                Some(due) = deadlines.queue.next(), if !deadlines.queue.is_empty() => {
                    let (key, namespace, name) = due.into_inner();
                    deadlines.keys.remove(&key);
                    self.judge_again(&namespace, &name, &mut deadlines).await;
                }
            }
        }
    }

    async fn event(&mut self, event: Event<WatchedObject>, deadlines: &mut Deadlines) {
        match event {
            Event::Init => {
                self.records.begin_listing();
                self.shared.status.set(&self.name, Progress::Listing);
            }
            Event::InitApply(object) => self.apply(&object, deadlines).await,
            Event::InitDone => {
                for (key, name) in self.records.end_listing() {
                    deadlines.forget(key);
                    if let Some((namespace, name)) = name {
                        // Its last state is not known, but that it is gone is.
                        self.deleted(&self.nameplate(key, &namespace, &name), &namespace, &name).await;
                    }
                }
                self.count();
                self.shared.status.set(&self.name, Progress::Synced);
            }
            Event::Apply(object) => {
                self.shared.status.recover(&self.name);
                self.apply(&object, deadlines).await;
                self.count();
            }
            Event::Delete(object) => {
                self.delete(&object, deadlines).await;
                self.count();
            }
        }
    }

    async fn apply(&mut self, object: &WatchedObject, deadlines: &mut Deadlines) {
        let key = key(object.uid());
        if !self.shared.is_selected(object.namespace()) {
            // It is not gone: it is nobody's business any more.
            deadlines.forget(key);
            return self.records.forget(key);
        }
        let name = self.name_kept(object);
        if !self.shared.leads {
            return self.records.seen(key, || name);
        }
        let Some((_, judgement)) = self.judged(object) else { return self.records.seen(key, || name) };
        let digest = digest(&judgement.said);
        deadlines.set(key, object, judgement.again_at);
        if self.records.digest_of(key) != digest {
            self.say_and_read(object, judgement).await;
        }
        // Only now: a report that could not be handed over is made again.
        self.records.note(key, digest, || name);
    }

    /// Says what is known, and has what lies beside the object read. A failure is said at once; what
    /// lies beside may still deny a recovery, so that waits.
    async fn say_and_read(&self, object: &WatchedObject, mut judgement: Judgement) {
        if judgement.needs.is_empty() {
            return self.say(object.namespace(), &judgement).await;
        }
        let (failures, recoveries) = std::mem::take(&mut judgement.said).into_iter().partition(is_failing);
        judgement.said = failures;
        self.say(object.namespace(), &judgement).await;
        let is_read = self.shared.reader.read(Incomplete {
            judge: Arc::clone(&self.shared.judge),
            kind: self.kind.clone(),
            namespace: object.namespace().to_owned(),
            name: object.name().to_owned(),
        });
        if !is_read {
            judgement.said = recoveries;
            self.say(object.namespace(), &judgement).await;
        }
    }

    async fn delete(&mut self, object: &WatchedObject, deadlines: &mut Deadlines) {
        let key = key(object.uid());
        deadlines.forget(key);
        if self.shared.is_selected(object.namespace())
            && let Some((value, judgement)) = self.judged(object)
        {
            // The last state may never have been seen before.
            let digest = digest(&judgement.said);
            if self.records.digest_of(key) != digest || !judgement.needs.is_empty() {
                self.say(object.namespace(), &judgement).await;
            }
            self.deleted(&value, object.namespace(), object.name()).await;
        }
        self.records.forget(key);
    }

    /// Says what follows from a deletion.
    async fn deleted(&self, value: &Value, namespace: &str, name: &str) {
        match self.shared.judge.judge_deleted(value, now()) {
            Ok(judgement) => self.say(namespace, &judgement).await,
            Err(error) => self.malformed(namespace, name, &error),
        }
        let owner = Owner { kind: self.kind.clone(), name: name.to_owned() };
        let metadata = value.get("metadata");
        let text = |field| metadata.and_then(|metadata| metadata.get(field)).and_then(Value::as_str).map(str::to_owned);
        let (run_id, when) = (text("uid"), text("deletionTimestamp").unwrap_or_else(|| now().to_string()));
        let gone = self.shared.owners.take(namespace, &owner).into_iter().map(|mut report| {
            report.verdict = Some("gone".to_owned());
            report.run_id.clone_from(&run_id);
            report.occurred_at = Some(when.clone());
            Said { report, gone_with: Vec::new() }
        });
        let detector = "owner".to_owned();
        self.say(namespace, &Judgement { detector, said: gone.collect(), ..Judgement::default() }).await;
    }

    async fn judge_again(&mut self, namespace: &str, name: &str, deadlines: &mut Deadlines) {
        match timeout(READ_LIMIT, self.api_in(namespace).get_opt(name)).await {
            Ok(Ok(Some(object))) => self.apply(&object, deadlines).await,
            // It is gone, which the watch says too.
            Ok(Ok(None)) => {}
            Ok(Err(error)) => {
                tracing::warn!(
                    kind = self.name,
                    error = &error as &dyn std::error::Error,
                    "an object that is overdue could not be read; it is read again"
                );
                deadlines.retry(namespace, name);
            }
            Err(_) => {
                tracing::warn!(kind = self.name, "an object that is overdue was not given in time; it is read again");
                deadlines.retry(namespace, name);
            }
        }
    }

    fn judged(&self, object: &WatchedObject) -> Option<(Value, Judgement)> {
        let value = match self.watching.needed.read(object.text()) {
            Ok(value) => self.with_type(value),
            Err(error) => {
                self.malformed(object.namespace(), object.name(), &error);
                return None;
            }
        };
        match self.shared.judge.judge(&value, now(), &Map::new()) {
            Ok(judgement) => Some((value, judgement)),
            Err(error) => {
                self.malformed(object.namespace(), object.name(), &error);
                None
            }
        }
    }

    /// Objects in lists may come without their version and kind.
    fn with_type(&self, mut value: Value) -> Value {
        if let (Some(fields), Some(type_meta)) = (value.as_object_mut(), self.type_meta.as_object()) {
            for (field, of_kind) in type_meta {
                fields.entry(field.as_str()).or_insert_with(|| of_kind.clone());
            }
        }
        value
    }

    async fn say(&self, namespace: &str, judgement: &Judgement) {
        self.shared.say(namespace, judgement).await;
    }

    fn malformed(&self, namespace: &str, name: &str, error: &(dyn std::error::Error + 'static)) {
        self.shared.metrics.malformed.get_or_create(&self.labels()).inc();
        tracing::warn!(kind = self.name, namespace, name, error, "an object could not be judged");
    }

    /// What is known of an object that is gone, when only its name is.
    fn nameplate(&self, key: Uuid, namespace: &str, name: &str) -> Value {
        let object = json!({"metadata": {"namespace": namespace, "name": name, "uid": key.to_string()}});
        self.with_type(object)
    }

    fn name_kept(&self, object: &WatchedObject) -> Option<(String, String)> {
        self.watching.deletion_matters.then(|| (object.namespace().to_owned(), object.name().to_owned()))
    }

    fn api_in(&self, namespace: &str) -> Api<WatchedObject> {
        self.shared.api(&self.kind, namespace).unwrap_or_else(|| self.api.clone())
    }

    fn count(&self) {
        let count = i64::try_from(self.records.count()).unwrap_or(i64::MAX);
        self.shared.metrics.objects.get_or_create(&self.labels()).set(count);
    }

    fn labels(&self) -> KindLabels {
        KindLabels { group: self.kind.group.clone(), kind: self.kind.kind.clone() }
    }
}

impl Deadlines {
    fn set(&mut self, key: Uuid, object: &WatchedObject, at: Option<Timestamp>) {
        self.forget(key);
        let Some(wait) = at.and_then(|at| Duration::try_from(at.duration_since(now())).ok()) else { return };
        // A moment later, so that the deadline is over by any clock.
        let wait = wait.min(LONGEST_WAIT) + Duration::from_millis(50);
        let place = (key, object.namespace().to_owned(), object.name().to_owned());
        self.keys.insert(key, self.queue.insert(place, wait));
    }

    fn retry(&mut self, namespace: &str, name: &str) {
        self.queue.insert((Uuid::nil(), namespace.to_owned(), name.to_owned()), Duration::from_secs(30));
    }

    fn forget(&mut self, key: Uuid) {
        if let Some(key) = self.keys.remove(&key) {
            self.queue.try_remove(&key);
        }
    }
}

/// Whether an error ends the watch.
fn end_of(error: &watcher::Error) -> Option<Ended> {
    let code = |error: &kube::Error| match error {
        kube::Error::Api(status) => status.code,
        _ => 0,
    };
    match error {
        watcher::Error::InitialListFailed(error) if code(error) == 404 => Some(Ended::KindMissing),
        watcher::Error::WatchStartFailed(error) => match code(error) {
            404 => Some(Ended::KindMissing),
            400 | 422 => Some(Ended::NoStreamingList),
            _ => None,
        },
        _ => None,
    }
}
