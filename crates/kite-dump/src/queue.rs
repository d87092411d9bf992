//! A queue between one producer and the workers that is bounded in bytes.
//!
//! A channel bounded by a number of messages would not do: an object may have 100 bytes or 60 MiB.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A first-in, first-out queue whose contents weigh no more than a limit.
pub(crate) struct Queue<T> {
    limit: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    waiting: VecDeque<(usize, T)>,
    weight: usize,
    closed: bool,
}

/// Says that nobody takes from the queue any more.
#[derive(Debug)]
pub(crate) struct Closed;

impl<T> Queue<T> {
    pub(crate) fn new(limit: usize) -> Self {
        let state = State { waiting: VecDeque::new(), weight: 0, closed: false };
        Self { limit, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Adds an element, after waiting for room; one that is heavier than the limit waits for an empty queue.
    pub(crate) fn push(&self, weight: usize, element: T) -> Result<(), Closed> {
        let mut state =
            self.wait_while(|state| !state.closed && !state.waiting.is_empty() && state.weight + weight > self.limit);
        if state.closed {
            return Err(Closed);
        }
        state.weight += weight;
        state.waiting.push_back((weight, element));
        self.changed.notify_all();
        Ok(())
    }

    /// Takes the oldest element, after waiting for one; none when the queue is closed and empty.
    pub(crate) fn pop(&self) -> Option<T> {
        let mut state = self.wait_while(|state| !state.closed && state.waiting.is_empty());
        let (weight, element) = state.waiting.pop_front()?;
        state.weight -= weight;
        self.changed.notify_all();
        Some(element)
    }

    /// Lets the workers take what is left and the producer add nothing more.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Closes the queue and throws away what is left.
    pub(crate) fn abandon(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
        self.changed.notify_all();
    }

    /// A guard that closes the queue when it goes, so that a panic on one side never leaves the other waiting.
    pub(crate) fn close_on_drop(&self) -> CloseOnDrop<'_, T> {
        CloseOnDrop(self)
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while(&self, condition: impl Fn(&State<T>) -> bool) -> MutexGuard<'_, State<T>> {
        self.changed.wait_while(self.lock(), |state| condition(state)).unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes a queue when dropped.
pub(crate) struct CloseOnDrop<'a, T>(&'a Queue<T>);

impl<T> Drop for CloseOnDrop<'_, T> {
    fn drop(&mut self) {
        self.0.close();
    }
}
