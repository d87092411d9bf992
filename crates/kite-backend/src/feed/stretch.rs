//! A piece of the feed, shared by all who watch.

use std::sync::{Arc, OnceLock};

use kite_core::{Issue, Reach};
use kite_store::{ChangeRow, FeedCursor, Relation, Store, StoreError};
use uuid::Uuid;

/// Changes in one stretch, at most.
const LENGTH: u32 = 200;

/// All that happened after one place in the feed, up to another.
#[derive(Debug)]
pub struct Stretch {
    after: FeedCursor,
    until: FeedCursor,
    happenings: Vec<Arc<Happening>>,
}

/// A change, and what became of its issue.
#[derive(Debug)]
pub struct Happening {
    /// What happened.
    pub change: ChangeRow,
    /// The issue as it was right after or later; absent when it was deleted.
    pub issue: Option<Issue>,
    /// Its relations.
    pub relations: Vec<Relation>,
    written: OnceLock<String>,
    drawn: OnceLock<String>,
}

impl Happening {
    /// The happening as text, written once for all who watch.
    pub fn written(&self, write: impl FnOnce(&Self) -> String) -> &str {
        self.written.get_or_init(|| write(self))
    }

    /// The happening as a part of a page, drawn once for all who watch.
    pub fn drawn(&self, draw: impl FnOnce(&Self) -> String) -> &str {
        self.drawn.get_or_init(|| draw(self))
    }
}

impl Stretch {
    /// Reads what happened after a place; `None` when the place is of another database.
    pub async fn read(store: &Store, after: FeedCursor, reach: &Reach) -> Result<Option<Self>, StoreError> {
        let Some(page) = store.feed_after(after, reach, LENGTH).await? else {
            return Ok(None);
        };
        let related = page.changes.iter().filter_map(|(_, issue)| issue.as_ref().filter(|issue| issue.related));
        let mut related: Vec<Uuid> = related.map(|issue| issue.id).collect();
        related.dedup();
        let relations = if related.is_empty() { Vec::new() } else { store.relation_list(&related).await? };
        let happening = |(change, issue): (ChangeRow, Option<Issue>)| {
            let concerns = |relation: &&Relation| [relation.source.id, relation.target.id].contains(&change.issue_id);
            let relations = relations.iter().filter(concerns).cloned().collect();
            Arc::new(Happening { change, issue, relations, written: OnceLock::new(), drawn: OnceLock::new() })
        };
        let happenings = page.changes.into_iter().map(happening).collect();
        Ok(Some(Self { after, until: page.next, happenings }))
    }

    /// Says only how far the feed has come.
    pub fn nothing_at(place: FeedCursor) -> Self {
        Self { after: place, until: place, happenings: Vec::new() }
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.happenings.is_empty()
    }

    /// Where the stretch ends.
    pub fn until(&self) -> FeedCursor {
        self.until
    }

    /// Whether the stretch goes on where somebody has seen to, or overlaps with it.
    pub fn joins(&self, seen: FeedCursor) -> bool {
        self.until.epoch == seen.epoch && self.after <= seen
    }

    /// What happened after somebody's place, where they may see it.
    pub fn news(&self, seen: FeedCursor, reach: &Reach) -> impl Iterator<Item = Arc<Happening>> {
        let new = self.happenings.iter().filter(move |happening| happening.change.cursor > seen);
        new.filter(move |happening| match reach {
            Reach::All => true,
            Reach::Only(namespaces) => namespaces.contains(&happening.change.namespace),
        })
        .cloned()
    }
}
