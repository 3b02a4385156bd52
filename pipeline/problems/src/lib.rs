//! Problem sets: the laboratory's procedural families, and benchmarks read from published files.
//!
//! A [`Family`] makes problems, a pretraining corpus, an exact verifier, an exact process checker, a reference
//! solver and a control, all from a seed. Its design was fixed before any reinforcement learning was run, for the
//! reasons written in each family's file. `docs/laboratory.md` tells the same story for a reader without the code.
//!
//! What never happens here: a prompt in two folds, a clock, a global random state, a file written.

pub mod family;
mod fold;
mod load;
mod manifest;
mod picture;
mod rng;
pub mod template;
mod text;

pub use family::{Document, Draft, Exposure, Family, FamilySpec, Judgement, Request, Split, Steps, family};
pub use fold::{Fold, fold};
pub use load::{is_multiple_choice, load_benchmark};
pub use manifest::{Fields, Format, Manifest, Source, Take};
pub use picture::{PATCH_SIDE, PATCH_VALUES, PATCHES, Picture, SIDE};
pub use rng::Rng;
pub use text::{ALPHABET, WORDS, pieces};
