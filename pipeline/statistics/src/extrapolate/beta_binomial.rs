//! Beta-binomial counts: p ~ Beta(a, b) over problems.
//!
//! P(c) = C(n,c) B(a+c, b+n-c) / B(a,b), written as rising factorials, so that likelihood, gradient and Hessian are sums
//! of 1/(a+j): no special function and no cancellation. E(1-p)^K ~ K^-a for large K: a density like p^(a-1) near 0 makes
//! the aggregate a power law although every problem decays exponentially (arXiv 2502.17578).

use super::{ExtrapolateError, Histogram, Mixing};
use crate::counts::Count;
use crate::special::{beta_inc, ln_beta};

/// A fitted Beta(a, b) law of p.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaBinomial {
    /// Exponent at p = 0.
    pub a: f64,
    /// Exponent at p = 1.
    pub b: f64,
    /// Log-likelihood, binomial coefficients included.
    pub log_likelihood: f64,
    /// Whether the gradient vanished inside the box e^-14 <= a, b <= e^14. False for counts without over-dispersion or
    /// with only 0 and n: the best Beta law is then a limit, and the fit a point close to it.
    pub converged: bool,
}

impl BetaBinomial {
    /// Maximum likelihood by damped Newton in (ln a, ln b) from three starts.
    pub fn fit(histogram: &Histogram) -> Result<BetaBinomial, ExtrapolateError> {
        histogram.require_both_outcomes()?;
        Ok(Self::maximise(&Tails::new(histogram, 0), histogram.ln_choose()))
    }

    pub(super) fn maximise(tails: &Tails, constant: f64) -> BetaBinomial {
        let starts = [[-1.2, -1.5], [0.0, 0.0], [1.0, 1.0]];
        let fits = starts.map(|start| newton(tails, start));
        let best = fits.into_iter().reduce(|x, y| if y.value > x.value { y } else { x }).expect("three starts");
        let [a, b] = best.theta.map(f64::exp);
        BetaBinomial { a, b, log_likelihood: best.value + constant, converged: best.converged }
    }

    /// Parameters of the posterior Beta law.
    fn updated(&self, count: Count) -> (f64, f64) {
        (self.a + f64::from(count.c()), self.b + f64::from(count.n() - count.c()))
    }
}

impl Mixing for BetaBinomial {
    fn name(&self) -> &'static str {
        "bb"
    }

    fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    fn prior_moment(&self, x: f64, y: f64) -> f64 {
        (ln_beta(self.a + x, self.b + y) - ln_beta(self.a, self.b)).exp()
    }

    fn posterior_moment(&self, count: Count, x: f64, y: f64) -> f64 {
        let (a, b) = self.updated(count);
        (ln_beta(a + x, b + y) - ln_beta(a, b)).exp()
    }

    fn posterior_below(&self, count: Count, eps: f64) -> f64 {
        let (a, b) = self.updated(count);
        beta_inc(a, b, eps)
    }
}

/// Sufficient statistics: for each j < n the weight of problems with c > j, with n-c > j, and of all of them. With
/// `from` = 1 the count 0 is left out and the likelihood is conditioned on c > 0.
pub(super) struct Tails {
    correct_above: Vec<f64>,
    wrong_above: Vec<f64>,
    total: f64,
    truncated: bool,
}

impl Tails {
    pub(super) fn new(histogram: &Histogram, from: u32) -> Tails {
        let n = histogram.n();
        let cells = || histogram.cells().filter(move |&(c, _)| c >= from);
        let above = |keep: &dyn Fn(u32, u32) -> bool| -> Vec<f64> {
            (0..n).map(|j| cells().filter(|&(c, _)| keep(c, j)).map(|(_, w)| w).sum()).collect()
        };
        Tails {
            correct_above: above(&|c, j| c > j),
            wrong_above: above(&|c, j| n - c > j),
            total: cells().map(|(_, w)| w).sum(),
            truncated: from > 0,
        }
    }

    /// Value, gradient and Hessian (aa, ab, bb) in (ln a, ln b), without the binomial coefficients.
    fn evaluate(&self, theta: [f64; 2]) -> Point2 {
        let [a, b] = theta.map(f64::exp);
        let mut f = Point2::default();
        let mut zero = Point2::default(); // ln P(c = 0)
        for j in 0..self.correct_above.len() {
            let j_f = j as f64;
            f.add_log(self.correct_above[j], a + j_f, [1.0, 0.0]);
            f.add_log(self.wrong_above[j], b + j_f, [0.0, 1.0]);
            f.add_log(-self.total, a + b + j_f, [1.0, 1.0]);
            zero.add_log(1.0, b + j_f, [0.0, 1.0]);
            zero.add_log(-1.0, a + b + j_f, [1.0, 1.0]);
        }
        if self.truncated {
            f.subtract_log_of_rest(&zero, self.total);
        }
        f.in_logs(a, b)
    }
}

