//! Nonparametric maximum likelihood of the law of p: the best of *all* mixing laws on a grid.
//!
//! Constrained Newton (Wang 2007): add the local maxima of the gradient to the support, take the nonnegative
//! least-squares step, halve it until the likelihood climbs. Stops on the duality gap
//! max_p sum_c h_c P(c|p)/f_c - M <= 1e-9 M, never on a number of iterations: an EM stopped early leaves mass near p = 0
//! that dominates every k far beyond n. At the optimum the log-likelihood is within the gap of the best possible one.
//! Above n samples' worth of resolution (small n, expected histograms) the maximiser is not unique; the likelihood is.

use super::nnls::{self, Columns, axpy, dot};
use super::{ExtrapolateError, Grid, Histogram, Mixing};
use crate::counts::Count;

/// The NPMLE: atoms and their weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Npmle {
    /// `(rate, weight)`, rates ascending, weights sum to 1.
    pub atoms: Vec<(f64, f64)>,
    /// Log-likelihood, binomial coefficients included.
    pub log_likelihood: f64,
    /// Gradient gap max_p D(p) - M at the end, in units of log-likelihood.
    pub gap: f64,
    /// Newton steps taken.
    pub iterations: u32,
    /// Whether the gap reached 1e-9 M.
    pub converged: bool,
}

impl Npmle {
    /// Fits on a fresh grid.
    pub fn fit(histogram: &Histogram) -> Result<Npmle, ExtrapolateError> {
        Self::fit_on(histogram, &Grid::new(histogram.n()))
    }

    /// Fits on a grid made for the histogram's n.
    pub fn fit_on(histogram: &Histogram, grid: &Grid) -> Result<Npmle, ExtrapolateError> {
        assert_eq!(histogram.n(), grid.n(), "the grid must be made for the histogram's n");
        histogram.require_both_outcomes()?;
        Ok(Solver::new(histogram, grid).run())
    }

    /// Weight of the atoms with rate < eps.
    pub fn mass_below(&self, eps: f64) -> f64 {
        self.atoms.iter().filter(|(p, _)| *p < eps).map(|(_, w)| w).sum()
    }

    fn posterior(&self, count: Count, f: impl Fn(f64) -> f64) -> f64 {
        let (x, y) = (f64::from(count.c()), f64::from(count.n() - count.c()));
        let ln = |p: f64| xlogy(x, p.ln()) + xlogy(y, (-p).ln_1p());
        let top = self.atoms.iter().map(|&(p, _)| ln(p)).fold(f64::NEG_INFINITY, f64::max);
        let weigh = |&(p, w): &(f64, f64)| (p, w * (ln(p) - top).exp());
        let (mut sum, mut total) = (0.0, 0.0);
        for (p, w) in self.atoms.iter().map(weigh).filter(|&(_, w)| w > 0.0) {
            sum += w * f(p);
            total += w;
        }
        sum / total
    }
}

/// All weight on the rate of the support with the largest gradient.
fn vertex(support: &[usize], gradient: &[f64]) -> Vec<f64> {
    let top = support.iter().map(|&j| gradient[j]).fold(f64::NEG_INFINITY, f64::max);
    let at = support.iter().position(|&j| gradient[j] == top);
    (0..support.len()).map(|i| f64::from(u8::from(Some(i) == at))).collect()
}

/// x * ln_y with 0 * -inf = 0.
fn xlogy(x: f64, ln_y: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x * ln_y }
}

fn moment(p: f64, x: f64, y: f64) -> f64 {
    (xlogy(x, p.ln()) + xlogy(y, (-p).ln_1p())).exp()
}

impl Mixing for Npmle {
    fn name(&self) -> &'static str {
        "npmle"
    }

    fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    fn prior_moment(&self, x: f64, y: f64) -> f64 {
        self.atoms.iter().map(|&(p, w)| w * moment(p, x, y)).sum()
    }

    fn posterior_moment(&self, count: Count, x: f64, y: f64) -> f64 {
        self.posterior(count, |p| moment(p, x, y))
    }

    fn posterior_below(&self, count: Count, eps: f64) -> f64 {
        self.posterior(count, |p| f64::from(u8::from(p < eps)))
    }
}

const MAX_STEPS: u32 = 400;

struct Solver<'a> {
    grid: &'a Grid,
    cells: Vec<(u32, f64)>,
    total: f64,
    /// Grid positions of the atoms, ascending, and their weights.
    support: Vec<usize>,
    weights: Vec<f64>,
}

