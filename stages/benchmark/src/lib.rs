//! Stage `benchmark`: problems, from a procedural family or a published file, and the control beside which they are read.
//!
//! Outputs: `problems` (sorted by id) and `controls` (pass@k of a policy that ignores the prompt or walks at random; empty for files).

mod params;

pub use params::*;

use anyhow::{Result, ensure};
use beyond_problems::{FamilySpec, Request, Split};
use beyond_record::{Control, Problem};
use beyond_stage::{Job, Stage, user_error};

/// k at which the control is printed.
const CONTROL_KS: [u32; 11] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
/// Documents of a family's own stream among which seen problems are looked for: pretraining of 40 steps has read them.
const SEEN_DOCUMENTS: u64 = 5_000;

/// The stage.
pub struct Benchmark;

impl Stage for Benchmark {
    const NAME: &'static str = "benchmark";
    const VERSION: u32 = 1;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let (mut problems, controls) = match &params.source {
            Source::Procedural { family, level, exposure, split, problems, seed } => {
                let request = Request {
                    benchmark: params.benchmark.clone(),
                    split: if split == "train" { Split::RlTrain } else { Split::Test },
                    level: *level,
                    exposure: *exposure,
                    count: *problems as usize,
                    seed: *seed,
                };
                procedural(family, &request, split == "seen")?
            }
            Source::File { limit, drop_choice } => (from_file(params, job, *limit, *drop_choice)?, Vec::new()),
        };
        problems.sort_by(|a, b| a.problem_id.cmp(&b.problem_id));
        if let Some(twice) = problems.windows(2).find(|pair| pair[0].problem_id == pair[1].problem_id) {
            return Err(user_error(format!("benchmark {}: problem id {:?} occurs twice", params.benchmark, twice[0].problem_id)));
        }
        job.write(&problems)?;
        job.write(&controls)
    }

    fn work(&self, params: &Params) -> Option<(&'static str, u64)> {
        match &params.source {
            Source::Procedural { problems, .. } => Some(("problems", u64::from(*problems))),
            Source::File { .. } => None,
        }
    }
}

fn procedural(family: &FamilySpec, request: &Request, seen: bool) -> Result<(Vec<Problem>, Vec<Control>)> {
    let family = family.build()?;
    let problems = if seen { family.seen(request, request.seed, SEEN_DOCUMENTS)? } else { family.problems(request)? };
    let controls = family.control(&problems, &CONTROL_KS)?;
    Ok((problems, controls))
}

fn from_file(params: &Params, job: &Job, limit: Option<u32>, drop_choice: bool) -> Result<Vec<Problem>> {
    let manifest = beyond_problems::Manifest::read(&job.input("manifest")?.path)?;
    let mut problems = manifest.load(&job.input("file")?.path, &params.benchmark)?;
    if drop_choice {
        problems.retain(|problem| !beyond_problems::is_multiple_choice(problem));
    }
    problems.truncate(limit.map_or(usize::MAX, |limit| limit as usize));
    ensure!(!problems.is_empty(), user_error(format!("benchmark {}: the file holds no problem that is kept", params.benchmark)));
    Ok(problems)
}
