//! The family of metrics that the same counts give, all as per-problem values.
//!
//! With X ~ Hypergeometric(n, c, k), the correct ones among k of the n stored samples, every metric of a column k is a
//! probability or a mean of X. So each gives a [`Matrix`] of problems x k, and the intervals, paired differences and
//! simultaneous bands made for pass@k apply to every column unchanged. Metrics that use a whole curve (AUC, sharpening,
//! Delta_SE) give one value per problem.

pub mod readings;

use crate::counts::{Count, check_ks};
use crate::error::{Error, Result, same_length};
use crate::hypergeometric;
use crate::matrix::{Matrix, compensated_sum, mean};
use crate::pass_at_k::pass_curve;
use std::collections::BTreeMap;

/// A threshold tau in (0, 1] as a fraction, so that ceil(tau k) is computed in integers, never in floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tau {
    numerator: u32,
    denominator: u32,
}

impl Tau {
    /// `numerator / denominator`.
    ///
    /// # Errors
    /// A value outside (0, 1].
    pub fn new(numerator: u32, denominator: u32) -> Result<Tau> {
        let value = f64::from(numerator) / f64::from(denominator);
        if value > 0.0 && value <= 1.0 {
            Ok(Tau { numerator, denominator })
        } else {
            Err(Error::OutOfRange { name: "tau", value, range: "(0, 1]" })
        }
    }

    /// The multiple of 1/10,000 that `value` stands for: 0.1 means exactly one tenth.
    ///
    /// # Errors
    /// A value outside (0, 1], or with more than four decimals.
    pub fn from_decimal(value: f64) -> Result<Tau> {
        let scaled = (value * 1e4).round();
        if (scaled - value * 1e4).abs() > 1e-7 || !(1.0..=1e4).contains(&scaled) {
            return Err(Error::OutOfRange { name: "tau", value, range: "(0, 1], at most four decimals" });
        }
        Tau::new(scaled as u32, 10_000)
    }

    /// max(1, ceil(tau k)): how many of k must be correct.
    pub fn needed(self, k: u32) -> u32 {
        let product = u64::from(self.numerator) * u64::from(k);
        product.div_ceil(u64::from(self.denominator)).max(1) as u32
    }

    /// As a float, for display and for posterior probabilities.
    pub fn value(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }
}

/// A metric of k samples that depends on the count only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// P(X >= 1): pass@k (arXiv 2107.03374).
    Pass,
    /// P(X = k): pass^k, all of k correct (arXiv 2406.12045).
    PassAll,
    /// P(X >= max(1, ceil(tau k))): G-Pass@k (arXiv 2412.13147).
    GPass(Tau),
    /// (2/k) sum_{j = ceil(k/2)+1..k} P(X >= j): mG-Pass@k (arXiv 2412.13147); 0 at k = 1, where the sum is empty.
    MeanGPass,
    /// P(X >= floor(k/2) + 1): maj@k if all wrong answers were one answer; a lower bound of plurality maj@k.
    BinaryMajority,
}

impl Metric {
    /// The name written into result rows.
    pub fn label(self) -> String {
        match self {
            Metric::Pass => "pass@k".into(),
            Metric::PassAll => "pass^k".into(),
            Metric::GPass(tau) => format!("g-pass@k({})", tau.value()),
            Metric::MeanGPass => "mg-pass@k".into(),
            Metric::BinaryMajority => "maj@k(binary)".into(),
        }
    }

    /// The value for one problem, in [0, 1].
    ///
    /// # Errors
    /// k = 0 or k > n.
    pub fn value(self, count: Count, k: u32) -> Result<f64> {
        check_ks(&[count], &[k])?;
        Ok(self.of(count, k))
    }

    /// Every problem at every k: rows = problems in the given order, columns = `ks`.
    ///
    /// # Errors
    /// A k that is not defined for all problems (see [`check_ks`]).
    pub fn per_problem(self, counts: &[Count], ks: &[u32]) -> Result<Matrix> {
        if self == Metric::Pass {
            return crate::pass_at_k::per_problem(counts, ks);
        }
        check_ks(counts, ks)?;
        let mut known: BTreeMap<Count, Vec<f64>> = BTreeMap::new();
        let mut out = Matrix::zeros(counts.len(), ks.len());
        for (i, &count) in counts.iter().enumerate() {
            let row = known.entry(count).or_insert_with(|| ks.iter().map(|&k| self.of(count, k)).collect());
            out.row_mut(i).copy_from_slice(row);
        }
        Ok(out)
    }

