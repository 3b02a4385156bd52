//! Stage `exact`: the true success rate of a checkpoint on problems whose correct answers can all be listed, beside what samples estimate.
//!
//! p_j = sum over the correct answers y of problem j of p(y, end token | x_j) at temperature 1, without truncation. Nothing is sampled, so a
//! rate of 1e-9 can be told from 0: whether training *added* an answer or made a possible one likely can be read off. The counts of the same
//! model on the same problems are held against it: a check of the sampler, the verifier, the estimator and its intervals at once.
//!
//! Inputs: `checkpoint`, `problems`, `counts` (sampled at temperature 1, top-p 1). Outputs: `exact_rates`, `exact_curves`.

mod curve;
mod params;
mod rate;

pub use params::*;

use anyhow::{Result, ensure};
use beyond_model::{Decoder, Tokenizer};
use beyond_record::{Counts, ExactRate, Problem};
use beyond_stage::{Job, Stage};

/// The stage.
pub struct Exact;

impl Stage for Exact {
    const NAME: &'static str = "exact";
    const VERSION: u32 = 1;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let folder = &job.input("checkpoint")?.path;
        let (decoder, tokenizer) = (Decoder::load(folder)?, Tokenizer::load(folder)?);
        let (problems, counts) = (job.read::<Problem>()?, job.read::<Counts>()?);
        job.progress().total("problems", problems.len() as u64, 0);
        let rates = rate::rates(&problems, &params.template, &decoder, &tokenizer, job.threads())?;
        let rows = join(&problems, &rates, &counts)?;
        job.progress().advance(problems.len() as u64, 0);
        job.write(&curve::curves(&rows)?)?;
        job.write(&rows)
    }
}

/// Beside every rate the counts of its problem. Errs where a problem was not sampled.
fn join(problems: &[Problem], rates: &[rate::Rate], counts: &[Counts]) -> Result<Vec<ExactRate>> {
    ensure!(problems.len() == counts.len(), "{} problems, but counts of {}; sample all of them", problems.len(), counts.len());
    let row = |(problem, rate): (&Problem, &rate::Rate)| {
        let found = counts.iter().find(|row| row.problem_id == problem.problem_id);
        let Some(row) = found else { anyhow::bail!("problem {} has no counts; sample the whole benchmark", problem.problem_id) };
        Ok(ExactRate {
            benchmark: problem.benchmark.clone(),
            model: row.model.clone(),
            setting: row.setting.clone(),
            problem_id: problem.problem_id.clone(),
            answers: rate.answers,
            rate: rate.probability,
            n: row.n,
            correct: row.correct,
        })
    };
    problems.iter().zip(rates).map(row).collect()
}
