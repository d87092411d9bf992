//! Which of the waiting submissions go into the next group.

use std::collections::HashSet;

/// Bounds of a group.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Submissions at most.
    pub submissions: usize,
    /// Bytes of text at most, unless the first alone has more.
    pub bytes: usize,
    /// Submissions that are looked at; the rest is for a later group.
    pub looked_at: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { submissions: 500, bytes: 4 << 20, looked_at: 4_000 }
    }
}

/// The places in the queue of the submissions to take, in order.
///
/// A submission must wait when one of its scopes is busy, or when an earlier one that touches the
/// same scope waits: so the order in each scope is that of arrival.
pub fn plan<'a>(waiting: impl Iterator<Item = (&'a [u64], usize)>, busy: &HashSet<u64>, limits: Limits) -> Vec<usize> {
    let mut held: HashSet<u64> = HashSet::new();
    let mut chosen = Vec::new();
    let mut bytes = 0;
    for (index, (scopes, size)) in waiting.take(limits.looked_at).enumerate() {
        let is_full = chosen.len() >= limits.submissions || (bytes + size > limits.bytes && !chosen.is_empty());
        if is_full {
            break;
        }
        if scopes.iter().any(|scope| busy.contains(scope) || held.contains(scope)) {
            held.extend(scopes);
        } else {
            bytes += size;
            chosen.push(index);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_submission_waits_behind_an_earlier_one_of_its_scope() {
        let waiting: [&[u64]; 4] = [&[1], &[1, 2], &[2], &[3]];
        let busy = HashSet::from([1]);
        let chosen = plan(waiting.iter().map(|scopes| (*scopes, 1)), &busy, Limits::default());
        assert_eq!(chosen, [3], "scope 2 waits for the one that waits for scope 1");
    }

    #[test]
    fn a_group_is_bounded_but_never_empty_for_size() {
        let limits = Limits { submissions: 3, bytes: 10, looked_at: 100 };
        let sizes = |sizes: &[usize]| {
            let waiting: Vec<(&[u64], usize)> = sizes.iter().map(|size| (&[][..], *size)).collect();
            plan(waiting.into_iter(), &HashSet::new(), limits).len()
        };
        assert_eq!(sizes(&[1, 1, 1, 1]), 3);
        assert_eq!(sizes(&[6, 6]), 1);
        assert_eq!(sizes(&[60, 1]), 1);
    }

    proptest! {
        #[test]
        fn order_per_scope_is_kept_and_nothing_busy_is_touched(
            waiting in proptest::collection::vec(proptest::collection::vec(0..6_u64, 1..3), 0..30),
            busy in proptest::collection::hash_set(0..6_u64, 0..3),
        ) {
            let chosen = plan(waiting.iter().map(|scopes| (&scopes[..], 1)), &busy, Limits::default());
            prop_assert!(chosen.is_sorted_by(|left, right| left < right));
            for (index, scopes) in waiting.iter().enumerate() {
                let is_chosen = chosen.contains(&index);
                let blocked = scopes.iter().any(|scope| busy.contains(scope)
                    || waiting[..index].iter().enumerate().any(|(earlier, other)| !chosen.contains(&earlier) && other.contains(scope)));
                prop_assert_eq!(is_chosen, !blocked);
            }
        }
    }
}
