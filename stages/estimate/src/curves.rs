//! The metric family over k, for the whole benchmark and its subsets.

use crate::guessing::Rates;
use crate::{Cell, Params, corrected, samples, undecided};
use anyhow::{Result, ensure};
use beyond_frame::samples::Samples;
use beyond_record::{Counts, Curve, Guessing};
use beyond_statistics::counts::min_n;
use beyond_statistics::family::readings::{relatives, single_numbers};
use beyond_statistics::family::{Metric, bayes_at_n};
use beyond_statistics::interval::{self, Interval, Method};
use beyond_statistics::matrix::{Matrix, mean};
use beyond_statistics::{Count, variance};

/// Coverage of every interval.
pub const LEVEL: f64 = 0.95;
/// Every k up to here; beyond, the paper's grid floor(2^(i/4)).
const DENSE: u32 = 256;

/// The k at which curves are estimated: dense to 256, then floor(2^(i/4)), and `k_max` itself.
pub fn k_grid(k_max: u32) -> Vec<u32> {
    let mut ks: Vec<u32> = (1..=k_max.min(DENSE)).collect();
    let grid = (32..).map(|i| 2f64.powf(f64::from(i) / 4.0) as u32).skip_while(|k| *k <= DENSE);
    ks.extend(grid.take_while(|k| *k < k_max));
    if k_max > DENSE {
        ks.push(k_max);
    }
    ks
}

/// What all subsets of a cell are estimated from.
pub struct Source<'a> {
    /// The cell.
    pub cell: &'a Cell,
    /// Its counts, in the order of the problem id.
    pub rows: &'a [Counts],
    /// Its samples; empty where there are only counts.
    pub samples: &'a Samples,
    /// Its guessing rates, where there are answers.
    pub guessing: Option<Rates>,
}

/// All curves of one cell, by subset, metric and k, and its guessing null.
pub fn curves(source: &Source, params: &Params) -> Result<(Vec<Curve>, Vec<Guessing>)> {
    let (mut out, mut guessing) = (Vec::new(), Vec::new());
    let all = beyond_frame::counts(source.rows)?;
    let readings = samples::readings(source.samples, params.k_max.unwrap_or_else(|| min_n(&all)), params.seed)?;
    for subset in beyond_frame::subsets(source.rows)? {
        let part: Vec<Counts> = subset.positions.iter().map(|&i| source.rows[i].clone()).collect();
        let counts = beyond_frame::counts(&part)?;
        let n = min_n(&counts);
        let k_max = params.k_max.unwrap_or(n);
        ensure!(k_max <= n, "pass@{k_max} needs {k_max} samples of every problem, there are {n}: lower `k_max` or raise `n`");
        let block = Block { cell: source.cell, subset: &subset.name, counts: &counts, n };
        block.family(k_max, &mut out)?;
        block.reasoned(&part, k_max, &mut out)?;
        undecided::bounds(&block, &part, k_max, &mut out)?;
        if let Some(audit) = &params.audit {
            corrected::correct(&block, audit, k_max, &mut out)?;
        }
        samples::write(&block, &readings, &subset.positions, &mut out)?;
        if let Some(rates) = &source.guessing {
            rates.curves(&block, &subset.positions, k_max, &mut out)?;
            guessing.push(rates.row(source.cell, &subset.name, &subset.positions, &counts)?);
        }
        block.single_numbers(&part, k_max, &mut out)?;
    }
    Ok((out, guessing))
}

/// The problems of one subset.
pub struct Block<'a> {
    cell: &'a Cell,
    subset: &'a str,
    /// Their counts.
    pub counts: &'a [Count],
    n: u32,
}

