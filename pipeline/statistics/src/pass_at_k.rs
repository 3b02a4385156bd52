//! The unbiased pass@k estimator (Chen et al., arXiv 2107.03374) and its all-k recurrence.
//!
//! g_k(c) = 1 - A_k(c), A_k(c) = C(n-c, k) / C(n, k): the share of k-subsets of the n samples that hold a correct one.
//! E g_k = 1 - (1-p)^k for every k <= n, and no unbiased estimator exists for k > n, which is refused.

use crate::counts::{Count, check_ks, histogram};
use crate::error::Result;
use crate::hypergeometric;
use crate::matrix::{Matrix, compensated_sum};
use std::collections::BTreeMap;

/// 1 - (1-p)^k, the pass@k of a *known* rate p in [0, 1], without cancellation at small p; k > 0 may be fractional.
pub fn pass_of_rate(p: f64, k: f64) -> f64 {
    -(k * (-p).ln_1p()).exp_m1()
}

/// A_k(c), the unbiased estimate of (1-p)^k. For k > n - c it is 0; the caller checks k <= n.
pub fn failure(count: Count, k: u32) -> f64 {
    hypergeometric::none(count.n(), count.c(), k)
}

/// pass@k of one problem, in [0, 1].
///
/// # Errors
/// k = 0 or k > n.
pub fn pass_at_k(count: Count, k: u32) -> Result<f64> {
    check_ks(&[count], &[k])?;
    Ok(pass_curve(count, k)[k as usize - 1])
}

/// A_0, A_1, ..., A_{k_max} by A_{k+1} = A_k (n-c-k)/(n-k); `k_max <= n`.
pub fn failure_curve(count: Count, k_max: u32) -> Vec<f64> {
    let (n, c) = (count.n(), count.c());
    let mut value = 1.0;
    let mut curve = vec![1.0];
    for k in 0..k_max {
        value *= f64::from((n - c).saturating_sub(k)) / f64::from(n - k);
        curve.push(value);
    }
    curve
}

/// g_1, ..., g_{k_max} of one problem; `k_max <= n`.
///
/// Adds the gains g_{k+1} - g_k = A_k c/(n-k) instead of subtracting A_k from 1: c/n is exact at k = 1, the curve never
/// decreases, and small values keep their digits. Exactly 1 once every k-subset must hold a correct sample.
pub fn pass_curve(count: Count, k_max: u32) -> Vec<f64> {
    let (n, c) = (count.n(), count.c());
    let failures = failure_curve(count, k_max);
    let mut value = 0.0;
    (0..k_max)
        .map(|k| {
            let gained: f64 = value + failures[k as usize] * (f64::from(c) / f64::from(n - k));
            value = if n - c < k + 1 { 1.0 } else { gained.min(1.0) };
            value
        })
        .collect()
}

/// pass@k of every problem: rows = problems in the given order, columns = `ks`.
///
/// # Errors
/// See [`check_ks`]: a k above the n of any problem is refused, never filled in.
pub fn per_problem(counts: &[Count], ks: &[u32]) -> Result<Matrix> {
    check_ks(counts, ks)?;
    let k_max = ks[ks.len() - 1];
    let mut known: BTreeMap<Count, Vec<f64>> = BTreeMap::new();
    let mut out = Matrix::zeros(counts.len(), ks.len());
    for (i, &count) in counts.iter().enumerate() {
        let row = known.entry(count).or_insert_with(|| pick(&pass_curve(count, k_max), ks));
        out.row_mut(i).copy_from_slice(row);
    }
    Ok(out)
}

fn pick(curve: &[f64], ks: &[u32]) -> Vec<f64> {
    ks.iter().map(|&k| curve[k as usize - 1]).collect()
}

/// Mean pass@k over the problems, one value per entry of `ks`.
///
/// Works on the histogram of counts, so the cost does not grow with the number of problems.
///
/// # Errors
/// See [`check_ks`].
pub fn mean_pass_at_k(counts: &[Count], ks: &[u32]) -> Result<Vec<f64>> {
    check_ks(counts, ks)?;
    let k_max = ks[ks.len() - 1];
    let curves: Vec<(f64, Vec<f64>)> =
        histogram(counts).into_iter().map(|(count, times)| (times as f64, pass_curve(count, k_max))).collect();
    let at = |k: u32| compensated_sum(curves.iter().map(|(times, curve)| times * curve[k as usize - 1]));
    Ok(ks.iter().map(|&k| at(k) / counts.len() as f64).collect())
}

/// The law of the count after keeping a random subset of `n0 <= n` samples: P(c0), c0 = 0..=n0.
pub fn thinned_law(count: Count, n0: u32) -> Vec<f64> {
    hypergeometric::pmf(count.n(), count.c(), n0)
}

