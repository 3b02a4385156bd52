//! One panel: the paired differences of two models on one benchmark at every k, ready for bands and bootstraps.

use crate::error::{Result, at_least, same_length};
use crate::interval::{carriers, plus_half_moments, t_is_safe};
use crate::low_rank::LowRank;
use crate::matrix::{Matrix, mean};
use crate::variance::{se_clustered, se_population};

/// Squared norm (of 1) that the factorisation may leave in a column.
const KEPT: f64 = 1e-12;

/// Mean differences with standard errors, and the standardised differences in factored form.
///
/// The *unit* is what is resampled: the problem, or the cluster of problems.
#[derive(Clone, Debug)]
pub struct Panel {
    pub(crate) ks: Vec<u32>,
    pub(crate) diff: Vec<f64>,
    pub(crate) se: Vec<f64>,
    /// Centre and standard error of the +1/2-adjusted interval, per k.
    pub(crate) adjusted: Vec<(f64, f64)>,
    /// Problems (or clusters) that carry the variance, per k; NaN where all differences are equal.
    pub(crate) carriers: Vec<f64>,
    /// Of Z with Z_gk = Σ_{i∈g} (d_i(k) - d̄(k)) / (M se_k); 0 where se_k = 0.
    pub(crate) factor: LowRank,
    /// Problems in each unit.
    pub(crate) sizes: Vec<f64>,
    pub(crate) problems: usize,
    pub(crate) clustered: bool,
}

impl Panel {
    /// Problems as units. `differences`: rows = problems, columns = `ks` ([`crate::paired::differences`]).
    ///
    /// # Errors
    /// Fewer than two problems, or as many columns as k's.
    pub fn new(differences: &Matrix, ks: &[u32]) -> Result<Panel> {
        let alone: Vec<usize> = (0..differences.rows()).collect();
        Panel::build(differences, ks, &alone, false)
    }

    /// Clusters as units: `clusters[i]` is the cluster of problem i (a contest's year, the variants of one problem).
    ///
    /// # Errors
    /// Different lengths, or fewer than two clusters.
    pub fn clustered(differences: &Matrix, ks: &[u32], clusters: &[usize]) -> Result<Panel> {
        Panel::build(differences, ks, clusters, true)
    }

    fn build(differences: &Matrix, ks: &[u32], clusters: &[usize], clustered: bool) -> Result<Panel> {
        same_length("the columns of differences", differences.cols(), "the list of k", ks.len())?;
        same_length("the problems", differences.rows(), "the clusters", clusters.len())?;
        at_least("a paired panel", 2, differences.rows())?;
        let columns: Vec<Vec<f64>> = (0..ks.len()).map(|j| differences.column(j)).collect();
        let diff: Vec<f64> = columns.iter().map(|c| mean(c)).collect();
        let se: Result<Vec<f64>> =
            columns.iter().map(|c| if clustered { se_clustered(c, clusters) } else { Ok(se_population(c)) }).collect();
        let se = se?.into_iter().map(|se| if se < 1e-14 { 0.0 } else { se }).collect::<Vec<f64>>();
        let (z, sizes) = standardised(differences, &diff, &se, clusters);
        Ok(Panel {
            ks: ks.to_vec(),
            adjusted: columns.iter().map(|c| plus_half_moments(c)).collect(),
            carriers: columns.iter().map(|c| carriers(c)).collect(),
            factor: LowRank::new(&z, KEPT),
            problems: differences.rows(),
            diff,
            se,
            sizes,
            clustered,
        })
    }

    /// The k's of the columns.
    pub fn ks(&self) -> &[u32] {
        &self.ks
    }

    /// Mean difference (model - base) at each k.
    pub fn diff(&self) -> &[f64] {
        &self.diff
    }

    /// Standard error for the population of problems (or clusters) at each k.
    pub fn se(&self) -> &[f64] {
        &self.se
    }

    /// Number of problems.
    pub fn problems(&self) -> usize {
        self.problems
    }

    /// Number of resampled units.
    pub fn units(&self) -> usize {
        self.sizes.len()
    }

    /// Whether normal theory may be used at every k: enough problems, and enough of them carry the difference.
    pub fn t_is_safe(&self) -> bool {
        self.carriers.iter().all(|&carriers| t_is_safe(self.problems, carriers))
    }

    /// Whether the k's are 1, 2, ..., K.
    pub fn is_dense(&self) -> bool {
        self.ks.iter().zip(1..).all(|(&k, j)| k == j)
    }
}

/// Z and the number of problems in each unit; units in order of first appearance.
fn standardised(differences: &Matrix, diff: &[f64], se: &[f64], clusters: &[usize]) -> (Matrix, Vec<f64>) {
    let mut order = std::collections::BTreeMap::new();
    for &cluster in clusters {
        let next = order.len();
        order.entry(cluster).or_insert(next);
    }
    let mut z = Matrix::zeros(order.len(), diff.len());
    let mut sizes = vec![0.0; order.len()];
    let problems = differences.rows() as f64;
    for (i, cluster) in clusters.iter().enumerate() {
        let unit = order[cluster];
        sizes[unit] += 1.0;
        for (k, to) in z.row_mut(unit).iter_mut().enumerate() {
            if se[k] > 0.0 {
                *to += (differences.row(i)[k] - diff[k]) / (problems * se[k]);
            }
        }
    }
    (z, sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_of_one_are_problems() {
        let d = Matrix::from_rows(&[vec![0.1, 0.3], vec![-0.2, 0.0], vec![0.5, 0.1]]).unwrap();
        let plain = Panel::new(&d, &[1, 2]).unwrap();
        let single = Panel::clustered(&d, &[1, 2], &[7, 3, 9]).unwrap();
        assert!(plain.se.iter().zip(&single.se).all(|(a, b)| (a - b).abs() < 1e-15));
        let joined = Panel::clustered(&d, &[1, 2], &[0, 0, 1]).unwrap();
        assert_eq!((joined.units(), joined.problems(), joined.sizes[0]), (2, 3, 2.0));
        assert!(plain.is_dense());
        assert!(Panel::new(&d, &[1]).is_err());
        assert!(Panel::clustered(&d, &[1, 2], &[0, 0, 0]).is_err());
        assert!(Panel::new(&Matrix::zeros(1, 1), &[1]).is_err());
    }
}
