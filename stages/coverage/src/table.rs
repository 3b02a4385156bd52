//! The 2x2 table, its null and the support metrics, for the benchmark and its subsets.

use crate::{Fitted, Pairing, threshold};
use anyhow::Result;
use beyond_record::{Counts, Coverage};
use beyond_statistics::coverage::{Table, table};
use beyond_statistics::extrapolate::{Mixing, posterior};
use beyond_statistics::self_null::{Better, conditional_null, real_changes, self_null};
use beyond_statistics::{Count, counts::min_n, support};

const LEVEL: f64 = 0.95;

/// One row per subset.
pub fn tables(pair: &Pairing, fits: &Fitted, fdr: f64) -> Result<Vec<Coverage>> {
    let mut out = Vec::new();
    for subset in beyond_frame::subsets(&pair.rows.base)? {
        let part = |rows: &[Counts]| beyond_frame::counts(&subset.positions.iter().map(|&i| rows[i].clone()).collect::<Vec<_>>());
        let (base, model) = (part(&pair.rows.base)?, part(&pair.rows.model)?);
        let row = row(pair, &subset.name, &base, &model, fdr)?;
        out.push(if subset.name == "all" { under_models(row, &base, &model, fits) } else { row });
    }
    Ok(out)
}

fn row(pair: &Pairing, subset: &str, base: &[Count], model: &[Count], fdr: f64) -> Result<Coverage> {
    let cells = table(base, model)?;
    let (base_only, model_only) = (cells.base_only_interval(LEVEL)?, cells.model_only_interval(LEVEL)?);
    let metrics = support::support(&cells);
    let row = Coverage {
        benchmark: pair.benchmark.clone(),
        base: pair.base.clone(),
        model: pair.model.clone(),
        setting: pair.setting.clone(),
        subset: subset.to_string(),
        n: min_n(base).min(min_n(model)),
        both: cells.both,
        base_only: cells.base_only,
        model_only: cells.model_only,
        neither: cells.neither,
        base_only_lo: base_only.lo,
        base_only_hi: base_only.hi,
        model_only_lo: model_only.lo,
        model_only_hi: model_only.hi,
        mcnemar_p: cells.mcnemar_p(),
        srr: metrics.srr,
        ndr: metrics.ndr,
        sds: metrics.sds,
        nscr: metrics.nscr,
        ..Default::default()
    };
    at_full_n(beside_rerun(row, base, model), &cells, base, model, fdr)
}

/// The row with what two runs of one model would show at m = n/2; nothing where a problem has fewer than 2m samples.
fn beside_rerun(row: Coverage, base: &[Count], model: &[Count]) -> Coverage {
    let m = (row.n / 2).max(1);
    let Ok(rerun) = self_null(base, model, m) else { return Coverage { self_null_m: m, ..row } };
    Coverage {
        self_null_m: m,
        self_null_base: rerun.self_base.count,
        self_null_model: rerun.self_model.count,
        base_only_at_m: rerun.base_only.count,
        model_only_at_m: rerun.model_only.count,
        unlocked: rerun.unlock_rate(),
        unlocked_by_rerun: rerun.rerun_unlock_rate(),
        excess: Some(rerun.excess.count),
        excess_se: Some(rerun.excess.se),
        ..row
    }
}

/// The row with the conditional null at full n, and the problems whose rate really changed.
fn at_full_n(row: Coverage, cells: &Table, base: &[Count], model: &[Count], fdr: f64) -> Result<Coverage> {
    let null = conditional_null(base, model)?;
    let real = |side| Ok::<_, anyhow::Error>(real_changes(base, model, side, fdr)?.exclusive.len() as u32);
    Ok(Coverage {
        null_expected: null.expected_model_only,
        null_p_base_only: null.p_base_only_ge,
        null_p_model_only: null.p_model_only_ge,
        net_expansion: support::net_expansion(cells, &null),
        real_model_only: real(Better::Model)?,
        real_base_only: real(Better::Base)?,
        ..row
    })
}

/// The row with what three mixing models say at full n: they need a prior, so their spread is the answer.
fn under_models(row: Coverage, base: &[Count], model: &[Count], fits: &Fitted) -> Coverage {
    let (Some(of_base), Some(of_model)) = (&fits.base, &fits.model) else { return row };
    let pairs: Vec<(Count, Count)> = base.iter().copied().zip(model.iter().copied()).collect();
    let (n, problems) = (row.n, base.len() as f64);
    let rerun = |law: &dyn Mixing| Some(posterior::self_null(law, n, problems));
    let expanded = |base: &dyn Mixing, model: &dyn Mixing| Some(posterior::expected_expansions(base, model, &pairs, threshold(n)));
    Coverage {
        self_null_bb: rerun(&of_base.bb),
        self_null_zibb: rerun(&of_base.zibb),
        self_null_npmle: rerun(&of_base.npmle),
        expansions_bb: expanded(&of_base.bb, &of_model.bb),
        expansions_zibb: expanded(&of_base.zibb, &of_model.zibb),
        expansions_npmle: expanded(&of_base.npmle, &of_model.npmle),
        ..row
    }
}
