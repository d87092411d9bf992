//! The parameters of lists.

use std::borrow::Cow;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use jiff::{Span, SpanRelativeTo, Timestamp};
use kite_core::issue::UnknownWord;
use kite_core::{IssueFilter, Reach};
use kite_store::{ListQuery, Sort, Start};

use super::{Asking, cursor};
use crate::app::App;
use crate::problem::Problem;

const LIMIT: u32 = 50;
const MOST: u32 = 1000;
const MOST_VALUES: usize = 100;
/// Shorter texts are sought inside one namespace only.
const SEARCHED_CHARS: usize = 3;

/// The parameters of a request. An empty one counts as absent, an unknown one is nobody's.
#[derive(Debug)]
pub struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Parameters<'a> {
    /// The parameters of an address.
    pub fn of(uri: &'a Uri) -> Result<Self, Problem> {
        Self::of_query(uri.query().unwrap_or_default())
    }

    /// The parameters in the part of an address behind its question mark.
    pub fn of_query(query: &'a str) -> Result<Self, Problem> {
        let given: Vec<_> = form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()).collect();
        let is_wrong = |text: &str| text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
        match given.iter().find(|(name, value)| is_wrong(name) || is_wrong(value)) {
            Some((name, _)) => {
                Err(Problem::bad_query(&name.escape_debug().to_string(), "must not hold control characters"))
            }
            None => Ok(Self(given)),
        }
    }

    /// A parameter that may be given once.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.all(name);
        let value = values.next();
        match values.find(|other| Some(*other) != value) {
            Some(_) => Err(Problem::bad_query(name, "must be given once")),
            None => Ok(value),
        }
    }

    /// A number that may be given once.
    fn number<T: FromStr>(&self, name: &str, range: &str) -> Result<Option<T>, Problem> {
        let wrong = |_| Problem::bad_query(name, format!("must be a number {range}"));
        self.one(name)?.map(|value| value.parse().map_err(wrong)).transpose()
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_ref())
    }

    /// Values that may be repeated.
    fn values(&self, name: &str) -> Result<Vec<String>, Problem> {
        bounded(name, self.all(name).map(str::to_owned).collect())
    }

    /// Values that may be repeated or separated by commas.
    fn list(&self, name: &str) -> Result<Vec<String>, Problem> {
        let values = self.all(name).flat_map(|value| value.split(',')).map(str::trim);
        bounded(name, values.filter(|value| !value.is_empty()).map(str::to_owned).collect())
    }

    /// Words that may be repeated or separated by commas.
    fn words<T: FromStr<Err = UnknownWord>>(&self, name: &str) -> Result<Vec<T>, Problem> {
        let word =
            |word: &String| word.parse().map_err(|error: UnknownWord| Problem::bad_query(name, error.to_string()));
        self.list(name)?.iter().map(word).collect()
    }

    /// The filter of a list, a summary or a stream.
    pub fn filter(&self, asking: &Asking, reach: Reach, now: Timestamp) -> Result<IssueFilter, Problem> {
        let mut filter = IssueFilter {
            clusters: self.list("cluster")?,
            states: self.words("state")?,
            severities: self.words("severity")?,
            types: self.words("issueType")?,
            resource_types: self.list("resourceType")?,
            // A name may be that of a branch, which may hold a comma.
            resource_names: self.values("resourceName")?,
            applications: self.list("application")?,
            components: self.list("component")?,
            // The key of a cause may hold a comma, too.
            causes: self.values("cause")?,
            detected_from: self.moment("detectedFrom", now)?,
            detected_before: self.moment("detectedBefore", now)?,
            due_before: self.moment("dueBefore", now)?,
            search: self.search(asking)?,
            ..IssueFilter::all(reach)
        };
        for (name, value) in &self.0 {
            if let Some(key) = name.strip_prefix("label.") {
                filter.labels.entry(key.to_owned()).or_default().push(value.clone().into_owned());
            }
        }
        if filter.labels.values().map(Vec::len).sum::<usize>() > MOST_VALUES {
            return Err(Problem::bad_query("label", format!("must have at most {MOST_VALUES} values")));
        }
        Ok(filter)
    }

    /// A time, how long ago it was (`2d`, `12h`), or `now`.
    fn moment(&self, name: &str, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let time = (text == "now").then_some(now).or_else(|| text.parse().ok()).or_else(|| {
            let ago = text.parse().ok().filter(|ago: &Span| ago.is_positive())?;
            let days = SpanRelativeTo::days_are_24_hours();
            now.checked_sub(ago.to_duration(days).ok()?).ok()
        });
        // Nothing was detected before 1970, and PostgreSQL does not know all of the years before.
        time.map(|time: Timestamp| Some(time.max(Timestamp::UNIX_EPOCH))).ok_or_else(|| {
            Problem::bad_query(name, "must be a time (RFC 3339) or how long ago it was, such as `2d` or `12h`")
        })
    }

    fn search(&self, asking: &Asking) -> Result<Option<String>, Problem> {
        let Some(search) = self.one("search")? else { return Ok(None) };
        if asking.namespace().is_none() && search.chars().count() < SEARCHED_CHARS {
            let message = format!("must have at least {SEARCHED_CHARS} characters, or a `namespace` beside it");
            return Err(Problem::invalid("search", message));
        }
        Ok(Some(search.to_owned()))
    }

    /// How many items an answer may have.
    pub fn limit(&self) -> Result<u32, Problem> {
        let limit = self.number("limit", "from 1 to 1000")?.unwrap_or(LIMIT);
        if (1..=MOST).contains(&limit) {
            return Ok(limit);
        }
        Err(Problem::bad_query("limit", "must be a number from 1 to 1000"))
    }

    /// How many days are looked back, today included.
    pub fn days(&self) -> Result<u16, Problem> {
        match self.one("days")? {
            None | Some("14") => Ok(14),
            Some("30") => Ok(30),
            Some("90") => Ok(90),
            Some(_) => Err(Problem::bad_query("days", "must be one of 14, 30, 90")),
        }
    }

    /// A place that an earlier answer gave.
    pub fn place<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        let wrong = || Problem::bad_query(name, "must be one that an earlier answer gave");
        self.one(name)?.map(|text| read(text).ok_or_else(wrong)).transpose()
    }

    fn start(&self) -> Result<Start, Problem> {
        if let Some(cursor) = self.place("cursor", cursor::read)? {
            return Ok(Start::After(cursor));
        }
        let offset = self.number::<u32>("offset", "from 0 to 4294967295")?;
        Ok(Start::Offset(offset.unwrap_or_default().into()))
    }

    fn sort(&self) -> Result<Sort, Problem> {
        match self.one("sort")? {
            None | Some("detectedAt") => Ok(Sort::Newest),
            Some("severity") => Ok(Sort::Worst),
            Some(_) => Err(Problem::bad_query("sort", "must be one of detectedAt, severity")),
        }
    }
}

