//! A dual simplex for linear programs over mixing laws: many columns (rates), few rows tight at the optimum.
//!
//! min cost.w over w >= 0, sum w = 1, low <= rows w <= high. It starts from one rate of cost 0, which is dual feasible
//! when no cost is negative, and works on a kernel of the tight rows only. It may stop at any time: the objective of a
//! dual-feasible basis bounds the minimum from below, so a bound made of it is valid, only wider.

use super::nnls::{axpy, dot};

/// Ranged rows: `low[r] <= sum_j rows[r * width + j] w_j <= high[r]`.
pub(super) struct Ranges {
    pub(super) width: usize,
    pub(super) rows: Vec<f64>,
    pub(super) low: Vec<f64>,
    pub(super) high: Vec<f64>,
}

impl Ranges {
    fn row(&self, r: usize) -> &[f64] {
        &self.rows[r * self.width..(r + 1) * self.width]
    }
}

const TOLERANCE: f64 = 1e-9;
const MAX_PIVOTS: usize = 4000;

/// A row held at one end of its range.
#[derive(Clone, Copy)]
struct Tight {
    row: usize,
    at_high: bool,
}

/// What is infeasible and leaves the basis.
enum Leaving {
    /// Row `row` is violated and becomes tight.
    Row(Tight),
    /// Column at this position of `columns` has negative weight.
    Column(usize),
}

/// What enters, with the change of sign or reduced cost that stops the dual step.
enum Entering {
    Column(usize),
    Slack(usize),
}

/// The basis is `columns` plus the slacks of all rows that are not tight; columns.len() = tight.len() + 1.
pub(super) struct Simplex<'a> {
    band: &'a Ranges,
    cost: Vec<f64>,
    columns: Vec<usize>,
    tight: Vec<Tight>,
}

