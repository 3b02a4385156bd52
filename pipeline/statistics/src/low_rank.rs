//! Low-rank factorisation of the standardised differences.
//!
//! pass@k at neighbouring k is almost the same number, so 128 (or 1,024) columns carry about 15 dimensions. One pivoted
//! Gram-Schmidt pass serves both uses: the loadings are a pivoted Cholesky factor of the correlation matrix (multiplier
//! band), the scores let a bootstrap resample 15 numbers per problem instead of K.

use crate::matrix::{Matrix, dot};

/// Z ≈ scores · loadings, Z units x K. Columns of the scores are orthonormal.
#[derive(Clone, Debug)]
pub struct LowRank {
    /// units x rank.
    scores: Matrix,
    /// rank x K.
    loadings: Matrix,
    /// After j + 1 directions: the largest squared norm left in any column.
    left: Vec<f64>,
}

impl LowRank {
    /// Factorises until no column keeps a squared norm above `tolerance`.
    pub fn new(z: &Matrix, tolerance: f64) -> LowRank {
        let mut left_norms = column_norms(z);
        let (mut directions, mut loadings, mut left) = (Vec::new(), Vec::new(), Vec::new());
        let most = z.rows().min(z.cols());
        while directions.len() < most {
            let pivot = argmax(&left_norms);
            if left_norms.get(pivot).is_none_or(|norm| *norm <= tolerance) {
                break;
            }
            let Some(direction) = orthogonal_part(z.column(pivot), &directions) else {
                break;
            };
            let row = project(z, &direction);
            left_norms.iter_mut().zip(&row).for_each(|(norm, l)| *norm = (*norm - l * l).max(0.0));
            left_norms[pivot] = 0.0;
            left.push(left_norms.iter().copied().fold(0.0, f64::max));
            directions.push(direction);
            loadings.push(row);
        }
        LowRank { scores: transpose(&directions, z.rows()), loadings: stack(&loadings, z.cols()), left }
    }

    /// Number of directions.
    pub fn rank(&self) -> usize {
        self.loadings.rows()
    }

    /// The fewest directions that leave no more than `tolerance` in any column.
    pub fn rank_for(&self, tolerance: f64) -> usize {
        self.left.iter().position(|left| *left <= tolerance).map_or(self.rank(), |at| at + 1)
    }

    /// Scores of one unit, one per direction.
    pub fn scores(&self, unit: usize) -> &[f64] {
        self.scores.row(unit)
    }

    /// Loadings of one direction, one per column.
    pub fn loadings(&self, direction: usize) -> &[f64] {
        self.loadings.row(direction)
    }
}

fn column_norms(z: &Matrix) -> Vec<f64> {
    let mut norms = vec![0.0; z.cols()];
    for i in 0..z.rows() {
        norms.iter_mut().zip(z.row(i)).for_each(|(norm, x)| *norm += x * x);
    }
    norms
}

fn argmax(values: &[f64]) -> usize {
    (0..values.len()).fold(0, |best, j| if values[j] > values[best] { j } else { best })
}

/// The unit vector along what `column` adds to `directions`; twice through Gram-Schmidt. None when nothing is left.
fn orthogonal_part(mut column: Vec<f64>, directions: &[Vec<f64>]) -> Option<Vec<f64>> {
    for direction in directions.iter().chain(directions) {
        let along = dot(&column, direction);
        column.iter_mut().zip(direction).for_each(|(x, d)| *x -= along * d);
    }
    let norm = dot(&column, &column).sqrt();
    column.iter_mut().for_each(|x| *x /= norm);
    (norm > 1e-9).then_some(column)
}

/// directionᵀ Z.
fn project(z: &Matrix, direction: &[f64]) -> Vec<f64> {
    let mut row = vec![0.0; z.cols()];
    for (i, weight) in direction.iter().enumerate() {
        row.iter_mut().zip(z.row(i)).for_each(|(sum, x)| *sum += weight * x);
    }
    row
}

fn transpose(columns: &[Vec<f64>], rows: usize) -> Matrix {
    let mut out = Matrix::zeros(rows, columns.len());
    for (j, column) in columns.iter().enumerate() {
        for (i, x) in column.iter().enumerate() {
            out.row_mut(i)[j] = *x;
        }
    }
    out
}

fn stack(rows: &[Vec<f64>], cols: usize) -> Matrix {
    let mut out = Matrix::zeros(rows.len(), cols);
    rows.iter().enumerate().for_each(|(i, row)| out.row_mut(i).copy_from_slice(row));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn rebuilds_the_matrix_and_finds_its_rank() {
        let mut stream = Stream::new(3, 0);
        let (rows, cols, rank) = (40, 12, 3);
        let left: Vec<Vec<f64>> = (0..rows).map(|_| (0..rank).map(|_| stream.normal()).collect()).collect();
        let right: Vec<Vec<f64>> = (0..cols).map(|_| (0..rank).map(|_| stream.normal()).collect()).collect();
        let z: Vec<Vec<f64>> = left.iter().map(|l| right.iter().map(|r| dot(l, r)).collect()).collect();
        let z = Matrix::from_rows(&z).unwrap();
        let factor = LowRank::new(&z, 1e-12);
        assert_eq!(factor.rank(), rank);
        for i in 0..rows {
            for k in 0..cols {
                let value: f64 = (0..rank).map(|j| factor.scores(i)[j] * factor.loadings(j)[k]).sum();
                assert!((value - z.row(i)[k]).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn a_zero_matrix_has_rank_zero() {
        assert_eq!(LowRank::new(&Matrix::zeros(5, 3), 1e-12).rank(), 0);
        assert_eq!(LowRank::new(&Matrix::zeros(0, 0), 1e-12).rank(), 0);
    }
}