/// A list of issues as asked for.
#[derive(Clone, Debug)]
pub struct Listing(pub ListQuery);

/// A filter as asked for.
#[derive(Clone, Debug)]
pub struct Filtering(pub IssueFilter);

/// A filter as asked for, and how many days are looked back.
#[derive(Clone, Debug)]
pub struct Trending {
    /// Which issues.
    pub filter: IssueFilter,
    /// How many days, today included.
    pub days: u16,
}

impl Parameters<'_> {
    /// A list of issues: which ones, in which order, from where on and how many.
    pub fn listing(&self, asking: &Asking, reach: Reach, now: Timestamp) -> Result<ListQuery, Problem> {
        Ok(ListQuery {
            filter: self.filter(asking, reach, now)?,
            sort: self.sort()?,
            limit: self.limit()?,
            start: self.start()?,
        })
    }
}

impl FromRequestParts<App> for Listing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let asking = Asking::from_request_parts(parts, app).await?;
        let reach = asking.reach(app).await?;
        Parameters::of(&parts.uri)?.listing(&asking, reach, app.clock.now()).map(Self)
    }
}

impl FromRequestParts<App> for Filtering {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let asking = Asking::from_request_parts(parts, app).await?;
        let reach = asking.reach(app).await?;
        Parameters::of(&parts.uri)?.filter(&asking, reach, app.clock.now()).map(Self)
    }
}

