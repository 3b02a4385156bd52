//! Buffers that outlive a call. A training step needs some ten megabytes of them; fresh from the operating system each
//! time, their page faults cost a fifth of the step.

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

/// Idle values.
pub(crate) struct Shelf<T>(Mutex<Vec<T>>);

impl<T: Default> Shelf<T> {
    pub const fn new() -> Self {
        Shelf(Mutex::new(Vec::new()))
    }

    /// An idle value with whatever content it was left with, or a new one.
    pub fn take(&'static self) -> Borrowed<T> {
        let value = self.0.lock().expect("no thread panics while it holds this").pop();
        Borrowed { value: value.unwrap_or_default(), shelf: self }
    }
}

/// A value that goes back to its shelf when dropped.
pub(crate) struct Borrowed<T: Default + 'static> {
    value: T,
    shelf: &'static Shelf<T>,
}

impl<T: Default> Deref for Borrowed<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Default> DerefMut for Borrowed<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: Default> Drop for Borrowed<T> {
    fn drop(&mut self) {
        if let Ok(mut idle) = self.shelf.0.lock() {
            idle.push(std::mem::take(&mut self.value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_value_is_taken_again() {
        static SHELF: Shelf<Vec<f32>> = Shelf::new();
        let (mut a, b) = (SHELF.take(), SHELF.take());
        a.push(1.0);
        drop(a);
        assert_eq!(*SHELF.take(), [1.0]);
        drop(b);
    }
}
