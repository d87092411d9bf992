//! `kite causes`: what issues have in common.

use kite_api::{Cause, CauseList, CauseRow};

use super::list::place;
use crate::clock::{age, now};
use crate::expand::expand;
use crate::failure::{Exit, Failure};
use crate::find_cause::{pages, short_key};
use crate::output::{Format, print_csv};
use crate::query::Filters;
use crate::session::Session;
use crate::table::{counted, fitted, plural, severity_word, state_word, table};
use crate::text::{Text, Tone, printable};

/// What is left out where there is little room, first things first.
const LEFT_OUT: [&str; 3] = ["AGE", "COMPONENTS", "NAMESPACES"];

/// List what issues have in common, so that one fix helps all of them
///
/// What is overdue comes first, then what reaches furthest: namespaces, components, severity. Of
/// what you may not see, there are only numbers. --state resolved lists causes whose last issue
/// was resolved in the last 14 days.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    kite causes -A\n  \
    kite causes 'type:dependency due:now'\n  \
    kite causes --state resolved -o name")]
pub struct Args {
    /// Which issues.
    #[command(flatten)]
    pub filters: Filters,
    /// How many at most; 0 is all
    #[arg(long, value_name = "NUMBER", default_value = "1000")]
    pub limit: usize,
    /// How to print: table, wide, json, yaml, name, csv or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    pub output: Format,
}

/// Lists causes.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    let namespace = session.namespace(args.filters.all_namespaces).await?;
    let query = args.filters.query(namespace)?;
    if query.states.len() != 1 {
        return Err(Failure::usage("causes are listed that are active, or that are resolved")
            .hint("leave out --state, or name one of the two"));
    }
    let query = expand(session, query).await?;
    let most = if args.limit == 0 { usize::MAX } else { args.limit };
    let list = pages(session, query.clone(), most).await?;
    print(session, &args.output, &list)?;
    tell(session, &args.output, &list, &place(&query));
    Ok(Exit::Fine)
}

fn print(session: &Session, output: &Format, list: &CauseList) -> Result<(), Failure> {
    let (printer, causes) = (&session.printer, &list.data);
    match output {
        Format::Table | Format::Wide if causes.is_empty() => Ok(()),
        Format::Table => printer.show(&short(causes, printer.width())),
        Format::Wide => printer.show(&wide(causes)),
        Format::Name => {
            let names = causes.iter().map(|cause| format!("{}\n", printable(&cause.key)));
            printer.print(&names.collect::<String>())
        }
        Format::Csv => {
            let rows = causes.iter().cloned().map(CauseRow::from);
            let rows = rows.map(|row| row.with_texts(|text| printable(text).into_owned()));
            print_csv(printer, &CauseRow::COLUMNS, rows)
        }
        Format::Json | Format::Yaml | Format::JsonPath(_) => output.print_data(printer, list).map(drop),
    }
}

/// Says what the data does not: how much it is, what is left out.
fn tell(session: &Session, output: &Format, list: &CauseList, place: &str) {
    let causes = &list.data;
    let is_for_people = matches!(output, Format::Table | Format::Wide);
    let shown = plural(causes.len(), "cause");
    if list.next_cursor.is_some() {
        session.printer.say(&format!("{shown} of {} {place}; --limit 0 shows all", list.total));
    } else if is_for_people && causes.is_empty() {
        session.printer.say(&format!("nothing found {place}"));
    } else if is_for_people {
        let issues = counted(causes.iter().map(|cause| cause.issues).sum(), "issue");
        session.printer.say(&format!("{shown} with {issues} {place}"));
    }
    if is_for_people && causes.iter().any(|cause| cause.hidden.issues > 0) {
        session.printer.say("HIDDEN: how many more issues, in how many namespaces, that you may not see");
    }
    if !list.is_complete {
        let words =
            "there are too many issues: these causes are told from the worst and newest; ask inside a namespace";
        session.printer.say(words);
    }
}

/// A table of what fits into a terminal; a column that says nothing of any cause is left out.
fn short(causes: &[Cause], width: usize) -> Text {
    let has_hidden = causes.iter().any(|cause| cause.hidden.issues > 0);
    let has_overdue = causes.iter().any(|cause| cause.overdue > 0);
    let now = now();
    let columns = |cause: &Cause| {
        [
            ("SEVERITY", Some(severity_word(cause.severity).to_owned())),
            ("ISSUES", Some(cause.issues.to_string())),
            ("HIDDEN", has_hidden.then(|| hidden(cause))),
            ("OVERDUE", has_overdue.then(|| if cause.overdue > 0 { cause.overdue.to_string() } else { String::new() })),
            ("COMPONENTS", Some(cause.components.to_string())),
            ("NAMESPACES", Some(cause.namespaces.to_string())),
            ("AGE", Some(age(now, cause.first_seen_at))),
            ("CAUSE", Some(short_key(&cause.key))),
            ("TITLE", Some(cause.title.clone())),
        ]
    };
    let shown = |cause: &Cause| columns(cause).into_iter().filter_map(|(name, cell)| Some((name, cell?)));
    let head: Vec<_> = causes.first().into_iter().flat_map(shown).map(|(name, _)| name).collect();
    let rows = causes.iter().map(|cause| (Tone::Of(cause.severity), shown(cause).map(|(_, cell)| cell).collect()));
    fitted(&head, rows.collect(), &LEFT_OUT, width)
}

fn wide(causes: &[Cause]) -> Text {
    let head = [
        "SEVERITY",
        "STATE",
        "ISSUES",
        "HIDDEN",
        "OVERDUE",
        "COMPONENTS",
        "NAMESPACES",
        "DUE",
        "FIRST SEEN",
        "LAST SEEN",
        "CAUSE",
        "TITLE",
    ];
    let row = |cause: &Cause| {
        vec![
            severity_word(cause.severity).to_owned(),
            state_word(cause.state).to_owned(),
            cause.issues.to_string(),
            hidden(cause),
            cause.overdue.to_string(),
            cause.components.to_string(),
            cause.namespaces.to_string(),
            cause.due_at.map(|at| at.to_string()).unwrap_or_default(),
            cause.first_seen_at.to_string(),
            cause.last_seen_at.to_string(),
            cause.key.clone(),
            cause.title.clone(),
        ]
    };
    let rows = causes.iter().map(|cause| (Tone::Of(cause.severity), row(cause)));
    table(&head, rows.collect(), usize::MAX)
}

/// Such as "11 in 4".
fn hidden(cause: &Cause) -> String {
    let hidden = cause.hidden;
    if hidden.issues > 0 { format!("{} in {}", hidden.issues, hidden.namespaces) } else { String::new() }
}
