//! Counts the work that a stage reports while passing it on to whoever watches.

use crate::record::Effort;
use beyond_stage::{Observer, Progress};
use std::sync::Mutex;

/// An observer between a stage and the real one.
pub struct Meter {
    inner: Progress,
    effort: Mutex<Effort>,
}

impl Meter {
    /// Counts and passes on to `inner`.
    pub fn new(inner: Progress) -> Self {
        Meter { inner, effort: Mutex::default() }
    }

    /// What was counted so far.
    pub fn effort(&self) -> Effort {
        self.effort.lock().expect("counting does not panic").clone()
    }
}

impl Observer for Meter {
    fn total(&self, unit: &str, total: u64, done: u64) {
        let mut effort = self.effort.lock().expect("counting does not panic");
        effort.unit = unit.to_string();
        effort.total = total;
        effort.found = done;
        drop(effort);
        self.inner.total(unit, total, done);
    }

    fn advance(&self, units: u64, tokens: u64) {
        let mut effort = self.effort.lock().expect("counting does not panic");
        effort.done += units;
        effort.tokens += tokens;
        drop(effort);
        self.inner.advance(units, tokens);
    }

    fn note(&self, line: &str) {
        self.inner.note(line);
    }
}
