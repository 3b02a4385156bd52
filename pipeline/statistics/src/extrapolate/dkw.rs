//! Bounds on pass@k that hold for every law of p: F-localisation (Ignatiadis and Wager, arXiv 1902.02774).
//!
//! With confidence 1 - alpha the count cdf lies within eps = sqrt(ln(2/alpha) / 2M) of the observed one
//! (Dvoretzky-Kiefer-Wolfowitz). Over all G whose count cdf does, pass@k = integral 1-(1-p)^k dG has a minimum and a maximum, both
//! linear programs. Use these for claims: no mixing model enters.

use super::simplex::{Ranges, Simplex};
use super::{ExtrapolateError, Grid, Histogram};

/// The DKW band around one histogram, ready to bound pass@k.
pub struct Dkw {
    rates: Vec<f64>,
    /// Row c < n: P(C <= c | p_j) must average to within eps of the observed cdf (the row c = n is always 1).
    band: Ranges,
    alpha: f64,
}

impl Dkw {
    /// Band at confidence `1 - alpha`; `grid` must be made for the histogram's n.
    pub fn new(histogram: &Histogram, grid: &Grid, alpha: f64) -> Dkw {
        let eps = ((2.0 / alpha).ln() / (2.0 * histogram.problems())).sqrt();
        let observed = histogram.cdf();
        let n = grid.n() as usize;
        let shifted = |by: f64| observed[..n].iter().map(|f| (f + by).clamp(0.0, 1.0)).collect();
        let width = grid.rates().len();
        let band = Ranges { width, rows: cumulative(grid), low: shifted(-eps), high: shifted(eps) };
        Dkw { rates: grid.rates().to_vec(), band, alpha }
    }

    /// `(lower, upper)` bounds of the population's pass@k; any k >= 1.
    pub fn pass_bounds(&self, k: u32) -> Result<(f64, f64), ExtrapolateError> {
        let ln_failure = self.rates.iter().map(|p| f64::from(k) * (-p).ln_1p());
        let failure: Vec<f64> = ln_failure.clone().map(f64::exp).collect();
        let success: Vec<f64> = ln_failure.map(|x| -x.exp_m1()).collect();
        let last = self.rates.len() - 1;
        let least = |cost, start| Simplex::new(&self.band, cost, start).minimise().ok_or_else(|| self.empty());
        let (lower, upper) = (least(success, 0)?, 1.0 - least(failure, last)?);
        Ok((lower.clamp(0.0, 1.0), upper.clamp(0.0, 1.0)))
    }

    fn empty(&self) -> ExtrapolateError {
        ExtrapolateError::NotAMixture { level: 100.0 * (1.0 - self.alpha) }
    }
}

fn cumulative(grid: &Grid) -> Vec<f64> {
    let width = grid.rates().len();
    let mut sum = vec![0.0; width];
    let mut cdf = Vec::with_capacity(grid.n() as usize * width);
    for c in 0..grid.n() {
        sum.iter_mut().zip(grid.row(c)).for_each(|(s, p)| *s += p);
        cdf.extend(sum.iter().map(|s: &f64| s.min(1.0)));
    }
    cdf
}
