//! What a running stage tells whoever watches.

use std::sync::Arc;

/// Receives the progress of one step. Implemented by the command line (bars, plain lines) and by tests.
pub trait Observer: Send + Sync {
    /// The step will do `total` units of work, of which `done` were found done already.
    fn total(&self, unit: &str, total: u64, done: u64);
    /// `units` more are done, `tokens` were processed for them (0 when tokens mean nothing here).
    fn advance(&self, units: u64, tokens: u64);
    /// A line worth reading once.
    fn note(&self, line: &str);
}

/// An observer that looks away.
pub struct Silent;

impl Observer for Silent {
    fn total(&self, _: &str, _: u64, _: u64) {}
    fn advance(&self, _: u64, _: u64) {}
    fn note(&self, _: &str) {}
}

/// Shared handle to an [`Observer`].
pub type Progress = Arc<dyn Observer>;
