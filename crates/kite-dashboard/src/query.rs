//! The address of a page: everything that a page shows is in it.

use std::fmt;

use form_urlencoded::Serializer;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Parameters that belong to one place in a list, and to no other list.
const PLACE: [&str; 2] = ["cursor", "offset"];

/// The path and the parameters of a page. Links are made by changing them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    path: String,
    parameters: Vec<(String, String)>,
}

impl Address {
    /// An address without parameters.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), parameters: Vec::new() }
    }

    /// The address of something below a path, whatever is in its name.
    pub fn of(path: &str, name: &str) -> Self {
        Self::new(format!("{path}/{}", utf8_percent_encode(name, NON_ALPHANUMERIC)))
    }

    /// An address as it was asked for; empty parameters say nothing.
    pub fn parse(path: &str, query: &str) -> Self {
        let parameters = form_urlencoded::parse(query.as_bytes()).into_owned();
        Self { path: path.to_owned(), parameters: parameters.filter(|(_, value)| !value.is_empty()).collect() }
    }

    /// The values of a parameter, also those in a list with commas.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let values = self.parameters.iter().filter(|(known, _)| known == name);
        values.flat_map(|(_, value)| value.split(',')).map(str::trim).filter(|value| !value.is_empty()).collect()
    }

    /// The first value of a parameter, as a whole.
    pub fn one(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The parameters, in order.
    pub fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }

    /// Whether a parameter has a value.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.values(name).contains(&value)
    }

    /// The same with one value of a parameter, and no other.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut address = self.without(name);
        address.parameters.push((name.to_owned(), value.to_owned()));
        address
    }

    /// The same with one value more of a parameter, or without it when it is there.
    #[must_use]
    pub fn toggled(&self, name: &str, value: &str) -> Self {
        let others = self.values(name).into_iter().filter(|other| *other != value).map(str::to_owned);
        let added = (!self.has(name, value)).then(|| value.to_owned());
        let values: Vec<_> = others.chain(added).collect();
        let mut address = self.without(name);
        address.parameters.extend(values.into_iter().map(|value| (name.to_owned(), value)));
        address
    }

    /// The same without a parameter; a place in the list before says nothing in this one.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        self.only(|known, _| known != name)
    }

    /// The same without one value of a parameter, as a whole.
    #[must_use]
    pub fn without_value(&self, name: &str, value: &str) -> Self {
        self.only(|known, given| (known, given) != (name, value))
    }

    fn only(&self, is_kept: impl Fn(&str, &str) -> bool) -> Self {
        let kept = self.parameters.iter().filter(|(name, _)| !PLACE.contains(&name.as_str()));
        let kept = kept.filter(|(name, value)| is_kept(name, value));
        Self { path: self.path.clone(), parameters: kept.cloned().collect() }
    }

    /// The same parameters at another path.
    #[must_use]
    pub fn at(&self, path: &str) -> Self {
        Self { path: path.to_owned(), parameters: self.parameters.clone() }
    }

    /// The parameters as text.
    pub fn query(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.parameters).finish()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if self.parameters.is_empty() {
            return Ok(());
        }
        write!(f, "?{}", self.query())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_segment_of_a_path() {
        assert_eq!(Address::of("/causes", "cve/CVE-1 ?#").to_string(), "/causes/cve%2FCVE%2D1%20%3F%23");
    }

    #[test]
    fn a_filter_is_switched_on_and_off_and_starts_the_list_anew() {
        let address = Address::parse("/issues", "severity=major,critical&search=a%26b&cursor=x&state=");
        assert_eq!(address.values("severity"), ["major", "critical"]);
        assert_eq!(address.one("state"), None);
        let more = address.toggled("severity", "minor");
        assert_eq!(more.to_string(), "/issues?search=a%26b&severity=major&severity=critical&severity=minor");
        assert_eq!(more.toggled("severity", "major").values("severity"), ["critical", "minor"]);
        assert_eq!(address.without("severity").without("search").to_string(), "/issues");
        assert_eq!(address.with("search", "ä b").one("search"), Some("ä b"));
    }
}
