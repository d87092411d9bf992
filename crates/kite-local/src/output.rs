//! Data to standard output, words to standard error. The only place that prints.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use anyhow::Context as _;
use kite_api::IssuePage;
use kite_backend::wire;
use kite_core::{Issue, IssueFilter, Reach, State};
use kite_dump::ReadSummary;
use kite_store::{ListQuery, Sort, Start, Store};

use crate::args::Output;
use crate::read::Done;
use crate::table::{plural, sentence, table};

const PAGE: u32 = 1_000;
/// Width of the table when it does not go to a terminal.
const WIDTH: usize = 200;

/// Says something to a person.
pub fn say(words: &str) {
    // When nobody can hear it, there is nobody to tell.
    let _ = writeln!(io::stderr(), "{words}");
}

/// How to show progress, on a terminal.
pub fn progress() -> Option<fn(ReadSummary)> {
    fn show(read: ReadSummary) {
        let percent = (read.bytes * 100).checked_div(read.bytes_total).unwrap_or(100).min(100);
        let _ = write!(io::stderr(), "\r{} objects, {percent} % of {} MB ", read.objects, read.bytes_total / 1_000_000);
    }
    io::stderr().is_terminal().then_some(show)
}

/// Clears the line of the progress.
pub fn end_progress(was_shown: bool) {
    if was_shown {
        let _ = write!(io::stderr(), "\r{:60}\r", "");
    }
}

/// Prints all active issues, worst first, and a sentence about them and what was read.
pub async fn list_of_dump(store: &Store, output: Output, done: &Done) -> anyhow::Result<()> {
    let objects = usize::try_from(done.summary.objects).unwrap_or(usize::MAX);
    let files = usize::try_from(done.summary.files).unwrap_or(usize::MAX);
    list(store, output, &format!("; read {} from {}", plural(objects, "object"), plural(files, "file"))).await?;
    if done.problems > 0 {
        say(&format!("the list may be incomplete: {}", plural(done.problems, "problem")));
    }
    Ok(())
}

/// Prints all active issues, worst first, and a sentence about them that ends in more words.
pub async fn list(store: &Store, output: Output, more: &str) -> anyhow::Result<()> {
    let issues = active(store).await?;
    let text = match output {
        Output::Json => json(store, issues.clone()).await?,
        Output::Table if issues.is_empty() => String::new(),
        Output::Table => {
            let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0));
            table(&issues, store.now().await?, width)
        }
    };
    if !text.is_empty() {
        match writeln!(io::stdout(), "{text}") {
            // Whoever reads may have seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            printed => printed.context("print the list")?,
        }
    }
    say(&format!("{}{more}", sentence(&issues)));
    Ok(())
}

async fn active(store: &Store) -> anyhow::Result<Vec<Issue>> {
    let filter = IssueFilter { states: vec![State::Active], ..IssueFilter::all(Reach::All) };
    let mut query = ListQuery { filter, sort: Sort::Worst, limit: PAGE, start: Start::Offset(0) };
    let mut issues = Vec::new();
    loop {
        let page = store.issue_list(&query).await.context("list the issues")?;
        issues.extend(page.issues);
        let Some(cursor) = page.next else { return Ok(issues) };
        query.start = Start::After(cursor);
    }
}

async fn json(store: &Store, issues: Vec<Issue>) -> anyhow::Result<String> {
    let related: Vec<_> = issues.iter().filter(|issue| issue.related).map(|issue| issue.id).collect();
    let relations = store.relation_list(&related).await.context("read the relations")?;
    let total = issues.len();
    let page = IssuePage {
        data: issues.into_iter().map(|issue| wire::issue(issue, &relations)).collect(),
        total: total as u64,
        total_is_lower_bound: false,
        limit: u32::try_from(total).unwrap_or(u32::MAX),
        offset: 0,
        next_cursor: None,
    };
    Ok(serde_json::to_string_pretty(&page)?)
}
