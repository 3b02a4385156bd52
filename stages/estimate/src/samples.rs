//! What needs the samples and not only their counts: maj@k from the extracted answers, and pass at a budget of generated tokens.
//!
//! Both are made where a cell has verdicts and completions; counts that were imported as such have neither. Only the needed columns are read.

use crate::curves::{Block, LEVEL};
use anyhow::Result;
use beyond_frame::samples::Samples;
use beyond_record::{Counts, Curve};
use beyond_stage::{Job, table};
use beyond_statistics::counts::doubling_ks;
use beyond_statistics::family::readings::Reading;
use beyond_statistics::interval;
use beyond_statistics::majority;
use beyond_statistics::token_budget::{budget_curve, largest_budget};

/// Random orders of a problem's samples: their Monte-Carlo error is at most .03 per problem and far below the interval over problems.
const ORDERS: u32 = 256;

/// Largest k of maj@k. Its cost grows like n k ln k per problem, and a vote of more than 64 is not in use.
const VOTERS: u32 = 64;

/// The inputs `verdicts` and `completions`, which may be absent. Errs when their problems are not those of the counts.
pub fn read(job: &Job, rows: &[Counts]) -> Result<Samples> {
    let (mut answers, mut lengths) = (Vec::new(), Vec::new());
    for input in job.inputs_of("verdicts") {
        answers.extend(table::read_columns(&input.path)?);
    }
    for input in job.inputs_of("completions") {
        lengths.extend(table::read_columns(&input.path)?);
    }
    Samples::new(rows, answers, lengths)
}

/// Metrics of the whole cell whose per-problem values every subset picks from, with what their rows say beside the interval's method.
pub fn readings(samples: &Samples, k_max: u32, seed: u64) -> Result<Vec<(Reading, String)>> {
    let votes = samples.votes().map(|votes| {
        let ks = doubling_ks(k_max.min(VOTERS));
        let values = majority::per_problem(&votes, &ks)?;
        Ok::<_, anyhow::Error>((Reading::over_k("maj@k", ks, values), "accepted answers are one class".to_string()))
    });
    Ok(votes.transpose()?.into_iter().chain(budgets(samples, seed)?).collect())
}

/// `pass@tokens`, whose k is the budget: powers of two up to what every problem of the cell has.
fn budgets(samples: &Samples, seed: u64) -> Result<Option<(Reading, String)>> {
    let Some(traces) = samples.traces() else { return Ok(None) };
    let shortest = traces.iter().flat_map(|trace| &trace.samples).map(|sample| sample.0).min().unwrap_or(0);
    let budgets: Vec<u64> = (0..u32::BITS).map(|e| 1 << e).filter(|b| (shortest..=largest_budget(&traces)).contains(b)).collect();
    if budgets.is_empty() {
        return Ok(None);
    }
    let values = budget_curve(&traces, &budgets, ORDERS, seed)?;
    let ks = budgets.iter().map(|&budget| budget as u32).collect();
    Ok(Some((Reading::over_k("pass@tokens", ks, values), format!("{ORDERS} random orders of the samples"))))
}

/// Rows of the problems at `positions`.
pub fn write(block: &Block, readings: &[(Reading, String)], positions: &[usize], out: &mut Vec<Curve>) -> Result<()> {
    for (reading, note) in readings {
        let part = reading.of(positions);
        for (j, &k) in part.ks.iter().enumerate() {
            let values = part.values.column(j);
            let row = block.row(&part.metric, k, None, &values, interval::curve(&values, LEVEL)?, None);
            out.push(Curve { method: format!("{}; {note}", row.method), ..row });
        }
    }
    Ok(())
}
