//! Supervised training on answers: instruct models, rejection fine-tuning, distillation and their controls.

use crate::data::stream;
use crate::pretrain::{Fit, schedule};
use crate::state::State;
use crate::{Params, Supervised, answers};
use anyhow::{Result, ensure};
use beyond_model::{AdamWParams, Tokenizer};
use beyond_stage::Job;

/// Trains the checkpoint in input role `checkpoint` on prompt-answer pairs, without replacement within an epoch.
pub fn supervised(params: &Params, recipe: &Supervised, job: &Job) -> Result<(State, Tokenizer)> {
    let (decoder, tokenizer) = crate::load(job, "checkpoint")?;
    let pairs = answers::pairs(&recipe.answers, params.seed, &decoder, &tokenizer, job)?;
    ensure!(!pairs.is_empty(), "there is no correct answer to learn from: the teacher solved none of the problems");
    job.measure("pairs", pairs.len() as f64);
    let fit = Fit { run: &params.run, label: &recipe.label, steps: recipe.steps, schedule: schedule(recipe.learning_rate, recipe.steps) };
    let batch = |step: u32| {
        let chosen = stream(pairs.len(), u64::from(step) * u64::from(recipe.batch), recipe.batch as usize, params.seed);
        Ok(chosen.into_iter().map(|pair| pairs[pair].clone()).collect())
    };
    let state = fit.run(State::resume(decoder, AdamWParams::default(), job)?, batch, job)?;
    Ok((state, tokenizer))
}
