//! The contract between stages and the runner. Floor 1.
//!
//! A [`Stage`] is a function of (params, inputs): no clock, no environment, no path of its own choosing. What decides its
//! result is one value, [`key::Ingredients`], which is both hashed (the key) and shown (`beyond explain`).
//! This crate is also the only one that writes Parquet ([`table`]) and the only one that hashes ([`digest`]).

pub mod digest;
pub mod job;
pub mod journal;
pub mod key;
pub mod progress;
mod stage;
pub mod table;
pub mod testing;

pub use digest::Digest;
pub use job::{Input, Job};
pub use journal::Journal;
pub use key::Ingredients;
pub use progress::{Observer, Progress};
pub use stage::{AnyStage, Purity, Stage};

/// The run was asked to stop; what was published stays, the step is not cached.
#[derive(Debug, thiserror::Error)]
#[error("stopped on request; run the same command again to resume")]
pub struct Cancelled;

/// The user's mistake: a spec, data file or flag. The runner exits with status 2 instead of 1.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UserError(pub String);

/// Shorthand for an error that is the user's to mend; name file, line, what was expected and the remedy.
pub fn user_error(message: impl Into<String>) -> anyhow::Error {
    UserError(message.into()).into()
}