    fn of(self, count: Count, k: u32) -> f64 {
        let (n, c) = (count.n(), count.c());
        let at_least = |x: u32| hypergeometric::upper_tail(n, c, k, x);
        match self {
            Metric::Pass => pass_curve(count, k)[k as usize - 1],
            Metric::PassAll => hypergeometric::none(n, n - c, k),
            Metric::GPass(tau) => at_least(tau.needed(k)),
            Metric::MeanGPass => mean_g_pass(n, c, k),
            Metric::BinaryMajority => at_least(k / 2 + 1),
        }
    }
}

/// (2/k) E max(0, X - ceil(k/2)), the same sum over the law of X.
fn mean_g_pass(n: u32, c: u32, k: u32) -> f64 {
    let half = k.div_ceil(2);
    let law = hypergeometric::pmf(n, c, k);
    let above = (half + 1..=k).map(|j| f64::from(j - half) * law[j as usize]);
    2.0 / f64::from(k) * compensated_sum(above)
}

/// Bayes@N with a uniform prior (arXiv 2510.04265), binary verdicts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bayes {
    /// Mean over problems of (c+1)/(n+2).
    pub mu: f64,
    /// Posterior standard deviation of that mean; an SE_B-type uncertainty (these problems, not their population).
    pub sigma: f64,
}

/// Bayes@N of a benchmark.
pub fn bayes_at_n(counts: &[Count]) -> Bayes {
    let variance = |count: &Count| {
        let (n, c) = (f64::from(count.n()), f64::from(count.c()));
        (c + 1.0) * (n - c + 1.0) / ((n + 2.0).powi(2) * (n + 3.0))
    };
    let sigma = compensated_sum(counts.iter().map(variance)).sqrt() / counts.len() as f64;
    Bayes { mu: mean(&bayes_values(counts)), sigma }
}

/// (c+1)/(n+2) of every problem.
pub fn bayes_values(counts: &[Count]) -> Vec<f64> {
    counts.iter().map(|count| f64::from(count.c() + 1) / f64::from(count.n() + 2)).collect()
}

/// AUC@K of every problem: (1/(K-1)) sum_{k<K} (g_k + g_{k+1})/2, the mean height of the pass@k curve on a linear k axis
/// (arXiv 2601.08763).
///
/// # Errors
/// K < 2, or K above the n of some problem.
pub fn auc(counts: &[Count], k_max: u32) -> Result<Vec<f64>> {
    let area = |curve: &[f64]| curve.windows(2).map(|w| 0.5 * (w[0] + w[1])).sum::<f64>() / f64::from(k_max - 1);
    curve_values(counts, k_max, area)
}

/// A(K) of every problem: sum_{k<K} (g_K - g_k) = E[(H-1) 1{H <= K}], H = index of the first success
/// (arXiv 2610.01509). Large when successes come late: what sharpening removes.
///
/// # Errors
/// K < 2, or K above the n of some problem.
pub fn late_gain(counts: &[Count], k_max: u32) -> Result<Vec<f64>> {
    curve_values(counts, k_max, |curve| curve.iter().map(|g| curve[curve.len() - 1] - g).sum())
}

fn curve_values(counts: &[Count], k_max: u32, f: impl Fn(&[f64]) -> f64) -> Result<Vec<f64>> {
    if k_max < 2 {
        return Err(Error::OutOfRange { name: "K", value: f64::from(k_max), range: "[2, n]" });
    }
    check_ks(counts, &[k_max])?;
    Ok(counts.iter().map(|&count| f(&pass_curve(count, k_max))).collect())
}

/// The sharpening measures of one model (arXiv 2610.01509).
#[derive(Clone, Debug, PartialEq)]
pub struct Sharpening {
    /// A(K), the mean of [`late_gain`].
    pub a: f64,
    /// S(K) = A / ((K-1)(1 - C_1)) in [0, 1]; None when every sample is correct.
    pub s: Option<f64>,
    /// A(K) of every problem.
    pub a_values: Vec<f64>,
    /// S is a ratio of means; these are its linearised per-problem values, whose mean is S and whose standard error is the
    /// delta method's. None with `s`.
    pub s_values: Option<Vec<f64>>,
}

