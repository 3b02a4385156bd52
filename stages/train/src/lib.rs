//! Stage `train`: a corpus, answers or rewards in; a checkpoint and its training log out.
//!
//! Outputs: folder `checkpoint` (Hugging Face layout), folders `checkpoint-<step>` for the steps that are kept, table `train_log`.
//! Weights are a function of params and inputs, bitwise the same for any number of threads; a killed run resumes in mid-training and ends
//! with the weights of an uninterrupted one ([`state`]).

mod algorithm;
mod answers;
mod batch;
mod check;
mod data;
mod objective;
mod params;
mod pretrain;
mod reinforce;
mod rollout;
mod state;
mod supervised;

pub use params::*;

use anyhow::{Context, Result};
use beyond_model::{Decoder, Tokenizer};
use beyond_stage::{Job, Stage};
use state::State;

/// The stage.
pub struct Train;

impl Stage for Train {
    const NAME: &'static str = "train";
    const VERSION: u32 = 1;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        check::check(params)?;
        let (state, tokenizer) = match &params.recipe {
            Recipe::Pretrain(recipe) => pretrain::pretrain(params, recipe, job)?,
            Recipe::Supervised(recipe) => supervised::supervised(params, recipe, job)?,
            Recipe::Reinforce(recipe) => reinforce::reinforce(params, recipe, job)?,
        };
        write(&state, &tokenizer, job)
    }

    fn work(&self, params: &Params) -> Option<(&'static str, u64)> {
        let steps = match &params.recipe {
            Recipe::Pretrain(recipe) => recipe.steps,
            Recipe::Supervised(recipe) => recipe.steps,
            Recipe::Reinforce(recipe) => recipe.steps,
        };
        Some(("steps", u64::from(steps)))
    }
}

fn write(state: &State, tokenizer: &Tokenizer, job: &Job) -> Result<()> {
    state.decoder.save(&job.output_folder("checkpoint")?, tokenizer)?;
    for &step in &state.kept {
        state.at(step, job)?.save(&job.output_folder(&format!("checkpoint-{step}"))?, tokenizer)?;
    }
    if let Some(last) = state.log.last() {
        job.measure("samples", last.samples as f64);
        job.measure("tokens", last.tokens as f64);
    }
    job.write(&state.log)
}

/// The model an input role holds.
fn load(job: &Job, role: &str) -> Result<(Decoder, Tokenizer)> {
    let folder = &job.input(role)?.path;
    let context = || format!("{role} {}", folder.display());
    Ok((Decoder::load(folder).with_context(context)?, Tokenizer::load(folder).with_context(context)?))
}
