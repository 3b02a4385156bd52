//! pass@k beyond n: three mixing models as a bracket, bounds without a model, and a back-test that can fail.
//!
//! Nothing here belongs into a measured series. For k > n no unbiased estimator exists (the target has degree k > n in p),
//! so every number below is a model's, or a bound that holds for every mixing law within a confidence band of the counts.
//! Source: docs/statistics.md, "Beyond n".

use crate::counts::Count;

pub mod backtest;
pub mod beta_binomial;
pub mod dkw;
mod grid;
mod histogram;
mod nnls;
pub mod npmle;
pub mod posterior;
mod simplex;
pub mod zero_inflated;

pub use backtest::{Backtest, Trial, backtest};
pub use beta_binomial::BetaBinomial;
pub use dkw::Dkw;
pub use grid::Grid;
pub use histogram::Histogram;
pub use npmle::Npmle;
pub use zero_inflated::ZeroInflated;

/// Why counts cannot be extrapolated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExtrapolateError {
    /// No problem at all, or none with a sample.
    #[error("no counts to extrapolate: give at least one problem with n >= 1 samples")]
    Empty,
    /// All verdicts equal: any mixing law concentrated at 0 (or 1) fits.
    #[error("every sample of every problem is {what}: the counts say nothing about rarer outcomes; draw more samples")]
    OneSided {
        /// `wrong` or `correct`.
        what: &'static str,
    },
    /// Thinning to more samples than there are.
    #[error("cannot thin {n} samples to {n0}: n0 must lie in 1..={n}")]
    Thin {
        /// Samples there are.
        n: u32,
        /// Samples asked for.
        n0: u32,
    },
    /// The band contains no mixture of binomials.
    #[error(
        "no mixture of binomials lies within the {level:.0} % DKW band of the counts: the samples of a problem are not independent draws of one rate; audit the batches"
    )]
    NotAMixture {
        /// Confidence level in percent.
        level: f64,
    },
}

/// A fitted law G of the success rate p over problems.
///
/// `posterior_*` conditions on the count of one problem, whose n may differ from the n of the fit.
pub trait Mixing {
    /// `bb`, `zibb` or `npmle`.
    fn name(&self) -> &'static str;
    /// Log-likelihood of the fitted histogram, binomial coefficients included.
    fn log_likelihood(&self) -> f64;
    /// E_G p^x (1-p)^y for x, y >= 0, with 0^0 = 1.
    fn prior_moment(&self, x: f64, y: f64) -> f64;
    /// E[p^x (1-p)^y | count].
    fn posterior_moment(&self, count: Count, x: f64, y: f64) -> f64;
    /// P(p < eps | count).
    fn posterior_below(&self, count: Count, eps: f64) -> f64;
}

/// The three mixing models fitted to one histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct Fits {
    /// Beta-binomial.
    pub bb: BetaBinomial,
    /// Zero-inflated beta-binomial.
    pub zibb: ZeroInflated,
    /// Nonparametric maximum likelihood.
    pub npmle: Npmle,
}

impl Fits {
    /// Fits all three; `grid` must be made for `histogram.n()`.
    pub fn new(histogram: &Histogram, grid: &Grid) -> Result<Fits, ExtrapolateError> {
        let bb = BetaBinomial::fit(histogram)?;
        let zibb = ZeroInflated::fit(histogram)?;
        let npmle = Npmle::fit_on(histogram, grid)?;
        Ok(Fits { bb, zibb, npmle })
    }

    /// The models in the order `bb`, `zibb`, `npmle`.
    pub fn models(&self) -> [&dyn Mixing; 3] {
        [&self.bb, &self.zibb, &self.npmle]
    }
}

/// pass@k beyond n by every method, for one k.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The k asked for, usually > n.
    pub k: u32,
    /// Conditional prediction (mean of per-problem posterior means) of the beta-binomial.
    pub bb: f64,
    /// Conditional prediction of the zero-inflated beta-binomial.
    pub zibb: f64,
    /// Prediction of the NPMLE (marginal = conditional).
    pub npmle: f64,
    /// Bounds over every mixing law inside the DKW band.
    pub dkw: (f64, f64),
    /// Why this k must not be used for a claim; empty when nothing speaks against it.
    pub refused: Vec<String>,
}

