//! Strata of problems: by a label, or by the base's difficulty without reusing the counts that defined it.

use crate::counts::{Count, check_ks};
use crate::error::{Result, same_length};
use crate::pass_at_k::{pass_curve, thinned_law};
use std::collections::BTreeMap;

/// Positions of the problems of each label, labels in increasing order.
pub fn by_label<'a>(labels: &[&'a str]) -> BTreeMap<&'a str, Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, label) in labels.iter().enumerate() {
        groups.entry(label).or_default().push(i);
    }
    groups
}

/// The entries at `positions`.
pub fn select<T: Copy>(values: &[T], positions: &[usize]) -> Vec<T> {
    positions.iter().map(|&i| values[i]).collect()
}

/// Mean pass@k of the problems that fall into one difficulty stratum.
#[derive(Clone, Debug, PartialEq)]
pub struct Stratum {
    /// Expected number of problems in the stratum.
    pub problems: f64,
    /// Base pass@k on the samples that did not decide the stratum; NaN for an empty stratum.
    pub base: Vec<f64>,
    /// Model pass@k.
    pub model: Vec<f64>,
}

/// Stratifies on `split` of the base's samples and estimates on the rest, averaged exactly over all choices of the split.
///
/// Strata chosen on the very counts that are then averaged show regression to the mean: "hard" problems look harder for
/// the base than they are. `stratum_of(c1)` maps the successes among the `split` samples to 0..strata.
///
/// # Errors
/// Different numbers of problems, or a k above n - split for the base or above n for the model.
pub fn cross_fitted(
    base: &[Count],
    model: &[Count],
    ks: &[u32],
    split: u32,
    strata: usize,
    stratum_of: impl Fn(u32) -> usize,
) -> Result<Vec<Stratum>> {
    same_length("the base's counts", base.len(), "the model's counts", model.len())?;
    let rest: Result<Vec<Count>> = base.iter().map(|b| Count::new(b.n().saturating_sub(split), 0)).collect();
    check_ks(&rest?, ks)?;
    check_ks(model, ks)?;
    let k_max = ks[ks.len() - 1];
    let zeros = || vec![0.0; ks.len()];
    let mut out: Vec<Stratum> = (0..strata).map(|_| Stratum { problems: 0.0, base: zeros(), model: zeros() }).collect();
    for (b, &m) in base.iter().zip(model) {
        let model_curve = pass_curve(m, k_max);
        for (c1, weight) in (0..).zip(thinned_law(*b, split)).filter(|(_, weight)| *weight > 0.0) {
            let left = pass_curve(Count::new(b.n() - split, b.c() - c1)?, k_max);
            let stratum = &mut out[stratum_of(c1).min(strata - 1)];
            stratum.problems += weight;
            for (j, &k) in ks.iter().enumerate() {
                stratum.base[j] += weight * left[k as usize - 1];
                stratum.model[j] += weight * model_curve[k as usize - 1];
            }
        }
    }
    for stratum in &mut out {
        stratum.base.iter_mut().chain(&mut stratum.model).for_each(|x| *x /= stratum.problems);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(n: u32, c: u32) -> Count {
        Count::new(n, c).unwrap()
    }

    #[test]
    fn labels() {
        let groups = by_label(&["b", "a", "b"]);
        assert_eq!(groups.keys().collect::<Vec<_>>(), [&"a", &"b"]);
        assert_eq!(select(&[10, 20, 30], &groups["b"]), [10, 30]);
    }

    #[test]
    fn one_stratum_is_the_whole_benchmark() {
        let (base, model) = ([count(8, 2), count(8, 5)], [count(8, 4), count(8, 0)]);
        let whole = cross_fitted(&base, &model, &[1, 3], 4, 1, |_| 0).unwrap();
        let mean = crate::pass_at_k::mean_pass_at_k(&base, &[1, 3]).unwrap();
        assert!(whole[0].base.iter().zip(&mean).all(|(a, b)| (a - b).abs() < 1e-13), "thinning invariance");
        assert_eq!(whole[0].problems, 2.0);
        assert!(cross_fitted(&base, &model, &[5], 4, 1, |_| 0).is_err());
        assert!(cross_fitted(&base, &model, &[1], 8, 1, |_| 0).is_err());
    }

    #[test]
    fn identical_problems_show_no_regression_to_the_mean() {
        // 9 problems with p = 1/2 whose counts are as expected: every stratum must show about 1/2, though the
        // naive "unsolved" stratum would show 0.
        let law = [1u32, 8, 28, 56, 70, 56, 28, 8, 1];
        let base: Vec<Count> = (0..9).flat_map(|c| vec![count(8, c); law[c as usize] as usize]).collect();
        let strata = cross_fitted(&base, &base, &[1], 4, 2, |c1| usize::from(c1 > 0)).unwrap();
        assert!((strata[0].base[0] - 0.5).abs() < 1e-12 && (strata[1].base[0] - 0.5).abs() < 1e-12);
        assert!((strata[0].problems - 16.0).abs() < 1e-9);
    }
}
