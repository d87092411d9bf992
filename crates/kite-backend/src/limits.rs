//! How often, and how many times at once, one caller may ask.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::access::Key;
use crate::problem::Problem;

/// Callers who did not ask for a while are forgotten after so many requests.
const TIDY_EVERY: u32 = 10_000;
/// Whoever has too much in flight is told to come back.
const WAIT_FOR_PLACE: Duration = Duration::from_secs(1);

/// Counts the requests of each caller.
pub struct Limits {
    limiter: Option<DefaultKeyedRateLimiter<Key>>,
    asked: AtomicU32,
    most_in_flight: Option<NonZeroU32>,
    in_flight: Arc<InFlight>,
}

type InFlight = Mutex<HashMap<Key, u32>>;

/// A request of a caller, until it is dropped.
pub struct Place {
    caller: Key,
    in_flight: Arc<InFlight>,
}

impl Limits {
    /// So many requests a second, as many in a burst, and so many in flight; without a number as many as there are.
    pub fn new(per_second: Option<NonZeroU32>, most_in_flight: Option<NonZeroU32>) -> Self {
        let limiter = per_second.map(|per_second| DefaultKeyedRateLimiter::keyed(Quota::per_second(per_second)));
        Self { limiter, asked: AtomicU32::new(0), most_in_flight, in_flight: Arc::default() }
    }

    /// Counts a request, or refuses it.
    pub fn count(&self, caller: Key) -> Result<(), Problem> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.asked.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            limiter.retain_recent();
        }
        let now = DefaultClock::default().now();
        limiter.check_key(&caller).map_err(|until| Problem::TooMany { wait: until.wait_time_from(now) })
    }

    /// Gives a request its place among those in flight, or refuses it.
    pub fn enter(&self, caller: Key) -> Result<Place, Problem> {
        let most = self.most_in_flight.map_or(u32::MAX, NonZeroU32::get);
        let mut in_flight = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        let count = in_flight.entry(caller).or_default();
        if *count >= most {
            return Err(Problem::TooMany { wait: WAIT_FOR_PLACE });
        }
        *count += 1;
        Ok(Place { caller, in_flight: Arc::clone(&self.in_flight) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut in_flight = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = in_flight.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                in_flight.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_its_own_limit() {
        // A test that takes an hour would see another one let in.
        let limits = Limits {
            limiter: NonZeroU32::new(4).map(|n| DefaultKeyedRateLimiter::keyed(Quota::per_hour(n))),
            ..Limits::new(None, None)
        };
        let asks = |caller: u8| limits.count([caller; 32]);
        for _ in 0..4 {
            asks(1).unwrap();
        }
        let Err(Problem::TooMany { wait }) = asks(1) else { panic!("the fifth is too much") };
        assert!(wait.as_secs() > 60, "{wait:?}");
        asks(2).unwrap();
        let unlimited = Limits::new(None, None);
        (0..1000).for_each(|_| unlimited.count([1; 32]).unwrap());
    }

    #[test]
    fn each_caller_has_its_own_places_and_those_who_left_are_forgotten() {
        let limits = Limits::new(None, NonZeroU32::new(2));
        let first = limits.enter([1; 32]).unwrap();
        let _second = limits.enter([1; 32]).unwrap();
        assert!(matches!(limits.enter([1; 32]), Err(Problem::TooMany { .. })));
        drop(limits.enter([2; 32]).unwrap());
        drop(first);
        drop(limits.enter([1; 32]).unwrap());
        assert_eq!(limits.in_flight.lock().unwrap().len(), 1);
    }
}
