//! What the 2x2 table shows when nothing changed: a rerun of the same model also "unlocks" and "loses" problems.
//!
//! Two nulls without a model of the success rates: by thinning to m <= n/2 samples (unbiased), and conditional on the
//! total number of successes at full n (exact).

mod changed;
mod conditional;

pub use changed::{Better, Real, Tested, changes, real_changes};
pub use conditional::{ConditionalNull, conditional_null, poisson_binomial};

use crate::counts::Count;
use crate::error::{Error, Result, same_length};
use crate::matrix::{compensated_sum, variance};
use crate::pass_at_k::failure;

/// A number of problems, with its standard error over problems (√M times the sd of the per-problem terms).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Expected number of problems.
    pub count: f64,
    /// Standard error for the population of problems; NaN for one problem.
    pub se: f64,
}

impl Estimate {
    fn of(terms: &[f64]) -> Estimate {
        Estimate { count: compensated_sum(terms.iter().copied()), se: (variance(terms) * terms.len() as f64).sqrt() }
    }
}

/// Expected cells with m samples per model, m <= n/2, averaged over all ways to choose them. Q = (1-p)^m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SelfNull {
    /// Samples per run.
    pub m: u32,
    /// Problems solved "only in run A" when the base is run twice: Σ Q_b(1-Q_b).
    pub self_base: Estimate,
    /// The same for the model.
    pub self_model: Estimate,
    /// Base-only problems at m: Σ (1-Q_b) Q_r.
    pub base_only: Estimate,
    /// Model-only problems at m: Σ Q_b (1-Q_r).
    pub model_only: Estimate,
    /// Σ (Q_b - Q_r)²: 0 in expectation only if the two models agree on every problem.
    pub excess: Estimate,
    /// What the model lost beyond what its own rerun shows.
    pub base_only_minus_self_model: Estimate,
    /// What the model gained beyond what a rerun of the base shows.
    pub model_only_minus_self_base: Estimate,
    /// Expected number of problems the base leaves unsolved: Σ Q_b.
    pub base_unsolved: f64,
}

impl SelfNull {
    /// Share of base-unsolved problems the model solves; None when the base leaves none. Meaningless without
    /// [`SelfNull::rerun_unlock_rate`] beside it.
    pub fn unlock_rate(&self) -> Option<f64> {
        (self.base_unsolved > 0.0).then(|| self.model_only.count / self.base_unsolved)
    }

    /// Share of base-unsolved problems that a rerun of the base solves.
    pub fn rerun_unlock_rate(&self) -> Option<f64> {
        (self.base_unsolved > 0.0).then(|| self.self_base.count / self.base_unsolved)
    }
}

