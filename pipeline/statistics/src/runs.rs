//! Several training runs per method: the run is a unit, and a claim about an *algorithm* (estimand T) needs it.

use crate::error::{Result, at_least, in_unit};
use crate::interval::Interval;
use crate::matrix::{Matrix, mean, variance};
use crate::special::t_quantile;

/// Crossed random effects: y_rj = μ + run_r + problem_j + rest_rj.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunEffect {
    /// Mean over runs and problems.
    pub mean: f64,
    /// Runs R, at least 2.
    pub runs: usize,
    /// Problems M, at least 2.
    pub problems: usize,
    /// Variance between runs.
    pub var_run: f64,
    /// Variance between problems.
    pub var_problem: f64,
    /// Interaction plus sampling noise.
    pub var_rest: f64,
}

/// Fits `y`: rows = training runs, columns = problems, entries e.g. d_j(k) of run r. Unbiased variances, cut at 0.
///
/// # Errors
/// Fewer than two runs (one checkpoint allows no interval for the method) or two problems.
pub fn run_effect(y: &Matrix) -> Result<RunEffect> {
    at_least("an interval for the training method", 2, y.rows())?;
    at_least("a run effect", 2, y.cols())?;
    let (runs, problems) = (y.rows() as f64, y.cols() as f64);
    let by_run: Vec<f64> = (0..y.rows()).map(|r| mean(y.row(r))).collect();
    let by_problem: Vec<f64> = (0..y.cols()).map(|j| mean(&y.column(j))).collect();
    let grand = mean(&by_run);
    let rest = |r: usize, j: usize| (y.row(r)[j] - by_run[r] - by_problem[j] + grand).powi(2);
    let residual: f64 = (0..y.rows()).flat_map(|r| (0..y.cols()).map(move |j| rest(r, j))).sum();
    let var_rest = residual / ((runs - 1.0) * (problems - 1.0));
    Ok(RunEffect {
        mean: grand,
        runs: y.rows(),
        problems: y.cols(),
        var_run: (variance(&by_run) - var_rest / problems).max(0.0),
        var_problem: (variance(&by_problem) - var_rest / runs).max(0.0),
        var_rest,
    })
}

impl RunEffect {
    /// What the runs, and what the problems bring to the variance of the mean: σ_R²/R + σ_RP²/(RM) and σ_P²/M.
    fn parts(&self) -> (f64, f64) {
        let (runs, problems) = (self.runs as f64, self.problems as f64);
        ((self.var_run + self.var_rest / problems) / runs, self.var_problem / problems)
    }

    /// Standard error of the mean over new runs *and* new problems.
    pub fn se(&self) -> f64 {
        let (of_runs, of_problems) = self.parts();
        (of_runs + of_problems).sqrt()
    }

    /// Half of the interval of the mean (estimand T): each part of the variance with the t quantile of its own degrees of freedom,
    /// √(t²(R-1) (σ_R²/R + σ_RP²/RM) + t²(M-1) σ_P²/M). One Satterthwaite quantile for the sum covers .89 where runs matter and R is 3:
    /// it takes a small spread between three runs for a well known one (docs/statistics.md).
    ///
    /// # Errors
    /// A level outside (0, 1).
    pub fn half_width(&self, level: f64) -> Result<f64> {
        in_unit("level", level)?;
        let t = |units: usize| t_quantile(0.5 + 0.5 * level, units as f64 - 1.0);
        let (of_runs, of_problems) = self.parts();
        Ok((t(self.runs).powi(2) * of_runs + t(self.problems).powi(2) * of_problems).sqrt())
    }

    /// (lo, hi) of the mean over training runs and problems (estimand T).
    ///
    /// # Errors
    /// A level outside (0, 1).
    pub fn interval(&self, level: f64) -> Result<(f64, f64)> {
        let half = self.half_width(level)?;
        Ok((self.mean - half, self.mean + half))
    }

    /// Two-sided p of "the mean is 0": 1 minus the largest level whose interval leaves 0 out; 1 when the mean is 0.
    pub fn p(&self) -> f64 {
        let excludes = |p: f64| self.half_width(1.0 - p).is_ok_and(|half| half < self.mean.abs());
        let (mut low, mut high) = (1e-12, 1.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if excludes(middle) { high = middle } else { low = middle }
        }
        high
    }
}

/// What is said about a method: its effect, and the interval that is printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MethodInterval {
    /// The crossed random effects.
    pub effect: RunEffect,
    /// (lo, hi).
    pub interval: (f64, f64),
    /// Whether the interval over problems alone was the wider one and stands in its place.
    pub problems_only: bool,
}

