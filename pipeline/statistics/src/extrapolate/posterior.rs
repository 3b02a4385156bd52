//! What a mixing model predicts: for the benchmark, for one problem, for problems never solved.

use super::{Histogram, Mixing};
use crate::counts::Count;

/// Prior mean of pass@k: 1 - E_G (1-p)^k ("marginal").
pub fn marginal_pass(model: &dyn Mixing, k: u32) -> f64 {
    1.0 - model.prior_moment(0.0, f64::from(k))
}

/// Mean over problems of the posterior mean of pass@k ("conditional"); differs from the marginal value for BB and ZIBB.
pub fn conditional_pass(model: &dyn Mixing, histogram: &Histogram, k: u32) -> f64 {
    1.0 - histogram.mean(|count| model.posterior_moment(count, 0.0, f64::from(k)))
}

/// P(a problem with this count is solved within k more samples).
pub fn solved_within(model: &dyn Mixing, count: Count, k: u32) -> f64 {
    1.0 - model.posterior_moment(count, 0.0, f64::from(k))
}

/// The same for c = 0 under a uniform prior on p: k / (n + k + 1).
pub fn solved_within_uniform(n: u32, k: u32) -> f64 {
    f64::from(k) / (f64::from(n) + f64::from(k) + 1.0)
}

/// Expected number of "only in run A" problems between two runs of this very model at full n:
/// M E (1-p)^n (1 - (1-p)^n). Depends on the mixing model, unlike the unbiased version at m <= n/2.
pub fn self_null(model: &dyn Mixing, n: u32, problems: f64) -> f64 {
    let n = f64::from(n);
    problems * (model.prior_moment(0.0, n) - model.prior_moment(0.0, 2.0 * n))
}

/// Posterior mean of d pass@k / dp = k (1-p)^(k-1): how much a small gain in p is worth at k on this problem.
pub fn marginal_value(model: &dyn Mixing, count: Count, k: u32) -> f64 {
    f64::from(k) * model.posterior_moment(count, 0.0, f64::from(k) - 1.0)
}

/// Posterior share of problems with p >= tau. For the NPMLE this is atomic: steps at its support points.
pub fn cover(model: &dyn Mixing, histogram: &Histogram, tau: f64) -> f64 {
    1.0 - histogram.mean(|count| model.posterior_below(count, tau))
}

/// Expected number of true expansions: sum_i P(p_base < eps | data) P(p_model >= eps | data), pairs being
/// `(count of the base, count of the model)`. Needs a prior: print it under all three models beside the raw count.
pub fn expected_expansions(base: &dyn Mixing, model: &dyn Mixing, pairs: &[(Count, Count)], eps: f64) -> f64 {
    let term = |&(b, m): &(Count, Count)| base.posterior_below(b, eps) * (1.0 - model.posterior_below(m, eps));
    pairs.iter().map(term).sum()
}

/// Raw model-only problems minus what the conditional null expects (4.4); a definition of ours, may be negative.
pub fn null_adjusted_expansions(model_only: u32, null_expected: f64) -> f64 {
    f64::from(model_only) - null_expected
}
