//! Claims about a training method: where a pair of arms was trained from several seeds, the interval over runs decides.

use crate::{Evidence, Panel};
use beyond_record::SeedEffect;
use beyond_statistics::claims::runs::{OverRuns, over_runs};
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
        let of_panel = |row: &&SeedEffect| {
            row.estimand == "difference"
                && (row.base.as_str(), row.arm.as_str(), row.benchmark.as_str()) == (panel.base, panel.model, panel.benchmark)
                && (row.setting.as_str(), row.k) == (setting, k)
        };
        let found = self.seeds.iter().find(of_panel).and_then(found)?;
        Some((over_runs(judge, &found.over, checkpoint), found.p))
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