/// The interval of [`run_effect`], or `over_problems` (of the per-problem means over runs) where that is wider.
///
/// Where few problems carry the mean, and where all values agree, the interval over problems (Wilson, or +1/2-adjusted) is the one that
/// keeps its level.
///
/// # Errors
/// See [`run_effect`]; a level outside (0, 1).
pub fn method_interval(y: &Matrix, level: f64, over_problems: Interval) -> Result<MethodInterval> {
    let effect = run_effect(y)?;
    let (lo, hi) = effect.interval(level)?;
    let problems_only = hi - lo < over_problems.hi - over_problems.lo;
    let interval = if problems_only { (over_problems.lo, over_problems.hi) } else { (lo, hi) };
    Ok(MethodInterval { effect, interval, problems_only })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn variance_components_are_unbiased() {
        let (runs, problems, repeats) = (4, 12, 4_000);
        let (sd_run, sd_problem, sd_rest) = (0.3, 0.5, 0.4);
        let mut stream = Stream::new(1, 0);
        let (mut square, mut estimated) = (0.0, 0.0);
        for _ in 0..repeats {
            let problem: Vec<f64> = (0..problems).map(|_| sd_problem * stream.normal()).collect();
            let rows: Vec<Vec<f64>> = (0..runs)
                .map(|_| {
                    let run = sd_run * stream.normal();
                    problem.iter().map(|p| run + p + sd_rest * stream.normal()).collect()
                })
                .collect();
            let fit = run_effect(&Matrix::from_rows(&rows).unwrap()).unwrap();
            square += fit.mean * fit.mean;
            estimated += fit.se().powi(2);
        }
        let exact = 0.09 / 4.0 + 0.25 / 12.0 + 0.16 / 48.0;
        assert!((square / repeats as f64 / exact - 1.0).abs() < 0.1);
        assert!((estimated / repeats as f64 / exact - 1.0).abs() < 0.05);
    }

    #[test]
    fn the_wider_interval_is_printed() {
        let spread = Matrix::from_rows(&[vec![0.1, 0.3, 0.2], vec![0.5, 0.8, 0.6]]).unwrap();
        let narrow = Interval { lo: 0.4, hi: 0.45, method: crate::interval::Method::StudentT, unit: crate::interval::Unit::Population };
        let found = method_interval(&spread, 0.95, narrow).unwrap();
        assert!(!found.problems_only && found.interval == found.effect.interval(0.95).unwrap());
        let equal = Matrix::from_rows(&[vec![1.0; 3], vec![1.0; 3]]).unwrap();
        let wilson = crate::interval::wilson(&[1.0; 3], 0.95).unwrap();
        let found = method_interval(&equal, 0.95, wilson).unwrap();
        assert!(found.problems_only && found.interval == (wilson.lo, wilson.hi), "all ones are no proof of a certain method");
    }

    // R: sqrt(qt(.975, 2)^2 * .01 + qt(.975, 99)^2 * .0001) with σ_R² = .03, σ_P² = .01, σ_RP² = 0, R = 3, M = 100.
    #[test]
    fn each_part_has_its_own_quantile() {
        let effect = RunEffect { mean: 0.5, runs: 3, problems: 100, var_run: 0.03, var_problem: 0.01, var_rest: 0.0 };
        let half = (4.302_652_73f64.powi(2) * 0.01 + 1.984_216_95f64.powi(2) * 1e-4).sqrt();
        assert!((effect.half_width(0.95).unwrap() - half).abs() < 1e-7);
        assert!((effect.se() - 0.0101f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn p_is_five_percent_when_zero_is_the_edge_and_one_when_it_is_the_centre() {
        let mut effect = RunEffect { mean: 0.0, runs: 3, problems: 50, var_run: 0.02, var_problem: 0.3, var_rest: 0.1 };
        assert_eq!(effect.p(), 1.0);
        effect.mean = effect.half_width(0.95).unwrap();
        assert!((effect.p() - 0.05).abs() < 1e-9, "{}", effect.p());
        effect.mean *= -3.0;
        assert!(effect.p() < 0.01);
    }

    #[test]
    fn one_run_gives_no_interval_for_the_method() {
        assert!(run_effect(&Matrix::zeros(1, 5)).is_err());
        let equal = run_effect(&Matrix::zeros(3, 5)).unwrap();
        assert_eq!(equal.interval(0.95).unwrap(), (0.0, 0.0));
    }
}
