//! Claims in words.

use crate::Kind;

/// The kind's name.
pub fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Crossing { .. } => "crossing",
        Kind::Expands { .. } => "expands",
        Kind::Narrows { .. } => "narrows",
        Kind::Gain { .. } => "gain",
        Kind::Similar { .. } => "similar",
        Kind::Subset { .. } => "subset",
    }
}

/// The claim as a sentence.
pub fn statement(kind: &Kind) -> String {
    match kind {
        Kind::Crossing { base, model, benchmark, k_max, .. } => {
            format!("On {benchmark}, {model} is ahead of {base} at small k and {base} overtakes it by k = {k_max}.")
        }
        Kind::Expands { base, model, benchmark, at_k, .. } => format!("On {benchmark}, {model} solves more than {base} at k = {at_k}."),
        Kind::Narrows { base, model, benchmark, at_k, .. } => format!("On {benchmark}, {model} solves less than {base} at k = {at_k}."),
        Kind::Gain { base, model, benchmark, .. } => format!("On {benchmark}, {model} has a higher pass@1 than {base}."),
        Kind::Similar { models, benchmark, at_k, margin, .. } => {
            format!("On {benchmark}, {} agree within {margin} at k = {at_k}.", models.join(", "))
        }
        Kind::Subset { base, model, benchmark, .. } => format!("On {benchmark}, what {model} solves is a subset of what {base} solves."),
    }
}
