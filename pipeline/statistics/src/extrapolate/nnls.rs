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
    settle(a, b, &mut passive, &mut x);
    let scale = b.iter().map(|v| v * v).sum::<f64>().sqrt();
    for _ in 0..4 * a.len() {
        let Some(j) = steepest(a, b, &passive, &x, 1e-13 * scale) else {
            break;
        };
        passive.push(j);
        settle(a, b, &mut passive, &mut x);
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
fn settle(a: &Columns, b: &[f64], passive: &mut Vec<usize>, x: &mut [f64]) {
    while !passive.is_empty() {
        let target = least_squares(a, b, passive);
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

/// Least squares on the chosen columns by modified Gram-Schmidt on [A b]; dependent columns get the coefficient 0.
fn least_squares(a: &Columns, b: &[f64], chosen: &[usize]) -> Vec<f64> {
    let m = chosen.len();
    let mut q: Vec<Vec<f64>> = chosen.iter().map(|&j| a.column(j).to_vec()).collect();
    let mut r = vec![0.0; m * m];
    let mut rhs = b.to_vec();
    let mut z = vec![0.0; m];
    for i in 0..m {
        let original = dot(a.column(chosen[i]), a.column(chosen[i])).sqrt();
        let norm = dot(&q[i], &q[i]).sqrt();
        if norm <= 1e-12 * original {
            continue;
        }
        q[i].iter_mut().for_each(|v| *v /= norm);
        r[i * m + i] = norm;
        let (head, tail) = q.split_at_mut(i + 1);
        for (offset, column) in tail.iter_mut().enumerate() {
            let projection = dot(&head[i], column);
            r[i * m + i + 1 + offset] = projection;
            axpy(-projection, &head[i], column);
        }
        z[i] = dot(&head[i], &rhs);
        axpy(-z[i], &head[i], &mut rhs);
    }
    back_substitute(&r, &z)
}

fn back_substitute(r: &[f64], z: &[f64]) -> Vec<f64> {
    let m = z.len();
    let mut x = vec![0.0; m];
    for i in (0..m).rev().filter(|i| r[i * m + i] != 0.0) {
        let known: f64 = (i + 1..m).map(|j| r[i * m + j] * x[j]).sum();
        x[i] = (z[i] - known) / r[i * m + i];
    }
    x
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
    fn a_negative_coefficient_is_held_at_zero() {
        // Unconstrained: intercept 3, slope -1; with slope >= 0 the best intercept is the mean.
        let x = solve(&columns(&[[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), &[3.0, 2.0, 1.0], vec![1.0, 1.0]);
        assert!((x[0] - 2.0).abs() < 1e-12 && x[1] == 0.0);
    }
}
