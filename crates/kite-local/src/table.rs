//! The list of issues for people.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, Table};
use jiff::Timestamp;
use kite_core::Issue;

/// Columns besides the title need about this much.
const LEAST_TITLE: usize = 24;

/// The issues as a table of one line each, at most `width` characters wide.
pub fn table(issues: &[Issue], now: Timestamp, width: usize) -> String {
    let rows: Vec<[String; 7]> = issues.iter().map(|issue| row(issue, now)).collect();
    let header = ["SEVERITY", "TYPE", "NAMESPACE", "RESOURCE", "VARIANT", "COUNT", "AGE"];
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(header.get(column).map(|name| name.len())).max().unwrap_or(0)
    };
    // Cells are set apart by two blanks.
    let taken: usize = (0..header.len()).map(|column| widest(column) + 2).sum();
    let room = width.saturating_sub(taken + 2).max(LEAST_TITLE);
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header.into_iter().chain(["TITLE"]));
    for (row, issue) in rows.into_iter().zip(issues) {
        table.add_row(row.into_iter().chain([short(&issue.title, room)]).map(Cell::new));
    }
    let lines = table.lines().map(|line| line.trim().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// The issues in one sentence.
pub fn sentence(issues: &[Issue]) -> String {
    if issues.is_empty() {
        return "nothing is broken".to_owned();
    }
    let mut namespaces: Vec<_> = issues.iter().map(|issue| &issue.identity.scope.namespace).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    let of = |severity| issues.iter().filter(|issue| issue.severity == severity).count();
    let severities = kite_core::Severity::ALL.iter().rev().filter(|severity| of(**severity) > 0);
    let severities: Vec<_> = severities.map(|severity| format!("{} {severity}", of(*severity))).collect();
    format!(
        "{} active ({}) in {}",
        plural(issues.len(), "issue"),
        severities.join(", "),
        plural(namespaces.len(), "namespace")
    )
}

/// "1 file", "2 files".
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

fn row(issue: &Issue, now: Timestamp) -> [String; 7] {
    let scope = &issue.identity.scope;
    [
        issue.severity.to_string(),
        issue.issue_type.to_string(),
        scope.namespace.clone(),
        format!("{}/{}", scope.resource_type, scope.resource_name),
        issue.identity.variant.clone(),
        issue.count.to_string(),
        age(now, issue.detected_at),
    ]
}

fn age(now: Timestamp, since: Timestamp) -> String {
    let seconds = now.duration_since(since).as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

fn short(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}
