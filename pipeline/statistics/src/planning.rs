//! Planning: how many problems and samples give a wanted interval, what can be detected, where the next samples help.
//!
//! From pilot counts, Var_P(mean d(k)) = [tau^2 + w(n)]/M: tau^2 is the variance of the true differences between problems and
//! w(n) the mean within-problem variance at n samples (exact formula, arithmetic in moments of q = 1-p). More
//! problems shrink both, more samples only w. Up to 2k <= n of the pilot every moment is estimated without a
//! model; beyond, the moments of a fitted mixing law are used and the plan inherits its assumptions.

use crate::counts::{Count, check_ks, min_n};
use crate::error::{Error, Result, at_least, in_unit, same_length};
use crate::extrapolate::Mixing;
use crate::hypergeometric;
use crate::interval::two_sided_z;
use crate::matrix::{compensated_sum, mean, variance};
use crate::paired::differences;
use crate::pass_at_k::failure;
use crate::special::normal_quantile;

/// What a pilot says about the difference of two models at one k.
#[derive(Clone, Debug, PartialEq)]
pub struct Pilot {
    k: u32,
    /// Variance between problems of the true difference, at least 0.
    tau2: f64,
    /// E q^m of the base plus that of the model, m = 0..=2k.
    moments: Vec<f64>,
    /// Whether moments beyond the pilot's n came from mixing laws.
    from_model: bool,
}

impl Pilot {
    /// `mixing` holds fitted laws of the base and the model; needed when 2k exceeds the pilot's smallest n.
    ///
    /// # Errors
    /// Different numbers of problems, fewer than two, k above n, or 2k > n without `mixing`.
    pub fn new(base: &[Count], model: &[Count], k: u32, mixing: Option<(&dyn Mixing, &dyn Mixing)>) -> Result<Pilot> {
        same_length("the base's counts", base.len(), "the model's counts", model.len())?;
        at_least("a pilot", 2, base.len())?;
        check_ks(base, &[k])?;
        check_ks(model, &[k])?;
        let n = min_n(base).min(min_n(model));
        let moment = |m: u32| match mixing {
            _ if m <= n => Ok(mean_failure(base, m) + mean_failure(model, m)),
            Some((b, r)) => Ok(b.prior_moment(0.0, f64::from(m)) + r.prior_moment(0.0, f64::from(m))),
            None => Err(Error::KAboveN { k: m, n, index: 0 }),
        };
        let moments = (0..=2 * k).map(moment).collect::<Result<Vec<f64>>>()?;
        let mut pilot = Pilot { k, tau2: 0.0, moments, from_model: 2 * k > n };
        let total = variance(&differences(base, model, &[k])?.column(0));
        pilot.tau2 = (total - pilot.within(n)).max(0.0);
        Ok(pilot)
    }

    /// Whether the plan rests on a mixing model (2k > n of the pilot).
    pub fn from_model(&self) -> bool {
        self.from_model
    }

    /// Variance between problems of the true difference.
    pub fn between(&self) -> f64 {
        self.tau2
    }

    /// Mean within-problem variance of d(k) at `n >= k` samples: sum_j P(J = j) E q^(2k-j) - E q^(2k), both models added, J =
    /// overlap of two random k-subsets.
    pub fn within(&self, n: u32) -> f64 {
        let overlap = hypergeometric::pmf(n, self.k, self.k);
        let top = 2 * self.k as usize;
        let term = |j: usize| overlap[j] * (self.moments[top - j] - self.moments[top]);
        compensated_sum((1..=self.k as usize).map(term)).max(0.0)
    }

    /// Standard error of the mean difference with `problems` problems of `n` samples.
    pub fn se(&self, problems: u32, n: u32) -> f64 {
        ((self.tau2 + self.within(n)) / f64::from(problems)).sqrt()
    }

    /// Half-width of the normal interval at `level`.
    pub fn half_width(&self, problems: u32, n: u32, level: f64) -> f64 {
        two_sided_z(level) * self.se(problems, n)
    }

    /// Fewest problems, with `n >= k` samples each, whose interval has at most this half-width.
    ///
    /// # Errors
    /// A half-width or level outside (0, 1), or n < k.
    pub fn problems_for(&self, half_width: f64, n: u32, level: f64) -> Result<u64> {
        self.check(half_width, n, level)?;
        let needed = (self.half_width(1, n, level) / half_width).powi(2);
        Ok((needed * (1.0 - 1e-12)).ceil().max(2.0) as u64)
    }

