//! Zero-inflated beta-binomial: a share z of problems has p = 0, the others p ~ Beta(a, b).
//!
//! The likelihood splits: (a, b) maximise the beta-binomial likelihood conditioned on c > 0, and z makes the fitted
//! P(c = 0) equal the observed share. So at an optimum with z > 0 the fitted pass@n *is* the observed pass@n. If the
//! conditioned fit already expects more zeros than there are, z = 0 and the fit is the beta-binomial.

use super::beta_binomial::Tails;
use super::{BetaBinomial, ExtrapolateError, Histogram, Mixing};
use crate::counts::Count;

/// A fitted mixture of a point mass at p = 0 and a Beta law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZeroInflated {
    /// Law of p on the problems that can be solved.
    pub beta: BetaBinomial,
    /// Share of problems with p = 0.
    pub z: f64,
    /// Log-likelihood, binomial coefficients included.
    pub log_likelihood: f64,
}

impl ZeroInflated {
    /// Maximum likelihood; see the module text for why two parameters suffice for the search.
    pub fn fit(histogram: &Histogram) -> Result<ZeroInflated, ExtrapolateError> {
        histogram.require_both_outcomes()?;
        let constant = histogram.ln_choose();
        let beta = BetaBinomial::maximise(&Tails::new(histogram, 1), constant);
        let (zeros, total) = (histogram.at(0), histogram.problems());
        let expected = beta.prior_moment(0.0, f64::from(histogram.n()));
        let z = (zeros / total - expected) / (1.0 - expected);
        if zeros == 0.0 || z <= 0.0 {
            let beta = BetaBinomial::fit(histogram)?;
            return Ok(ZeroInflated { beta, z: 0.0, log_likelihood: beta.log_likelihood });
        }
        let solved = total - zeros;
        let split = zeros * (zeros / total).ln() + solved * (solved / total).ln();
        Ok(ZeroInflated { beta, z, log_likelihood: beta.log_likelihood + split })
    }

    /// P(p = 0 | count): 0 as soon as one sample is correct.
    pub fn never(&self, count: Count) -> f64 {
        if count.solved() {
            return 0.0;
        }
        let by_chance = (1.0 - self.z) * self.beta.prior_moment(0.0, f64::from(count.n()));
        self.z / (self.z + by_chance)
    }
}

impl Mixing for ZeroInflated {
    fn name(&self) -> &'static str {
        "zibb"
    }

    fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    fn prior_moment(&self, x: f64, y: f64) -> f64 {
        let at_zero = if x == 0.0 { 1.0 } else { 0.0 };
        self.z * at_zero + (1.0 - self.z) * self.beta.prior_moment(x, y)
    }

    fn posterior_moment(&self, count: Count, x: f64, y: f64) -> f64 {
        let never = self.never(count);
        let at_zero = if x == 0.0 { 1.0 } else { 0.0 };
        never * at_zero + (1.0 - never) * self.beta.posterior_moment(count, x, y)
    }

    fn posterior_below(&self, count: Count, eps: f64) -> f64 {
        let never = if eps > 0.0 { self.never(count) } else { 0.0 };
        never + (1.0 - never) * self.beta.posterior_below(count, eps)
    }
}