/// A(K) and S(K).
///
/// # Errors
/// K < 2, or K above the n of some problem.
pub fn sharpening(counts: &[Count], k_max: u32) -> Result<Sharpening> {
    let a_values = late_gain(counts, k_max)?;
    let rates: Vec<f64> = counts.iter().map(|count| count.rate()).collect();
    let (a, c1) = (mean(&a_values), mean(&rates));
    let room = f64::from(k_max - 1) * (1.0 - c1);
    if room <= 0.0 {
        return Ok(Sharpening { a, s: None, a_values, s_values: None });
    }
    let s = a / room;
    let linear = |(x, r): (&f64, &f64)| s + (x - a) / room + s * (r - c1) / (1.0 - c1);
    let s_values = a_values.iter().zip(&rates).map(linear).collect();
    Ok(Sharpening { a, s: Some(s), a_values, s_values: Some(s_values) })
}

/// Sharpening tax of a model: *base minus model* (positive: the model gave up late gains). 0 for a model against itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Tax {
    /// A_base - A_model.
    pub a: f64,
    /// S_base - S_model; None when either is undefined.
    pub s: Option<f64>,
    /// Per-problem values of `a`, for the paired intervals.
    pub a_values: Vec<f64>,
    /// Per-problem (linearised) values of `s`.
    pub s_values: Option<Vec<f64>>,
}

/// The sharpening tax between two models on the same problems.
///
/// # Errors
/// Different numbers of problems; K < 2 or above the n of some problem.
pub fn sharpening_tax(base: &[Count], model: &[Count], k_max: u32) -> Result<Tax> {
    same_length("the base's counts", base.len(), "the model's counts", model.len())?;
    let (b, m) = (sharpening(base, k_max)?, sharpening(model, k_max)?);
    let s_values = b.s_values.as_ref().zip(m.s_values.as_ref()).map(|(x, y)| minus(x, y));
    let s = b.s.zip(m.s).map(|(x, y)| x - y);
    Ok(Tax { a: b.a - m.a, s, a_values: minus(&b.a_values, &m.a_values), s_values })
}

/// Delta_SE of every problem: *base pass@K minus model pass@1*, the sampling-efficiency gap of arXiv 2504.13837 (there
/// K = 256). Lower is better: 0 would mean that one sample of the model is worth K of the base. Compare models only
/// against the same base curve.
///
/// # Errors
/// Different numbers of problems, or K out of 1..=n.
pub fn delta_se(base: &[Count], model: &[Count], k_max: u32) -> Result<Vec<f64>> {
    same_length("the base's counts", base.len(), "the model's counts", model.len())?;
    let boundary = crate::pass_at_k::per_problem(base, &[k_max])?.column(0);
    Ok(boundary.iter().zip(model).map(|(g, count)| g - count.rate()).collect())
}

fn minus(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(a, b)| a - b).collect()
}

/// The counts of CoT-pass@k (arXiv 2506.14245): D of n samples have a correct answer *and* valid reasoning. Every metric of
/// this family applies to them; CoT-pass@K <= pass@K, with equality for all K iff D = c.
///
/// # Errors
/// Different lengths, or D > c on some problem.
pub fn cot_counts(counts: &[Count], valid: &[u32]) -> Result<Vec<Count>> {
    same_length("the counts", counts.len(), "the valid counts", valid.len())?;
    let one = |(count, &d): (&Count, &u32)| {
        if d > count.c() {
            return Err(Error::CountAboveN { c: d, n: count.c() });
        }
        Count::new(count.n(), d)
    };
    counts.iter().zip(valid).map(one).collect()
}

/// D/c pooled over the benchmark: P(valid reasoning | correct answer). None when nothing is correct.
pub fn validity(counts: &[Count], valid: &[Count]) -> Option<f64> {
    let total = |counts: &[Count]| counts.iter().map(|count| u64::from(count.c())).sum::<u64>();
    (total(counts) > 0).then(|| total(valid) as f64 / total(counts) as f64)
}

/// Pass@(k,T) (arXiv 2604.14877): the count of episodes that succeed within `rounds` rounds, from one run at the largest T.
/// `first_success` holds the 1-based round of each episode's success, None for a failure.
///
/// # Errors
/// No episodes.
pub fn count_within_rounds(first_success: &[Option<u32>], rounds: u32) -> Result<Count> {
    let solved = first_success.iter().filter(|r| r.is_some_and(|r| r <= rounds)).count();
    Count::new(first_success.len() as u32, solved as u32)
}

#[cfg(test)]
mod tests;
