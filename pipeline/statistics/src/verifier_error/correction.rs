//! pass@k corrected for audited error rates.

use crate::counts::{Count, check_ks};
use crate::error::{Error, Result};
use crate::matrix::{compensated_sum, mean};
use crate::pass_at_k::{failure, failure_curve};
use crate::special::beta_quantile;
use crate::variance::se_population;

/// Error rates of a verifier that is better than chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// s = P(judged correct | correct).
    sensitivity: f64,
    /// t = P(judged wrong | wrong).
    specificity: f64,
}

impl Rates {
    /// Checks s, t in [0, 1] and s + t > 1.
    ///
    /// # Errors
    /// Rates outside, or a verifier no better than chance: nothing can be corrected then.
    pub fn new(sensitivity: f64, specificity: f64) -> Result<Rates> {
        let unit = 0.0..=1.0;
        if !unit.contains(&sensitivity) || !unit.contains(&specificity) || sensitivity + specificity <= 1.0 {
            let value = sensitivity + specificity;
            return Err(Error::OutOfRange { name: "sensitivity + specificity", value, range: "(1, 2], each in [0, 1]" });
        }
        Ok(Rates { sensitivity, specificity })
    }

    fn youden(self) -> f64 {
        self.sensitivity + self.specificity - 1.0
    }

    /// Rogan-Gladen: p = (p_obs + t - 1)/(s + t - 1). Unbiased for unbiased p_obs, hence not cut to [0, 1].
    pub fn true_rate(self, observed: f64) -> f64 {
        (observed + self.specificity - 1.0) / self.youden()
    }

    /// Rate of "correct *and* valid reasoning" from the observed rate of "correct and judged valid" and the rate of correct
    /// answers; `self` describes the judge of reasoning: p_D = (p_obs - (1-t) p_C)/(s + t - 1).
    pub fn valid_rate(self, judged_valid: f64, correct: f64) -> f64 {
        (judged_valid - (1.0 - self.specificity) * correct) / self.youden()
    }

    /// Unbiased estimate of (1-p)^k: J^-k sum_j C(k,j) A_j(c) (-(1-s))^(k-j), J = s + t - 1; A_k/t^k when s = 1. May leave
    /// [0, 1]; its variance grows at least like J^-2k.
    ///
    /// # Errors
    /// k = 0 or k > n.
    pub fn true_failure(self, count: Count, k: u32) -> Result<f64> {
        check_ks(&[count], &[k])?;
        Ok(self.failure_of(count, k))
    }

    pub(super) fn failure_of(self, count: Count, k: u32) -> f64 {
        let ln_scale = f64::from(k) * self.youden().ln();
        let miss = 1.0 - self.sensitivity;
        if miss == 0.0 {
            return failure(count, k) * (-ln_scale).exp();
        }
        let observed = failure_curve(count, k);
        let term = |j: u32| {
            let size = crate::special::ln_choose(k, j) + f64::from(k - j) * miss.ln() - ln_scale;
            let sign = if (k - j).is_multiple_of(2) { 1.0 } else { -1.0 };
            sign * observed[j as usize] * size.exp()
        };
        compensated_sum((0..=k).map(term))
    }
}

/// An audit of the verifier on samples whose truth is known: `agreed` of `audited` verdicts were right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Right verdicts.
    pub agreed: u32,
    /// Verdicts checked.
    pub audited: u32,
}

impl Audited {
    /// Midpoints of `cells` equally likely parts of the posterior under a uniform prior, Beta(agreed+1, wrong+1).
    fn quantiles(self, cells: u32) -> Vec<f64> {
        let (a, b) = (f64::from(self.agreed) + 1.0, f64::from(self.audited - self.agreed) + 1.0);
        (0..cells).map(|i| beta_quantile((f64::from(i) + 0.5) / f64::from(cells), a, b)).collect()
    }
}

/// pass@k corrected for verifier errors, with everything that is uncertain about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    /// Number of samples.
    pub k: u32,
    /// Mean over the posterior of (s, t).
    pub value: f64,
    /// Standard error over problems, at the posterior mean of the rates.
    pub se_population: f64,
    /// Standard deviation due to the audit's uncertainty about (s, t).
    pub se_audit: f64,
    /// 95 % interval from both.
    pub interval: (f64, f64),
    /// Whether the total standard error is below .05; print the value only then.
    pub useful: bool,
}

const CELLS: u32 = 15;
const USEFUL: f64 = 0.05;

/// Corrects pass@k at every k of `ks`. `sensitivity` audits truly correct samples, `specificity` truly wrong ones; their
/// posteriors enter as a product grid of quantiles, so nothing is drawn.
///
/// # Errors
/// A k that is not defined for all problems, agreed > audited, or audits that do not exclude a verifier no better than chance.
pub fn corrected_curve(counts: &[Count], ks: &[u32], sensitivity: Audited, specificity: Audited) -> Result<Vec<Corrected>> {
    check_ks(counts, ks)?;
    for audit in [sensitivity, specificity] {
        Count::new(audit.audited.max(1), audit.agreed)?;
    }
    let (s, t) = (sensitivity.quantiles(CELLS), specificity.quantiles(CELLS));
    let grid: Vec<Rates> = s.iter().flat_map(|&s| t.iter().map(move |&t| Rates::new(s, t))).collect::<Result<_>>()?;
    let centre = Rates::new(mean(&s), mean(&t))?;
    let histogram = crate::counts::histogram(counts);
    let pass = |rates: Rates, k: u32| {
        let failed = compensated_sum(histogram.iter().map(|(&count, &times)| times as f64 * rates.failure_of(count, k)));
        1.0 - failed / counts.len() as f64
    };
    let one = |&k: &u32| {
        let draws: Vec<f64> = grid.iter().map(|&rates| pass(rates, k)).collect();
        let values: Vec<f64> = counts.iter().map(|&count| centre.failure_of(count, k)).collect();
        let (value, se_population) = (mean(&draws), se_population(&values));
        let se_audit = crate::matrix::variance(&draws).sqrt();
        let se = se_population.hypot(se_audit);
        let half = crate::interval::two_sided_z(0.95) * se;
        Corrected { k, value, se_population, se_audit, interval: (value - half, value + half), useful: se < USEFUL }
    };
    Ok(ks.iter().map(one).collect())
}
