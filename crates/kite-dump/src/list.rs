//! The head of a list: what its items are when they do not say it themselves.
//!
//! The items of a `PipelineRunList` as the API server answers it carry neither `kind` nor
//! `apiVersion`, the list does. In sorted YAML or JSON `kind: PipelineRunList` stands *after* the
//! items, so items that need it are held back until the list ends.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use crate::cutter::Chunk;

/// The kind and version that a typed list gives to its items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ItemType {
    pub(crate) kind: Option<String>,
    pub(crate) api_version: Option<String>,
}

impl ItemType {
    /// The type of the items of a list with this `kind` and `apiVersion`; a plain `List` says nothing.
    pub(crate) fn of_list(kind: Option<&str>, api_version: Option<&str>) -> Self {
        let kind = kind.and_then(|kind| kind.strip_suffix("List")).filter(|kind| !kind.is_empty());
        let api_version = api_version.filter(|_| kind.is_some());
        Self { kind: kind.map(str::to_owned), api_version: api_version.map(str::to_owned) }
    }

    /// Adds to an object what it does not say about its type.
    pub(crate) fn fill(&self, object: &mut Map<String, Value>) {
        for (key, value) in [("kind", &self.kind), ("apiVersion", &self.api_version)] {
            if let (None, Some(value)) = (object.get(key), value) {
                object.insert(key.to_owned(), Value::String(value.clone()));
            }
        }
    }
}

/// The head of a list that is being cut, shared by the cutter and the chunks of its items.
#[derive(Debug, Default)]
pub(crate) struct ListHead(Mutex<State>);

#[derive(Debug)]
enum State {
    /// The type is not known yet; items that need it wait here.
    Open {
        waiting: Vec<Chunk>,
        weight: usize,
    },
    Known(ItemType),
}

impl Default for State {
    fn default() -> Self {
        Self::Open { waiting: Vec::new(), weight: 0 }
    }
}

/// What a list head says to an item without a type.
pub(crate) enum Answer {
    /// The type of the list's items.
    Known(ItemType),
    /// The chunk comes back when the list has ended.
    Later,
    /// Too much waits already.
    TooMuch,
}

impl ListHead {
    /// A head that says from the beginning what the items are.
    pub(crate) fn known(item_type: ItemType) -> Self {
        Self(Mutex::new(State::Known(item_type)))
    }

    /// Asks for the type of an item; keeps the item's chunk when the type is not known yet.
    pub(crate) fn ask(&self, chunk: &mut Chunk, limit: usize) -> Answer {
        match &mut *self.lock() {
            State::Known(item_type) => Answer::Known(item_type.clone()),
            State::Open { weight, .. } if *weight + chunk.text.len() > limit => Answer::TooMuch,
            State::Open { waiting, weight } => {
                *weight += chunk.text.len();
                waiting.push(chunk.take());
                Answer::Later
            }
        }
    }

    /// Makes the type known and gives back the chunks that waited for it.
    pub(crate) fn settle(&self, item_type: ItemType) -> Vec<Chunk> {
        match std::mem::replace(&mut *self.lock(), State::Known(item_type)) {
            State::Open { waiting, .. } => waiting,
            State::Known(_) => Vec::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
