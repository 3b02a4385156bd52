//! Stage `coverage`: two models on the same problems -> the 2x2 table of solved problems with its null, and the problems that changed.
//!
//! Outputs: `coverage`, `problem_changes`, `audits`. "Solved" means at least one correct answer in the n samples drawn; how many such differences two
//! runs of one model would show (the self-null) stands in the same row (docs/statistics.md).

mod audits;
mod params;
mod problems;
mod table;

pub use params::*;

use anyhow::{Result, ensure};
use beyond_record::Counts;
use beyond_stage::{Job, Stage};
use beyond_statistics::extrapolate::{Fits, Grid, Histogram};

/// The stage.
pub struct CoverageStage;

impl Stage for CoverageStage {
    const NAME: &'static str = "coverage";
    const VERSION: u32 = 5;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let inputs: Vec<_> = job.inputs_of("counts").collect();
        ensure!(inputs.len() == 2, "coverage compares two counts tables, it got {}", inputs.len());
        let read = |i: usize| beyond_stage::table::read_file::<Counts>(&inputs[i].path);
        let pair = Pairing::new(&read(0)?, &read(1)?)?;
        job.write(&audits::audits(&pair, params, job)?)?;
        let fits = Fitted::new(&pair)?;
        job.write(&table::tables(&pair, &fits, params.fdr)?)?;
        job.write(&problems::changes_of(&pair, &fits)?)
    }
}

/// Mixing models of the rates of both sides; None where the counts carry no fit (all or none correct, one problem).
struct Fitted {
    base: Option<Fits>,
    model: Option<Fits>,
}

impl Fitted {
    fn new(pair: &Pairing) -> Result<Self> {
        let fit = |rows: &[Counts]| -> Result<Option<Fits>> {
            let counts = beyond_frame::counts(rows)?;
            Ok(Histogram::from_counts(&counts).and_then(|histogram| Fits::new(&histogram, &Grid::new(histogram.n()))).ok())
        };
        Ok(Fitted { base: fit(&pair.rows.base)?, model: fit(&pair.rows.model)? })
    }
}

/// Success rate below which the base is said not to solve a problem: 1/(8n), eight times out of reach of the samples drawn.
fn threshold(n: u32) -> f64 {
    1.0 / (8.0 * f64::from(n))
}

/// The rows of both models and their names.
struct Pairing {
    base: String,
    model: String,
    benchmark: String,
    setting: String,
    rows: beyond_frame::Pair,
}

impl Pairing {
    fn new(base: &[Counts], model: &[Counts]) -> Result<Self> {
        let ((base_id, benchmark, setting), (model_id, other, _)) = (beyond_frame::cell(base)?, beyond_frame::cell(model)?);
        ensure!(benchmark == other, "coverage compares two models on one benchmark, it got {benchmark:?} and {other:?}");
        Ok(Pairing { base: base_id, model: model_id, benchmark, setting, rows: beyond_frame::pair(base, model)? })
    }
}
