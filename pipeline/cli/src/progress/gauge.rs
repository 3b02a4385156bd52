//! How far one running step is.

use crate::text;
use beyond_runner::clock::human;
use beyond_stage::Observer;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// Filled by the stage, read by whoever draws.
pub struct Gauge {
    /// Step id.
    pub step: String,
    /// Threads it was given.
    pub threads: usize,
    start: Instant,
    unit: Mutex<String>,
    total: AtomicU64,
    found: AtomicU64,
    done: AtomicU64,
    tokens: AtomicU64,
    notes: Box<dyn Fn(&str) + Send + Sync>,
}

impl Gauge {
    /// A gauge at zero; `notes` receives the lines that the stage wants read.
    pub fn new(step: &str, threads: usize, notes: Box<dyn Fn(&str) + Send + Sync>) -> Self {
        let zero = AtomicU64::default;
        let unit = Mutex::default();
        Gauge {
            step: step.to_string(),
            threads,
            start: Instant::now(),
            unit,
            total: zero(),
            found: zero(),
            done: zero(),
            tokens: zero(),
            notes,
        }
    }

    /// Units done or found, and all units; 0 of 0 while the stage has not said.
    pub fn position(&self) -> (u64, u64) {
        (self.found.load(Relaxed) + self.done.load(Relaxed), self.total.load(Relaxed))
    }

    /// Part done, in [0, 1]; 0 while unknown.
    pub fn share(&self) -> f64 {
        let (position, total) = self.position();
        if total == 0 { 0.0 } else { (position as f64 / total as f64).min(1.0) }
    }

    /// Seconds since the start.
    pub fn elapsed(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    /// Seconds to go at the pace so far; None before the first unit is done.
    pub fn eta(&self) -> Option<f64> {
        let (position, total) = self.position();
        let done = self.done.load(Relaxed);
        (done > 0 && total > 0).then(|| self.elapsed() * total.saturating_sub(position) as f64 / done as f64)
    }

    /// `1200/38400 samples, 45.2 k tokens/s, ETA 40 s`.
    pub fn describe(&self) -> String {
        let (position, total) = self.position();
        let mut parts = Vec::new();
        if total > 0 {
            parts.push(format!("{position}/{total} {}", self.unit.lock().expect("a unit is text")));
        }
        let tokens = self.tokens.load(Relaxed);
        if tokens > 0 {
            parts.push(format!("{} tokens/s", text::count(tokens as f64 / self.elapsed().max(1e-3))));
        }
        parts.push(self.eta().map_or_else(|| format!("for {}", human(self.elapsed())), |eta| format!("ETA {}", human(eta))));
        parts.join(", ")
    }
}

impl Observer for Gauge {
    fn total(&self, unit: &str, total: u64, done: u64) {
        *self.unit.lock().expect("a unit is text") = unit.to_string();
        self.total.store(total, Relaxed);
        self.found.store(done, Relaxed);
    }

    fn advance(&self, units: u64, tokens: u64) {
        self.done.fetch_add(units, Relaxed);
        self.tokens.fetch_add(tokens, Relaxed);
    }

    fn note(&self, line: &str) {
        (self.notes)(&format!("{}: {line}", self.step));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_does_not_count_as_pace() {
        let gauge = Gauge::new("sample/base", 1, Box::new(|_| {}));
        assert!(gauge.describe().starts_with("for "));
        gauge.total("samples", 100, 80);
        assert_eq!((gauge.position(), gauge.eta()), ((80, 100), None));
        gauge.advance(10, 500);
        assert!((gauge.share() - 0.9).abs() < 1e-12);
        let (eta, elapsed) = (gauge.eta().unwrap(), gauge.elapsed());
        assert!(eta > 0.0 && eta <= elapsed, "ten of twenty: as long again, {eta} {elapsed}");
        assert!(gauge.describe().starts_with("90/100 samples, "));
    }
}
