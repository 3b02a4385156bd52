//! Audits of the input: is a problem's sample really n independent draws of one rate, and are the two arms alike?
//!
//! Every interval of this crate assumes it. An audit says what it found, what it means and what to do; `blocks` is for
//! faults that make the numbers wrong, not merely uncertain.

mod arms;
mod dispersion;
mod duplicates;
mod serial;

pub use arms::{Marked, agreement, pairing, prompts, ragged, share_gap};
pub use dispersion::{Dispersion, DispersionOptions, dispersion, effective_n};
pub use duplicates::{Alignment, Duplicates, duplicates};
pub use serial::serial;

/// What one audit found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// `dispersion`, `duplicates`, `serial`, `truncation`, `unparsed`, `prompts`, `pairing`, `ragged`, `agreement`.
    pub audit: &'static str,
    /// The statistic.
    pub value: f64,
    /// Range to read it against; which one, the message says.
    pub lo: f64,
    /// See `lo`.
    pub hi: f64,
    /// Whether nothing is wrong.
    pub passed: bool,
    /// Whether the report must stop.
    pub blocks: bool,
    /// What it means and what to do.
    pub message: String,
}