impl FromRequestParts<App> for Trending {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Filtering(filter) = Filtering::from_request_parts(parts, app).await?;
        Ok(Self { filter, days: Parameters::of(&parts.uri)?.days()? })
    }
}

fn bounded(name: &str, values: Vec<String>) -> Result<Vec<String>, Problem> {
    if values.len() <= MOST_VALUES {
        return Ok(values);
    }
    Err(Problem::bad_query(name, format!("must have at most {MOST_VALUES} values")))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Request, StatusCode};
    use kite_core::Severity;

    use super::*;
    use crate::access::Access;

    const NOW: Timestamp = Timestamp::constant(1_000_000, 0);

    async fn listing(query: &str) -> Result<ListQuery, StatusCode> {
        let caller = Access::Open.sign_in(&HeaderMap::new()).await.unwrap();
        let request = Request::get(format!("/issues?{query}")).extension(caller).body(()).unwrap();
        let (mut parts, ()) = request.into_parts();
        let listing = async {
            let asking = Asking::from_request_parts(&mut parts, &()).await?;
            Parameters::of(&parts.uri)?.listing(&asking, Reach::All, NOW)
        };
        listing.await.map_err(|problem: Problem| problem.status())
    }

    #[tokio::test]
    async fn lists_may_be_repeated_or_separated_by_commas_and_names_may_hold_commas() {
        let query = "severity=critical,major&severity=info&resourceName=a,b&label.team=x&label.team=y&state=&more=1";
        let ListQuery { filter, sort, limit, start } = listing(query).await.unwrap();
        assert_eq!(filter.severities, [Severity::Critical, Severity::Major, Severity::Info]);
        assert_eq!((filter.resource_names, filter.states), (vec!["a,b".to_owned()], vec![]));
        assert_eq!(filter.labels["team"], ["x", "y"]);
        assert_eq!((sort, limit, start), (Sort::Newest, LIMIT, Start::Offset(0)));
    }

    #[tokio::test]
    async fn times_are_given_plainly_or_by_their_age() {
        let filter = listing("detectedFrom=2d&detectedBefore=1970-01-12T00:00:00Z").await.unwrap().filter;
        assert_eq!(filter.detected_from, Timestamp::from_second(1_000_000 - 2 * 86_400).ok());
        assert_eq!(filter.detected_before, Timestamp::from_second(11 * 86_400).ok());
    }

    #[tokio::test]
    async fn times_before_all_issues_are_times_that_a_database_knows() {
        let filter = listing("detectedFrom=-009998-01-01T00:00:00Z&detectedBefore=90000000h").await.unwrap().filter;
        let epoch = Some(Timestamp::UNIX_EPOCH);
        assert_eq!((filter.detected_from, filter.detected_before), (epoch, epoch));
    }

    #[tokio::test]
    async fn bad_values_are_refused_and_never_ignored() {
        let bad = [
            "limit=0",
            "limit=-1",
            "limit=NaN",
            "limit=1001",
            "limit=99999999999",
            "limit=1&limit=2",
            "offset=-1",
            "offset=x",
            "severity=huge",
            "issueType=BUILD",
            "state=active",
            "sort=title",
            "cursor=%25",
            "cursor=AAAA",
            "namespace=a&namespace=b",
            "detectedFrom=-2d",
            "detectedFrom=yesterday",
            "detectedBefore=99999y",
            "search=a%00bc",
            "namespace=%00",
        ];
        for query in bad {
            assert_eq!(listing(query).await.unwrap_err(), StatusCode::BAD_REQUEST, "{query}");
        }
        let many = "component=x&".repeat(MOST_VALUES + 1);
        assert_eq!(listing(&many).await.unwrap_err(), StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn a_short_search_needs_a_namespace() {
        assert_eq!(listing("search=ab").await.unwrap_err(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(listing("search=ab&namespace=team-a").await.is_ok());
        assert_eq!(listing("search=%25_%25").await.unwrap().filter.search.as_deref(), Some("%_%"));
    }
}
