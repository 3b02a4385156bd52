//! "What the model solves is a subset of what the base solves."

use super::{Judgement, Size, Verdict};
use crate::special::ln_choose;

/// What the 2x2 table says about problems only the model solves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unlocked {
    /// Model-only problems at full n.
    pub model_only: u32,
    /// Those whose rate changed for sure, at a false-discovery rate of 5 % over all problems.
    pub real_model_only: u32,
    /// Model-only problems expected if no rate had changed.
    pub expected_by_chance: f64,
    /// Problems the base did not solve.
    pub base_unsolved: u32,
}

/// "What the model solves is a subset of what the base solves", up to what a rerun would show.
///
/// Refuted by a model-only problem whose rate really changed. Supported when there is none and one could have been found:
/// a single problem is detectable from `s` model successes against 0, C(n,s)/C(2n,s) <= 5 % / M. A statement at this n.
pub fn subset(table: Unlocked, size: Size) -> Judgement {
    let Unlocked { model_only, real_model_only, expected_by_chance, base_unsolved } = table;
    let counts = format!(
        "{model_only} model-only problems at n = {}, {expected_by_chance:.1} expected if nothing changed, {real_model_only} \
         with a changed rate at 5 % FDR",
        size.samples
    );
    if real_model_only > 0 {
        return Judgement::decided(Verdict::Refuted, format!("{counts}; check the grader on them first"));
    }
    match detectable_from(size) {
        Some(s) => {
            let power = format!("{counts} of {base_unsolved} the base left unsolved; {s} of {} successes would have shown", size.samples);
            Judgement::decided(Verdict::Supported, power)
        }
        None => {
            let enough = (1..=24).map(|e| 1u32 << e).find(|&n| detectable_from(Size { samples: n, ..size }).is_some());
            let needed =
                format!("at least {} samples per problem: at this n even n of n successes would not show", enough.unwrap_or(u32::MAX));
            Judgement::inconclusive(counts, needed)
        }
    }
}

/// Fewest model successes (the base having none) that one problem needs to be found among all M.
fn detectable_from(size: Size) -> Option<u32> {
    let (n, level) = (size.samples, (0.05 / f64::from(size.problems)).ln());
    (1..=n).find(|&s| ln_choose(n, s) - ln_choose(2 * n, s) <= level)
}
