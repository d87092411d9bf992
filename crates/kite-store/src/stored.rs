//! How the core's types are written into text columns, as JSON.

mod content;

use jiff::Timestamp;
use kite_core::batch::Said;
use kite_core::ledger::{Ending, Episode, Ledger, OpenEpisode, Run};
use kite_core::{Action, Change, Clear, Edit, IssueType, Link, Position, Reason, Scope, Severity, State};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::StoreError;
use content::links_json;
pub use content::{ContentJson, DetailsJson};

/// Writes a value as JSON.
pub fn write(value: &impl Serialize) -> String {
    // Plain structs with text keys always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads a JSON column.
pub fn read<T: DeserializeOwned>(table: &'static str, column: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Inconsistent { table, column })
}

/// A scope: cluster, namespace, type, name, namespace of the resource.
#[derive(Serialize, Deserialize)]
pub struct ScopeJson(String, String, String, String, String);

impl From<&Scope> for ScopeJson {
    fn from(scope: &Scope) -> Self {
        let Scope { cluster, namespace, resource_type, resource_name, resource_namespace } = scope.clone();
        Self(cluster, namespace, resource_type, resource_name, resource_namespace)
    }
}

impl From<ScopeJson> for Scope {
    fn from(ScopeJson(cluster, namespace, resource_type, resource_name, resource_namespace): ScopeJson) -> Self {
        Self { cluster, namespace, resource_type, resource_name, resource_namespace }
    }
}

/// A position: time, run, code.
#[derive(Serialize, Deserialize)]
pub struct PositionJson(Timestamp, String, i16);

impl From<&Position> for PositionJson {
    fn from(position: &Position) -> Self {
        Self(position.at, position.run_id.clone(), position.code())
    }
}

impl From<PositionJson> for Position {
    fn from(PositionJson(at, run_id, code): PositionJson) -> Self {
        Self::from_code(at, run_id, code)
    }
}

/// A failed run: run, began, ended, expires.
#[derive(Serialize, Deserialize)]
struct RunJson(String, Timestamp, Timestamp, Option<Timestamp>);

impl From<RunJson> for Run {
    fn from(RunJson(run_id, occurred_at, ended_at, expires_at): RunJson) -> Self {
        Self { run_id, occurred_at, ended_at, expires_at }
    }
}

/// An open episode: number, start, count, end of its latest run.
#[derive(Serialize, Deserialize)]
struct OpenJson(u64, Timestamp, u64, Timestamp);

impl From<OpenJson> for OpenEpisode {
    fn from(OpenJson(number, started_at, count, latest_end): OpenJson) -> Self {
        Self { number, started_at, count, latest_end }
    }
}

/// An episode that ended.
#[derive(Serialize, Deserialize)]
struct EpisodeJson {
    number: u64,
    started_at: Timestamp,
    count: u64,
    count_so_far: u64,
    end: PositionJson,
    ending: i16,
    by: Option<String>,
    clean: bool,
}

/// The standing of an identity.
#[derive(Serialize, Deserialize)]
pub struct LedgerJson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open: Option<OpenJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<EpisodeJson>,
    count: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<RunJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latest_end: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settled: Option<PositionJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted_until: Option<Timestamp>,
}

impl From<&Ledger> for LedgerJson {
    fn from(ledger: &Ledger) -> Self {
        let Ledger { open, last, count, newest, latest_end, settled, deleted_until } = ledger;
        let run = |run: &Run| RunJson(run.run_id.clone(), run.occurred_at, run.ended_at, run.expires_at);
        Self {
            open: open.as_ref().map(|open| OpenJson(open.number, open.started_at, open.count, open.latest_end)),
            last: last.as_ref().map(EpisodeJson::from),
            count: *count,
            newest: newest.as_ref().map(run),
            latest_end: *latest_end,
            settled: settled.as_ref().map(PositionJson::from),
            deleted_until: *deleted_until,
        }
    }
}

impl LedgerJson {
    /// The standing; `None` when an ending is unknown.
    pub fn ledger(self) -> Option<Ledger> {
        let Self { open, last, count, newest, latest_end, settled, deleted_until } = self;
        let last = match last {
            Some(last) => Some(last.episode()?),
            None => None,
        };
        let (open, newest, settled) = (open.map(OpenEpisode::from), newest.map(Run::from), settled.map(Position::from));
        Some(Ledger { open, last, count, newest, latest_end, settled, deleted_until })
    }
}

impl From<&Episode> for EpisodeJson {
    fn from(episode: &Episode) -> Self {
        let (ending, by) = ending_code(&episode.ending);
        Self {
            number: episode.number,
            started_at: episode.started_at,
            count: episode.count,
            count_so_far: episode.count_so_far,
            end: (&episode.end).into(),
            ending,
            by,
            clean: episode.clean,
        }
    }
}

impl EpisodeJson {
    fn episode(self) -> Option<Episode> {
        let Self { number, started_at, count, count_so_far, end, ending, by, clean } = self;
        Some(Episode {
            number,
            started_at,
            count,
            count_so_far,
            end: end.into(),
            ending: ending_of(ending, by)?,
            clean,
        })
    }
}

