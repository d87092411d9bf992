//! What a query leaves open until KITE is asked: patterns such as `component:shop-*`, and short keys of causes.

use std::collections::BTreeSet;

use kite_api::Issue;
use kite_client::IssueQuery;
use regex::Regex;

use crate::failure::Failure;
use crate::find;
use crate::find_cause;
use crate::session::Session;
use crate::text::one_line;

/// Issues that are looked at for names that fit a pattern.
const MOST_ISSUES: usize = 10_000;
/// Values that KITE takes for one filter.
const MOST_NAMES: usize = 100;

/// A filter by names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Filter {
    Application,
    Component,
    Cluster,
    ResourceName,
    Label(String),
}

/// The query with names in the place of patterns, and with whole keys of causes.
///
/// KITE itself knows no patterns. All that a query is about is looked at, so either nothing is missed or the query is
/// refused.
pub async fn expand(session: &Session, mut query: IssueQuery) -> Result<IssueQuery, Failure> {
    for key in &mut query.causes {
        *key = find_cause::full_key(session, key, query.namespace.as_deref()).await?;
    }
    let patterns = take_patterns(&mut query);
    if patterns.is_empty() {
        return Ok(query);
    }
    let mut names = vec![BTreeSet::new(); patterns.len()];
    let last = find::pages(session, query.clone(), MOST_ISSUES, |issues| {
        for issue in &issues {
            for ((filter, _), names) in patterns.iter().zip(&mut names) {
                names.extend(filter.name(issue).map(str::to_owned));
            }
        }
    });
    if last.await?.next_cursor.is_some() {
        return Err(Failure::usage(format!("more than {MOST_ISSUES} issues would have to be looked at for a `*`"))
            .hint("say more of what is meant, such as a namespace or a severity"));
    }
    for ((filter, values), names) in patterns.into_iter().zip(&names) {
        let fitting = fitting(&filter, values, names)?;
        filter.put(&mut query, fitting);
    }
    Ok(query)
}

/// Whether names are left open that nobody may know yet.
pub fn has_patterns(query: &IssueQuery) -> bool {
    !take_patterns(&mut query.clone()).is_empty()
}

/// Takes the filters out of the query of which a value is a pattern, with all of their values.
fn take_patterns(query: &mut IssueQuery) -> Vec<(Filter, Vec<String>)> {
    let labels: BTreeSet<_> = query.labels.iter().map(|(key, _)| key.clone()).collect();
    let filters = [Filter::Application, Filter::Component, Filter::Cluster, Filter::ResourceName];
    let mut patterns = Vec::new();
    for filter in filters.into_iter().chain(labels.into_iter().map(Filter::Label)) {
        let values = filter.take(query);
        if values.iter().any(|value| is_pattern(value)) {
            patterns.push((filter, values));
        } else {
            filter.put(query, values);
        }
    }
    patterns
}

/// The names that fit the values of a filter. A pattern that none fits stays, because it finds nothing.
fn fitting(filter: &Filter, values: Vec<String>, names: &BTreeSet<String>) -> Result<Vec<String>, Failure> {
    let mut found = BTreeSet::new();
    for value in values {
        let pattern = if is_pattern(&value) { Some(pattern(&value)?) } else { None };
        let mut fitting = names.iter().filter(|name| pattern.as_ref().is_some_and(|pattern| pattern.is_match(name)));
        match fitting.next() {
            Some(first) => found.extend([first].into_iter().chain(fitting).cloned()),
            None => {
                found.insert(value);
            }
        }
    }
    if found.len() > MOST_NAMES {
        return Err(Failure::usage(format!("more than {MOST_NAMES} names fit a `*`"))
            .hint("write a longer part of the names, or say more of what is meant"));
    }
    // KITE would take it for two names.
    match found.iter().find(|name| filter.is_separated_by_commas() && name.contains(',')) {
        Some(name) => Err(Failure::usage(format!("`{}` fits, and cannot be asked for", one_line(name)))
            .hint("no filter takes a name with a comma; write a pattern that it does not fit")),
        None => Ok(found.into_iter().collect()),
    }
}

fn is_pattern(value: &str) -> bool {
    value.contains('*')
}

