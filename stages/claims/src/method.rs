//! Claims about a training method: where a pair of arms was trained from several seeds, the interval over runs decides.

use crate::evidence::{Evidence, Panel};
use beyond_record::SeedEffect;
use beyond_statistics::claims::runs::{OverRuns, about_one_run, crossing_over_runs, over_runs};
use beyond_statistics::claims::{Difference, Judgement, Size};

/// One row over runs, as the rules want it, with its p.
struct Found {
    over: OverRuns,
    p: f64,
}

impl Evidence {
    /// The judgement over training runs and its p; None where the pair was trained once, or has no row at this k.
    pub fn over_runs(
        &self,
        panel: &Panel,
        setting: &str,
        k: u32,
        judge: fn(Difference, Size) -> Judgement,
        checkpoint: &Judgement,
    ) -> Option<(Judgement, f64)> {
        let found = self.of_method(panel, setting).find(|row| row.k == k).and_then(found)?;
        Some((over_runs(judge, &found.over, checkpoint), found.p))
    }

    /// The crossing by `k_max` of the method; None where the pair was trained once, or has no row at `k_max`.
    pub fn crossing_of_method(&self, panel: &Panel, setting: &str, k_max: u32, checkpoint: &Judgement) -> Option<(Judgement, f64)> {
        let mut rows: Vec<&SeedEffect> = self.of_method(panel, setting).filter(|row| row.k <= k_max).collect();
        rows.sort_by_key(|row| row.k);
        let reaches = rows.len() > 1 && rows.last().is_some_and(|row| row.k == k_max);
        let points = rows.into_iter().map(|row| found(row).map(|found| (found.over, found.p))).collect::<Option<Vec<_>>>();
        crossing_over_runs(&points.filter(|_| reaches)?, checkpoint)
    }

    /// Marks a judgement about the first run where one of its arms was trained several times.
    pub fn of_one_run(&self, judgement: Judgement, arms: &[&str], why: &str) -> Judgement {
        let of_arm = |row: &&SeedEffect| arms.contains(&row.arm.as_str()) || arms.contains(&row.base.as_str());
        match self.seeds.iter().filter(of_arm).map(|row| row.runs).max() {
            Some(runs) if runs > 1 => about_one_run(judgement, runs, why),
            _ => judgement,
        }
    }

    /// Rows of the difference of two arms.
    fn of_method<'a>(&'a self, panel: &'a Panel, setting: &'a str) -> impl Iterator<Item = &'a SeedEffect> {
        self.seeds.iter().filter(move |row| {
            row.estimand == "difference"
                && (row.base.as_str(), row.arm.as_str()) == (panel.base, panel.model)
                && (row.benchmark.as_str(), row.setting.as_str()) == (panel.benchmark, setting)
        })
    }
}

fn found(row: &SeedEffect) -> Option<Found> {
    let at = Difference { k: row.k, diff: row.mean, lo: row.lo?, hi: row.hi? };
    let over = OverRuns {
        at,
        runs: row.runs,
        problems: row.n_problems,
        var_run: row.var_run?,
        var_problem: row.var_problem?,
        var_rest: row.var_rest?,
    };
    Some(Found { over, p: row.p? })
}
