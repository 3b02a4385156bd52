//! The counts of all training runs of an arm, paired by problem and by seed.

use crate::Params;
use anyhow::{Context, Result, ensure};
use beyond_record::Counts;
use beyond_stage::{Job, table, user_error};
use beyond_statistics::Count;
use beyond_statistics::counts::min_n;

/// One training run on the benchmark.
pub struct Run {
    /// Model id.
    pub model: String,
    /// Counts in the order of the problem id.
    pub counts: Vec<Count>,
}

/// The runs of an arm and, seed by seed, those of its base; `bases` is empty when there is none.
pub struct Group {
    /// In the order of the inputs.
    pub runs: Vec<Run>,
    /// Same order, same length, or empty.
    pub bases: Vec<Run>,
}

impl Group {
    /// Reads the inputs. Errs when a seed has a base but no model, when problems differ, or when a cell is of another benchmark.
    pub fn read(params: &Params, job: &Job) -> Result<Group> {
        let seeds: Vec<&str> = job.inputs().iter().filter_map(|input| input.role.strip_prefix("model-")).collect();
        ensure!(!seeds.is_empty(), "arm {:?} has no training runs: expected inputs model-<seed>", params.arm);
        let tables = |side: &str| -> Result<Vec<Vec<Counts>>> {
            seeds.iter().map(|seed| table::read_file(&job.input(&format!("{side}-{seed}"))?.path)).collect()
        };
        let models = tables("model")?;
        let bases = if params.base.is_some() { tables("base").with_context(|| unpaired(params))? } else { Vec::new() };
        let like = &models[0];
        let of = |rows: &Vec<Counts>| run(params, like, rows);
        Ok(Group { runs: models.iter().map(of).collect::<Result<_>>()?, bases: bases.iter().map(of).collect::<Result<_>>()? })
    }

    /// The largest k that is defined for every problem of every run.
    pub fn k_max(&self) -> u32 {
        self.runs.iter().chain(&self.bases).map(|run| min_n(&run.counts)).min().unwrap_or(0)
    }
}

fn unpaired(params: &Params) -> String {
    let base = params.base.as_deref().unwrap_or_default();
    format!("every run of {:?} is compared with the run of {base:?} of the same seed", params.arm)
}

fn run(params: &Params, like: &[Counts], rows: &[Counts]) -> Result<Run> {
    let (model, benchmark, setting) = beyond_frame::cell(rows)?;
    if (&benchmark, &setting) != (&params.benchmark, &params.setting) {
        return Err(user_error(format!(
            "{model:?} was evaluated on {benchmark:?} with {setting:?}, the group is about {:?} with {:?}",
            params.benchmark, params.setting
        )));
    }
    let pair = beyond_frame::pair(like, rows)?.complete()?;
    Ok(Run { model, counts: beyond_frame::counts(&pair.model)? })
}
