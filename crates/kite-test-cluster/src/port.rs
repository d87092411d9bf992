//! Free ports and random words.

use std::{
    hash::{BuildHasher, RandomState},
    net::{Ipv4Addr, TcpListener},
};

use crate::ClusterError;

/// Below the ports that systems give to outgoing connections: a client that keeps trying to reach a
/// killed server there could otherwise be given that very port, and meet itself.
const FIRST: u16 = 20_000;
const COUNT: u64 = 10_000;
const ATTEMPTS: usize = 5;
const LOOKS: usize = 100;
const IS_TAKEN: &str = "address already in use";

/// Starts something on a free port, and again on another one if somebody takes it meanwhile.
pub(crate) fn on_a_free_port<T>(
    mut start: impl FnMut(u16) -> Result<T, ClusterError>,
) -> Result<(T, u16), ClusterError> {
    for _ in 1..ATTEMPTS {
        let port = free_port()?;
        match start(port) {
            Err(ClusterError::Ended { log, .. }) if log.contains(IS_TAKEN) => {}
            result => return Ok((result?, port)),
        }
    }
    let port = free_port()?;
    Ok((start(port)?, port))
}

fn free_port() -> Result<u16, ClusterError> {
    let mut candidates = std::iter::repeat_with(|| u16::try_from(random() % COUNT).unwrap_or_default() + FIRST);
    candidates.by_ref().take(LOOKS).find(|port| is_free(*port)).ok_or(ClusterError::NoFreePort)
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Gives a word that nobody guesses.
pub(crate) fn random_word() -> String {
    format!("{:016x}{:016x}", random(), random())
}

/// Each `RandomState` has keys of its own, which come from the system.
fn random() -> u64 {
    RandomState::new().hash_one(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_was_taken_meanwhile_is_given_up() {
        let mut tried = Vec::new();
        let (nothing, port) = on_a_free_port(|port| {
            tried.push(port);
            if tried.len() < 3 {
                return Err(ClusterError::Ended { program: "x", log: format!("bind: {IS_TAKEN}") });
            }
            Ok(())
        })
        .unwrap();
        assert_eq!((nothing, tried.len(), tried.last()), ((), 3, Some(&port)));
    }

    #[test]
    fn another_failure_is_not_tried_again() {
        let mut tries = 0;
        let result = on_a_free_port(|_| {
            tries += 1;
            Err::<(), _>(ClusterError::Ended { program: "x", log: "unknown flag".to_owned() })
        });
        assert!(matches!(result, Err(ClusterError::Ended { .. })));
        assert_eq!(tries, 1);
    }
}
