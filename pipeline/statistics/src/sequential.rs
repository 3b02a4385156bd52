//! pass@k after optional stopping: when the number of samples depended on the counts, g_k is biased.
//!
//! For a two-phase rule (n0 samples, then a number that depends on the first count) path counting (Girshick, Mosteller
//! and Savage) is unbiased as long as k <= n0: the share of sample orders that lead to the stopping point and start with
//! k failures.

use crate::counts::Count;
use crate::error::{Error, Result};
use crate::special::ln_choose;

/// Unbiased estimate of (1-p)^k under the rule "n0 samples, then `extra(c0)` more".
///
/// `n1` and `c` are what was drawn: the second phase's size and the total number of successes.
///
/// # Errors
/// k outside 1..=n0, or a (n1, c) that the rule cannot produce.
pub fn two_phase_failure(n0: u32, extra: impl Fn(u32) -> u32, n1: u32, c: u32, k: u32) -> Result<f64> {
    crate::counts::check_ks(&[Count::new(n0, 0)?], &[k])?;
    let paths: Vec<u32> = (0..=n0.min(c)).filter(|&c0| extra(c0) == n1 && c - c0 <= n1).collect();
    let ln_sum = |first: u32| ln_sum_exp(paths.iter().map(|&c0| ln_choose(first, c0) + ln_choose(n1, c - c0)));
    let all = ln_sum(n0);
    if all == f64::NEG_INFINITY {
        return Err(Error::OutOfRange { name: "c", value: f64::from(c), range: "what the stopping rule can produce" });
    }
    Ok((ln_sum(n0 - k) - all).exp())
}

fn ln_sum_exp(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY { top } else { top + terms.map(|t| (t - top).exp()).sum::<f64>().ln() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pass_at_k::failure;

    /// Exact expectations of the path-counting and of the pooled estimate under the rule.
    fn expectations(n0: u32, extra: fn(u32) -> u32, k: u32, p: f64) -> (f64, f64) {
        let pmf = |n: u32, c: u32| ln_choose(n, c).exp() * p.powi(c as i32) * (1.0 - p).powi((n - c) as i32);
        let (mut paths, mut pooled) = (0.0, 0.0);
        for c0 in 0..=n0 {
            let n1 = extra(c0);
            for c1 in 0..=n1 {
                let chance = pmf(n0, c0) * pmf(n1, c1);
                paths += chance * two_phase_failure(n0, extra, n1, c0 + c1, k).unwrap();
                pooled += chance * failure(Count::new(n0 + n1, c0 + c1).unwrap(), k);
            }
        }
        (paths, pooled)
    }

    #[test]
    fn unbiased_where_pooling_is_not() {
        let four_more_if_none = |c0| if c0 == 0 { 4 } else { 0 };
        let (paths, pooled) = expectations(4, four_more_if_none, 2, 0.1);
        assert!((paths - 0.81).abs() < 1e-12);
        assert!((pooled - 0.7457959285714284).abs() < 1e-12);
        let graded = |c0| match c0 {
            0 => 6,
            1 | 2 => 3,
            _ => 0,
        };
        let (paths, pooled) = expectations(5, graded, 3, 0.05);
        assert!((paths - 0.857375).abs() < 1e-12);
        assert!((pooled - 0.8383561113164777).abs() < 1e-12);
    }

    #[test]
    fn a_fixed_design_gives_the_usual_estimate() {
        let value = two_phase_failure(6, |_| 4, 4, 3, 5).unwrap();
        assert!((value - failure(Count::new(10, 3).unwrap(), 5)).abs() < 1e-12);
        assert!(two_phase_failure(4, |_| 0, 4, 2, 2).is_err());
        assert!(two_phase_failure(4, |_| 4, 4, 2, 5).is_err());
    }
}
