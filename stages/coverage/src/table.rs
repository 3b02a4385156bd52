//! The 2x2 table, its null and the support metrics, for the benchmark and its subsets.

use crate::Pairing;
use anyhow::Result;
use beyond_record::{Counts, Coverage};
use beyond_statistics::coverage::table;
use beyond_statistics::self_null::{Better, conditional_null, real_changes, self_null};
use beyond_statistics::{Count, counts::min_n, support};

const LEVEL: f64 = 0.95;

/// One row per subset.
pub fn tables(pair: &Pairing, fdr: f64) -> Result<Vec<Coverage>> {
    let mut out = Vec::new();
    for subset in beyond_frame::subsets(&pair.rows.base)? {
        let part = |rows: &[Counts]| beyond_frame::counts(&subset.positions.iter().map(|&i| rows[i].clone()).collect::<Vec<_>>());
        out.push(row(pair, &subset.name, &part(&pair.rows.base)?, &part(&pair.rows.model)?, fdr)?);
    }
    Ok(out)
}

fn row(pair: &Pairing, subset: &str, base: &[Count], model: &[Count], fdr: f64) -> Result<Coverage> {
    let cells = table(base, model)?;
    let n = min_n(base).min(min_n(model));
    let m = (n / 2).max(1);
    let rerun = self_null(base, model, m).ok();
    let null = conditional_null(base, model)?;
    let (base_only, model_only) = (cells.base_only_interval(LEVEL)?, cells.model_only_interval(LEVEL)?);
    let metrics = support::support(&cells);
    let real = |side| Ok::<_, anyhow::Error>(real_changes(base, model, side, fdr)?.exclusive.len() as u32);
    Ok(Coverage {
        benchmark: pair.benchmark.clone(),
        base: pair.base.clone(),
        model: pair.model.clone(),
        setting: pair.setting.clone(),
        subset: subset.to_string(),
        n,
        both: cells.both,
        base_only: cells.base_only,
        model_only: cells.model_only,
        neither: cells.neither,
        base_only_lo: base_only.lo,
        base_only_hi: base_only.hi,
        model_only_lo: model_only.lo,
        model_only_hi: model_only.hi,
        mcnemar_p: cells.mcnemar_p(),
        self_null_m: m,
        self_null_base: rerun.as_ref().map_or(0.0, |null| null.self_base.count),
        self_null_model: rerun.as_ref().map_or(0.0, |null| null.self_model.count),
        base_only_at_m: rerun.as_ref().map_or(0.0, |null| null.base_only.count),
        model_only_at_m: rerun.as_ref().map_or(0.0, |null| null.model_only.count),
        null_expected: null.expected_model_only,
        null_p_base_only: null.p_base_only_ge,
        null_p_model_only: null.p_model_only_ge,
        real_model_only: real(Better::Model)?,
        real_base_only: real(Better::Base)?,
        srr: metrics.srr,
        ndr: metrics.ndr,
        sds: metrics.sds,
        nscr: metrics.nscr,
    })
}