impl Point {
    /// The bracket `[min(zibb, bb), max(zibb, bb)]`: a heuristic, not an interval.
    pub fn bracket(&self) -> (f64, f64) {
        (self.bb.min(self.zibb), self.bb.max(self.zibb))
    }
}

/// Everything beyond n for one model on one benchmark.
#[derive(Clone, Debug, PartialEq)]
pub struct Extrapolated {
    /// The counts, thinned in expectation to the smallest n when n differs between problems.
    pub histogram: Histogram,
    /// The fitted models.
    pub fits: Fits,
    /// One point per k asked for.
    pub points: Vec<Point>,
    /// Thinning back-test.
    pub backtest: Backtest,
}

/// Extrapolates pass@k to every k of `ks` at confidence `1 - alpha` for the bounds.
///
/// About 0.2 s for 1,060 problems with n = 128, back-test included. Deterministic: nothing is drawn.
pub fn extrapolate(counts: &[Count], ks: &[u32], alpha: f64) -> Result<Extrapolated, ExtrapolateError> {
    let histogram = Histogram::from_counts(counts)?;
    let grid = Grid::new(histogram.n());
    let fits = Fits::new(&histogram, &grid)?;
    let dkw = Dkw::new(&histogram, &grid, alpha);
    let backtest = backtest(&histogram, alpha)?;
    let points = ks.iter().map(|&k| point(&histogram, &fits, &dkw, &backtest, k)).collect::<Result<_, _>>()?;
    Ok(Extrapolated { histogram, fits, points, backtest })
}

fn point(histogram: &Histogram, fits: &Fits, dkw: &Dkw, backtest: &Backtest, k: u32) -> Result<Point, ExtrapolateError> {
    let predict = |m: &dyn Mixing| posterior::conditional_pass(m, histogram, k);
    let (bb, zibb, npmle) = (predict(&fits.bb), predict(&fits.zibb), predict(&fits.npmle));
    let refused = refusals(histogram.n(), k, backtest);
    Ok(Point { k, bb, zibb, npmle, dkw: dkw.pass_bounds(k)?, refused })
}

/// The policy (not a theorem) on which k to refuse for one model: k > 8n, or k > n when the back-test misses.
pub fn refusals(n: u32, k: u32, backtest: &Backtest) -> Vec<String> {
    let mut reasons = Vec::new();
    if k > n.saturating_mul(8) {
        reasons.push(format!("k = {k} is more than 8 n = {}: the counts do not carry that far", n.saturating_mul(8)));
    }
    if k > n && !backtest.holds {
        reasons.push(format!("the thinning back-test failed: {}", backtest.message));
    }
    reasons
}

/// Reasons to refuse a statement about the difference `model - base` at one k > n: the models disagree on its sign, or a
/// bracket is wider than the difference discussed.
pub fn difference_refusals(base: &Point, model: &Point) -> Vec<String> {
    let differences = [model.bb - base.bb, model.zibb - base.zibb, model.npmle - base.npmle];
    let mut reasons: Vec<String> = base.refused.iter().chain(&model.refused).cloned().collect();
    if differences.iter().any(|d| *d > 0.0) && differences.iter().any(|d| *d < 0.0) {
        let [bb, zibb, npmle] = differences;
        reasons.push(format!("the sign depends on the mixing model: bb {bb:+.4}, zibb {zibb:+.4}, npmle {npmle:+.4}"));
    }
    let effect = differences.iter().fold(0.0f64, |m, d| m.max(d.abs()));
    for (who, point) in [("base", base), ("model", model)] {
        let (lo, hi) = point.bracket();
        if hi - lo > effect {
            reasons.push(format!("the {who}'s bracket is {:.4} wide, more than the largest difference {effect:.4}", hi - lo));
        }
    }
    reasons
}

#[cfg(test)]
mod tests;
