//! The store's face: one type for both databases.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kite_core::batch::Outcome;
use kite_core::{Identity, Issue, IssueFilter, IssueType, Reach, Severity, State, Submission};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    Cause, CauseDecision, CausePage, CauseQuery, Counts, Cube, Decided, Dimension, Due, FeedCursor, FeedPage, History,
    ListQuery, Occurrence, Page, Pulse, Relating, Relation, Source, Spread, StoreError, Stretches, postgres, sqlite,
};

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct Options {
    /// `postgres://…`, `sqlite:PATH` or `sqlite::memory:`.
    pub url: String,
    /// Connections for reading, at most (PostgreSQL).
    pub max_connections: u32,
}

/// A database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    engine: Engine,
}

#[derive(Clone, Debug)]
enum Engine {
    Postgres(postgres::Db),
    Sqlite(sqlite::Db),
}

/// Calls the same operation of the database at hand.
macro_rules! on_either {
    ($store:expr, $module:ident :: $operation:ident ( $($argument:expr),* )) => {
        match &$store.engine {
            Engine::Postgres(db) => postgres::$module::$operation(db, $($argument),*).await,
            Engine::Sqlite(db) => sqlite::$module::$operation(db, $($argument),*).await,
        }
    };
}

impl Store {
    /// Connects, and brings the schema up to date; several processes may do so at once.
    pub async fn connect(options: &Options) -> Result<Self, StoreError> {
        let engine = if options.url.starts_with("sqlite:") {
            Engine::Sqlite(sqlite::connect(options).await?)
        } else if options.url.starts_with("postgres://") || options.url.starts_with("postgresql://") {
            Engine::Postgres(postgres::connect(options).await?)
        } else {
            return Err(StoreError::Setup("the database address must begin with postgres:// or sqlite:".to_owned()));
        };
        Ok(Self { engine })
    }

    /// Applies a group of submissions in one transaction, durable when it returns. The answers are
    /// in order. When the group fails for one submission's sake it is halved, so only that one fails.
    pub async fn apply(&self, submissions: Vec<Submission>) -> Vec<Result<Outcome, StoreError>> {
        if submissions.is_empty() {
            return Vec::new();
        }
        on_either!(self, apply::apply(submissions))
    }

    /// All namespaces in which there ever was an issue, or that a source reports for.
    pub async fn namespaces(&self) -> Result<BTreeSet<String>, StoreError> {
        on_either!(self, totals::namespaces())
    }

    /// Reads one issue within reach.
    pub async fn issue_get(&self, reach: &Reach, id: Uuid) -> Result<Option<Issue>, StoreError> {
        on_either!(self, issues::get(reach, id))
    }

    /// Reads the issues of these ids that are within reach, in no order.
    pub async fn issue_get_all(&self, reach: &Reach, ids: &[Uuid]) -> Result<Vec<Issue>, StoreError> {
        on_either!(self, issues::get_all(reach, ids))
    }

    /// Reads a page of issues.
    pub async fn issue_list(&self, query: &ListQuery) -> Result<Page, StoreError> {
        let query = ListQuery { filter: self.attributed(&query.filter).await?, ..query.clone() };
        on_either!(self, issues::list(&query))
    }

    /// Reads the relations of these issues, in both directions.
    pub async fn relation_list(&self, issues: &[Uuid]) -> Result<Vec<Relation>, StoreError> {
        on_either!(self, relations::list(issues))
    }

    /// Relates two issues of one namespace.
    pub async fn relation_add(&self, source: Uuid, target: Uuid) -> Result<Relating, StoreError> {
        on_either!(self, relations::add(source, target))
    }

    /// Removes the relation between two issues, whatever its direction. False: there was none.
    pub async fn relation_remove(&self, one: Uuid, other: Uuid) -> Result<bool, StoreError> {
        on_either!(self, relations::remove(one, other))
    }

    /// Reads an issue's history, newest first, from before a change on.
    pub async fn history(&self, issue: Uuid, before: Option<i64>, limit: u32) -> Result<Option<History>, StoreError> {
        on_either!(self, history::read(issue, before, limit))
    }

    /// Counts the issues that match: all of them where counters answer or in one namespace, otherwise up to 10,000.
    pub async fn total(&self, filter: &IssueFilter) -> Result<u64, StoreError> {
        let filter = &self.attributed(filter).await?;
        on_either!(self, totals::all(filter))
    }

