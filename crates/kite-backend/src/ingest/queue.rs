//! What waits and what is on its way: plain data, so that every order of events can be tried.

use std::collections::{HashSet, VecDeque};

use super::plan::{Limits, plan};
use super::{IngestError, Options};

/// Groups in flight at once; each takes a connection of the database.
pub const GROUPS: usize = 4;
/// So many submissions are worth a group of their own beside one in flight: fewer gather until it lands,
/// because the cost of a group is shared by its members.
pub const WORTH_A_GROUP: usize = 16;

/// Submissions in the order of their arrival, and the scopes that groups in flight hold.
#[derive(Debug)]
pub struct Queue<T> {
    bounds: Options,
    waiting: VecDeque<Waiting<T>>,
    bytes: usize,
    /// Hashes of the scopes of all groups in flight. Two scopes of one hash only wait for each other.
    busy: HashSet<u64>,
    in_flight: usize,
    /// How many must wait before another look for a large group is worth its time.
    look_at: usize,
    is_closed: bool,
}

/// One submission that waits.
#[derive(Debug)]
pub struct Waiting<T> {
    /// Hashes of the scopes it is about.
    pub scopes: Vec<u64>,
    /// How much text it carries.
    pub bytes: usize,
    /// The submission, and whom to answer.
    pub item: T,
}

/// Which group is wanted beside those in flight; without any in flight, every group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A large one, so that groups stay large under load.
    Large,
    /// Any, because those in flight take long.
    Any,
}

/// How full the queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Submissions that wait.
    pub waiting: usize,
    /// Their bytes of text.
    pub bytes: usize,
    /// Groups in flight.
    pub in_flight: usize,
}

impl<T> Queue<T> {
    /// An empty queue with bounds.
    pub fn new(bounds: Options) -> Self {
        let (waiting, busy) = (VecDeque::new(), HashSet::new());
        Self { bounds, waiting, bytes: 0, busy, in_flight: 0, look_at: WORTH_A_GROUP, is_closed: false }
    }

    /// Takes in all of them or none.
    pub fn enqueue(&mut self, added: Vec<Waiting<T>>) -> Result<(), IngestError> {
        if self.is_closed {
            return Err(IngestError::Stopping);
        }
        let bytes: usize = added.iter().map(|waiting| waiting.bytes).sum();
        let has_room =
            self.waiting.len() + added.len() <= self.bounds.submissions && self.bytes + bytes <= self.bounds.bytes;
        // An empty queue takes in everything: the size of a batch is bounded where it came in.
        if !has_room && !self.waiting.is_empty() {
            return Err(IngestError::Full);
        }
        self.bytes += bytes;
        self.waiting.extend(added);
        Ok(())
    }

    /// Takes the next group out of the queue, when one is wanted and free to go.
    pub fn take(&mut self, wanted: Wanted) -> Option<Vec<Waiting<T>>> {
        let least = if self.in_flight == 0 || wanted == Wanted::Any { 1 } else { WORTH_A_GROUP };
        if self.in_flight >= GROUPS || self.waiting.len() < least || (least > 1 && self.waiting.len() < self.look_at) {
            return None;
        }
        let waiting = self.waiting.iter().map(|waiting| (&waiting.scopes[..], waiting.bytes));
        let chosen = plan(waiting, &self.busy, Limits::default());
        if chosen.len() < least {
            // The next look is for so many more: a look costs as much as many wait.
            self.look_at = self.waiting.len() + WORTH_A_GROUP;
            return None;
        }
        let group = self.remove(chosen);
        self.look_at = WORTH_A_GROUP;
        self.bytes -= group.iter().map(|waiting| waiting.bytes).sum::<usize>();
        self.busy.extend(group.iter().flat_map(|waiting| &waiting.scopes));
        self.in_flight += 1;
        Some(group)
    }

    /// Gives the scopes of a group free when it is done.
    pub fn land(&mut self, scopes: &[u64]) {
        for scope in scopes {
            self.busy.remove(scope);
        }
        self.in_flight -= 1;
        self.look_at = WORTH_A_GROUP;
    }

    /// Refuses new submissions from now on.
    pub fn close(&mut self) {
        self.is_closed = true;
    }

    /// How full the queue is.
    pub fn fill(&self) -> Fill {
        Fill { waiting: self.waiting.len(), bytes: self.bytes, in_flight: self.in_flight }
    }