    /// Fewest samples per problem for the same; None when even endless samples leave too much variance between problems.
    ///
    /// # Errors
    /// A half-width or level outside (0, 1).
    pub fn samples_for(&self, half_width: f64, problems: u32, level: f64) -> Result<Option<u32>> {
        self.check(half_width, self.k, level)?;
        let enough = |n: u32| self.half_width(problems, n, level) <= half_width;
        let mut high = self.k;
        while !enough(high) {
            if high > MOST_SAMPLES {
                return Ok(None);
            }
            high *= 2;
        }
        let mut low = (high / 2).max(self.k);
        while low < high {
            let middle = low + (high - low) / 2;
            if enough(middle) { high = middle } else { low = middle + 1 }
        }
        Ok(Some(high))
    }

    fn check(&self, half_width: f64, n: u32, level: f64) -> Result<()> {
        in_unit("half_width", half_width)?;
        in_unit("level", level)?;
        if n >= self.k { Ok(()) } else { Err(Error::KAboveN { k: self.k, n, index: 0 }) }
    }

    /// Smallest |difference| found with probability `power` by a two-sided test at `alpha`.
    pub fn detectable(&self, problems: u32, n: u32, alpha: f64, power: f64) -> f64 {
        detectable(self.se(problems, n), alpha, power)
    }
}

/// Above a million samples per problem there is no plan.
const MOST_SAMPLES: u32 = 1 << 20;

/// Smallest |difference| found with probability `power` by a two-sided test at `alpha`, given its standard error:
/// (z_{1-alpha/2} + z_power) se; 2.8016 se at 5 % and 80 %.
pub fn detectable(se: f64, alpha: f64, power: f64) -> f64 {
    (normal_quantile(1.0 - 0.5 * alpha) + normal_quantile(power)) * se
}

fn mean_failure(counts: &[Count], m: u32) -> f64 {
    mean(&counts.iter().map(|&count| failure(count, m)).collect::<Vec<_>>())
}

/// Neyman weights of the next samples for pass@k: posterior mean of k q^(k-1/2) p^(1/2) per problem. Problems with p near
/// 1/(2k) weigh most; certain ones and hopeless ones nothing.
pub fn sample_weights(counts: &[Count], k: u32, model: &dyn Mixing) -> Vec<f64> {
    let k = f64::from(k);
    counts.iter().map(|&count| k * model.posterior_moment(count, 0.5, k - 0.5)).collect()
}

/// Divides `budget` further samples so that the sum of w_i^2/(n_i + m_i) is least, m_i >= 0 integers.
///
/// Choosing n_i by the counts biases g_k on the pooled samples: use the second phase alone, fixed weights of the two phases,
/// or path counting ([`crate::sequential`]).
///
/// # Errors
/// Different lengths, or weights that are negative or all 0.
pub fn allocate(counts: &[Count], weights: &[f64], budget: u32) -> Result<Vec<u32>> {
    same_length("the counts", counts.len(), "the weights", weights.len())?;
    let total: f64 = weights.iter().sum();
    if weights.iter().any(|w| *w < 0.0) || total <= 0.0 {
        return Err(Error::OutOfRange { name: "the sum of weights", value: total, range: "(0, inf), none negative" });
    }
    let wanted =
        |level: f64| -> Vec<f64> { counts.iter().zip(weights).map(|(count, w)| (level * w - f64::from(count.n())).max(0.0)).collect() };
    let (mut low, mut high) = (0.0, 1.0);
    while wanted(high).iter().sum::<f64>() < f64::from(budget) {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if wanted(middle).iter().sum::<f64>() < f64::from(budget) { low = middle } else { high = middle }
    }
    Ok(round_to(&wanted(low), budget))
}