    /// Counts the issues that match, and those resolved since a time.
    pub async fn counts(&self, filter: &IssueFilter, resolved_since: Timestamp) -> Result<Counts, StoreError> {
        let filter = &self.attributed(filter).await?;
        on_either!(self, totals::counts(filter, resolved_since))
    }

    /// Counts issues by state, severity and type, whatever the filter says of these; `None` when they
    /// would have to be counted one by one.
    pub async fn cube(&self, filter: &IssueFilter) -> Result<Option<Cube>, StoreError> {
        on_either!(self, facets::cube(filter))
    }

    /// The most frequent values among the issues that match, a search aside, and how many have each. Empty when there
    /// is too much to count.
    pub async fn top(
        &self,
        filter: &IssueFilter,
        dimension: Dimension,
        limit: u32,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let filter = &self.attributed(filter).await?;
        on_either!(self, facets::top(filter, dimension, limit))
    }

    /// Reads the issues that match and were resolved since a time, newest first.
    pub async fn resolved_list(
        &self,
        filter: &IssueFilter,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Issue>, StoreError> {
        let filter = &self.attributed(filter).await?;
        on_either!(self, issues::resolved(filter, since, limit))
    }

    /// Counts the issues that match and were resolved since a time.
    pub async fn resolved_count(&self, filter: &IssueFilter, since: Timestamp) -> Result<u64, StoreError> {
        let filter = &self.attributed(filter).await?;
        on_either!(self, totals::resolved(filter, None, since))
    }

    /// Counts the active issues that match and must be fixed before a time, and those before a later one.
    pub async fn due_counts(
        &self,
        filter: &IssueFilter,
        now: Timestamp,
        soon: Timestamp,
    ) -> Result<(u64, u64), StoreError> {
        let filter = &self.attributed(filter).await?;
        on_either!(self, totals::due(filter, now, soon))
    }

    /// Reads an issue's last failed attempts, newest first.
    pub async fn occurrences(&self, issue: &Identity, limit: u32) -> Result<Vec<Occurrence>, StoreError> {
        on_either!(self, history::occurrences(issue, limit))
    }

    /// Reads the open episodes of the issues that match, worst and newest first, and the episodes
    /// that ended at or after a time, the last to end first: up to `limit` of each.
    pub async fn stretches(&self, filter: &IssueFilter, since: Timestamp, limit: u32) -> Result<Stretches, StoreError> {
        let filter = &self.attributed(filter).await?;
        on_either!(self, stretches::read(filter, since, limit))
    }

    /// Counts what was active at a time, of the issues that match now, by what they are now.
    pub async fn active_at(
        &self,
        filter: &IssueFilter,
        time: Timestamp,
    ) -> Result<BTreeMap<(Severity, IssueType), u64>, StoreError> {
        let filter = &self.attributed(filter).await?;
        on_either!(self, stretches::active_at(filter, time))
    }

    /// Reads a page of causes, those that are overdue first, then those that reach furthest.
    pub async fn cause_list(&self, query: &CauseQuery) -> Result<CausePage, StoreError> {
        let query = CauseQuery { filter: self.attributed(&query.filter).await?, ..query.clone() };
        on_either!(self, causes::list(&query))
    }

    /// Reads one cause as far as it is within reach, whether or not one of its issues is active.
    pub async fn cause_get(&self, reach: &Reach, key: &str, now: Timestamp) -> Result<Option<Cause>, StoreError> {
        for state in [State::Active, State::Resolved] {
            let filter = IssueFilter { causes: vec![key.to_owned()], ..IssueFilter::all(reach.clone()) };
            let resolved_since = Timestamp::UNIX_EPOCH;
            let query = CauseQuery { filter, state, resolved_since, now, limit: 1, after: None };
            if let Some(cause) = self.cause_list(&query).await?.causes.pop() {
                return Ok(Some(cause));
            }
        }
        Ok(None)
    }

    /// Counts the active issues of some causes, within reach and beyond it.
    pub async fn cause_spread(&self, reach: &Reach, keys: &[String]) -> Result<BTreeMap<String, Spread>, StoreError> {
        on_either!(self, causes::spread(reach, keys))
    }

    /// Puts the issues of a cause in a namespace down to another one: all of them and those to come, or those that
    /// the decision names, as long as they fail as they do now. Into itself: as it was.
    ///
    /// A namespace holds at most `limit` decisions; taking one back is always possible.
    pub async fn cause_decide(&self, decision: &CauseDecision, limit: u64) -> Result<Decided, StoreError> {
        on_either!(self, decisions::decide(decision, limit))
    }

    /// Forgets decisions made before a time about issues that fail in another way by now. Returns how many.
    pub async fn cause_decision_forget(&self, decided_before: Timestamp) -> Result<u64, StoreError> {
        on_either!(self, decisions::forget(decided_before))
    }

    /// Reads the decisions that put all issues of one cause down to another one, the newest first.
    pub async fn cause_decision_list(
        &self,
        reach: &Reach,
        into: Option<&str>,
        limit: u32,
    ) -> Result<Vec<CauseDecision>, StoreError> {
        on_either!(self, decisions::list(reach, into, limit))
    }

    /// The filter with the keys under which people found the issues of its causes.
    async fn attributed(&self, filter: &IssueFilter) -> Result<IssueFilter, StoreError> {
        if filter.causes.is_empty() {
            return Ok(filter.clone());
        }
        let sources = on_either!(self, decisions::sources(&filter.reach, &filter.causes))?;
        Ok(IssueFilter { merged_causes: sources.into_iter().map(|(source, _)| source).collect(), ..filter.clone() })
    }

    /// Notes that sources were heard, in one statement; none may be named twice.
    pub async fn source_note(&self, heard: &[Source]) -> Result<(), StoreError> {
        if heard.is_empty() {
            return Ok(());
        }
        on_either!(self, sources::note(heard))
    }

    /// Reads the sources of namespaces within reach, and those of no namespace if anything is
    /// within reach; the last one that was heard first.
    pub async fn source_list(&self, reach: &Reach, limit: u32) -> Result<Vec<Source>, StoreError> {
        on_either!(self, sources::list(reach, limit))
    }

    /// Forgets sources that were heard last before a time. Returns how many.
    pub async fn source_forget(&self, heard_before: Timestamp) -> Result<u64, StoreError> {
        on_either!(self, sources::forget(heard_before))
    }

    /// The end of the feed as of now.
    pub async fn feed_end(&self) -> Result<FeedCursor, StoreError> {
        on_either!(self, feed::end())
    }

    /// Reads the feed after a cursor; `None` when the cursor is of another database.
    pub async fn feed_after(
        &self,
        cursor: FeedCursor,
        reach: &Reach,
        limit: u32,
    ) -> Result<Option<FeedPage>, StoreError> {
        let epoch = self.feed_end().await?.epoch;
        if epoch != cursor.epoch {
            return Ok(None);
        }
        on_either!(self, tasks::feed_after(epoch, cursor, reach, limit)).map(Some)
    }

    /// Changes whenever there may be something new in the feed. Late rows of other transactions
    /// may need another look without a wake-up: look every second, too.
    pub fn feed_wakeups(&self) -> watch::Receiver<u64> {
        match &self.engine {
            Engine::Postgres(db) => db.wakeups.subscribe(),
            Engine::Sqlite(db) => db.wakeups.subscribe(),
        }
    }

    /// Expiries that have come, oldest first.
    pub async fn due(&self, limit: u32) -> Result<Vec<Due>, StoreError> {
        on_either!(self, tasks::due(limit))
    }

    /// Forgets clears of scopes that never had an issue, received before a time, except the newest
    /// of each part of a scope. Returns how many.
    pub async fn prune(&self, received_before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        on_either!(self, tasks::prune(received_before, limit))
    }

    /// Sorts new texts into the search index, which writers leave to this.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        on_either!(self, dialect::tidy())
    }

    /// The database's clock.
    pub async fn now(&self) -> Result<Timestamp, StoreError> {
        on_either!(self, dialect::clock())
    }

    /// Asks the database something small, to see whether it answers.
    pub async fn pulse(&self) -> Result<Pulse, StoreError> {
        on_either!(self, feed::pulse())
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Postgres(db) => {
                db.readers.close().await;
                db.writers.close().await;
            }
            Engine::Sqlite(db) => {
                db.readers.close().await;
                db.writers.close().await;
            }
        }
    }
}
