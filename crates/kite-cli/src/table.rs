//! Lists for people, as wide as the terminal.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, Table};
use jiff::Timestamp;
use kite_api::{Issue, IssuePage, Severity, State};
use kite_client::Told;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::clock::age;
use crate::find::short_id;
use crate::text::{Text, Tone, one_line};

/// A title needs about this much to say something; before that, other columns are left out.
const LEAST_TITLE: usize = 24;
/// Less than this says nothing.
const LEAST_LAST: usize = 10;
/// What is left out where there is little room, first things first. A namespace that all share goes
/// as well: whoever asked for it knows it, and the sentence below names it.
const LEFT_OUT: [&str; 4] = ["COUNT", "NAMESPACE", "TYPE", "AGE"];

/// The severities, worst first.
pub const SEVERITIES: [Severity; 4] = [Severity::Critical, Severity::Major, Severity::Minor, Severity::Info];

/// How much of each issue is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What fits into a terminal.
    Short,
    /// All that fits into a line.
    Wide,
}

/// The issues as a table of one line each; the last column gives way to the width.
pub fn issues(issues: &[Issue], detail: Detail, now: Timestamp, width: usize) -> Text {
    let head: &[&str] = match detail {
        Detail::Short => &["SEVERITY", "TYPE", "NAMESPACE", "RESOURCE", "COUNT", "AGE", "ID", "TITLE"],
        Detail::Wide => &[
            "SEVERITY",
            "TYPE",
            "STATE",
            "NAMESPACE",
            "RESOURCE",
            "VARIANT",
            "APPLICATION",
            "COUNT",
            "AGE",
            "DUE",
            "REASON",
            "CLUSTER",
            "ID",
            "TITLE",
        ],
    };
    let rows = issues.iter().map(|issue| (Tone::Of(issue.severity), row(issue, detail, now)));
    let rows: Vec<_> = rows.collect();
    if detail == Detail::Wide {
        return table(head, rows, usize::MAX);
    }
    let mut namespaces = issues.iter().map(|issue| &issue.namespace);
    let first = namespaces.next();
    let is_one = namespaces.all(|other| Some(other) == first);
    let left_out: Vec<_> = LEFT_OUT.into_iter().filter(|name| *name != "NAMESPACE" || is_one).collect();
    fitted(head, rows, &left_out, width)
}

/// A table that ends with a title; where there is little room for that, these columns are left out, first things first.
pub fn fitted(head: &[&str], mut rows: Vec<(Tone, Vec<String>)>, left_out: &[&str], width: usize) -> Text {
    let mut head = head.to_vec();
    for name in left_out {
        if taken(&head, &rows) + LEAST_TITLE <= width {
            break;
        }
        if let Some(place) = head.iter().position(|known| known == name) {
            head.remove(place);
            for (_, row) in &mut rows {
                row.remove(place);
            }
        }
    }
    table(&head, rows, width)
}

/// How many characters of a line all columns but the last need; they are set apart by two blanks.
fn taken(head: &[&str], rows: &[(Tone, Vec<String>)]) -> usize {
    let widest = |(column, name): (usize, &&str)| {
        let cells = rows.iter().filter_map(|(_, row)| row.get(column)).map(|cell| cell.width());
        cells.chain([name.len()]).max().unwrap_or(0) + 2
    };
    head.iter().enumerate().take(head.len().saturating_sub(1)).map(widest).sum()
}

fn row(issue: &Issue, detail: Detail, now: Timestamp) -> Vec<String> {
    let (severity, kind) = (severity_word(issue.severity).to_owned(), type_word(issue).to_owned());
    let resource = format!("{}/{}", issue.scope.resource_type, issue.scope.resource_name);
    let (count, age) = (issue.count.to_string(), age(now, issue.detected_at));
    match detail {
        Detail::Short => {
            vec![severity, kind, issue.namespace.clone(), resource, count, age, short_id(issue.id), issue.title.clone()]
        }
        Detail::Wide => vec![
            severity,
            kind,
            state_word(issue.state).to_owned(),
            issue.namespace.clone(),
            resource,
            issue.variant.clone(),
            issue.labels.get("application").cloned().unwrap_or_default(),
            count,
            age,
            issue.due_at.map(|at| at.to_string()).unwrap_or_default(),
            issue.reason.clone().unwrap_or_default(),
            issue.cluster.clone(),
            issue.id.to_string(),
            issue.title.clone(),
        ],
    }
}