/// Rounds down, then gives what is left to the largest remainders (ties to the first).
fn round_to(shares: &[f64], total: u32) -> Vec<u32> {
    let mut out: Vec<u32> = shares.iter().map(|x| x.floor() as u32).collect();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|&i, &j| shares[j].fract().total_cmp(&shares[i].fract()).then(i.cmp(&j)));
    let left = total.saturating_sub(out.iter().sum());
    order.iter().cycle().take(left as usize).for_each(|&i| out[i] += 1);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extrapolate::{BetaBinomial, Histogram, Npmle};
    use crate::variance::{exact_variance, se_population};

    fn count(n: u32, c: u32) -> Count {
        Count::new(n, c).unwrap()
    }

    fn pair() -> (Vec<Count>, Vec<Count>) {
        let base = (0..40).map(|i| count(32, (i * 7) % 33)).collect();
        let model = (0..40).map(|i| count(32, (i * 7 + 3) % 33)).collect();
        (base, model)
    }

    #[test]
    fn the_pilots_own_size_gives_its_own_standard_error() {
        let (base, model) = pair();
        let pilot = Pilot::new(&base, &model, 4, None).unwrap();
        let observed = se_population(&differences(&base, &model, &[4]).unwrap().column(0));
        assert!(pilot.between() > 0.0 && (pilot.se(40, 32) - observed).abs() < 1e-14 && !pilot.from_model());
    }

    #[test]
    fn within_variance_is_the_exact_formula_under_a_known_law() {
        // One rate for all problems: moments are powers, so w(n) must be the exact variance of both models.
        let (p, k) = (0.2f64, 3);
        let moments = (0..=6).map(|m| 2.0 * (1.0 - p).powi(m)).collect();
        let pilot = Pilot { k, tau2: 0.0, moments, from_model: false };
        for n in [3, 5, 20] {
            assert!((pilot.within(n) - 2.0 * exact_variance(n, k, p).unwrap()).abs() < 1e-14);
        }
    }

    #[test]
    fn plans_are_the_smallest_that_suffice() {
        let (base, model) = pair();
        let pilot = Pilot::new(&base, &model, 8, None).unwrap();
        let m = pilot.problems_for(0.02, 64, 0.95).unwrap() as u32;
        assert!(pilot.half_width(m, 64, 0.95) <= 0.02 && pilot.half_width(m - 1, 64, 0.95) > 0.02);
        let half = pilot.half_width(40, 100, 0.95);
        assert_eq!(pilot.samples_for(half * (1.0 + 1e-9), 40, 0.95).unwrap(), Some(100));
        let floor = two_sided_z(0.95) * (pilot.between() / 40.0).sqrt();
        assert_eq!(pilot.samples_for(floor * 0.99, 40, 0.95).unwrap(), None);
        assert!(pilot.problems_for(0.02, 7, 0.95).is_err() && pilot.problems_for(0.0, 8, 0.95).is_err());
    }

    #[test]
    fn beyond_half_of_n_a_mixing_law_is_required() {
        let (base, model) = pair();
        assert!(Pilot::new(&base, &model, 17, None).is_err());
        let fit = |c: &[Count]| BetaBinomial::fit(&Histogram::from_counts(c).unwrap()).unwrap();
        let (b, r) = (fit(&base), fit(&model));
        let pilot = Pilot::new(&base, &model, 17, Some((&b, &r))).unwrap();
        assert!(pilot.from_model() && pilot.within(32) > pilot.within(64));
    }

    #[test]
    fn the_usual_factor() {
        assert!((detectable(1.0, 0.05, 0.8) - 2.801_585_218_2).abs() < 1e-9);
    }

    #[test]
    fn samples_go_where_pass_at_k_is_undecided() {
        let counts: Vec<Count> = [0, 1, 4, 16, 32].map(|c| count(32, c)).into_iter().chain((0..30).map(|i| count(32, i))).collect();
        let fit = Npmle::fit(&Histogram::from_counts(&counts).unwrap()).unwrap();
        let weights = sample_weights(&counts, 16, &fit);
        assert!(weights[1] > weights[3] && weights[3] > weights[4] && weights[4] < 1e-6);
        let next = allocate(&counts, &weights, 500).unwrap();
        assert_eq!(next.iter().sum::<u32>(), 500);
        assert!(next[1] > 0 && next[4] == 0);
    }

    #[test]
    fn allocation_levels_the_weighted_sizes() {
        // Targets proportional to 1 : 2 with 10 each already there and 40 to give: 20 and 40.
        assert_eq!(allocate(&[count(10, 1), count(10, 1)], &[1.0, 2.0], 40).unwrap(), [10, 30]);
        assert_eq!(allocate(&[count(10, 1), count(50, 1)], &[1.0, 1.0], 4).unwrap(), [4, 0]);
        assert!(allocate(&[count(1, 0)], &[0.0], 3).is_err());
    }
}