/// The self-null at m samples per run.
///
/// # Errors
/// Different numbers of problems, m = 0, or 2m above the n of some problem.
pub fn self_null(base: &[Count], model: &[Count], m: u32) -> Result<SelfNull> {
    same_length("the base's counts", base.len(), "the model's counts", model.len())?;
    for counts in [base, model] {
        crate::counts::check_ks(counts, &[m])?;
        if let Some(index) = counts.iter().position(|count| u64::from(count.n()) < 2 * u64::from(m)) {
            return Err(Error::KAboveN { k: 2 * m, n: counts[index].n(), index });
        }
    }
    let failures = |counts: &[Count], k: u32| -> Vec<f64> { counts.iter().map(|&count| failure(count, k)).collect() };
    let (base_m, base_2m) = (failures(base, m), failures(base, 2 * m));
    let (model_m, model_2m) = (failures(model, m), failures(model, 2 * m));
    let sum = |term: &dyn Fn(usize) -> f64| Estimate::of(&(0..base.len()).map(term).collect::<Vec<f64>>());
    let self_base = |i: usize| base_m[i] - base_2m[i];
    let self_model = |i: usize| model_m[i] - model_2m[i];
    let base_only = |i: usize| (1.0 - base_m[i]) * model_m[i];
    let model_only = |i: usize| base_m[i] * (1.0 - model_m[i]);
    Ok(SelfNull {
        m,
        self_base: sum(&self_base),
        self_model: sum(&self_model),
        base_only: sum(&base_only),
        model_only: sum(&model_only),
        excess: sum(&|i| base_only(i) + model_only(i) - self_base(i) - self_model(i)),
        base_only_minus_self_model: sum(&|i| base_only(i) - self_model(i)),
        model_only_minus_self_base: sum(&|i| model_only(i) - self_base(i)),
        base_unsolved: compensated_sum(base_m.iter().copied()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::ln_choose;
    use proptest::prelude::*;

    fn count(n: u32, c: u32) -> Count {
        Count::new(n, c).unwrap()
    }

    #[test]
    fn self_null_is_unbiased_for_a_rerun() {
        let (n, m, p) = (8u32, 3u32, 0.13f64);
        let law: Vec<f64> = (0..=n).map(|c| ln_choose(n, c).exp() * p.powi(c as i32) * (1.0 - p).powi((n - c) as i32)).collect();
        let mean: f64 = (0..=n).map(|c| law[c as usize] * self_null(&[count(n, c)], &[count(n, 0)], m).unwrap().self_base.count).sum();
        let q = (1.0 - p).powi(m as i32);
        assert!((mean - q * (1.0 - q)).abs() < 1e-13);
    }

    #[test]
    fn conditional_null_by_enumeration() {
        // 3 successes among 4 + 2 samples: all in the model's 2 is impossible, all in the base's 4: C(4,3)/C(6,3) = 1/5.
        let null = conditional_null(&[count(4, 2)], &[count(2, 1)]).unwrap();
        assert!((null.expected_base_only - 0.2).abs() < 1e-15);
        assert_eq!(null.expected_model_only, 0.0);
        let single = changes(&[count(8, 0)], &[count(8, 1)], Better::Model).unwrap()[0];
        assert!((single.p - 0.5).abs() < 1e-15);
        let unsolved = changes(&[count(8, 0)], &[count(8, 0)], Better::Model).unwrap();
        assert_eq!((unsolved[0].p, unsolved[0].q), (1.0, 1.0));
    }

    #[test]
    fn poisson_binomial_by_hand() {
        let law = poisson_binomial(&[0.5, 0.2]);
        assert!(law.iter().zip([0.4, 0.5, 0.1]).all(|(a, b)| (a - b).abs() < 1e-15));
        assert_eq!(poisson_binomial(&[]), [1.0]);
    }

    #[test]
    fn refuses_more_than_half() {
        assert!(self_null(&[count(8, 1)], &[count(8, 1)], 5).is_err());
        assert!(self_null(&[count(8, 1)], &[], 2).is_err());
        assert!(self_null(&[count(8, 1)], &[count(8, 1)], 0).is_err());
    }

    fn pairs() -> impl Strategy<Value = (Vec<Count>, Vec<Count>, u32)> {
        let problem = (0u32..=40, 0u32..=40);
        (prop::collection::vec(problem, 1..30), 1u32..=20).prop_map(|(counts, m)| {
            let (base, model) = counts.into_iter().map(|(b, r)| (count(40, b), count(40, r))).unzip();
            (base, model, m)
        })
    }

    proptest! {
        #[test]
        fn identities((base, model, m) in pairs()) {
            let null = self_null(&base, &model, m).unwrap();
            let size = base.len() as f64;
            let mean = |counts: &[Count]| crate::pass_at_k::mean_pass_at_k(counts, &[m]).unwrap()[0];
            let gap = size * (mean(&base) - mean(&model));
            prop_assert!((null.base_only.count - null.model_only.count - gap).abs() < 1e-9);
            let within = crate::variance::se_benchmark(&base, m).unwrap().powi(2) * size * size;
            let by_square: f64 = base.iter().map(|&b| failure(b, m) - failure(b, m).powi(2)).sum();
            prop_assert!((null.self_base.count - by_square - within).abs() < 1e-9, "self = Σ A_m(1-A_m) + ΣV̂");
        }

        #[test]
        fn at_half_of_n_it_averages_all_split_halves((base, model, _m) in pairs()) {
            let null = self_null(&base, &model, 20).unwrap();
            let split: f64 = base.iter().filter(|b| b.solved()).map(|&b| failure(b, 20)).sum();
            prop_assert!((null.self_base.count - split).abs() < 1e-9);
        }
    }
}
