//! Whether the same failures, and only they, have the same fingerprint.

use std::collections::BTreeMap;

/// Pairs of failures that share their kind, their fingerprint, or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    both: u64,
    kind: u64,
    fingerprint: u64,
}

impl Pairs {
    /// Counts the pairs among failures, each with its kind and its fingerprint.
    pub fn among<K: Ord, F: Ord>(failures: impl Iterator<Item = (K, F)> + Clone) -> Self {
        Self {
            both: pairs_of(failures.clone()),
            kind: pairs_of(failures.clone().map(|(kind, _)| kind)),
            fingerprint: pairs_of(failures.map(|(_, fingerprint)| fingerprint)),
        }
    }

    /// Of the pairs with the same fingerprint, the part that is the same failure.
    pub fn precision(self) -> f64 {
        part(self.both, self.fingerprint)
    }

    /// Of the pairs that are the same failure, the part with the same fingerprint.
    pub fn recall(self) -> f64 {
        part(self.both, self.kind)
    }
}

fn pairs_of<T: Ord>(values: impl Iterator<Item = T>) -> u64 {
    let mut counts = BTreeMap::<_, u64>::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts.into_values().map(|n| n * (n - 1) / 2).sum()
}

#[expect(clippy::cast_precision_loss, reason = "far fewer pairs than a float can count")]
fn part(some: u64, all: u64) -> f64 {
    if all == 0 { 1.0 } else { some as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_once() {
        let pairs = Pairs::among([("a", 1), ("a", 1), ("a", 2), ("b", 2)].into_iter());
        assert_eq!(pairs, Pairs { both: 1, kind: 3, fingerprint: 2 });
        assert!((pairs.precision() - 0.5).abs() < 1e-9 && (pairs.recall() - 1.0 / 3.0).abs() < 1e-9);
    }
}
