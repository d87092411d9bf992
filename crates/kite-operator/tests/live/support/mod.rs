//! A real API server, a real backend that can be made unreachable, and an operator between them.

mod backend;
mod cluster;
mod objects;
mod operator;

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

pub use backend::{Backend, Line};
pub use cluster::{Kube, OwnCluster};
pub use objects::{Outcome, began, run};
pub use operator::{Process, Watching, plan};

/// Far more than anything here takes, also on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Waits until something is so.
pub async fn eventually<F: AsyncFnMut() -> Result<(), String>>(what: &str, mut check: F) {
    let begin = Instant::now();
    let mut looks = interval(Duration::from_millis(50));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        match check().await {
            Ok(()) => return,
            Err(why) => assert!(begin.elapsed() < PATIENCE, "{what} did not come true: {why}"),
        }
    }
}

/// `Ok` when two values are equal.
#[expect(clippy::needless_pass_by_value, reason = "what is compared is made for the comparison")]
pub fn same<T: PartialEq + std::fmt::Debug>(is: T, wanted: T) -> Result<(), String> {
    if is == wanted { Ok(()) } else { Err(format!("{is:?} is not {wanted:?}")) }
}
