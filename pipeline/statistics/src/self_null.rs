//! What the 2x2 table shows when nothing changed: a rerun of the same model also "unlocks" and "loses" problems.
//!
//! Two nulls without a model of the success rates: by thinning to m <= n/2 samples (unbiased), and conditional on the
//! total number of successes at full n (exact).

use crate::counts::Count;
use crate::coverage::{Cell, cells};
use crate::error::{Error, Result, same_length};
use crate::hypergeometric;
use crate::matrix::{compensated_sum, variance};
use crate::multiplicity::benjamini_hochberg;
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

/// The cells at full n if the two success rates were equal on every problem, given each problem's total successes.
///
/// Given s = c_b + c_r the base's share is hypergeometric, so P(model-only) = P(c_b = 0 | s); no prior is involved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConditionalNull {
    /// Expected number of base-only problems.
    pub expected_base_only: f64,
    /// Expected number of model-only problems (equal to the former when all n are equal).
    pub expected_model_only: f64,
    /// Standard deviation of the number of base-only problems under the null.
    pub sd_base_only: f64,
    /// Standard deviation of the number of model-only problems under the null.
    pub sd_model_only: f64,
    /// P(base-only >= observed), exact Poisson-binomial: small = the model lost problems.
    pub p_base_only_ge: f64,
    /// P(base-only <= observed).
    pub p_base_only_le: f64,
    /// P(model-only >= observed): small = the model gained problems.
    pub p_model_only_ge: f64,
    /// P(model-only <= observed): small = fewer "unlocked" problems than chance alone gives.
    pub p_model_only_le: f64,
}

/// The conditional null at full n; the n of the two models may differ and may be ragged.
///
/// # Errors
/// Different numbers of problems.
pub fn conditional_null(base: &[Count], model: &[Count]) -> Result<ConditionalNull> {
    let cells = cells(base, model)?;
    let observed = |cell: Cell| cells.iter().filter(|c| **c == cell).count();
    let (mut base_only, mut model_only) = (vec![], vec![]);
    for (b, m) in base.iter().zip(model) {
        let (total, successes) = (b.n() + m.n(), b.c() + m.c());
        if successes > 0 {
            base_only.push(hypergeometric::none(total, successes, m.n()));
            model_only.push(hypergeometric::none(total, successes, b.n()));
        }
    }
    let (base_law, model_law) = (poisson_binomial(&base_only), poisson_binomial(&model_only));
    let (at_base, at_model) = (observed(Cell::BaseOnly), observed(Cell::ModelOnly));
    Ok(ConditionalNull {
        expected_base_only: compensated_sum(base_only.iter().copied()),
        expected_model_only: compensated_sum(model_only.iter().copied()),
        sd_base_only: compensated_sum(base_only.iter().map(|p| p * (1.0 - p))).sqrt(),
        sd_model_only: compensated_sum(model_only.iter().map(|p| p * (1.0 - p))).sqrt(),
        p_base_only_ge: from(&base_law, at_base),
        p_base_only_le: up_to(&base_law, at_base),
        p_model_only_ge: from(&model_law, at_model),
        p_model_only_le: up_to(&model_law, at_model),
    })
}

/// Law of a sum of independent 0/1 variables with the given chances: P(sum = x), x = 0..=len.
pub fn poisson_binomial(chances: &[f64]) -> Vec<f64> {
    let mut law = vec![1.0];
    for p in chances {
        law.push(0.0);
        for x in (0..law.len()).rev() {
            let below = if x > 0 { law[x - 1] } else { 0.0 };
            law[x] = law[x] * (1.0 - p) + below * p;
        }
    }
    law
}

fn from(law: &[f64], x: usize) -> f64 {
    law.iter().skip(x).rev().sum::<f64>().min(1.0)
}

fn up_to(law: &[f64], x: usize) -> f64 {
    law.iter().take(x + 1).sum::<f64>().min(1.0)
}

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
