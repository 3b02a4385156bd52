//! Stage `distill`: base, RL, instruct and distilled models on the same problems -> paired differences with bands, crossing points, and
//! where in the base's difficulty the differences lie (paper Fig 7 and section 4.3; "distill" after the comparison that gave it its name).
//!
//! Inputs: `counts` of the base and of each model; `verdicts-<i>` and `completions-<i>` of the i-th of them, where there are samples.
//! Outputs: `paired` and `crossings`, whose differences are model minus base, and `curves` with Delta_SE, base minus model.

mod differences;
mod difficulty;
mod gap;
mod paired;
mod params;
mod side;
mod tokens;

pub use params::*;

use anyhow::{Result, ensure};
use beyond_stage::{Job, Stage};
use beyond_statistics::family::readings::Reading;
use side::Side;
use std::collections::BTreeSet;

/// The stage.
pub struct Distill;

impl Stage for Distill {
    const NAME: &'static str = "distill";
    const VERSION: u32 = 5;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let read = |(i, input): (usize, &beyond_stage::Input)| Side::read(job, i, &input.path, params.seed);
        let sides: Vec<Side> = job.inputs_of("counts").enumerate().map(read).collect::<Result<_>>()?;
        ensure!(sides.len() >= 2, "a comparison needs the counts of a base and of at least one model, it got {}", sides.len());
        let (mut rows, mut crossings) = (Vec::new(), Vec::new());
        let mut gaps = Vec::new();
        for model in &sides[1..] {
            job.check_cancelled()?;
            let pair = Comparison::new(&sides[0], model)?;
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

/// Two models on the problems that both have, and their differences in what needs samples.
struct Comparison {
    base: String,
    model: String,
    benchmark: String,
    setting: String,
    rows: beyond_frame::Pair,
    majorities: Option<Reading>,
    budgets: Option<Reading>,
}

impl Comparison {
    fn new(base: &Side, model: &Side) -> Result<Self> {
        let ((base_id, benchmark, setting), (model_id, ..)) = (beyond_frame::cell(&base.rows)?, beyond_frame::cell(&model.rows)?);
        let rows = beyond_frame::pair(&base.rows, &model.rows)?;
        let shared: BTreeSet<&str> = rows.base.iter().map(|row| row.problem_id.as_str()).collect();
        let at =
            |side: &Side| -> Vec<usize> { (0..side.rows.len()).filter(|&i| shared.contains(side.rows[i].problem_id.as_str())).collect() };
        let (of_base, of_model) = (at(base), at(model));
        let minus = |reading: fn(&Side) -> Option<&Reading>| {
            let (base, model) = (reading(base)?.of(&of_base), reading(model)?.of(&of_model));
            let last = base.ks.last().min(model.ks.last()).copied()?;
            model.columns(|_, k| k <= last).minus(&base.columns(|_, k| k <= last))
        };
        let (majorities, budgets) = (minus(|side| side.majorities.as_ref()), minus(|side| side.budgets.as_ref()));
        Ok(Comparison { base: base_id, model: model_id, benchmark, setting, rows, majorities, budgets })
    }
}