/// A table without borders, whose first column has each row's tone.
pub fn table(head: &[&str], rows: Vec<(Tone, Vec<String>)>, width: usize) -> Text {
    let clean = |(tone, row): (Tone, Vec<String>)| (tone, row.iter().map(|cell| one_line(cell)).collect());
    let rows: Vec<(Tone, Vec<String>)> = rows.into_iter().map(clean).collect();
    let room = width.saturating_sub(taken(head, &rows)).max(LEAST_LAST);
    let (tones, mut rows): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let last = head.len().saturating_sub(1);
    for cell in rows.iter_mut().filter_map(|row| row.get_mut(last)) {
        *cell = fitting(cell, room);
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(head.to_vec());
    for row in rows {
        table.add_row(row.into_iter().map(Cell::new));
    }
    let mut text = Text::default();
    for (number, line) in table.lines().enumerate() {
        let line = line.trim();
        // The first column is a word that says how bad it is, for those who see no colours.
        let (first, rest) = line.split_at(line.find(' ').unwrap_or(line.len()));
        match number.checked_sub(1).and_then(|number| tones.get(number)) {
            Some(tone) => text.push(*tone, first).plain(rest),
            None => text.push(Tone::Strong, line),
        };
        text.end_line();
    }
    text
}

/// The issues by their names only.
pub fn names(issues: &[Issue]) -> String {
    let names: Vec<_> = issues.iter().map(|issue| format!("issue/{}", issue.id)).collect();
    if names.is_empty() { String::new() } else { names.join("\n") + "\n" }
}

/// What happened to an issue, in one line.
pub fn change(told: &Told) -> Text {
    let Told { change, issue, namespace, issue_id } = told;
    let mut text = Text::default();
    text.push(Tone::Faint, change.at.strftime("%H:%M:%SZ").to_string()).plain("  ");
    let is_over = issue.as_ref().is_none_or(|issue| issue.state == State::Resolved);
    let tone = if is_over { Tone::Good } else { Tone::Plain };
    text.push(tone, format!("{:<16}", one_line(&change.reason))).plain("  ");
    match issue {
        None => text.plain(format!("{namespace}  issue/{issue_id}")),
        Some(issue) => {
            let scope = format!("{}/{}", issue.scope.resource_type, issue.scope.resource_name);
            let rest = format!("{namespace}  {scope}  {}  {}", short_id(issue.id), issue.title);
            text.push(Tone::Of(issue.severity), severity_word(issue.severity)).plain("  ").plain(one_line(&rest))
        }
    };
    text.end_line();
    text
}

/// The text, cut where it does not fit.
fn fitting(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut left = room.saturating_sub(1);
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// The issues in one sentence.
pub fn sentence(page: &IssuePage, place: &str) -> String {
    let issues = &page.data;
    if issues.is_empty() {
        return format!("nothing found {place}");
    }
    let of = |severity| issues.iter().filter(|issue| issue.severity == severity).count();
    let severities = SEVERITIES.into_iter().filter(|severity| of(*severity) > 0);
    let severities: Vec<_> =
        severities.map(|severity| format!("{} {}", of(severity), severity_word(severity))).collect();
    let (shown, severities) = (plural(issues.len(), "issue"), severities.join(", "));
    if page.next_cursor.is_none() {
        return format!("{shown} ({severities}) {place}");
    }
    let more_than = if page.total_is_lower_bound { "more than " } else { "" };
    format!("{shown} ({severities}) of {more_than}{} {place}; --limit 0 shows all", page.total)
}

/// "1 file", "2 files".
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// The same of a count in an answer.
pub fn counted(count: u64, word: &str) -> String {
    plural(usize::try_from(count).unwrap_or(usize::MAX), word)
}

/// The word for a severity.
pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::Major => "major",
        Severity::Minor => "minor",
        Severity::Info => "info",
    }
}

/// The word for what kind of work is broken.
pub fn type_word(issue: &Issue) -> &'static str {
    use kite_api::IssueType::{Build, Dependency, Pipeline, Release, Test};
    match issue.issue_type {
        Build => "build",
        Test => "test",
        Release => "release",
        Dependency => "dependency",
        Pipeline => "pipeline",
    }
}

/// The word for a state.
pub fn state_word(state: State) -> &'static str {
    match state {
        State::Active => "active",
        State::Resolved => "resolved",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_gives_way_and_wide_characters_count_twice() {
        assert_eq!(fitting("abcdef", 6), "abcdef");
        assert_eq!(fitting("abcdef", 4), "abc…");
        assert_eq!(fitting("日本語です", 6), "日本…");
        let rows = vec![(Tone::Plain, vec!["a".to_owned(), "x\ny\u{1b}[2Jz".repeat(20)])];
        let shown = table(&["ONE", "TWO"], rows, 40).render(false);
        assert!(shown.lines().all(|line| line.width() <= 40), "{shown}");
        assert_eq!(shown.lines().count(), 2);
    }
}
