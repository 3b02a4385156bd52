//! Which problems' success rates changed for sure: a one-sided conditional test of each, adjusted over all.

use crate::counts::Count;
use crate::coverage::Cell;
use crate::error::{Result, same_length};
use crate::hypergeometric;
use crate::multiplicity::benjamini_hochberg;

/// Which model is claimed to be better on a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The base.
    Base,
    /// The other model.
    Model,
}

/// The one-sided test of one problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tested {
    /// P(at least this many of the successes fall to the claimed side | their total), rates equal.
    pub p: f64,
    /// Benjamini-Hochberg adjusted p over all tested problems.
    pub q: f64,
}

/// Tests every problem. Problems that neither model solved have p = 1 and count among the tests.
///
/// A small q says "the rate changed", not "the other model cannot". A problem solved once by one model has p = 1/2.
///
/// # Errors
/// Different numbers of problems.
pub fn changes(base: &[Count], model: &[Count], better: Better) -> Result<Vec<Tested>> {
    same_length("the base's counts", base.len(), "the model's counts", model.len())?;
    let p: Vec<f64> = base.iter().zip(model).map(|(&b, &m)| rate_p(b, m, better)).collect();
    let q = benjamini_hochberg(&p);
    Ok(p.into_iter().zip(q).map(|(p, q)| Tested { p, q }).collect())
}

/// The one-sided conditional (Fisher) p of one problem.
fn rate_p(base: Count, model: Count, better: Better) -> f64 {
    let side = match better {
        Better::Base => base,
        Better::Model => model,
    };
    hypergeometric::upper_tail(base.n() + model.n(), base.c() + model.c(), side.n(), side.c())
}

/// Problems whose rate changed at false-discovery rate `fdr`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Real {
    /// Positions of all problems on which the claimed side is better.
    pub all: Vec<usize>,
    /// Those among them that only the claimed side solved: the "model-only" (base-only) problems that are real.
    pub exclusive: Vec<usize>,
}

/// The real changes in favour of `better`.
///
/// # Errors
/// Different numbers of problems, or `fdr` outside (0, 1).
pub fn real_changes(base: &[Count], model: &[Count], better: Better, fdr: f64) -> Result<Real> {
    crate::error::in_unit("fdr", fdr)?;
    let tested = changes(base, model, better)?;
    let all: Vec<usize> = (0..tested.len()).filter(|&i| tested[i].q <= fdr).collect();
    let wanted = if better == Better::Base { Cell::BaseOnly } else { Cell::ModelOnly };
    let exclusive = all.iter().copied().filter(|&i| Cell::of(base[i], model[i]) == wanted).collect();
    Ok(Real { all, exclusive })
}