/// Expected histogram of counts when every problem is thinned to `n0` samples: entry c0 = expected number of problems.
///
/// # Errors
/// n0 = 0 or above the n of some problem.
pub fn thinned_histogram(counts: &[Count], n0: u32) -> Result<Vec<f64>> {
    check_ks(counts, &[n0])?;
    let mut expected = vec![0.0; n0 as usize + 1];
    for (count, times) in histogram(counts) {
        for (cell, p) in expected.iter_mut().zip(thinned_law(count, n0)) {
            *cell += times as f64 * p;
        }
    }
    Ok(expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use proptest::prelude::*;

    fn count(n: u32, c: u32) -> Count {
        Count::new(n, c).unwrap()
    }

    /// The share of k-subsets with a correct sample, by listing all subsets; samples 0..c are the correct ones.
    fn by_enumeration(n: u32, c: u32, k: u32) -> f64 {
        let subsets: Vec<u32> = (0u32..1 << n).filter(|s| s.count_ones() == k).collect();
        let hit = subsets.iter().filter(|&&s| s & ((1u32 << c) - 1) != 0).count();
        hit as f64 / subsets.len() as f64
    }

    #[test]
    fn pass_at_k_of_a_known_rate_is_exact_at_both_ends() {
        assert_eq!(pass_of_rate(0.0, 256.0), 0.0);
        assert_eq!(pass_of_rate(1.0, 1.0), 1.0);
        assert!((pass_of_rate(1e-12, 256.0) / 256e-12 - 1.0).abs() < 1e-9);
        assert!((pass_of_rate(0.25, 2.0) - 0.4375).abs() < 1e-15);
    }

    #[test]
    fn equals_the_share_of_subsets() {
        for n in 1..=9 {
            for c in 0..=n {
                for k in 1..=n {
                    let value = pass_at_k(count(n, c), k).unwrap();
                    assert!((value - by_enumeration(n, c, k)).abs() < 1e-14, "n={n} c={c} k={k}");
                }
            }
        }
    }

    #[test]
    fn edges() {
        assert_eq!(pass_at_k(count(128, 0), 128).unwrap(), 0.0);
        assert_eq!(pass_at_k(count(128, 1), 128).unwrap(), 1.0);
        assert_eq!(pass_at_k(count(5, 3), 3).unwrap(), 1.0);
        assert_eq!(pass_at_k(count(5, 3), 6), Err(Error::KAboveN { k: 6, n: 5, index: 0 }));
        assert_eq!(pass_at_k(count(5, 3), 0), Err(Error::ZeroK));
    }

    #[test]
    fn is_unbiased_for_every_k_up_to_n() {
        let (n, p) = (12u32, 0.17f64);
        let law: Vec<f64> =
            (0..=n).map(|c| crate::special::ln_choose(n, c).exp() * p.powi(c as i32) * (1.0 - p).powi((n - c) as i32)).collect();
        for k in 1..=n {
            let expected: f64 = (0..=n).map(|c| law[c as usize] * pass_at_k(count(n, c), k).unwrap()).sum();
            assert!((expected - (1.0 - (1.0 - p).powi(k as i32))).abs() < 1e-12);
        }
    }

    #[test]
    fn ragged_problems_share_the_smallest_n() {
        let counts = [count(8, 2), count(4, 1)];
        let mean = mean_pass_at_k(&counts, &[1, 4]).unwrap();
        assert_eq!(mean[0], 0.25);
        assert_eq!(mean[1], (pass_at_k(counts[0], 4).unwrap() + 1.0) / 2.0);
        assert!(mean_pass_at_k(&counts, &[5]).is_err());
    }

    fn any_count() -> impl Strategy<Value = Count> {
        (1u32..200).prop_flat_map(|n| (Just(n), 0..=n)).prop_map(|(n, c)| count(n, c))
    }

    proptest! {
        #[test]
        fn curve_is_monotone_within_bounds_and_starts_at_the_rate(count in any_count()) {
            let curve = pass_curve(count, count.n());
            prop_assert_eq!(curve[0], count.rate());
            prop_assert!(curve.windows(2).all(|w| w[0] <= w[1]));
            prop_assert!(curve.iter().all(|g| (0.0..=1.0).contains(g)));
            prop_assert_eq!(curve[count.n() as usize - 1], if count.solved() { 1.0 } else { 0.0 });
        }

        #[test]
        fn recurrence_agrees_with_the_product(count in any_count(), share in 0.0f64..1.0) {
            let k = 1 + (share * f64::from(count.n() - 1)) as u32;
            let curve = pass_curve(count, k);
            prop_assert!((curve[k as usize - 1] - (1.0 - failure(count, k))).abs() < 1e-13);
        }

        #[test]
        fn thinning_does_not_change_the_mean(count in any_count(), a in 0.0f64..1.0, b in 0.0f64..1.0) {
            let n0 = 1 + (a * f64::from(count.n() - 1)) as u32;
            let k = 1 + (b * f64::from(n0 - 1)) as u32;
            let law = thinned_law(count, n0);
            let averaged: f64 = (0..=n0).map(|c0| law[c0 as usize] * pass_curve(Count::new(n0, c0).unwrap(), k)[k as usize - 1]).sum();
            prop_assert!((averaged - pass_curve(count, k)[k as usize - 1]).abs() < 1e-12);
        }

        #[test]
        fn order_of_problems_does_not_matter(mut counts in prop::collection::vec(any_count(), 1..20)) {
            let k = crate::counts::min_n(&counts);
            let before = mean_pass_at_k(&counts, &[k]).unwrap();
            counts.reverse();
            prop_assert_eq!(before, mean_pass_at_k(&counts, &[k]).unwrap());
        }
    }
}
