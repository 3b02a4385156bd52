//! Stage `distill`: base, RL, instruct and distilled models on the same problems -> paired differences with bands, crossing points, and
//! where in the base's difficulty the differences lie (paper Fig 7 and section 4.3; "distill" after the comparison that gave it its name).
//!
//! Outputs: `paired` and `crossings`, whose differences are model minus base, and `curves` with Delta_SE, base minus model.

mod difficulty;
mod gap;
mod paired;
mod params;

pub use params::*;

use anyhow::{Result, ensure};
use beyond_record::Counts;
use beyond_stage::{Job, Stage};

/// The stage.
pub struct Distill;

impl Stage for Distill {
    const NAME: &'static str = "distill";
    const VERSION: u32 = 2;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let tables: Vec<Vec<Counts>> =
            job.inputs_of("counts").map(|input| beyond_stage::table::read_file(&input.path)).collect::<Result<_>>()?;
        ensure!(tables.len() >= 2, "a comparison needs the counts of a base and of at least one model, it got {}", tables.len());
        let (mut rows, mut crossings) = (Vec::new(), Vec::new());
        let mut gaps = Vec::new();
        for model in &tables[1..] {
            job.check_cancelled()?;
            let pair = Comparison::new(&tables[0], model)?;
            paired::compare(&pair, params, &mut rows, &mut crossings)?;
            difficulty::shift(&pair, &mut rows)?;
            if params.gap_of.contains(&pair.model) {
                gaps.extend(gap::gaps(&pair)?);
            }
        }
        job.write(&rows)?;
        job.write(&crossings)?;
        job.write(&gaps)
    }
}

/// Two models and their names.
struct Comparison {
    base: String,
    model: String,
    benchmark: String,
    setting: String,
    rows: beyond_frame::Pair,
}

impl Comparison {
    fn new(base: &[Counts], model: &[Counts]) -> Result<Self> {
        let ((base_id, benchmark, setting), (model_id, ..)) = (beyond_frame::cell(base)?, beyond_frame::cell(model)?);
        Ok(Comparison { base: base_id, model: model_id, benchmark, setting, rows: beyond_frame::pair(base, model)? })
    }
}
