//! Cover@tau: the share of problems whose success rate is at least tau (arXiv 2510.08325).
//!
//! pass@k, pass^k and pass@1 are all integrals of tau -> Cover@tau, so the curve shows where a difference comes from.
//! The plug-in estimate is biased for tau near c/n; the posterior one needs a prior. Report both.

use crate::counts::Count;
use crate::error::{Error, Result};
use crate::family::Tau;
use crate::special::beta_inc;

/// 1 where c >= ceil(tau n), else 0; one value per problem. Compared in integers.
pub fn plug_in(counts: &[Count], tau: Tau) -> Vec<f64> {
    counts.iter().map(|count| f64::from(u8::from(count.c() >= tau.needed(count.n())))).collect()
}

/// P(p >= tau | count) under a uniform prior, one value per problem: 1 - I_tau(c+1, n-c+1).
///
/// # Errors
/// tau outside [0, 1].
pub fn posterior(counts: &[Count], tau: f64) -> Result<Vec<f64>> {
    if !(0.0..=1.0).contains(&tau) {
        return Err(Error::OutOfRange { name: "tau", value: tau, range: "[0, 1]" });
    }
    let one = |count: &Count| {
        let (c, rest) = (f64::from(count.c()), f64::from(count.n() - count.c()));
        // The mirrored form is accurate where the answer is small.
        beta_inc(rest + 1.0, c + 1.0, 1.0 - tau)
    };
    Ok(counts.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::mean;

    fn counts(n: u32, cs: &[u32]) -> Vec<Count> {
        cs.iter().map(|&c| Count::new(n, c).unwrap()).collect()
    }

    #[test]
    fn thresholds_are_met_exactly() {
        let at = |tau: f64| plug_in(&counts(10, &[0, 3, 10]), Tau::from_decimal(tau).unwrap());
        assert_eq!(at(0.3), [0.0, 1.0, 1.0]);
        assert_eq!(at(0.3001), [0.0, 0.0, 1.0]);
        assert_eq!(at(1.0), [0.0, 0.0, 1.0]);
    }

    #[test]
    fn posterior_edges() {
        let c = counts(4, &[0, 4]);
        assert_eq!(posterior(&c, 0.0).unwrap(), [1.0, 1.0]);
        assert_eq!(posterior(&c, 1.0).unwrap(), [0.0, 0.0]);
        let half = posterior(&c, 0.5).unwrap();
        assert!((half[0] - 0.5f64.powi(5)).abs() < 1e-14 && (half[0] + half[1] - 1.0).abs() < 1e-14);
        assert!(posterior(&c, 1.5).is_err());
    }

    /// Integrates f(tau) Cover@tau over the steps of the plug-in curve of rates: exact for piecewise constant Cover.
    fn integral(rates: &[f64], antiderivative: impl Fn(f64) -> f64) -> f64 {
        mean(&rates.iter().map(|&p| antiderivative(p) - antiderivative(0.0)).collect::<Vec<_>>())
    }

    #[test]
    fn pass_metrics_are_integrals_of_cover() {
        let rates = [0.0, 0.25, 0.7, 1.0];
        let k = 5;
        let pass = mean(&rates.map(|p: f64| 1.0 - (1.0 - p).powi(k)));
        let all = mean(&rates.map(|p: f64| p.powi(k)));
        assert!((integral(&rates, |t| -(1.0 - t).powi(k)) - pass).abs() < 1e-15);
        assert!((integral(&rates, |t| t.powi(k)) - all).abs() < 1e-15);
        assert!((integral(&rates, |t| t) - mean(&rates)).abs() < 1e-15);
    }
}
