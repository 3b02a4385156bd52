//! Which differences are made: pass@k at every k, its relatives from the same counts, and what needs samples (votes, token budgets).

use crate::differences::Differences;
use crate::{Comparison, Params, tokens};
use anyhow::Result;
use beyond_record::{Counts, Crossing, Paired};
use beyond_statistics::Count;
use beyond_statistics::counts::dense_ks;
use beyond_statistics::family::readings::{Reading, relatives, single_numbers};
use beyond_statistics::paired::{common_k, differences};

/// Largest k of the dense grid on which band and crossing are defined.
const DENSE: u32 = 256;

/// Rows for the whole benchmark and every stratum with at least two problems.
pub fn compare(pair: &Comparison, params: &Params, rows: &mut Vec<Paired>, crossings: &mut Vec<Crossing>) -> Result<()> {
    for subset in beyond_frame::subsets(&pair.rows.base)?.iter().filter(|subset| subset.positions.len() > 1) {
        let part = |rows: &[Counts]| subset.positions.iter().map(|&i| rows[i].clone()).collect::<Vec<_>>();
        let (base, model) = (part(&pair.rows.base), part(&pair.rows.model));
        let (c_base, c_model) = (beyond_frame::counts(&base)?, beyond_frame::counts(&model)?);
        let of = |reading: Reading| Differences { pair, subset: &subset.name, reading, counts: None };
        let pass = |reading: Reading| Differences { counts: Some((&c_base, &c_model)), ..of(reading) };
        pass(on_dense_grid("pass@k", &c_base, &c_model)?).write(params, rows, Some(crossings))?;
        if let Some(last) = beyond_dense(&c_base, &c_model)? {
            pass(last).pointwise(rows)?;
        }
        if let (Some(base), Some(model)) = (reasoned(&base), reasoned(&model)) {
            of(on_dense_grid("cot-pass@k", &base, &model)?).write(params, rows, None)?;
        }
        for reading in family(&c_base, &c_model)? {
            of(reading).write(params, rows, None)?;
        }
        if let Some(majorities) = &pair.majorities {
            of(majorities.of(&subset.positions)).write(params, rows, None)?;
        }
        if let Some(budgeted) = tokens::at_equal_tokens(pair, &subset.positions, (&base, &model))? {
            of(budgeted).write(params, rows, Some(crossings))?;
        }
    }
    Ok(())
}

/// Counts of valid derivations, where every problem has them.
fn reasoned(rows: &[Counts]) -> Option<Vec<Count>> {
    rows.iter().map(|row| Count::new(row.n, row.cot_correct?).ok()).collect()
}

fn on_dense_grid(metric: &str, base: &[Count], model: &[Count]) -> Result<Reading> {
    let ks = dense_ks(common_k(base, model).min(DENSE));
    let values = differences(base, model, &ks)?;
    Ok(Reading::over_k(metric, ks, values))
}

/// pass@n where n lies beyond the dense grid.
fn beyond_dense(base: &[Count], model: &[Count]) -> Result<Option<Reading>> {
    let n = common_k(base, model);
    if n <= DENSE {
        return Ok(None);
    }
    Ok(Some(Reading::over_k("pass@k", vec![n], differences(base, model, &[n])?)))
}

/// The other metrics of the same counts, at the samples that both models have; a metric that one side lacks is left out.
fn family(base: &[Count], model: &[Count]) -> Result<Vec<Reading>> {
    let n = common_k(base, model);
    let all = |counts: &[Count]| -> Result<Vec<Reading>> { Ok([relatives(counts, n)?, single_numbers(counts, n, n)?].concat()) };
    let of_base = all(base)?;
    let beside = |reading: &Reading| of_base.iter().find_map(|other| reading.minus(other));
    Ok(all(model)?.iter().filter_map(beside).collect())
}
