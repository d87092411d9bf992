//! The list of issues.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use kite_core::{Issue, IssueFilter, State as Standing};
use kite_dashboard::facet::{ANY, chips};
use kite_dashboard::list::{Empty, List};
use kite_dashboard::query::Address;
use kite_dashboard::row::Row;
use kite_dashboard::shell::Place;
use kite_store::{ListQuery, Page, Sort};

use super::causes::same;
use super::facets;
use super::html::page;
use super::visit::Visit;
use crate::access::Verb;
use crate::app::App;
use crate::input::cursor;
use crate::input::query::Parameters;
use crate::problem::Problem;
use crate::use_cases::causes::spreads;

/// Rows on a page, unless asked for otherwise.
const ROWS: &str = "50";

/// Shows the list of issues.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let query = listing(&visit)?;
    let (found, shell, offered, may_resolve) = tokio::try_join!(
        async { Ok::<_, Problem>(app.store.issue_list(&query).await?) },
        visit.shell(&app, Place::Issues, "Issues"),
        facets::read(&app, &visit, &query.filter),
        visit.may_somewhere(&app, Verb::Resolve),
    )?;
    let facets = facets::facets(offered, &visit, &query.filter, &found.issues);
    let chips = chips(&visit.address);
    let empty = if found.issues.is_empty() { empty(&app, &visit, chips.is_empty()).await? } else { Empty::Filtered };
    let Page { issues, total, total_is_lower_bound, next } = found;
    let spreads = spreads(&app, &visit.asking, issues.iter().filter_map(|issue| issue.cause.as_deref())).await?;
    let row = |issue: Issue| {
        let same = same(&issue, &spreads);
        Row::new(issue, visit.now).with_same(same)
    };
    let list = List {
        rows: issues.into_iter().map(row).collect(),
        total,
        total_is_lower_bound,
        next: next.map(|next| visit.address.with("cursor", &cursor::write(&next))),
        limit: query.limit,
        facets,
        chips,
        is_worst_first: query.sort == Sort::Worst,
        empty,
        may_resolve,
        live: visit.live(&as_asked(&visit.address).without("limit").without("sort")),
        shell,
    };
    page(StatusCode::OK, &list, &visit.cookies)
}

/// The list that a page's address asks for: what is broken now, worst first, unless it says otherwise.
pub fn listing(visit: &Visit) -> Result<ListQuery, Problem> {
    let query = as_asked(&visit.address).query();
    Parameters::of_query(&query)?.listing(&visit.asking, visit.reach.clone(), visit.now)
}

/// The parameters of the interface for programs that an address of a page stands for.
pub fn as_asked(address: &Address) -> Address {
    let state = match address.one("state") {
        None => address.with("state", Standing::Active.as_str()),
        Some(ANY) => address.without("state"),
        Some(_) => address.clone(),
    };
    let defaults = [("sort", "severity"), ("limit", ROWS)];
    // `with` starts a list anew; here it is the same list.
    let place = address.one("cursor");
    let full =
        defaults.into_iter().fold(
            state,
            |address, (name, value)| {
                if address.one(name).is_some() { address } else { address.with(name, value) }
            },
        );
    place.map_or(full.clone(), |place| full.with("cursor", place))
}

/// What there is to say of an empty list.
async fn empty(app: &App, visit: &Visit, is_unfiltered: bool) -> Result<Empty, Problem> {
    if !is_unfiltered {
        return Ok(Empty::Filtered);
    }
    let everything = IssueFilter::all(visit.reach.clone());
    let last = app.store.resolved_list(&everything, Timestamp::UNIX_EPOCH, 1).await?;
    Ok(match last.first() {
        Some(last) => Empty::AllClear(last.resolved_at),
        None => Empty::NeverAny,
    })
}
