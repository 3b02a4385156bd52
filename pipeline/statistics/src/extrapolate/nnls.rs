//! Nonnegative least squares by active sets (Lawson and Hanson 1974), warm-started, for tall matrices of few columns.

/// Columns of a dense matrix, all of one height.
pub(super) struct Columns {
    pub(super) height: usize,
    pub(super) data: Vec<f64>,
}

impl Columns {
    fn len(&self) -> usize {
        self.data.len() / self.height
    }

    fn column(&self, j: usize) -> &[f64] {
        &self.data[j * self.height..(j + 1) * self.height]
    }
}

/// Minimises |A x - b|^2 over x >= 0, starting from the feasible `x` (its positive entries are the first passive set).
pub(super) fn solve(a: &Columns, b: &[f64], mut x: Vec<f64>) -> Vec<f64> {
    let mut passive: Vec<usize> = (0..a.len()).filter(|&j| x[j] > 0.0).collect();
    let mut fit = LeastSquares::new(a, b);
    settle(&mut fit, &mut passive, &mut x);
    let scale = b.iter().map(|v| v * v).sum::<f64>().sqrt();
    for _ in 0..4 * a.len() {
        let Some(j) = steepest(a, b, &passive, &x, 1e-13 * scale) else {
            break;
        };
        passive.push(j);
        settle(&mut fit, &mut passive, &mut x);
        if !passive.contains(&j) {
            break; // numerically dependent on the passive columns: nothing more to gain
        }
    }
    x
}

/// The column outside the passive set along which the residual falls fastest.
fn steepest(a: &Columns, b: &[f64], passive: &[usize], x: &[f64], tolerance: f64) -> Option<usize> {
    let mut residual = b.to_vec();
    for &j in passive {
        axpy(-x[j], a.column(j), &mut residual);
    }
    let slope = |j: usize| dot(a.column(j), &residual) / dot(a.column(j), a.column(j)).sqrt();
    let outside = (0..a.len()).filter(|j| !passive.contains(j)).map(|j| (j, slope(j)));
    outside.filter(|&(_, s)| s > tolerance).max_by(|p, q| p.1.total_cmp(&q.1)).map(|(j, _)| j)
}

/// Moves x to the least-squares solution on the passive set, dropping columns that would turn negative on the way.
fn settle(fit: &mut LeastSquares, passive: &mut Vec<usize>, x: &mut [f64]) {
    while !passive.is_empty() {
        let target = fit.on(passive);
        let blocked = passive.iter().zip(&target).filter(|&(_, t)| *t <= 0.0);
        let step = blocked.map(|(&j, t)| if x[j] > *t { x[j] / (x[j] - t) } else { 0.0 }).fold(1.0f64, f64::min);
        for (&j, t) in passive.iter().zip(&target) {
            x[j] += step * (t - x[j]);
        }
        if target.iter().all(|t| *t > 0.0) {
            return;
        }
        for (&j, t) in passive.iter().zip(&target) {
            if *t <= 0.0 && x[j] <= 1e-15 {
                x[j] = 0.0;
            }
        }
        passive.retain(|&j| x[j] > 0.0);
    }
}

/// Least squares on chosen columns by modified Gram-Schmidt on [A b]. What was made for the same leading columns is kept from one choice to the
/// next: a column that enters costs one pass over the others, not all of them anew.
struct LeastSquares<'a> {
    a: &'a Columns,
    b: &'a [f64],
    made: Vec<Made>,
}

/// One orthogonalised column.
struct Made {
    /// Which of A.
    column: usize,
    /// Unit vector; None for a column that depends on those before it: its coefficient is 0.
    unit: Option<Vec<f64>>,
    /// Column of R above the diagonal, then its diagonal (0 for a dependent column).
    r: Vec<f64>,
    /// Coefficient of b along `unit`, and what is left of b after it.
    z: f64,
    rest: Vec<f64>,
}

impl<'a> LeastSquares<'a> {
    fn new(a: &'a Columns, b: &'a [f64]) -> LeastSquares<'a> {
        LeastSquares { a, b, made: Vec::new() }
    }

    /// Coefficients of the chosen columns.
    fn on(&mut self, chosen: &[usize]) -> Vec<f64> {
        let kept = self.made.iter().zip(chosen).take_while(|(made, column)| made.column == **column).count();
        self.made.truncate(kept);
        for &column in &chosen[kept..] {
            self.append(column);
        }
        self.back_substitute()
    }

    fn append(&mut self, column: usize) {
        let mut rest = self.made.last().map_or(self.b, |made| &made.rest).to_vec();
        let mut q = self.a.column(column).to_vec();
        let original = dot(&q, &q).sqrt();
        let mut r = Vec::with_capacity(self.made.len() + 1);
        for unit in self.made.iter().map(|made| &made.unit) {
            let projection = unit.as_ref().map_or(0.0, |unit| dot(unit, &q));
            if let Some(unit) = unit {
                axpy(-projection, unit, &mut q);
            }
            r.push(projection);
        }
        let norm = dot(&q, &q).sqrt();
        let dependent = norm <= 1e-12 * original;
        r.push(if dependent { 0.0 } else { norm });
        let (mut unit, mut z) = (None, 0.0);
        if !dependent {
            q.iter_mut().for_each(|v| *v /= norm);
            z = dot(&q, &rest);
            axpy(-z, &q, &mut rest);
            unit = Some(q);
        }
        self.made.push(Made { column, unit, r, z, rest });
    }

    fn back_substitute(&self) -> Vec<f64> {
        let m = self.made.len();
        let mut x = vec![0.0; m];
        for i in (0..m).rev().filter(|&i| self.made[i].unit.is_some()) {
            let known: f64 = (i + 1..m).map(|j| self.made[j].r[i] * x[j]).sum();
            x[i] = (self.made[i].z - known) / self.made[i].r[i];
        }
        x
    }
}

pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(p, q)| p * q).sum()
}

pub(super) fn axpy(alpha: f64, x: &[f64], y: &mut [f64]) {
    for (v, u) in y.iter_mut().zip(x) {
        *v += alpha * u;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(rows: &[[f64; 2]]) -> Columns {
        let data = (0..2).flat_map(|j| rows.iter().map(move |r| r[j])).collect();
        Columns { height: rows.len(), data }
    }

    #[test]
    fn unconstrained_solution_when_it_is_positive() {
        let x = solve(&columns(&[[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), &[1.0, 2.0, 3.0], vec![0.0; 2]);
        assert!((x[0] - 1.0).abs() < 1e-12 && (x[1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_changed_choice_gives_what_a_fresh_one_gives() {
        let data: Vec<f64> = (0..40).map(|i| f64::from((i * i * 7 + i) % 11) - 3.0).collect();
        let a = Columns { height: 8, data };
        let b: Vec<f64> = (0..8).map(|i| f64::from((i * 5) % 7)).collect();
        let mut fit = LeastSquares::new(&a, &b);
        for chosen in [vec![0, 1, 2], vec![0, 1, 2, 4], vec![0, 2, 4], vec![0, 2, 4, 3], vec![3]] {
            assert_eq!(fit.on(&chosen), LeastSquares::new(&a, &b).on(&chosen), "{chosen:?}");
        }
    }

    #[test]
    fn a_negative_coefficient_is_held_at_zero() {
        // Unconstrained: intercept 3, slope -1; with slope >= 0 the best intercept is the mean.
        let x = solve(&columns(&[[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), &[3.0, 2.0, 1.0], vec![1.0, 1.0]);
        assert!((x[0] - 2.0).abs() < 1e-12 && x[1] == 0.0);
    }
}
