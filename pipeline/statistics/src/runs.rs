//! Several training runs per method: the run is a unit, and a claim about an *algorithm* (estimand T) needs it.

use crate::error::{Result, at_least, in_unit};
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
    fn one_run_gives_no_interval_for_the_method() {
        assert!(run_effect(&Matrix::zeros(1, 5)).is_err());
        let equal = run_effect(&Matrix::zeros(3, 5)).unwrap();
        assert_eq!(equal.interval(0.95).unwrap(), (0.0, 0.0));
    }
}
