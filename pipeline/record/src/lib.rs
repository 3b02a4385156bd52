//! The rows that flow between stages. Floor 0: serde only, no I/O, no formulas.
//!
//! One struct is one row of one Parquet table; [`Table::NAME`] is the name under which `beyond query` shows it.
//! Field order is column order. Rows are always written in the order of their key, the leading identifying fields.

#![allow(missing_docs)] // a column whose name is the standard term needs no sentence; units and conventions are stated

mod analysis;
mod outcome;
mod sample;
mod training;

pub use analysis::*;
pub use outcome::*;
pub use sample::*;
pub use training::*;

use serde::{Serialize, de::DeserializeOwned};

/// A row type that is stored as a table.
pub trait Table: Serialize + DeserializeOwned {
    /// Name of the table: the stem of its Parquet file and of its SQL view.
    const NAME: &'static str;
}

macro_rules! table {
    ($($row:ty => $name:literal),* $(,)?) => {
        $(impl Table for $row { const NAME: &'static str = $name; })*
        /// Every table name, in the order of the pipeline.
        pub const TABLES: &[&str] = &[$($name),*];
    };
}

table! {
    Problem => "problems",
    Completion => "completions",
    Verdict => "verdicts",
    Flip => "flips",
    Recorded => "recorded",
    Counts => "counts",
    TrainLog => "train_log",
    Control => "controls",
    Curve => "curves",
    Paired => "paired",
    Crossing => "crossings",
    SeedEffect => "seeds",
    Histogram => "histogram",
    Coverage => "coverage",
    ProblemChange => "problem_changes",
    Extrapolation => "extrapolation",
    Audit => "audits",
    Perplexity => "perplexity",
    PerplexityBox => "perplexity_boxes",
    Likelihood => "likelihood",
    Claim => "claims",
    Contrast => "contrasts",
    Guessing => "guessing",
    Example => "examples",
    ExactRate => "exact_rates",
    ExactCurve => "exact_curves",
}