/// The number of an ending, which is that of the change's reason, and the person.
pub fn ending_code(ending: &Ending) -> (i16, Option<String>) {
    match ending {
        Ending::Recovered => (Reason::Recovered.code(), None),
        Ending::Gone => (Reason::Gone.code(), None),
        Ending::Expired => (Reason::Expired.code(), None),
        Ending::ResolvedBy(by) => (Reason::ResolvedBy.code(), by.clone()),
    }
}

/// The ending that [`ending_code`] stands for.
pub fn ending_of(code: i16, by: Option<String>) -> Option<Ending> {
    match Reason::from_code(code)? {
        Reason::Recovered => Some(Ending::Recovered),
        Reason::Gone => Some(Ending::Gone),
        Reason::Expired => Some(Ending::Expired),
        Reason::ResolvedBy => Some(Ending::ResolvedBy(by)),
        _ => None,
    }
}

/// What a report says, apart from a failure's content.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct SaidJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    anchor: Option<ScopeJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issue_type: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Vec<(String, String)>>,
}

/// Writes what a report says.
pub fn write_said(said: &Said) -> String {
    match said {
        Said::Failed(content) => write(&ContentJson::from(&**content)),
        Said::FailedAt { .. } | Said::Cleared(_) | Said::Ticked => "{}".to_owned(),
        Said::Swept { anchor, at } => {
            write(&SaidJson { anchor: Some(anchor.into()), at: Some(*at), ..SaidJson::default() })
        }
        Said::Decided { by, action } => {
            let by = by.clone();
            write(&match action {
                Action::Resolve { note } => SaidJson { by, note: note.clone(), ..SaidJson::default() },
                Action::Reopen | Action::Delete => SaidJson { by, ..SaidJson::default() },
                Action::Edit(edit) => edit_json(by, edit),
            })
        }
    }
}

fn edit_json(by: Option<String>, edit: &Edit) -> SaidJson {
    SaidJson {
        by,
        title: edit.title.clone(),
        description: edit.description.clone(),
        severity: edit.severity.map(Severity::code),
        issue_type: edit.issue_type.map(IssueType::code),
        links: edit.links.as_deref().map(links_json),
        ..SaidJson::default()
    }
}

/// Reads what a report of some kind says, whole.
pub fn read_said(kind: kite_core::batch::Kind, text: &str) -> Result<Said, StoreError> {
    use kite_core::batch::Kind;
    let wrong = || StoreError::Inconsistent { table: "reports", column: "said" };
    Ok(match kind {
        Kind::Failing => {
            let content: ContentJson = read("reports", "said", text)?;
            Said::Failed(Box::new(content.content().ok_or_else(wrong)?))
        }
        Kind::Healthy => Said::Cleared(Clear::Healthy),
        Kind::Gone => Said::Cleared(Clear::Gone),
        Kind::Expiry => Said::Ticked,
        Kind::Sweep => {
            let SaidJson { anchor, at, .. } = read("reports", "said", text)?;
            Said::Swept { anchor: anchor.ok_or_else(wrong)?.into(), at: at.ok_or_else(wrong)? }
        }
        Kind::Resolve | Kind::Reopen | Kind::Edit | Kind::Delete => {
            let said: SaidJson = read("reports", "said", text)?;
            Said::Decided { by: said.by.clone(), action: said.action(kind) }
        }
    })
}

impl SaidJson {
    fn action(self, kind: kite_core::batch::Kind) -> Action {
        use kite_core::batch::Kind;
        match kind {
            Kind::Reopen => Action::Reopen,
            Kind::Delete => Action::Delete,
            Kind::Edit => Action::Edit(Edit {
                title: self.title,
                description: self.description,
                severity: self.severity.and_then(Severity::from_code),
                issue_type: self.issue_type.and_then(IssueType::from_code),
                links: self
                    .links
                    .map(|links| links.into_iter().filter_map(|(title, url)| Link::parse(title, &url).ok()).collect()),
            }),
            _ => Action::Resolve { note: self.note },
        }
    }
}

/// One entry of a history.
#[derive(Serialize, Deserialize)]
pub struct ChangeJson {
    reason: i16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_state: Option<i16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_state: Option<i16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_severity: Option<i16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_severity: Option<i16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run_id: Option<String>,
}

impl From<&Change> for ChangeJson {
    fn from(change: &Change) -> Self {
        Self {
            reason: change.reason.code(),
            from_state: change.from_state.map(State::code),
            to_state: change.to_state.map(State::code),
            from_severity: change.from_severity.map(Severity::code),
            to_severity: change.to_severity.map(Severity::code),
            by: change.by.clone(),
            note: change.note.clone(),
            run_id: change.run_id.clone(),
        }
    }
}

impl ChangeJson {
    /// The entry; `None` when its reason is unknown.
    pub fn change(self) -> Option<Change> {
        Some(Change {
            reason: Reason::from_code(self.reason)?,
            from_state: self.from_state.and_then(State::from_code),
            to_state: self.to_state.and_then(State::from_code),
            from_severity: self.from_severity.and_then(Severity::from_code),
            to_severity: self.to_severity.and_then(Severity::from_code),
            by: self.by,
            note: self.note,
            run_id: self.run_id,
        })
    }
}