/// `*` stands for any characters.
fn pattern(value: &str) -> Result<Regex, Failure> {
    let parts: Vec<_> = value.split('*').map(regex::escape).collect();
    let pattern = format!("(?s)^{}$", parts.join(".*"));
    Regex::new(&pattern).map_err(|_| Failure::usage(format!("`{}` is too long for a pattern", one_line(value))))
}

impl Filter {
    /// What the filter is about, in an issue.
    fn name<'i>(&self, issue: &'i Issue) -> Option<&'i str> {
        match self {
            Self::Application => issue.labels.get("application").map(String::as_str),
            Self::Component => issue.labels.get("component").map(String::as_str),
            Self::Cluster => Some(&issue.cluster),
            Self::ResourceName => Some(&issue.scope.resource_name),
            Self::Label(key) => issue.labels.get(key).map(String::as_str),
        }
    }

    fn is_separated_by_commas(&self) -> bool {
        matches!(self, Self::Application | Self::Component | Self::Cluster)
    }

    /// Takes the filter out of the query.
    fn take(&self, query: &mut IssueQuery) -> Vec<String> {
        let values = match self {
            Self::Application => &mut query.applications,
            Self::Component => &mut query.components,
            Self::Cluster => &mut query.clusters,
            Self::ResourceName => &mut query.resource_names,
            Self::Label(key) => {
                let of_key = query.labels.extract_if(.., |(known, _)| known == key);
                return of_key.map(|(_, value)| value).collect();
            }
        };
        std::mem::take(values)
    }

    fn put(self, query: &mut IssueQuery, values: Vec<String>) {
        match self {
            Self::Application => query.applications = values,
            Self::Component => query.components = values,
            Self::Cluster => query.clusters = values,
            Self::ResourceName => query.resource_names = values,
            Self::Label(key) => query.labels.extend(values.into_iter().map(|value| (key.clone(), value))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_star_stands_for_any_characters_and_nothing_else_is_special() {
        for (text, name, fits) in [
            ("shop-*", "shop-api", true),
            ("shop-*", "shop-", true),
            ("shop-*", "my-shop-api", false),
            ("*shop*", "my-shop-api", true),
            ("*", "", true),
            ("a.*", "abc", false),
            ("a*c", "a\nc", true),
            ("[a]*", "[a]b", true),
            ("a*b*c", "acb", false),
        ] {
            assert_eq!(pattern(text).unwrap().is_match(name), fits, "{text} {name}");
        }
    }

    #[test]
    fn names_take_the_place_of_patterns_and_a_pattern_that_none_fits_finds_nothing() {
        let names = texts(&["shop-api", "shop-web", "cart"]).into_iter().collect();
        let fitting = |values: &[&str]| fitting(&Filter::Component, texts(values), &names).unwrap();
        assert_eq!(fitting(&["shop-*"]), ["shop-api", "shop-web"]);
        assert_eq!(fitting(&["shop-*", "till"]), ["shop-api", "shop-web", "till"]);
        assert_eq!(fitting(&["till-*"]), ["till-*"]);
    }

    #[test]
    fn what_cannot_be_asked_for_as_a_whole_is_refused() {
        let many = (0..101).map(|number| format!("shop-{number}")).collect();
        let refused = |filter: Filter, names: &BTreeSet<String>| fitting(&filter, texts(&["shop-*"]), names).is_err();
        assert!(refused(Filter::Component, &many));
        let odd = texts(&["shop-a,b"]).into_iter().collect();
        assert!(refused(Filter::Component, &odd) && !refused(Filter::Label("x".to_owned()), &odd));
    }

    #[test]
    fn only_filters_with_a_pattern_are_taken_out() {
        let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let mut query = IssueQuery {
            components: texts(&["shop-*", "cart"]),
            applications: texts(&["store"]),
            labels: vec![label("branch", "rel-*"), label("team", "x"), label("branch", "main")],
            ..IssueQuery::default()
        };
        assert!(has_patterns(&query));
        let taken = take_patterns(&mut query);
        let branch = (Filter::Label("branch".to_owned()), texts(&["rel-*", "main"]));
        assert_eq!(taken, [(Filter::Component, texts(&["shop-*", "cart"])), branch]);
        let left =
            IssueQuery { applications: texts(&["store"]), labels: vec![label("team", "x")], ..IssueQuery::default() };
        assert_eq!(query, left);
    }
}
