//! Strata of problems: by a label, or by the base's difficulty without reusing the counts that defined it.

use crate::counts::{Count, check_ks};
use crate::error::{Result, in_unit, same_length};
use crate::interval::two_sided_z;
use crate::matrix::compensated_sum;
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

/// Strata of base difficulty, hardest first: none correct, at most a tenth, at most half, more, all.
pub const DIFFICULTIES: [&str; 5] = ["unsolved", "hard (0..0.1]", "medium (0.1..0.5]", "easy (0.5..1)", "always"];

/// Which of [`DIFFICULTIES`] a problem with `correct` of `n` samples is in.
pub fn difficulty(correct: u32, n: u32) -> usize {
    match correct {
        0 => 0,
        c if c == n => 4,
        c if 10 * c <= n => 1,
        c if 2 * c <= n => 2,
        _ => 3,
    }
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
    /// Of every problem: the weight with which it falls into the stratum, and per k that weight times model minus base.
    shares: Vec<(f64, Vec<f64>)>,
}

impl Stratum {
    fn empty(ks: usize) -> Stratum {
        Stratum { problems: 0.0, base: vec![0.0; ks], model: vec![0.0; ks], shares: Vec::new() }
    }

    /// (lo, hi) of model minus base at the j-th k, for the population of problems: a ratio of means over problems (delta method), with what
    /// [`crate::interval::plus_half`] adds (half a problem of difference +1, half of -1, one of 0), so that a stratum that few problems carry
    /// keeps its level.
    ///
    /// # Errors
    /// A level outside (0, 1).
    pub fn interval(&self, j: usize, level: f64) -> Result<(f64, f64)> {
        in_unit("level", level)?;
        let weight = self.problems + 2.0;
        let centre = compensated_sum(self.shares.iter().map(|(_, sums)| sums[j])) / weight;
        let ours = self.shares.iter().map(|(share, sums)| (sums[j] - centre * share).powi(2));
        let added = 1.0 + 2.0 * centre * centre;
        let half = two_sided_z(level) * (compensated_sum(ours) + added).sqrt() / weight;
        Ok(((centre - half).max(-1.0), (centre + half).min(1.0)))
    }
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
    let mut out: Vec<Stratum> = (0..strata).map(|_| Stratum::empty(ks.len())).collect();
    for (&b, &m) in base.iter().zip(model) {
        for stratum in &mut out {
            stratum.shares.push((0.0, vec![0.0; ks.len()]));
        }
        deal(&mut out, b, m, ks, split, &stratum_of)?;
    }
    for stratum in &mut out {
        stratum.base.iter_mut().chain(&mut stratum.model).for_each(|x| *x /= stratum.problems);
    }
    Ok(out)
}

/// Adds one problem to the strata that its split may put it into; its shares are the last of each.
fn deal(out: &mut [Stratum], base: Count, model: Count, ks: &[u32], split: u32, stratum_of: &impl Fn(u32) -> usize) -> Result<()> {
    let (k_max, last) = (ks[ks.len() - 1], out.len() - 1);
    let of_model = pass_curve(model, k_max);
    for (c1, weight) in (0..).zip(thinned_law(base, split)).filter(|(_, weight)| *weight > 0.0) {
        let left = pass_curve(Count::new(base.n() - split, base.c() - c1)?, k_max);
        let stratum = &mut out[stratum_of(c1).min(last)];
        stratum.problems += weight;
        let (share, sums) = stratum.shares.last_mut().expect("every problem has its shares");
        *share += weight;
        for (j, &k) in ks.iter().enumerate() {
            let (of_base, of_model) = (left[k as usize - 1], of_model[k as usize - 1]);
            stratum.base[j] += weight * of_base;
            stratum.model[j] += weight * of_model;
            sums[j] += weight * (of_model - of_base);
        }
    }
    Ok(())
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
    fn the_interval_of_one_stratum_is_the_adjusted_one_of_the_benchmark() {
        let base: Vec<Count> = (0..40).map(|i| count(8, i % 9)).collect();
        let model: Vec<Count> = (0..40).map(|i| count(8, (i * 5) % 9)).collect();
        let whole = &cross_fitted(&base, &model, &[1, 4], 4, 1, |_| 0).unwrap()[0];
        let values = crate::paired::differences(&base, &model, &[1, 4]).unwrap();
        for j in 0..2 {
            let interval = crate::interval::plus_half(&values.column(j), 0.95).unwrap();
            let (lo, hi) = whole.interval(j, 0.95).unwrap();
            assert!((lo - interval.lo).abs() < 1e-12 && (hi - interval.hi).abs() < 1e-12, "{lo} {hi} {interval:?}");
        }
        assert!(whole.interval(0, 1.0).is_err());
        let nobody = &cross_fitted(&base, &model, &[1], 4, 2, |_| 0).unwrap()[1];
        assert!(nobody.interval(0, 0.95).unwrap().1 > 0.5, "without problems nothing is known");
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
