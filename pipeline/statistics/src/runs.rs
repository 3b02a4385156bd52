//! Several training runs per method: the run is a unit, and a claim about an *algorithm* (estimand T) needs it.

use crate::error::{Result, at_least, in_unit};
use crate::interval::Interval;
use crate::matrix::{Matrix, mean};
use crate::special::t_quantile;

/// Crossed random effects: y_rj = μ + run_r + problem_j + rest_rj.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunEffect {
    /// Mean over runs and problems.
    pub mean: f64,
    /// Its standard error over new runs *and* new problems: √((MS_R + MS_P - MS_RP) / (RM)).
    pub se: f64,
    /// Satterthwaite degrees of freedom of `se`, at least 1.
    pub df: f64,
    /// Variance between runs.
    pub var_run: f64,
    /// Variance between problems.
    pub var_problem: f64,
    /// Interaction plus sampling noise.
    pub var_rest: f64,
}

/// Fits `y`: rows = training runs, columns = problems, entries e.g. d_j(k) of run r. Variances are cut at 0.
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
    let spread = |means: &[f64]| -> f64 { means.iter().map(|m| (m - grand).powi(2)).sum() };
    let rest = |r: usize, j: usize| (y.row(r)[j] - by_run[r] - by_problem[j] + grand).powi(2);
    let residual: f64 = (0..y.rows()).flat_map(|r| (0..y.cols()).map(move |j| rest(r, j))).sum();
    let ms = MeanSquares {
        run: problems * spread(&by_run) / (runs - 1.0),
        problem: runs * spread(&by_problem) / (problems - 1.0),
        rest: residual / ((runs - 1.0) * (problems - 1.0)),
    };
    Ok(RunEffect {
        mean: grand,
        se: (ms.of_mean() / (runs * problems)).sqrt(),
        df: ms.df(runs, problems),
        var_run: ((ms.run - ms.rest) / problems).max(0.0),
        var_problem: ((ms.problem - ms.rest) / runs).max(0.0),
        var_rest: ms.rest,
    })
}

struct MeanSquares {
    run: f64,
    problem: f64,
    rest: f64,
}

impl MeanSquares {
    fn of_mean(&self) -> f64 {
        (self.run + self.problem - self.rest).max(0.0)
    }

    fn df(&self, runs: f64, problems: f64) -> f64 {
        let noise = self.run.powi(2) / (runs - 1.0)
            + self.problem.powi(2) / (problems - 1.0)
            + self.rest.powi(2) / ((runs - 1.0) * (problems - 1.0));
        if noise > 0.0 { (self.of_mean().powi(2) / noise).max(1.0) } else { 1.0 }
    }
}

impl RunEffect {
    /// (lo, hi) of the mean over training runs and problems (estimand T).
    ///
    /// # Errors
    /// A level outside (0, 1).
    pub fn interval(&self, level: f64) -> Result<(f64, f64)> {
        in_unit("level", level)?;
        let half = t_quantile(0.5 + 0.5 * level, self.df) * self.se;
        Ok((self.mean - half, self.mean + half))
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
/// A handful of runs often shows less spread than their own sampling noise; the estimate of √(MS_R + MS_P - MS_RP) is then below the
/// uncertainty that the problems alone bring, and 0 when all values agree.
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
            estimated += fit.se * fit.se;
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

    #[test]
    fn one_run_gives_no_interval_for_the_method() {
        assert!(run_effect(&Matrix::zeros(1, 5)).is_err());
        let equal = run_effect(&Matrix::zeros(3, 5)).unwrap();
        assert_eq!(equal.interval(0.95).unwrap(), (0.0, 0.0));
    }
}
