//! A dense row-major matrix: one row per problem, one column per k.

use crate::error::{Error, Result};

/// `rows` x `cols` numbers, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

impl Matrix {
    /// All zeros.
    pub fn zeros(rows: usize, cols: usize) -> Matrix {
        Matrix { rows, cols, data: vec![0.0; rows * cols] }
    }

    /// From rows of equal length.
    ///
    /// # Errors
    /// Rows of different lengths.
    pub fn from_rows(rows: &[Vec<f64>]) -> Result<Matrix> {
        let cols = rows.first().map_or(0, Vec::len);
        if let Some(row) = rows.iter().find(|row| row.len() != cols) {
            return Err(Error::Length { left_name: "the first row", left: cols, right_name: "another row", right: row.len() });
        }
        Ok(Matrix { rows: rows.len(), cols, data: rows.concat() })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Row i.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.data[i * self.cols..(i + 1) * self.cols]
    }

    /// Row i, to be written.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.data[i * self.cols..(i + 1) * self.cols]
    }

    /// A copy of column j.
    pub fn column(&self, j: usize) -> Vec<f64> {
        (0..self.rows).map(|i| self.data[i * self.cols + j]).collect()
    }

    /// The rows at `positions`, in that order.
    pub fn select(&self, positions: &[usize]) -> Matrix {
        let mut out = Matrix::zeros(positions.len(), self.cols);
        for (to, &from) in positions.iter().enumerate() {
            out.row_mut(to).copy_from_slice(self.row(from));
        }
        out
    }

    /// The columns of `self`, then those of `other`; both describe the same problems.
    ///
    /// # Errors
    /// Different numbers of rows.
    pub fn beside(&self, other: &Matrix) -> Result<Matrix> {
        crate::error::same_length("the left panel", self.rows, "the right panel", other.rows)?;
        let mut out = Matrix::zeros(self.rows, self.cols + other.cols);
        for i in 0..self.rows {
            out.row_mut(i)[..self.cols].copy_from_slice(self.row(i));
            out.row_mut(i)[self.cols..].copy_from_slice(other.row(i));
        }
        Ok(out)
    }

    /// `self - other`, entry by entry; equal shapes.
    pub(crate) fn minus(&self, other: &Matrix) -> Matrix {
        let data = self.data.iter().zip(&other.data).map(|(a, b)| a - b).collect();
        Matrix { rows: self.rows, cols: self.cols, data }
    }
}

/// Sum with Neumaier's compensation: the rounding error does not grow with the number of terms.
pub fn compensated_sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0f64, 0.0f64);
    for value in values {
        let total = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - total) + value } else { (value - total) + sum };
        sum = total;
    }
    sum + lost
}

/// Σ a_i b_i.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Arithmetic mean; NaN for no values.
pub fn mean(values: &[f64]) -> f64 {
    compensated_sum(values.iter().copied()) / values.len() as f64
}

/// Sample variance with divisor M - 1; NaN for fewer than two values.
pub fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    compensated_sum(values.iter().map(|x| (x - centre) * (x - centre))) / (values.len() as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_keep_what_plain_addition_loses() {
        assert_eq!(compensated_sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(mean(&[1.0, 2.0, 6.0]), 3.0);
        assert_eq!(variance(&[1.0, 2.0, 6.0]), 7.0);
    }

    #[test]
    fn shapes() {
        let m = Matrix::from_rows(&[vec![1.0, 2.0], vec![3.0, 4.0]]).unwrap();
        assert_eq!(m.column(1), vec![2.0, 4.0]);
        assert_eq!(m.select(&[1, 1]).row(0), &[3.0, 4.0]);
        assert_eq!(m.beside(&m).unwrap().row(1), &[3.0, 4.0, 3.0, 4.0]);
        assert!(Matrix::from_rows(&[vec![1.0], vec![]]).is_err());
    }
}
