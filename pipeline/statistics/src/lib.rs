//! Pure functions on per-problem counts: from "c of n samples were judged correct" to a claim about pass@k.
//!
//! Slices in, plain structs out; no I/O, no clock, no global state. Randomness is counter-based and seeded by the
//! caller ([`rng`]). Which interval, which unit and which assumptions: `docs/statistics.md`.
//!
//! Differences are always *model minus base*; "coverage" is pass@k; "solvable" means c >= 1 in the n samples drawn.

pub mod audit;
pub mod band;
pub mod bootstrap;
pub mod claims;
pub mod confirm;
pub mod counts;
pub mod cover;
pub mod coverage;
pub mod crossing;
pub mod equivalence;
pub mod error;
pub mod extrapolate;
pub mod family;
pub mod guessing;
pub mod hypergeometric;
pub mod interval;
pub mod likelihood;
pub mod low_rank;
pub mod majority;
pub mod matrix;
pub mod multiplicity;
pub mod paired;
pub mod panel;
pub mod pass_at_k;
pub mod planning;
pub mod rng;
pub mod runs;
pub mod self_null;
pub mod sequential;
pub mod sign_flip;
pub mod special;
pub mod strata;
pub mod support;
pub mod token_budget;
pub mod variance;
pub mod verifier_error;

pub use counts::Count;
pub use error::{Error, Result};