impl<'a> Simplex<'a> {
    /// `start` must be a column of cost 0, and no cost negative: then the start is dual feasible.
    pub(super) fn new(band: &'a Ranges, cost: Vec<f64>, start: usize) -> Simplex<'a> {
        Simplex { band, cost, columns: vec![start], tight: Vec::new() }
    }

    /// The minimum, or a lower bound of it after too many pivots; None when no w satisfies the rows.
    pub(super) fn minimise(mut self) -> Option<f64> {
        let mut bound = 0.0f64;
        for _ in 0..MAX_PIVOTS {
            let Some(kernel) = Kernel::new(self.matrix()) else { break };
            let weights = kernel.solve(&self.right_side());
            let costs: Vec<f64> = self.columns.iter().map(|&j| self.cost[j]).collect();
            let prices = kernel.solve_transposed(&costs);
            bound = bound.max(dot(&costs, &weights));
            let Some(leaving) = self.leaving(&weights) else { return Some(bound) };
            let direction = kernel.solve_transposed(&self.leaving_row(&leaving));
            let entering = self.entering(&leaving, &prices, &direction)?;
            self.pivot(leaving, entering);
        }
        Some(bound)
    }

    /// Kernel rows: all ones, then the tight rows; one column per basic rate.
    fn matrix(&self) -> Vec<Vec<f64>> {
        let rows = self.tight.iter().map(|t| self.columns.iter().map(|&j| self.band.row(t.row)[j]).collect());
        std::iter::once(vec![1.0; self.columns.len()]).chain(rows).collect()
    }

    fn right_side(&self) -> Vec<f64> {
        let side = |t: &Tight| {
            if t.at_high { self.band.high[t.row] } else { self.band.low[t.row] }
        };
        std::iter::once(1.0).chain(self.tight.iter().map(side)).collect()
    }

    /// The largest infeasibility of the primal point.
    fn leaving(&self, weights: &[f64]) -> Option<Leaving> {
        let mut worst = TOLERANCE;
        let mut leaving = None;
        for (i, w) in weights.iter().enumerate().filter(|(_, w)| -**w > 1e-12) {
            if -w > worst {
                (worst, leaving) = (-w, Some(Leaving::Column(i)));
            }
        }
        for row in 0..self.band.low.len() {
            let value: f64 = self.columns.iter().zip(weights).map(|(&j, w)| w * self.band.row(row)[j]).sum();
            let (under, over) = (self.band.low[row] - value, value - self.band.high[row]);
            if under.max(over) > worst && !self.tight.iter().any(|t| t.row == row) {
                (worst, leaving) = (under.max(over), Some(Leaving::Row(Tight { row, at_high: over > under })));
            }
        }
        leaving
    }

    /// Right-hand side of the price direction dy: B' dy = this, so that basic reduced costs stay 0 (but for a leaving column).
    fn leaving_row(&self, leaving: &Leaving) -> Vec<f64> {
        match leaving {
            Leaving::Row(t) => self.columns.iter().map(|&j| -sign(t) * self.band.row(t.row)[j]).collect(),
            Leaving::Column(i) => (0..self.columns.len()).map(|j| if j == *i { -1.0 } else { 0.0 }).collect(),
        }
    }

    /// Bounded ratio test over all columns and the slacks of tight rows; near ties go to the largest pivot.
    fn entering(&self, leaving: &Leaving, prices: &[f64], direction: &[f64]) -> Option<Entering> {
        let mut candidates: Vec<(f64, f64, Entering)> = Vec::new();
        let reduced = self.combine(prices, None);
        let added = if let Leaving::Row(t) = leaving { Some(t) } else { None };
        let rate = self.combine(direction, added);
        for j in (0..self.cost.len()).filter(|&j| rate[j] > 1e-11) {
            let slack = (self.cost[j] - reduced[j]).max(0.0);
            if !self.columns.contains(&j) {
                candidates.push((slack / rate[j], rate[j], Entering::Column(j)));
            }
        }
        for (i, t) in self.tight.iter().enumerate() {
            let (price, speed) = (sign(t) * prices[i + 1], -sign(t) * direction[i + 1]);
            if speed > 1e-11 {
                candidates.push((price.max(0.0) / speed, speed, Entering::Slack(i)));
            }
        }
        let limit = candidates.iter().map(|(step, rate, _)| step + 1e-12 / rate).fold(f64::INFINITY, f64::min);
        let near = candidates.into_iter().filter(|(step, _, _)| *step <= limit);
        near.max_by(|p, q| p.1.total_cmp(&q.1)).map(|(_, _, entering)| entering)
    }

    /// Price-weighted sum of the kernel rows over all rates, plus the row that is becoming tight.
    fn combine(&self, prices: &[f64], added: Option<&Tight>) -> Vec<f64> {
        let mut sum = vec![prices[0]; self.cost.len()];
        for (t, price) in self.tight.iter().zip(&prices[1..]) {
            axpy(*price, self.band.row(t.row), &mut sum);
        }
        if let Some(t) = added {
            axpy(sign(t), self.band.row(t.row), &mut sum);
        }
        sum
    }

    fn pivot(&mut self, leaving: Leaving, entering: Entering) {
        match (leaving, entering) {
            (Leaving::Row(t), Entering::Column(j)) => {
                self.tight.push(t);
                self.columns.push(j);
            }
            (Leaving::Row(t), Entering::Slack(i)) => self.tight[i] = t,
            (Leaving::Column(i), Entering::Column(j)) => self.columns[i] = j,
            (Leaving::Column(i), Entering::Slack(s)) => {
                self.columns.remove(i);
                self.tight.remove(s);
            }
        }
    }
}

/// Sign of the price of a tight row: >= 0 at the low end, <= 0 at the high end.
fn sign(t: &Tight) -> f64 {
    if t.at_high { -1.0 } else { 1.0 }
}

/// LU factors of the small basis kernel, with partial pivoting.
struct Kernel {
    lu: Vec<Vec<f64>>,
    order: Vec<usize>,
}

impl Kernel {
    /// None when the matrix is numerically singular.
    fn new(mut lu: Vec<Vec<f64>>) -> Option<Kernel> {
        let m = lu.len();
        let mut order: Vec<usize> = (0..m).collect();
        for i in 0..m {
            let pivot = (i..m).max_by(|&p, &q| lu[p][i].abs().total_cmp(&lu[q][i].abs()))?;
            lu.swap(i, pivot);
            order.swap(i, pivot);
            if lu[i][i].abs() < 1e-14 {
                return None;
            }
            for r in i + 1..m {
                let factor = lu[r][i] / lu[i][i];
                lu[r][i] = factor;
                for c in i + 1..m {
                    lu[r][c] -= factor * lu[i][c];
                }
            }
        }
        Some(Kernel { lu, order })
    }

    /// B x = b.
    fn solve(&self, b: &[f64]) -> Vec<f64> {
        let m = b.len();
        let mut x: Vec<f64> = self.order.iter().map(|&i| b[i]).collect();
        for i in 0..m {
            x[i] -= (0..i).map(|j| self.lu[i][j] * x[j]).sum::<f64>();
        }
        for i in (0..m).rev() {
            x[i] -= (i + 1..m).map(|j| self.lu[i][j] * x[j]).sum::<f64>();
            x[i] /= self.lu[i][i];
        }
        x
    }

    /// B' y = c.
    fn solve_transposed(&self, c: &[f64]) -> Vec<f64> {
        let m = c.len();
        let mut z = c.to_vec();
        for i in 0..m {
            z[i] -= (0..i).map(|j| self.lu[j][i] * z[j]).sum::<f64>();
            z[i] /= self.lu[i][i];
        }
        for i in (0..m).rev() {
            z[i] -= (i + 1..m).map(|j| self.lu[j][i] * z[j]).sum::<f64>();
        }
        let mut y = vec![0.0; m];
        for (i, &row) in self.order.iter().enumerate() {
            y[row] = z[i];
        }
        y
    }
}
