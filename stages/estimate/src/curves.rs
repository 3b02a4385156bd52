//! The metric family over k, for the whole benchmark and its subsets.

use crate::samples::Samples;
use crate::{Cell, Params, corrected, undecided};
use anyhow::{Result, ensure};
use beyond_record::{Counts, Curve};
use beyond_statistics::counts::{doubling_ks, min_n};
use beyond_statistics::family::{Metric, Tau, auc, bayes_values, sharpening};
use beyond_statistics::interval::{self, Interval, Method};
use beyond_statistics::matrix::{Matrix, mean};
use beyond_statistics::{Count, cover, variance};

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

/// All curves of one cell, by subset, metric and k.
pub fn curves(cell: &Cell, rows: &[Counts], samples: &Samples, params: &Params) -> Result<Vec<Curve>> {
    let mut out = Vec::new();
    let budgets = samples.budgets(params.seed)?;
    for subset in beyond_frame::subsets(rows)? {
        let part: Vec<Counts> = subset.positions.iter().map(|&i| rows[i].clone()).collect();
        let counts = beyond_frame::counts(&part)?;
        let n = min_n(&counts);
        let k_max = params.k_max.unwrap_or(n);
        ensure!(k_max <= n, "pass@{k_max} needs {k_max} samples of every problem, there are {n}: lower `k_max` or raise `n`");
        let block = Block { cell, subset: &subset.name, counts: &counts, n };
        block.family(k_max, &mut out)?;
        block.reasoned(&part, k_max, &mut out)?;
        undecided::bounds(&block, &part, k_max, &mut out)?;
        if let Some(audit) = &params.audit {
            corrected::correct(&block, audit, k_max, &mut out)?;
        }
        samples.majority(&block, &subset.positions, k_max, &mut out)?;
        if let Some(budgets) = &budgets {
            budgets.write(&block, &subset.positions, &mut out)?;
        }
        block.single_numbers(&part, k_max, &mut out)?;
    }
    Ok(out)
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
        let half = Metric::GPass(Tau::new(1, 2)?);
        self.metric(Metric::Pass, &k_grid(k_max), out)?;
        for metric in [Metric::PassAll, half, Metric::MeanGPass, Metric::BinaryMajority] {
            self.metric(metric, &doubling_ks(k_max), out)?;
        }
        Ok(())
    }

    fn metric(&self, metric: Metric, ks: &[u32], out: &mut Vec<Curve>) -> Result<()> {
        let values = metric.per_problem(self.counts, ks)?;
        let benchmark = |k| if metric == Metric::Pass { variance::se_benchmark(self.counts, k) } else { None };
        self.columns(&metric.label(), ks, &values, benchmark, out)
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

    /// Metrics that are one number per problem: Cover@tau, Bayes@N, maj@n, AUC@K, sharpening.
    fn single_numbers(&self, rows: &[Counts], k_max: u32, out: &mut Vec<Curve>) -> Result<()> {
        for (hundredths, tau) in [(1, 0.01), (10, 0.1), (50, 0.5), (90, 0.9)] {
            let plug_in = cover::plug_in(self.counts, Tau::new(hundredths, 100)?);
            out.push(self.row("cover@tau", self.n, Some(tau), &plug_in, interval::curve(&plug_in, LEVEL)?, None));
            let posterior = cover::posterior(self.counts, tau)?;
            out.push(self.row("cover@tau(posterior)", self.n, Some(tau), &posterior, interval::curve(&posterior, LEVEL)?, None));
        }
        let bayes = bayes_values(self.counts);
        out.push(self.row("bayes@n", self.n, None, &bayes, interval::curve(&bayes, LEVEL)?, None));
        let modal: Option<Vec<f64>> = rows.iter().map(|row| row.modal_correct.map(|correct| f64::from(u8::from(correct)))).collect();
        if let Some(modal) = modal {
            out.push(self.row("maj@n", self.n, None, &modal, interval::curve(&modal, LEVEL)?, None));
        }
        if k_max >= 2 {
            let area = auc(self.counts, k_max)?;
            out.push(self.row("auc@k", k_max, None, &area, interval::curve(&area, LEVEL)?, None));
            if let Some(values) = sharpening(self.counts, k_max)?.s_values {
                let interval = around_mean(&values)?;
                out.push(self.row("sharpening@k", k_max, None, &values, interval, None));
            }
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
fn around_mean(values: &[f64]) -> Result<Interval> {
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
