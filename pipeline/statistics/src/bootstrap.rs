//! The bootstrap over units (problems or clusters) of a panel.

use crate::error::{Result, at_least, in_unit};
use crate::panel::Panel;
use crate::rng::Stream;

/// How to resample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootstrapOptions {
    /// Coverage of the intervals, in (0, 1).
    pub level: f64,
    /// Number of replicates.
    pub replicates: usize,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for BootstrapOptions {
    fn default() -> BootstrapOptions {
        BootstrapOptions { level: 0.95, replicates: 10_000, seed: 0 }
    }
}

impl BootstrapOptions {
    pub(crate) fn check(&self) -> Result<()> {
        in_unit("level", self.level)?;
        at_least("a bootstrap", 100, self.replicates)
    }
}

/// Calls `each` with the mean differences of every replicate.
///
/// Resamples the scores of the units (about 15 numbers) and expands once per replicate, which equals resampling the rows
/// themselves up to 1e-6 standard errors.
pub fn for_each_replicate(panel: &Panel, options: BootstrapOptions, mut each: impl FnMut(&[f64])) {
    let (units, rank) = (panel.units(), panel.factor.rank());
    let mut sums = vec![0.0; rank];
    let mut diff = vec![0.0; panel.ks.len()];
    for replicate in 0..options.replicates {
        let mut stream = Stream::new(options.seed, replicate as u64);
        sums.fill(0.0);
        let mut size = 0.0;
        for _ in 0..units {
            let unit = stream.below(units);
            size += panel.sizes[unit];
            sums.iter_mut().zip(panel.factor.scores(unit)).for_each(|(sum, score)| *sum += score);
        }
        expand(panel, &sums, size, &mut diff);
        each(&diff);
    }
}

/// d̄*(k) = d̄(k) + (M / size) se_k Σ_j loadings_jk sums_j.
fn expand(panel: &Panel, sums: &[f64], size: f64, diff: &mut [f64]) {
    diff.fill(0.0);
    for (j, sum) in sums.iter().enumerate() {
        diff.iter_mut().zip(panel.factor.loadings(j)).for_each(|(d, loading)| *d += loading * sum);
    }
    let scale = panel.problems as f64 / size;
    for (k, d) in diff.iter_mut().enumerate() {
        *d = panel.diff[k] + scale * panel.se[k] * *d;
    }
}

/// The smallest of the *sorted* values with at least a share `p` at or below it (inverse of the empirical cdf).
pub(crate) fn inverse_cdf(sorted: &[f64], p: f64) -> f64 {
    let rank = (p * sorted.len() as f64 - 1e-9).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

/// Percentile intervals (lo, hi) of the mean difference at every k.
///
/// For comparison with published tables only: they under-cover at large k on small benchmarks (docs/statistics.md).
///
/// # Errors
/// A level outside (0, 1), or fewer than 100 replicates.
pub fn percentile_intervals(panel: &Panel, options: BootstrapOptions) -> Result<Vec<(f64, f64)>> {
    options.check()?;
    let mut columns = vec![Vec::with_capacity(options.replicates); panel.ks.len()];
    for_each_replicate(panel, options, |diff| columns.iter_mut().zip(diff).for_each(|(column, d)| column.push(*d)));
    let tail = 0.5 * (1.0 - options.level);
    let ends = |mut column: Vec<f64>| {
        column.sort_by(f64::total_cmp);
        (inverse_cdf(&column, tail), inverse_cdf(&column, 1.0 - tail))
    };
    Ok(columns.into_iter().map(ends).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{Matrix, mean};

    /// Resamples the rows themselves with the same draws.
    fn directly(rows: &[Vec<f64>], clusters: &[Vec<usize>], seed: u64, replicate: u64) -> Vec<f64> {
        let mut stream = Stream::new(seed, replicate);
        let drawn: Vec<usize> = (0..clusters.len()).flat_map(|_| clusters[stream.below(clusters.len())].clone()).collect();
        (0..rows[0].len()).map(|k| mean(&drawn.iter().map(|&i| rows[i][k]).collect::<Vec<f64>>())).collect()
    }

    fn rows() -> Vec<Vec<f64>> {
        let mut stream = Stream::new(5, 0);
        (0..30)
            .map(|_| {
                let a = stream.normal();
                vec![0.1 * a, 0.2 * a + 0.05 * stream.normal(), 0.3]
            })
            .collect()
    }

    #[test]
    fn factored_replicates_equal_resampled_rows() {
        let rows = rows();
        let matrix = Matrix::from_rows(&rows).unwrap();
        let options = BootstrapOptions { replicates: 20, seed: 9, level: 0.95 };
        let singles: Vec<Vec<usize>> = (0..30).map(|i| vec![i]).collect();
        let mut replicate = 0;
        for_each_replicate(&Panel::new(&matrix, &[1, 2, 3]).unwrap(), options, |diff| {
            let expected = directly(&rows, &singles, 9, replicate);
            assert!(diff.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-9), "{diff:?} {expected:?}");
            replicate += 1;
        });
        assert_eq!(replicate, 20);
    }

    #[test]
    fn clusters_are_resampled_whole() {
        let rows = rows();
        let clusters: Vec<usize> = (0..30).map(|i| if i < 10 { 0 } else { i }).collect();
        let mut groups: Vec<Vec<usize>> = vec![(0..10).collect()];
        groups.extend((10..30).map(|i| vec![i]));
        let panel = Panel::clustered(&Matrix::from_rows(&rows).unwrap(), &[1, 2, 3], &clusters).unwrap();
        let mut replicate = 0;
        for_each_replicate(&panel, BootstrapOptions { replicates: 20, seed: 4, level: 0.95 }, |diff| {
            let expected = directly(&rows, &groups, 4, replicate);
            assert!(diff.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-9));
            replicate += 1;
        });
    }

    #[test]
    fn inverse_cdf_takes_the_smallest_that_suffices() {
        let sorted = [1.0, 2.0, 3.0, f64::INFINITY];
        assert_eq!(inverse_cdf(&sorted, 0.25), 1.0);
        assert_eq!(inverse_cdf(&sorted, 0.26), 2.0);
        assert_eq!(inverse_cdf(&sorted, 1.0), f64::INFINITY);
        assert_eq!(inverse_cdf(&sorted, 0.0), 1.0);
    }
}