    fn remove(&mut self, places: Vec<usize>) -> Vec<Waiting<T>> {
        if places.len() == self.waiting.len() {
            return self.waiting.drain(..).collect();
        }
        let mut group = Vec::with_capacity(places.len());
        let mut places = places.into_iter().peekable();
        for (place, waiting) in std::mem::take(&mut self.waiting).into_iter().enumerate() {
            if places.next_if_eq(&place).is_some() {
                group.push(waiting);
            } else {
                self.waiting.push_back(waiting);
            }
        }
        group
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROOMY: Options = Options { submissions: 10_000, bytes: 1 << 20 };

    fn one(scopes: &[u64], item: usize) -> Waiting<usize> {
        Waiting { scopes: scopes.to_vec(), bytes: 10, item }
    }

    fn many(numbers: std::ops::Range<usize>, scope: impl Fn(usize) -> u64) -> Vec<Waiting<usize>> {
        numbers.map(|number| one(&[scope(number)], number)).collect()
    }

    #[test]
    fn beside_a_group_in_flight_only_a_large_one_goes_at_once() {
        let mut queue = Queue::new(ROOMY);
        queue.enqueue(vec![one(&[0], 0)]).unwrap();
        assert_eq!(queue.take(Wanted::Large).unwrap().len(), 1);
        queue.enqueue(many(1..WORTH_A_GROUP, |number| number as u64)).unwrap();
        assert!(queue.take(Wanted::Large).is_none(), "one too few");
        queue.enqueue(vec![one(&[500], 500)]).unwrap();
        assert_eq!(queue.take(Wanted::Large).unwrap().len(), WORTH_A_GROUP);
    }

    #[test]
    fn many_that_wait_for_one_scope_make_no_small_groups_and_are_not_looked_at_again_and_again() {
        let mut queue = Queue::new(ROOMY);
        queue.enqueue(vec![one(&[0], 0)]).unwrap();
        queue.take(Wanted::Large).unwrap();
        queue.enqueue(many(1..301, |_| 0)).unwrap();
        queue.enqueue(vec![one(&[1], 301)]).unwrap();
        assert!(queue.take(Wanted::Large).is_none(), "a group of one is not large");
        assert_eq!(queue.look_at, 301 + WORTH_A_GROUP);
        assert_eq!(queue.take(Wanted::Any).unwrap().len(), 1, "after a while it goes all the same");
        queue.land(&[0]);
        assert_eq!(queue.look_at, WORTH_A_GROUP);
    }

    #[test]
    fn a_batch_is_taken_in_whole_or_not_at_all() {
        let mut queue = Queue::new(Options { submissions: 5, bytes: 100 });
        queue.enqueue(many(0..3, |_| 0)).unwrap();
        assert!(matches!(queue.enqueue(many(3..6, |_| 0)), Err(IngestError::Full)));
        assert_eq!(queue.fill().waiting, 3);
        let heavy = Waiting { scopes: vec![1], bytes: 71, item: 9 };
        assert!(matches!(queue.enqueue(vec![heavy]), Err(IngestError::Full)));
        queue.enqueue(many(3..5, |_| 0)).unwrap();
        queue.take(Wanted::Large).unwrap();
        queue.enqueue(many(5..55, |_| 0)).expect("an empty queue takes in a batch of any size");
    }

    #[derive(Clone, Debug)]
    enum Step {
        Arrive(Vec<Vec<u64>>),
        Take(Wanted),
        Land(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        let scopes = proptest::collection::vec(0..8_u64, 1..3);
        prop_oneof![
            proptest::collection::vec(scopes, 1..60).prop_map(Step::Arrive),
            prop_oneof![Just(Wanted::Large), Just(Wanted::Any)].prop_map(Step::Take),
            (0..GROUPS).prop_map(Step::Land),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_each_scope_keeps_its_order_and_nothing_is_lost(steps in proptest::collection::vec(step(), 0..40)) {
            let (mut queue, mut arrived, mut taken) = (Queue::new(ROOMY), Vec::new(), Vec::new());
            let mut in_flight: Vec<Vec<Waiting<usize>>> = Vec::new();
            let end = [Step::Land(0), Step::Take(Wanted::Any)].into_iter().cycle().take(2 * 60 * 40);
            for step in steps.into_iter().chain(end) {
                match step {
                    Step::Arrive(submissions) => {
                        let first = arrived.len();
                        let numbered = submissions.iter().enumerate().map(|(index, scopes)| one(scopes, first + index));
                        queue.enqueue(numbered.collect()).unwrap();
                        arrived.extend(submissions);
                    }
                    Step::Take(wanted) => in_flight.extend(queue.take(wanted)),
                    Step::Land(index) if index < in_flight.len() => {
                        let group = in_flight.swap_remove(index);
                        queue.land(&group.iter().flat_map(|one| one.scopes.clone()).collect::<Vec<_>>());
                        taken.extend(group.into_iter().map(|one| one.item));
                    }
                    Step::Land(_) => {}
                }
                prop_assert!(in_flight.len() <= GROUPS);
                let held = in_flight.iter().map(|group| group.iter().flat_map(|one| &one.scopes).collect::<HashSet<_>>());
                prop_assert_eq!(held.clone().map(|scopes| scopes.len()).sum::<usize>(), held.flatten().collect::<HashSet<_>>().len());
            }
            prop_assert_eq!(queue.fill(), Fill { waiting: 0, bytes: 0, in_flight: 0 });
            prop_assert_eq!(taken.len(), arrived.len());
            for scope in 0..8 {
                let order = taken.iter().filter(|item| arrived[**item].contains(&scope));
                prop_assert!(order.is_sorted(), "scope {}", scope);
            }
        }
    }
}
