//! Stage `sample`: n completions per problem from a checkpoint or an endpoint; stage `match`: the temperature of an entropy-matched cell;
//! stage `import`: results somebody else made.
//!
//! A completion is a function of (checkpoint, prompt, sampling, seed, sample index): the journal keeps every shard already paid for, so that
//! raising n, adding a problem or renaming a model draws only what is missing.

mod codec;
mod draw;
mod endpoint;
mod entropy;
mod import;
mod openai;
mod params;
mod power;
mod shards;

pub use entropy::Match;
pub use import::Import;
pub use params::*;

use anyhow::Result;
use beyond_model::{Decoder, Tokenizer};
use beyond_record::{Completion, Problem, Table};
use beyond_stage::{Digest, Job, Purity, Stage, user_error};

/// The stage.
pub struct Sample;

impl Stage for Sample {
    const NAME: &'static str = "sample";
    const VERSION: u32 = 1;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let problems = job.read::<Problem>()?;
        let sampling = entropy::with_matched_temperature(&params.sampling, job)?;
        let rows = match &params.endpoint {
            Some(endpoint) => endpoint::sample(params, endpoint, &sampling, &problems, job)?,
            None => from_checkpoint(params, &sampling, &problems, job)?,
        };
        job.write(&rows)
    }

    fn purity(&self, params: &Params) -> Purity {
        if params.endpoint.is_some() { Purity::Measurement } else { Purity::Pure }
    }

    fn work(&self, params: &Params) -> Option<(&'static str, u64)> {
        Some(("samples", u64::from(params.n)))
    }

    fn work_per(&self) -> Option<&'static str> {
        Some(Problem::NAME)
    }

    fn tops_up(&self) -> bool {
        true
    }
}

/// A checkpoint and what names it.
pub(crate) struct Loaded {
    pub decoder: Decoder,
    pub tokenizer: Tokenizer,
    pub digest: Digest,
}

impl Loaded {
    pub fn from_input(job: &Job) -> Result<Self> {
        let input = job.input("checkpoint")?;
        let users = |error: anyhow::Error| user_error(format!("checkpoint {}: {error:#}", input.path.display()));
        Ok(Loaded {
            decoder: Decoder::load(&input.path).map_err(users)?,
            tokenizer: Tokenizer::load(&input.path).map_err(users)?,
            digest: input.digest,
        })
    }
}

fn from_checkpoint(params: &Params, sampling: &Sampling, problems: &[Problem], job: &Job) -> Result<Vec<Completion>> {
    let model = Loaded::from_input(job)?;
    let prompts = beyond_prompt::prompts(problems, &params.template, &model.tokenizer)?;
    let drawn = match sampling.power {
        None => draw::draw(&model, &prompts, sampling, params.n, job)?,
        Some(power) => power::resample(&draw::draw(&model, &prompts, sampling, params.n * power.candidates, job)?, power, sampling.seed),
    };
    let mut rows = Vec::with_capacity(problems.len() * params.n as usize);
    for (problem, samples) in problems.iter().zip(drawn) {
        for (index, sample) in samples.into_iter().enumerate() {
            rows.push(row(params, problem, index as u32, sample, &model.tokenizer)?);
        }
    }
    Ok(rows)
}

fn row(params: &Params, problem: &Problem, sample_index: u32, drawn: codec::Drawn, tokenizer: &Tokenizer) -> Result<Completion> {
    Ok(Completion {
        model: params.model.clone(),
        benchmark: problem.benchmark.clone(),
        setting: params.setting.clone(),
        problem_id: problem.problem_id.clone(),
        sample_index,
        text: beyond_prompt::visible_text(&drawn.ids, tokenizer)?,
        n_tokens: Some(drawn.ids.len() as u32),
        token_ids: drawn.ids,
        logprob_sum: Some(drawn.logprob_sum),
        entropy_mean: Some(drawn.entropy_mean),
        finish_reason: if drawn.stopped { "stop" } else { "length" }.to_string(),
    })
}