impl<'a> Solver<'a> {
    fn new(histogram: &Histogram, grid: &'a Grid) -> Solver<'a> {
        let last = grid.rates().len() - 1;
        let support: Vec<usize> = (0..last).step_by(40).chain([last]).collect();
        let weights = vec![1.0 / support.len() as f64; support.len()];
        Solver { grid, cells: histogram.cells().collect(), total: histogram.problems(), support, weights }
    }

    fn run(mut self) -> Npmle {
        let mut iterations = 0;
        loop {
            let fitted = self.fitted(&self.support, &self.weights);
            let gradient = self.gradient(&fitted);
            let gap = gradient.iter().fold(0.0f64, |m, d| m.max(*d)) - self.total;
            let converged = gap <= 1e-9 * self.total;
            if converged || iterations == MAX_STEPS || !self.step(&fitted, &gradient) {
                return self.finish(&fitted, gap, iterations, converged);
            }
            iterations += 1;
        }
    }

    /// Marginal probability of each observed count.
    fn fitted(&self, support: &[usize], weights: &[f64]) -> Vec<f64> {
        let marginal = |&(c, _): &(u32, f64)| {
            let row = self.grid.row(c);
            support.iter().zip(weights).map(|(&j, w)| w * row[j]).sum()
        };
        self.cells.iter().map(marginal).collect()
    }

    /// D(p_j) = sum_c h_c P(c | p_j) / f_c; at the optimum at most M everywhere.
    fn gradient(&self, fitted: &[f64]) -> Vec<f64> {
        let mut gradient = vec![0.0; self.grid.rates().len()];
        for (&(c, h), f) in self.cells.iter().zip(fitted) {
            axpy(h / f, self.grid.row(c), &mut gradient);
        }
        gradient
    }

    fn log_likelihood(&self, fitted: &[f64]) -> f64 {
        self.cells.iter().zip(fitted).map(|((_, h), f)| h * f.ln()).sum()
    }

    /// One constrained Newton step, or where rounding keeps that from climbing one towards the rate with the largest gradient, which always
    /// climbs short of the maximum (vertex direction, Fedorov 1972); false when neither does.
    fn step(&mut self, fitted: &[f64], gradient: &[f64]) -> bool {
        let (support, start) = self.enlarged(gradient);
        let newton = self.newton_target(&support, &start, fitted);
        let climbed = |target: &[f64]| self.line_search(&support, &start, target, fitted);
        let Some((weights, _)) = climbed(&newton).or_else(|| climbed(&vertex(&support, gradient))) else {
            return false;
        };
        let kept: Vec<usize> = (0..support.len()).filter(|&i| weights[i] > 0.0).collect();
        self.support = kept.iter().map(|&i| support[i]).collect();
        self.weights = kept.iter().map(|&i| weights[i]).collect();
        true
    }

    /// The support with the gradient's local maxima above M added at weight 0.
    fn enlarged(&self, gradient: &[f64]) -> (Vec<usize>, Vec<f64>) {
        let last = gradient.len() - 1;
        let is_peak = |j: usize| {
            gradient[j] > self.total && (j == 0 || gradient[j - 1] <= gradient[j]) && (j == last || gradient[j + 1] < gradient[j])
        };
        let mut pairs: Vec<(usize, f64)> = self.support.iter().copied().zip(self.weights.iter().copied()).collect();
        pairs.extend((0..=last).filter(|&j| is_peak(j) && !self.support.contains(&j)).map(|j| (j, 0.0)));
        pairs.sort_by_key(|&(j, _)| j);
        pairs.into_iter().unzip()
    }

    /// Minimiser over the simplex of the quadratic model sum_c h_c (f'_c / f_c - 2)^2 / 2, as one NNLS problem: with
    /// sum w = 1 the residual is linear in w, and the simplex constraint becomes one more row (Dax 1990).
    fn newton_target(&self, support: &[usize], start: &[f64], fitted: &[f64]) -> Vec<f64> {
        let height = self.cells.len() + 1;
        let mut data = Vec::with_capacity(height * support.len());
        for &j in support {
            let entry = |(&(c, h), f): (&(u32, f64), &f64)| h.sqrt() * (self.grid.row(c)[j] / f - 2.0);
            data.extend(self.cells.iter().zip(fitted).map(entry));
            data.push(self.total.sqrt());
        }
        let mut b = vec![0.0; height];
        b[height - 1] = self.total.sqrt();
        let mut w = nnls::solve(&Columns { height, data }, &b, start.to_vec());
        let sum: f64 = w.iter().sum();
        w.iter_mut().for_each(|v| *v /= sum);
        w
    }

    /// Halves the step from `start` to `target` until the log-likelihood climbs enough.
    fn line_search(&self, support: &[usize], start: &[f64], target: &[f64], fitted: &[f64]) -> Option<(Vec<f64>, f64)> {
        let before = self.log_likelihood(fitted);
        let direction: Vec<f64> = target.iter().zip(start).map(|(t, s)| t - s).collect();
        let change = self.fitted(support, &direction);
        let ratio: Vec<f64> = self.cells.iter().zip(fitted).map(|((_, h), f)| h / f).collect();
        let slope = dot(&ratio, &change);
        let mut scale = 1.0;
        for _ in 0..50 {
            let moved: Vec<f64> = fitted.iter().zip(&change).map(|(f, d)| f + scale * d).collect();
            if moved.iter().all(|f| *f > 0.0) {
                let after = self.log_likelihood(&moved);
                if slope > 0.0 && after >= before + scale * slope / 4.0 - 1e-15 * before.abs() {
                    let mix = |(s, t): (&f64, &f64)| {
                        if scale == 1.0 { *t } else { s + scale * (t - s) }
                    };
                    return Some((start.iter().zip(target).map(mix).collect(), after));
                }
            }
            scale /= 2.0;
        }
        None
    }

    fn finish(self, fitted: &[f64], gap: f64, iterations: u32, converged: bool) -> Npmle {
        let rates = self.grid.rates();
        let atoms = self.support.iter().zip(&self.weights).map(|(&j, &w)| (rates[j], w)).collect();
        Npmle { atoms, log_likelihood: self.log_likelihood(fitted), gap, iterations, converged }
    }
}
