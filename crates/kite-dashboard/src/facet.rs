//! Filters with counts beside each of their values.

use kite_core::{IssueType, State};

use crate::query::Address;
use crate::words;

/// A filter and the values that it can have.
#[derive(Clone, Debug)]
pub struct Facet {
    /// What it is called.
    pub name: &'static str,
    /// Its values, those that are chosen first.
    pub values: Vec<Value>,
}

/// One value of a filter.
#[derive(Clone, Debug)]
pub struct Value {
    /// What people read.
    pub label: String,
    /// How many issues have it, given the other filters.
    pub count: Option<u64>,
    /// Whether it is chosen.
    pub is_chosen: bool,
    /// Where it leads: the list with it, or without it when it is chosen.
    pub address: Address,
}

/// A filter that is in force.
#[derive(Clone, Debug)]
pub struct Chip {
    /// What it is called.
    pub name: &'static str,
    /// Its value.
    pub label: String,
    /// The list without it.
    pub without: Address,
}

impl Facet {
    /// A filter of an address, with these values, labels and counts.
    pub fn new(
        name: &'static str,
        parameter: &'static str,
        address: &Address,
        values: impl IntoIterator<Item = (String, String, Option<u64>)>,
    ) -> Self {
        let value = |(value, label, count): (String, String, Option<u64>)| Value {
            is_chosen: address.has(parameter, &value),
            address: address.toggled(parameter, &value),
            label,
            count,
        };
        let mut values: Vec<_> = values.into_iter().map(value).collect();
        values.sort_by_key(|value| !value.is_chosen);
        Self { name, values }
    }

    /// A filter with at most one value; `default` is in force when none is given.
    pub fn single(
        name: &'static str,
        parameter: &'static str,
        address: &Address,
        default: Option<&str>,
        values: impl IntoIterator<Item = (String, String, Option<u64>)>,
    ) -> Self {
        let chosen = address.one(parameter).or(default);
        let value = |(value, label, count): (String, String, Option<u64>)| {
            let is_chosen = chosen == Some(&value);
            let address = if is_chosen { address.without(parameter) } else { address.with(parameter, &value) };
            Value { label, count, is_chosen, address }
        };
        Self { name, values: values.into_iter().map(value).collect() }
    }

    /// How many of its values are chosen.
    pub fn chosen(&self) -> usize {
        self.values.iter().filter(|value| value.is_chosen).count()
    }
}

/// What the parameters of a list are called, in the order of their chips.
const NAMES: [(&str, &str); 14] = [
    ("search", "Text"),
    ("severity", "Severity"),
    ("issueType", "Type"),
    ("application", "Application"),
    ("component", "Component"),
    ("cause", "Cause"),
    ("label.environment", "Environment"),
    ("cluster", "Cluster"),
    ("resourceType", "Resource kind"),
    ("resourceName", "Resource"),
    ("detectedFrom", "Newer than"),
    ("detectedBefore", "Older than"),
    ("dueBefore", "To be fixed by"),
    ("state", "State"),
];
/// All states; without it a list is of what is broken now.
pub const ANY: &str = "any";
/// Parameters whose commas belong to the value.
const WHOLE: [&str; 3] = ["search", "resourceName", "cause"];

/// The filters of an address that are in force.
pub fn chips(address: &Address) -> Vec<Chip> {
    let known = NAMES.iter().flat_map(|(parameter, name)| chips_of(address, parameter, name));
    let unnamed = |parameter: &str| NAMES.iter().all(|(known, _)| *known != parameter);
    let labels =
        address.parameters().iter().filter(|(parameter, _)| unnamed(parameter)).filter_map(|(parameter, value)| {
            let key = parameter.strip_prefix("label.")?;
            let without = address.without_value(parameter, value);
            Some(Chip { name: "Label", label: format!("{key} = {value}"), without })
        });
    known.chain(labels).collect()
}

fn chips_of(address: &Address, parameter: &str, name: &'static str) -> Vec<Chip> {
    if WHOLE.contains(&parameter) {
        let given = address.parameters().iter().filter(|(known, _)| known == parameter);
        let chip = |(_, value): &(String, String)| Chip {
            name,
            label: value.clone(),
            without: address.without_value(parameter, value),
        };
        return given.map(chip).collect();
    }
    let chip = |value: &str| Chip { name, label: label(parameter, value), without: address.toggled(parameter, value) };
    address.values(parameter).into_iter().map(chip).collect()
}

/// A value of a parameter in the words of a page.
pub fn label(parameter: &str, value: &str) -> String {
    let words = match parameter {
        "state" if value == ANY => Some("Any"),
        "state" => value.parse().ok().map(|state: State| words::state(state)),
        "issueType" => value.parse().ok().map(|issue_type: IssueType| words::issue_type(issue_type)),
        _ => None,
    };
    words.unwrap_or(value).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_chip_leads_to_the_list_without_it() {
        let address =
            Address::parse("/issues", "severity=major,critical&search=a,b&label.team=x&state=RESOLVED&limit=25");
        let chips = chips(&address);
        let shown: Vec<_> = chips.iter().map(|chip| format!("{}: {}", chip.name, chip.label)).collect();
        assert_eq!(shown, ["Text: a,b", "Severity: major", "Severity: critical", "State: Resolved", "Label: team = x"]);
        assert_eq!(chips[0].without.one("search"), None);
        assert_eq!(chips[1].without.values("severity"), ["critical"]);
        assert_eq!(chips[4].without.one("label.team"), None);
        assert!(chips.iter().all(|chip| chip.without.one("limit") == Some("25")));
    }

    #[test]
    fn what_may_be_repeated_has_a_chip_each() {
        let address = Address::parse("/issues", "cause=a,b&cause=c&label.team=x&label.team=y");
        let chips = chips(&address);
        let shown: Vec<_> = chips.iter().map(|chip| format!("{}: {}", chip.name, chip.label)).collect();
        assert_eq!(shown, ["Cause: a,b", "Cause: c", "Label: team = x", "Label: team = y"]);
        assert_eq!(chips[0].without.to_string(), "/issues?cause=c&label.team=x&label.team=y");
        assert_eq!(chips[3].without.to_string(), "/issues?cause=a%2Cb&cause=c&label.team=x");
    }

    #[test]
    fn a_value_that_is_chosen_leads_back() {
        let address = Address::parse("/issues", "severity=major");
        let values = ["critical", "major"].map(|value| (value.to_owned(), value.to_owned(), Some(1)));
        let facet = Facet::new("Severity", "severity", &address, values);
        assert_eq!(facet.chosen(), 1);
        assert_eq!(
            (facet.values[0].label.as_str(), facet.values[0].address.to_string().as_str()),
            ("major", "/issues")
        );
        assert_eq!(facet.values[1].address.values("severity"), ["major", "critical"]);
    }
}
