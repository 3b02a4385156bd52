//! Stage `estimate`: counts of one model on one benchmark -> curves of the metric family, accuracy histogram, extrapolation, audits.
//!
//! Inputs: `counts`, and where there are samples `verdicts` and `completions` for maj@k and token budgets, `problems` for the guessing null.
//! Outputs: `curves`, `guessing`, `histogram`, `extrapolation`, `audits`. Formulas: `beyond-statistics`; this crate only reads rows, calls them and
//! writes rows. Intervals are for the population of problems (unit: the problem), 95 %.

mod audits;
mod corrected;
mod curves;
mod extrapolation;
mod guessing;
mod histogram;
mod params;
mod samples;
mod undecided;

pub use params::*;

use anyhow::{Result, ensure};
use beyond_record::Counts;
use beyond_stage::{Job, Stage};
use curves::Source;

/// The stage.
pub struct Estimate;

impl Stage for Estimate {
    const NAME: &'static str = "estimate";
    const VERSION: u32 = 8;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let rows = beyond_frame::sorted(&job.read::<Counts>()?)?;
        ensure!(!rows.is_empty(), "there are no counts to estimate from");
        let cell = Cell::new(&rows)?;
        let samples = samples::read(job, &rows)?;
        let guessing = guessing::Rates::read(job, &rows, &samples)?;
        let (curves, guessing) = curves::curves(&Source { cell: &cell, rows: &rows, samples: &samples, guessing }, params)?;
        job.write(&curves)?;
        job.write(&guessing)?;
        job.write(&histogram::histogram(&cell, &rows))?;
        job.write(&extrapolation::extrapolation(&cell, &rows, params.extrapolate)?)?;
        let mut audits = audits::audits(&cell, &rows);
        if let Some(audit) = &params.audit {
            let least = rows.iter().map(|row| row.n).min().unwrap_or(0);
            audits.push(corrected::tolerable_k(&cell, audit, params.k_max.unwrap_or(least))?);
        }
        job.write(&audits)
    }
}

/// What all rows of a table share.
struct Cell {
    model: String,
    benchmark: String,
    setting: String,
}

impl Cell {
    fn new(rows: &[Counts]) -> Result<Self> {
        let (model, benchmark, setting) = beyond_frame::cell(rows)?;
        Ok(Cell { model, benchmark, setting })
    }
}