/// A function of two parameters with its first and second derivatives.
#[derive(Clone, Copy, Default)]
struct Point2 {
    value: f64,
    gradient: [f64; 2],
    hessian: [f64; 3],
}

impl Point2 {
    /// Adds `weight * ln(x)` where dx = `direction` . (da, db) and direction is 0/1.
    fn add_log(&mut self, weight: f64, x: f64, direction: [f64; 2]) {
        if weight == 0.0 {
            return;
        }
        self.value += weight * x.ln();
        let (first, second) = (weight / x, -weight / (x * x));
        for i in 0..2 {
            self.gradient[i] += direction[i] * first;
        }
        self.hessian[0] += direction[0] * second;
        self.hessian[1] += direction[0] * direction[1] * second;
        self.hessian[2] += direction[1] * second;
    }

    /// Subtracts `weight * ln(1 - exp(zero))`: conditions on c > 0.
    fn subtract_log_of_rest(&mut self, zero: &Point2, weight: f64) {
        let rest = -zero.value.exp_m1();
        let odds = (1.0 - rest) / rest;
        self.value -= weight * rest.ln();
        for i in 0..2 {
            self.gradient[i] += weight * odds * zero.gradient[i];
        }
        let outer = [zero.gradient[0].powi(2), zero.gradient[0] * zero.gradient[1], zero.gradient[1].powi(2)];
        for i in 0..3 {
            self.hessian[i] += weight * odds * (zero.hessian[i] + (1.0 + odds) * outer[i]);
        }
    }

    /// Chain rule from (a, b) to (ln a, ln b).
    fn in_logs(self, a: f64, b: f64) -> Point2 {
        let g = [self.gradient[0] * a, self.gradient[1] * b];
        let h = [self.hessian[0] * a * a + g[0], self.hessian[1] * a * b, self.hessian[2] * b * b + g[1]];
        Point2 { value: self.value, gradient: g, hessian: h }
    }

    /// Ascent direction -(H - shift)^-1 g with the smallest shift that makes H - shift negative definite.
    fn newton_step(&self) -> [f64; 2] {
        let [aa, ab, bb] = self.hessian;
        let (mean, spread) = ((aa + bb) / 2.0, ((aa - bb) / 2.0).hypot(ab));
        let floor = 1e-3 * (mean.abs() + spread) + 1e-12;
        let shift = (mean + spread + floor).max(0.0);
        let (aa, bb) = (aa - shift, bb - shift);
        let determinant = aa * bb - ab * ab;
        let [ga, gb] = self.gradient;
        [(ab * gb - bb * ga) / determinant, (ab * ga - aa * gb) / determinant]
    }
}

struct Maximum {
    theta: [f64; 2],
    value: f64,
    converged: bool,
}

const BOX: f64 = 14.0;

fn newton(tails: &Tails, start: [f64; 2]) -> Maximum {
    let mut theta = start;
    let mut here = tails.evaluate(theta);
    for _ in 0..200 {
        if here.gradient.iter().all(|g| g.abs() <= 1e-10 * tails.total) {
            return Maximum { theta, value: here.value, converged: true };
        }
        let Some((next, there)) = climb(tails, theta, &here) else {
            break;
        };
        (theta, here) = (next, there);
    }
    // A step that no longer climbs: rounding at the maximum, or the edge of the box.
    let converged = here.gradient.iter().all(|g| g.abs() <= 1e-6 * tails.total);
    let inside = theta.iter().all(|t| t.abs() < BOX);
    Maximum { theta, value: here.value, converged: converged && inside }
}

fn climb(tails: &Tails, theta: [f64; 2], here: &Point2) -> Option<([f64; 2], Point2)> {
    let step = here.newton_step();
    let length = step[0].abs().max(step[1].abs());
    let mut scale = (2.0 / length).min(1.0);
    for _ in 0..40 {
        let next = [0, 1].map(|i| (theta[i] + scale * step[i]).clamp(-BOX, BOX));
        let there = tails.evaluate(next);
        if there.value > here.value {
            return Some((next, there));
        }
        scale /= 2.0;
    }
    None
}
