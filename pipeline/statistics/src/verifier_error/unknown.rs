//! Verdicts that are not known: bounds, and leaving them out.

use crate::counts::Count;
use crate::error::Result;
use crate::matrix::Matrix;
use crate::pass_at_k::per_problem;

/// Verdicts of one problem when the judge may fail: c correct, u unknown (timeout, parse failure, crash), the rest wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    known: Count,
    at_best: Count,
}

impl Judged {
    /// `correct` and `unknown` of `n` samples.
    ///
    /// # Errors
    /// n = 0, or correct + unknown > n.
    pub fn new(n: u32, correct: u32, unknown: u32) -> Result<Judged> {
        Ok(Judged { known: Count::new(n, correct)?, at_best: Count::new(n, correct.saturating_add(unknown))? })
    }

    fn unknown(self) -> u32 {
        self.at_best.c() - self.known.c()
    }
}

/// pass@k of every problem under the two extreme readings of unknown verdicts, and leaving them out.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreeValued {
    /// Unknown = wrong: g_k(c; n).
    pub lower: Matrix,
    /// Unknown = correct: g_k(c + u; n).
    pub upper: Matrix,
    /// Unknown verdicts missing at random: g_k(c; n - u); None for a k above some n - u. An assumption, to be labelled.
    pub at_random: Vec<Option<Vec<f64>>>,
}

/// Bounds for all problems (rows) and `ks` (columns); `at_random` has one entry per k with the per-problem values.
///
/// # Errors
/// A k that is not defined for all problems.
pub fn three_valued(judged: &[Judged], ks: &[u32]) -> Result<ThreeValued> {
    let known: Vec<Count> = judged.iter().map(|j| j.known).collect();
    let at_best: Vec<Count> = judged.iter().map(|j| j.at_best).collect();
    let left: Option<Vec<Count>> = judged.iter().map(|j| Count::new(j.known.n() - j.unknown(), j.known.c()).ok()).collect();
    let random = |&k: &u32| per_problem(left.as_ref()?, &[k]).ok().map(|m| m.column(0));
    Ok(ThreeValued { lower: per_problem(&known, ks)?, upper: per_problem(&at_best, ks)?, at_random: ks.iter().map(random).collect() })
}
