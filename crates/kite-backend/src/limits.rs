//! How often one caller may ask.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::access::Key;
use crate::problem::Problem;

/// Callers who did not ask for a while are forgotten after so many requests.
const TIDY_EVERY: u32 = 10_000;

/// Counts the requests of each caller.
pub struct Limits {
    limiter: Option<DefaultKeyedRateLimiter<Key>>,
    asked: AtomicU32,
}

impl Limits {
    /// So many requests a second, and as many at once; without a number as many as there are.
    pub fn new(per_second: Option<NonZeroU32>) -> Self {
        let limiter = per_second.map(|per_second| DefaultKeyedRateLimiter::keyed(Quota::per_second(per_second)));
        Self { limiter, asked: AtomicU32::new(0) }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_its_own_limit() {
        // A test that takes an hour would see another one let in.
        let limits = Limits {
            limiter: NonZeroU32::new(4).map(|n| DefaultKeyedRateLimiter::keyed(Quota::per_hour(n))),
            ..Limits::new(None)
        };
        let asks = |caller: u8| limits.count([caller; 32]);
        for _ in 0..4 {
            asks(1).unwrap();
        }
        let Err(Problem::TooMany { wait }) = asks(1) else { panic!("the fifth is too much") };
        assert!(wait.as_secs() > 60, "{wait:?}");
        asks(2).unwrap();
        let unlimited = Limits::new(None);
        (0..1000).for_each(|_| unlimited.count([1; 32]).unwrap());
    }
}
