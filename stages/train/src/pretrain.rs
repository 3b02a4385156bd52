//! Pretraining from scratch: AdamW, cosine schedule, mean negative log-likelihood of the response tokens.

use crate::data::Corpus;
use crate::objective::Likelihood;
use crate::state::State;
use crate::{Architecture, Params, Pretrain};
use anyhow::{Result, bail};
use beyond_model::{AdamWParams, Config, Decoder, Family, Patch, Rope, Schedule, Sequence, Tokenizer, backward};
use beyond_record::TrainLog;
use beyond_stage::{Job, user_error};

/// Steps of linear warm-up.
const WARMUP: u64 = 100;
/// Final learning rate as a fraction of the peak.
const FLOOR: f32 = 0.1;
/// Steps between two states that survive a kill.
const SAVE_EVERY: u32 = 250;

/// Trains a decoder from scratch.
pub fn pretrain(params: &Params, recipe: &Pretrain, job: &Job) -> Result<(State, Tokenizer)> {
    let tokenizer = Tokenizer::laboratory(beyond_problems::WORDS)?;
    let decoder = Decoder::init(&config(&recipe.architecture, &tokenizer)?, params.seed)?;
    let corpus = Corpus::new(&recipe.corpus, params.seed)?;
    let optimizer = AdamWParams { weight_decay: recipe.weight_decay as f32, ..AdamWParams::default() };
    let fit = Fit { run: &params.run, label: "pretrain", steps: recipe.steps, schedule: schedule(recipe.learning_rate, recipe.steps) };
    let documents = u64::from(recipe.batch);
    let batch = |step: u32| corpus.sequences(&tokenizer, u64::from(step) * documents, documents, job.threads());
    let state = fit.run(State::resume(decoder, optimizer, job)?, batch, job)?;
    Ok((state, tokenizer))
}

/// Warm-up (a tenth of a short run), then a cosine to a tenth of the peak.
pub fn schedule(peak: f64, steps: u32) -> Schedule {
    Schedule { peak: peak as f32, warmup: WARMUP.min(u64::from(steps) / 10), steps: u64::from(steps), floor: FLOOR }
}

fn config(shape: &Architecture, tokenizer: &Tokenizer) -> Result<Config> {
    let family = match shape.family.as_str() {
        "qwen2" => Family::Qwen2,
        "qwen3" => Family::Qwen3,
        "llama" => Family::Llama,
        other => bail!(user_error(format!("there is no architecture {other:?}; the architectures are qwen2, qwen3, llama"))),
    };
    Ok(Config {
        family,
        hidden: shape.hidden,
        layers: shape.layers,
        heads: shape.heads,
        kv_heads: shape.kv_heads.unwrap_or(shape.heads),
        head_dim: shape.hidden / shape.heads,
        ff: shape.feed_forward,
        vocab: tokenizer.vocab_size(),
        rope: Rope { theta: 10_000.0, scaling: None },
        tie: family != Family::Llama,
        eps: 1e-6,
        max_positions: shape.max_positions,
        eos_ids: tokenizer.eos_ids().to_vec(),
        bos_id: tokenizer.bos_id(),
        pad_id: tokenizer.pad_id(),
        patch: shape.vision.map(|vision| Patch { count: vision.patches, size: vision.patch_size }),
    })
}

/// A likelihood fit: pretraining and supervised training share it.
pub struct Fit<'a> {
    /// Model id.
    pub run: &'a str,
    /// `algorithm` of the log.
    pub label: &'a str,
    /// Optimiser steps.
    pub steps: u32,
    /// Learning rate.
    pub schedule: Schedule,
}

impl Fit<'_> {
    /// Goes on from `state` to the last step; `batch(step)` gives the sequences of a step, 0-based. Errs with `Cancelled` after saving.
    pub fn run(&self, mut state: State, batch: impl Fn(u32) -> Result<Vec<Sequence>>, job: &Job) -> Result<State> {
        job.progress().total("steps", u64::from(self.steps), u64::from(state.step()));
        while state.step() < self.steps {
            if job.check_cancelled().is_err() {
                state.save(job)?;
                job.check_cancelled()?;
            }
            let sequences = batch(state.step())?;
            let tokens = self.step(&mut state, &sequences, job.threads())?;
            job.progress().advance(1, tokens);
            if state.step().is_multiple_of(SAVE_EVERY) {
                state.save(job)?;
            }
        }
        Ok(state)
    }

    /// One update on the mean over all response tokens; returns the tokens read.
    fn step(&self, state: &mut State, sequences: &[Sequence], threads: usize) -> Result<u64> {
        let tokens: usize = sequences.iter().map(|sequence| sequence.response().len()).sum();
        let all: usize = sequences.iter().map(|sequence| sequence.ids.len()).sum();
        let (grads, stats) = backward(&state.decoder, sequences, &Likelihood { weight: 1.0 / tokens as f32 }, threads)?;
        let learning_rate = self.schedule.rate(u64::from(state.step()));
        let grad_norm = state.optimizer.step(&mut state.decoder, &grads, learning_rate)?;
        let before = state.log.last().map_or(0, |row| row.tokens);
        state.log.push(TrainLog {
            run: self.run.to_string(),
            algorithm: self.label.to_string(),
            step: state.step() + 1,
            loss: stats.loss,
            learning_rate: f64::from(learning_rate),
            grad_norm,
            reward: None,
            response_length: Some(tokens as f64 / sequences.len() as f64),
            entropy: Some(stats.entropy / stats.tokens as f64),
            answer_entropy: None,
            kl: None,
            clip_share: None,
            active_share: None,
            samples: 0,
            tokens: before + all as u64,
        });
        Ok(all as u64)
    }
}
