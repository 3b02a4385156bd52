//! One model of a comparison: its counts, and per problem what needs its samples.

use anyhow::Result;
use beyond_frame::samples::Samples;
use beyond_record::Counts;
use beyond_stage::{Job, table};
use beyond_statistics::counts::doubling_ks;
use beyond_statistics::family::readings::Reading;
use beyond_statistics::majority;
use beyond_statistics::token_budget::{Trace, budget_curve, largest_budget};

/// Random orders of a problem's samples, as in `estimate`.
const ORDERS: u32 = 256;
/// Largest k of maj@k, as in `estimate`.
const VOTERS: u32 = 64;

/// Counts in the order of the problem id, and metrics of the same problems.
pub struct Side {
    /// The counts.
    pub rows: Vec<Counts>,
    /// maj@k at k = 1, 2, 4, ...; None without answers.
    pub majorities: Option<Reading>,
    /// P(success within a budget) on the grid 2^(j/2), j = 0, 1, ..., so that the budgets of two models are the same; None without lengths.
    pub budgets: Option<Reading>,
}

impl Side {
    /// The i-th of the inputs `counts`, with `verdicts-<i>` and `completions-<i>` where they are.
    pub fn read(job: &Job, i: usize, counts: &std::path::Path, seed: u64) -> Result<Side> {
        let rows = beyond_frame::sorted(&table::read_file(counts)?)?;
        let (mut answers, mut lengths) = (Vec::new(), Vec::new());
        for input in job.inputs_of(&format!("verdicts-{i}")) {
            answers.extend(table::read_columns(&input.path)?);
        }
        for input in job.inputs_of(&format!("completions-{i}")) {
            lengths.extend(table::read_columns(&input.path)?);
        }
        let samples = Samples::new(&rows, answers, lengths)?;
        let majorities = majorities(&samples, &rows)?;
        let budgets = samples.traces().map(|traces| budgets(&traces, seed)).transpose()?.flatten();
        Ok(Side { rows, majorities, budgets })
    }
}

fn majorities(samples: &Samples, rows: &[Counts]) -> Result<Option<Reading>> {
    let Some(votes) = samples.votes() else { return Ok(None) };
    let n = rows.iter().map(|row| row.n).min().unwrap_or(0);
    let ks = doubling_ks(n.min(VOTERS));
    let values = majority::per_problem(&votes, &ks)?;
    Ok(Some(Reading::over_k("maj@k", ks, values)))
}

fn budgets(traces: &[Trace], seed: u64) -> Result<Option<Reading>> {
    let largest = largest_budget(traces).min(u64::from(u32::MAX));
    let mut grid: Vec<u64> = (0..64).map(|j| 2f64.powf(0.5 * f64::from(j)) as u64).take_while(|budget| *budget <= largest).collect();
    grid.dedup();
    if grid.is_empty() {
        return Ok(None);
    }
    let values = budget_curve(traces, &grid, ORDERS, seed)?;
    Ok(Some(Reading::over_k("pass@tokens", grid.into_iter().map(|budget| budget as u32).collect(), values)))
}
