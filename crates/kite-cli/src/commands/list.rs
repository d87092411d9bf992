//! `kite list`: what is broken.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use kite_api::{IssuePage, IssueRow};
use kite_client::{IssueQuery, Sort};

use super::watch;
use crate::clock::now;
use crate::expand::{expand, has_patterns};
use crate::failure::{Exit, Failure};
use crate::find::pages;
use crate::output::{Format, print_csv};
use crate::query::Filters;
use crate::session::Session;
use crate::table::{self, Detail};
use crate::text::printable;

/// List what is broken, worst first
///
/// Without a namespace that you or the context names, it is about all that you may see.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    kite list -n team-a\n  \
    kite list -A -s critical,major --since 1d\n  \
    kite list 'severity:critical component:shop-* older:2d'\n  \
    kite list -o jsonpath='{range .data[*]}{.title}{\"\\n\"}{end}'")]
pub struct Args {
    /// Which issues.
    #[command(flatten)]
    pub filters: Filters,
    /// What comes first: the worst or the newest
    #[arg(long, value_name = "ORDER", default_value = "severity", value_parser = order())]
    pub sort: Sort,
    /// How many at most; 0 is all
    #[arg(long, value_name = "NUMBER", default_value = "1000")]
    pub limit: usize,
    /// How to print: table, wide, json, yaml, name, csv or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    pub output: Format,
    /// Keep the list on the screen and follow what happens; without a terminal, a line for each change
    #[arg(short, long)]
    pub watch: bool,
}

fn order() -> impl clap::builder::TypedValueParser<Value = Sort> {
    PossibleValuesParser::new(["severity", "newest"])
        .map(|text| if text == "newest" { Sort::DetectedAt } else { Sort::Severity })
}

/// Lists issues.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    let namespace = session.namespace(args.filters.all_namespaces).await?;
    let query = args.filters.query(namespace)?;
    if args.watch && has_patterns(&query) {
        return Err(Failure::usage("a list cannot be followed by a pattern: what comes later may fit it, too")
            .hint("leave out --watch, or name what is meant"));
    }
    let query = IssueQuery { sort: Some(args.sort), ..expand(session, query).await? };
    if args.watch {
        return watch::run(session, &args, query).await;
    }
    let page = read(session, &query, args.limit).await?;
    print(session, &args.output, &page)?;
    // A program must not take a part for the whole in silence.
    if matches!(args.output, Format::Table | Format::Wide) || page.next_cursor.is_some() {
        session.printer.say(&table::sentence(&page, &place(&query)));
    }
    Ok(Exit::Fine)
}

/// The issues that match, as one page.
pub async fn read(session: &Session, query: &IssueQuery, limit: usize) -> Result<IssuePage, Failure> {
    let mut issues = Vec::new();
    let most = if limit == 0 { usize::MAX } else { limit };
    let last = pages(session, query.clone(), most, |page| {
        issues.extend(page);
        if issues.len() > 1_000 {
            session.printer.progress(&format!("{} issues", issues.len()));
        }
    });
    let mut page = last.await?;
    session.printer.clear_progress();
    if page.next_cursor.is_none() {
        // Where counting stopped early, reading did not.
        (page.total, page.total_is_lower_bound) = (issues.len() as u64, false);
    }
    let limit = u32::try_from(issues.len()).unwrap_or(u32::MAX);
    Ok(IssuePage { data: issues, limit, ..page })
}

fn print(session: &Session, output: &Format, page: &IssuePage) -> Result<(), Failure> {
    let (printer, issues) = (&session.printer, &page.data);
    match output {
        Format::Table | Format::Wide if issues.is_empty() => Ok(()),
        Format::Table => printer.show(&table::issues(issues, Detail::Short, now(), printer.width())),
        Format::Wide => printer.show(&table::issues(issues, Detail::Wide, now(), printer.width())),
        Format::Name => printer.print(&table::names(issues)),
        Format::Csv => {
            let rows = issues.iter().cloned().map(IssueRow::from);
            let rows = rows.map(|row| row.with_texts(|text| printable(text).into_owned()));
            print_csv(printer, &IssueRow::COLUMNS, rows)
        }
        Format::Json | Format::Yaml | Format::JsonPath(_) => output.print_data(printer, page).map(drop),
    }
}

/// Where was looked, in words.
pub fn place(query: &IssueQuery) -> String {
    query.namespace.as_ref().map_or_else(|| "in all namespaces".to_owned(), |name| format!("in namespace {name}"))
}
