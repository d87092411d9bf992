//! Reading what a batch must know before it can decide.

use std::collections::{BTreeSet, HashMap};

use kite_core::batch::{Kind, Loaded, Lookups, Record, ReportKey, Said, StoredReport};
use kite_core::position::Rank;
use kite_core::{Identity, IssueType, Position, Scope, Severity, Target};
use sqlx::Row as _;
use uuid::Uuid;

use super::super::dialect::{Connection, Driver, Id, Time, fetch};
use crate::stored::{self, LedgerJson};
use crate::{StoreError, keys};

pub(super) type Row = <Driver as sqlx::Database>::Row;

/// The hashes of the texts that are stored for identities.
pub type TextHashes = HashMap<Identity, Uuid>;

macro_rules! record {
    () => {
        "i.scope_key, i.reported_type, i.variant, i.id, i.severity, i.issue_type, i.application, i.component, i.cause, i.due_at, \
     i.ledger, i.related, i.created_at, i.updated_at, i.text_hash"
    };
}

const RECORD: &str = record!();
const REPORT: &str = "p.kind, p.run_id, p.occurred_at, p.sweep_run, p.issue_type, p.variant, p.scope_key, p.said, p.ended_at, \
     p.expires_at";

/// What is known of the reports in `r`, and of their identities.
pub const KNOWN: [&str; 2] = [
    concat!("r.n, p.occurred_at, p.sweep_run, p.said, ", record!()),
    "LEFT JOIN issues i ON i.key = r.key \
     LEFT JOIN reports p ON p.target_key = r.key AND p.run_id = r.run_id AND p.kind = r.kind",
];

fn known_query(source: &str) -> String {
    let [columns, join] = KNOWN;
    format!("SELECT {columns} FROM {source} {join}")
}

fn in_scopes_query(source: &str) -> String {
    format!(
        "SELECT {RECORD} FROM {source} JOIN issues i ON i.scope_key = r.scope_key WHERE i.state = 1 OR i.settled_at >= r.since"
    )
}

fn previous_query(source: &str) -> String {
    format!(
        "SELECT r.n, (SELECT max(p.occurred_at) FROM reports p WHERE p.scope_key = r.scope_key AND p.occurred_at < r.before \
         AND p.kind IN (0, 1, 2)) AS at FROM {source}"
    )
}

fn attempts_query(source: &str) -> String {
    format!("SELECT {REPORT} FROM {source} JOIN reports p ON p.scope_key = r.scope_key WHERE p.kind IN (0, 1, 2)")
}

fn sweeps_query(source: &str) -> String {
    format!("SELECT {REPORT} FROM {source} JOIN reports p ON p.anchor_key = r.scope_key")
}

const AT: &str = "SELECT run_id, kind FROM reports WHERE scope_key = $1 AND occurred_at = $2 AND kind IN (0, 1, 2)";

/// The locked scopes by their keys.
pub struct Names(HashMap<Uuid, Scope>);

impl Names {
    pub fn of(scopes: &BTreeSet<Scope>) -> Self {
        Self(scopes.iter().map(|scope| (keys::scope_key(scope), scope.clone())).collect())
    }

    fn scope(&self, key: Uuid) -> Result<Scope, StoreError> {
        self.0.get(&key).cloned().ok_or(StoreError::Inconsistent { table: "issues", column: "scope_key" })
    }
}

bulk! {
    struct Known {
        n: i64,
        key: Id,
        run_id: String,
        kind: i16,
    }
}

bulk! {
    struct Since {
        scope_key: Id,
        since: Time,
    }
}

bulk! {
    struct Until {
        n: i64,
        scope_key: Id,
        before: Time,
    }
}

bulk! {
    struct ScopeKey {
        scope_key: Id,
    }
}

/// Reads what the lookups name.
pub(super) async fn load(
    connection: &mut Connection,
    lookups: &Lookups,
    names: &Names,
) -> Result<(Loaded, TextHashes), StoreError> {
    let mut reader = Reader::new(names);
    let known = |(n, key): (usize, &ReportKey)| Known {
        n: number(n),
        key: Id(keys::target_key(&key.target)),
        run_id: key.run_id.clone(),
        kind: key.kind.code(),
    };
    let input: Vec<_> = lookups.reports.iter().enumerate().map(known).collect();
    for row in fetch(connection, &input, known_query).await? {
        reader.take_known(&row, &lookups.reports)?;
    }
    reader.finish(connection, lookups).await
}