impl Block<'_> {
    /// pass@k on the dense grid, its relatives at powers of two.
    fn family(&self, k_max: u32, out: &mut Vec<Curve>) -> Result<()> {
        let ks = k_grid(k_max);
        let values = Metric::Pass.per_problem(self.counts, &ks)?;
        self.columns(&Metric::Pass.label(), &ks, &values, |k| variance::se_benchmark(self.counts, k), out)?;
        for reading in relatives(self.counts, k_max)? {
            self.columns(&reading.metric, &reading.ks, &reading.values, |_| None, out)?;
        }
        Ok(())
    }

    /// CoT-pass@k where every problem has a process verdict: an answer counts only when its reasoning is valid.
    fn reasoned(&self, rows: &[Counts], k_max: u32, out: &mut Vec<Curve>) -> Result<()> {
        let valid: Option<Vec<Count>> = rows.iter().map(|row| Count::new(row.n, row.cot_correct?).ok()).collect();
        let Some(valid) = valid else { return Ok(()) };
        let ks = k_grid(k_max);
        let values = Metric::Pass.per_problem(&valid, &ks)?;
        self.columns("cot-pass@k", &ks, &values, |k| variance::se_benchmark(&valid, k), out)
    }

    /// One row per k from the columns of `values` (problems x ks).
    pub fn columns(
        &self,
        metric: &str,
        ks: &[u32],
        values: &Matrix,
        benchmark: impl Fn(u32) -> Option<f64>,
        out: &mut Vec<Curve>,
    ) -> Result<()> {
        for (j, &k) in ks.iter().enumerate() {
            let column = values.column(j);
            out.push(self.row(metric, k, None, &column, interval::curve(&column, LEVEL)?, benchmark(k)));
        }
        Ok(())
    }

    /// Metrics that are one number per problem: Cover@tau, Bayes@N, AUC@K, sharpening, maj@n, mean token entropy.
    fn single_numbers(&self, rows: &[Counts], k_max: u32, out: &mut Vec<Curve>) -> Result<()> {
        for reading in single_numbers(self.counts, self.n, k_max)? {
            let values = reading.values.column(0);
            let interval = if reading.bounded { interval::curve(&values, LEVEL)? } else { around_mean(&values)? };
            let posterior = (reading.metric == "bayes@n").then(|| bayes_at_n(self.counts).sigma);
            out.push(self.row(&reading.metric, reading.ks[0], reading.tau, &values, interval, posterior));
        }
        let modal: Option<Vec<f64>> = rows.iter().map(|row| row.modal_correct.map(|correct| f64::from(u8::from(correct)))).collect();
        if let Some(modal) = modal {
            out.push(self.row("maj@n", self.n, None, &modal, interval::curve(&modal, LEVEL)?, None));
        }
        let entropy: Option<Vec<f64>> = rows.iter().map(|row| row.mean_entropy).collect();
        if let Some(entropy) = entropy {
            out.push(self.row("token-entropy", self.n, None, &entropy, around_mean(&entropy)?, None));
        }
        Ok(())
    }

    /// The mean over problems with its interval.
    pub fn row(&self, metric: &str, k: u32, tau: Option<f64>, values: &[f64], interval: Interval, se_benchmark: Option<f64>) -> Curve {
        let se = variance::se_population(values);
        Curve {
            benchmark: self.cell.benchmark.clone(),
            model: self.cell.model.clone(),
            setting: self.cell.setting.clone(),
            metric: metric.to_string(),
            subset: self.subset.to_string(),
            k,
            tau,
            value: mean(values),
            lo: interval.lo,
            hi: interval.hi,
            se_population: se.is_finite().then_some(se),
            se_benchmark,
            method: interval.method.as_str().to_string(),
            n_problems: self.counts.len() as u32,
            n_samples: self.n,
        }
    }
}

/// t interval; for a single problem the whole range is undecided.
pub fn around_mean(values: &[f64]) -> Result<Interval> {
    if values.len() < 2 {
        return Ok(Interval { lo: 0.0, hi: 1.0, method: Method::StudentT, unit: interval::Unit::Population });
    }
    Ok(interval::student_t(values, LEVEL)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_is_dense_and_then_the_papers() {
        assert_eq!(k_grid(4), [1, 2, 3, 4]);
        let ks = k_grid(1024);
        assert_eq!(ks[..256], (1..=256).collect::<Vec<_>>()[..]);
        assert_eq!(ks[256..], [304, 362, 430, 512, 608, 724, 861, 1024]);
    }
}
