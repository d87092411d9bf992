//! Who else has the cause of an issue.

use crate::query::Address;
use crate::words;

/// Who else has the cause of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Same {
    /// The cause's page.
    pub address: Address,
    /// Other active issues that the person may read.
    pub others: u64,
    /// In how many namespaces the cause has active issues that the person may read.
    pub namespaces: u64,
    /// Active issues that the person may not read.
    pub hidden: Hidden,
}

/// What a person may not read, as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// How many active issues.
    pub issues: u64,
    /// In how many namespaces.
    pub namespaces: u64,
}

impl Hidden {
    /// "11 more in 4 namespaces that you can't see"; `None` when nothing is hidden.
    pub fn words(self) -> Option<String> {
        let (issues, namespaces) = (words::grouped(self.issues), words::count(self.namespaces, "namespace"));
        (self.issues > 0).then(|| format!("{issues} more in {namespaces} that you can't see"))
    }
}

impl Same {
    /// "the same failure in 13 more (6 namespaces), and 11 more in 4 namespaces that you can't see".
    pub fn words(&self) -> String {
        let own = format!("{} more ({})", words::grouped(self.others), words::count(self.namespaces, "namespace"));
        match (self.others, self.hidden.words()) {
            (0, None) => "nobody else has the same failure".to_owned(),
            (0, Some(hidden)) => format!("the same failure in {hidden}"),
            (_, None) => format!("the same failure in {own}"),
            (_, Some(hidden)) => format!("the same failure in {own}, and {hidden}"),
        }
    }

    /// "same failure in 24 more"; `None` when nobody else has it.
    pub fn short(&self) -> Option<String> {
        let more = self.others + self.hidden.issues;
        (more > 0).then(|| format!("same failure in {} more", words::grouped(more)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_a_number() {
        let same = |others, issues| Same {
            address: Address::new("/causes/x"),
            others,
            namespaces: 6,
            hidden: Hidden { issues, namespaces: issues / 2 },
        };
        let told = [(0, 0), (13, 0), (0, 8), (13, 2)].map(|(others, issues)| same(others, issues).words());
        assert_eq!(
            told,
            [
                "nobody else has the same failure",
                "the same failure in 13 more (6 namespaces)",
                "the same failure in 8 more in 4 namespaces that you can't see",
                "the same failure in 13 more (6 namespaces), and 2 more in 1 namespace that you can't see",
            ]
        );
        assert_eq!((same(0, 0).short(), same(13, 2).short().as_deref()), (None, Some("same failure in 15 more")));
    }
}