/// Collects what is read.
pub struct Reader<'a> {
    names: &'a Names,
    loaded: Loaded,
    records: HashMap<Identity, Record>,
    texts: TextHashes,
}

impl<'a> Reader<'a> {
    /// Nothing so far.
    pub fn new(names: &'a Names) -> Self {
        Self { names, loaded: Loaded::default(), records: HashMap::new(), texts: TextHashes::new() }
    }

    /// Takes a row with the [`KNOWN`] columns, of the `n`th of the reports that were asked for.
    pub fn take_known(&mut self, row: &Row, asked: &[ReportKey]) -> Result<(), StoreError> {
        let n = usize::try_from(row.try_get::<i64, _>("n")?).unwrap_or(usize::MAX);
        let Some(key) = asked.get(n) else { return Ok(()) };
        if let Some(said) = row.try_get::<Option<&str>, _>("said")? {
            let position = position(row, &key.run_id, key.kind)?;
            let said = stored::read_said(key.kind, said)?;
            self.loaded.reports.push(StoredReport { key: key.clone(), position, said });
        }
        if row.try_get::<Option<Id>, _>("id")?.is_some() {
            self.take_record(row)?;
        }
        Ok(())
    }

    fn take_record(&mut self, row: &Row) -> Result<(), StoreError> {
        let (record, hash) = record(row, self.names)?;
        self.texts.insert(record.identity.clone(), hash);
        self.records.insert(record.identity.clone(), record);
        Ok(())
    }

    /// Reads what is rarely needed.
    pub async fn finish(
        mut self,
        connection: &mut Connection,
        lookups: &Lookups,
    ) -> Result<(Loaded, TextHashes), StoreError> {
        if !lookups.cleared.is_empty() {
            let since = |(scope, at): &(Scope, _)| Since { scope_key: Id(keys::scope_key(scope)), since: Time(*at) };
            let input: Vec<_> = lookups.cleared.iter().map(since).collect();
            for row in fetch(connection, &input, in_scopes_query).await? {
                self.take_record(&row)?;
            }
        }
        if !lookups.previous.is_empty() {
            self.loaded.previous = previous(connection, lookups).await?;
        }
        if !lookups.anchors.is_empty() {
            self.loaded.attempts = of_scopes(connection, attempts_query, &lookups.anchors, self.names).await?;
            self.loaded.sweeps = of_scopes(connection, sweeps_query, &lookups.anchors, self.names).await?;
        }
        self.loaded.records = self.records.into_values().collect();
        Ok((self.loaded, self.texts))
    }
}

async fn previous(
    connection: &mut Connection,
    lookups: &Lookups,
) -> Result<Vec<(Scope, jiff::Timestamp, Position)>, StoreError> {
    let before = |(n, (scope, at)): (usize, &(Scope, _))| Until {
        n: number(n),
        scope_key: Id(keys::scope_key(scope)),
        before: Time(*at),
    };
    let input: Vec<_> = lookups.previous.iter().enumerate().map(before).collect();
    let mut found = Vec::new();
    for row in fetch(connection, &input, previous_query).await? {
        let n = usize::try_from(row.try_get::<i64, _>("n")?).unwrap_or(usize::MAX);
        let (Some((scope, before)), Some(at)) = (lookups.previous.get(n), row.try_get::<Option<Time>, _>("at")?) else {
            continue;
        };
        let at_once = sqlx::query(AT).bind(Id(keys::scope_key(scope))).bind(at).fetch_all(&mut *connection).await?;
        let positions = at_once.iter().map(|row| {
            let kind = kind(row)?;
            Ok(attempt(at.0, row.try_get("run_id")?, kind))
        });
        let newest = positions.collect::<Result<Vec<_>, StoreError>>()?.into_iter().max();
        found.extend(newest.map(|newest| (scope.clone(), *before, newest)));
    }
    Ok(found)
}

