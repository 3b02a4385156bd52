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

/// The stage.
pub struct CoverageStage;

impl Stage for CoverageStage {
    const NAME: &'static str = "coverage";
    const VERSION: u32 = 3;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let inputs: Vec<_> = job.inputs_of("counts").collect();
        ensure!(inputs.len() == 2, "coverage compares two counts tables, it got {}", inputs.len());
        let read = |i: usize| beyond_stage::table::read_file::<Counts>(&inputs[i].path);
        let pair = Pairing::new(&read(0)?, &read(1)?)?;
        job.write(&audits::audits(&pair, params, job)?)?;
        job.write(&table::tables(&pair, params.fdr)?)?;
        job.write(&problems::changes_of(&pair)?)
    }
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
