//! The state of every issue is a function of the set of reports: order, repetition and batching
//! change nothing, and the step-by-step way gives what the full fold gives.

use kite_core::Submission;
use kite_testing::{generate, memory::Memory, reference};
use proptest::prelude::*;

fn in_batches(submissions: &[Submission], sizes: &[usize]) -> Memory {
    let mut memory = Memory::default();
    let (mut rest, mut sizes) = (submissions, sizes.iter().cycle());
    while !rest.is_empty() {
        let size = sizes.next().map_or(1, |size| (*size).clamp(1, rest.len()));
        let (batch, later) = rest.split_at(size);
        memory.apply(batch.to_vec());
        rest = later;
    }
    memory
}

/// Every report once or more, in any order.
fn shuffled(submissions: Vec<Submission>) -> impl Strategy<Value = (Vec<Submission>, Vec<Submission>)> {
    let repeated = proptest::sample::subsequence(submissions.clone(), 0..=submissions.len());
    let all = repeated.prop_map({
        let submissions = submissions.clone();
        move |mut again| {
            again.extend(submissions.iter().cloned());
            again
        }
    });
    (Just(submissions), all.prop_shuffle())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_order_repetition_and_batching_give_the_same_issues(
        (submissions, arrived) in generate::submissions(14).prop_flat_map(shuffled),
        sizes in proptest::collection::vec(1..6_usize, 1..4),
    ) {
        let memory = in_batches(&arrived, &sizes);
        prop_assert_eq!(memory.issues(), reference::issues(&submissions));
    }

    #[test]
    fn one_at_a_time_gives_what_the_full_fold_gives(
        (submissions, arrived) in generate::submissions(10).prop_flat_map(shuffled),
    ) {
        let memory = in_batches(&arrived, &[1]);
        prop_assert_eq!(memory.issues(), reference::issues(&submissions));
    }
}