async fn of_scopes(
    connection: &mut Connection,
    statement: fn(&str) -> String,
    scopes: &[Scope],
    names: &Names,
) -> Result<Vec<StoredReport>, StoreError> {
    let input: Vec<_> = scopes.iter().map(|scope| ScopeKey { scope_key: Id(keys::scope_key(scope)) }).collect();
    let rows = fetch(connection, &input, statement).await?;
    let mut reports = Vec::with_capacity(rows.len());
    for row in &rows {
        // A sweep of a scope that is not locked lies before everything that this batch says of the anchor.
        if let Some(scope) = names.0.get(&row.try_get::<Id, _>("scope_key")?.0) {
            reports.push(report(row, scope)?);
        }
    }
    Ok(reports)
}

/// A report, with the content of a failure left out.
pub(super) fn report(row: &Row, scope: &Scope) -> Result<StoredReport, StoreError> {
    let (kind, run_id) = (kind(row)?, row.try_get::<String, _>("run_id")?);
    let target = Target {
        scope: scope.clone(),
        issue_type: row.try_get::<Option<i16>, _>("issue_type")?.and_then(IssueType::from_code),
        variant: row.try_get("variant")?,
    };
    let position = position(row, &run_id, kind)?;
    let said = match kind {
        Kind::Failing => Said::FailedAt {
            ended_at: row.try_get::<Option<Time>, _>("ended_at")?.map_or(position.at, |time| time.0),
            expires_at: row.try_get::<Option<Time>, _>("expires_at")?.map(|time| time.0),
        },
        _ => stored::read_said(kind, row.try_get("said")?)?,
    };
    Ok(StoredReport { key: ReportKey { target, run_id, kind }, position, said })
}

fn kind(row: &Row) -> Result<Kind, StoreError> {
    Kind::from_code(row.try_get("kind")?).ok_or(StoreError::Inconsistent { table: "reports", column: "kind" })
}

fn position(row: &Row, run_id: &str, kind: Kind) -> Result<Position, StoreError> {
    let Time(at) = row.try_get("occurred_at")?;
    Ok(match row.try_get::<Option<String>, _>("sweep_run")? {
        Some(sweep_run) => attempt(at, sweep_run, Kind::Healthy),
        None => attempt(at, run_id.to_owned(), kind),
    })
}

fn attempt(at: jiff::Timestamp, run_id: String, kind: Kind) -> Position {
    match kind {
        Kind::Failing => Position::attempt(at, run_id, Rank::Failing),
        Kind::Healthy | Kind::Sweep => Position::attempt(at, run_id, Rank::Healthy),
        Kind::Gone => Position::attempt(at, run_id, Rank::Gone),
        Kind::Resolve | Kind::Reopen | Kind::Edit | Kind::Delete | Kind::Expiry => Position::decision(at, run_id),
    }
}

fn record(row: &Row, names: &Names) -> Result<(Record, Uuid), StoreError> {
    let wrong = |column| StoreError::Inconsistent { table: "issues", column };
    let issue_type = |column| IssueType::from_code(row.try_get(column)?).ok_or(wrong(column));
    let ledger: LedgerJson = stored::read("issues", "ledger", row.try_get("ledger")?)?;
    let record = Record {
        identity: Identity {
            scope: names.scope(row.try_get::<Id, _>("scope_key")?.0)?,
            issue_type: issue_type("reported_type")?,
            variant: row.try_get("variant")?,
        },
        id: row.try_get::<Id, _>("id")?.0,
        ledger: ledger.ledger().ok_or(wrong("ledger"))?,
        severity: Severity::from_code(row.try_get("severity")?).ok_or(wrong("severity"))?,
        issue_type: issue_type("issue_type")?,
        application: row.try_get("application")?,
        component: row.try_get("component")?,
        cause: row.try_get("cause")?,
        due_at: row.try_get::<Option<Time>, _>("due_at")?.map(|time| time.0),
        created_at: row.try_get::<Time, _>("created_at")?.0,
        updated_at: row.try_get::<Time, _>("updated_at")?.0,
        related: row.try_get("related")?,
        view: None,
    };
    Ok((record, row.try_get::<Id, _>("text_hash")?.0))
}

/// A number as the database has it.
pub fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
