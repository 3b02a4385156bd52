//! Plain lines for logs: one when a step ends, one on all that run every ten seconds.

use super::board::{Overall, Screen};
use super::gauge::Gauge;
use std::sync::Arc;
use std::time::Duration;

/// See the module documentation.
pub struct Lines;

impl Screen for Lines {
    fn period(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn start(&self, _: &Arc<Gauge>) {}

    fn end(&self, _: &str, line: &str, _: bool) {
        eprintln!("{line}");
    }

    fn note(&self, line: &str) {
        eprintln!("note     {line}");
    }

    fn tick(&self, running: &[Arc<Gauge>], overall: &Overall) {
        let steps: Vec<String> = running.iter().map(|gauge| format!("{}: {}", gauge.step, gauge.describe())).collect();
        eprintln!("running  {}; {}", steps.join("; "), overall.describe());
    }

    fn close(&self) {}
}
