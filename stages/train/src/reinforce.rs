//! Reinforcement learning with verifiable rewards: rollouts, rewards, advantages, minibatch updates.

use crate::algorithm::method;
use crate::batch::{Batch, Maker, flat, weighted};
use crate::data::Problems;
use crate::objective::Surrogate;
use crate::rollout::{Group, Roller, Rollout};
use crate::state::State;
use crate::{Params, Reinforce};
use anyhow::Result;
use beyond_model::{AdamWParams, Sequence, Tokenizer, backward};
use beyond_record::TrainLog;
use beyond_stage::Job;
use std::collections::BTreeMap;

/// Steps between two states that survive a kill.
const SAVE_EVERY: u32 = 20;

/// Trains the checkpoint in input role `checkpoint`.
pub fn reinforce(params: &Params, recipe: &Reinforce, job: &Job) -> Result<(State, Tokenizer)> {
    let (base, tokenizer) = crate::load(job, "checkpoint")?;
    let problems = Problems::new(&recipe.problems, params.seed, &tokenizer)?;
    let method = method(recipe.algorithm);
    let policy = if method.wants_values() { base.clone().with_value_head(None)? } else { base.clone() };
    let state = State::resume(policy, AdamWParams::default(), job)?;
    let roller = Roller { problems: &problems, tokenizer: &tokenizer, recipe, seed: params.seed, threads: job.threads() };
    let run = Run { params, recipe, maker: Maker { roller, method, base: &base } };
    Ok((run.steps(state, job)?, tokenizer))
}

struct Run<'a> {
    params: &'a Params,
    recipe: &'a Reinforce,
    maker: Maker<'a>,
}

/// What the updates of a step measured.
#[derive(Default)]
struct Updates {
    /// Minibatches.
    count: u32,
    /// Sums over them.
    loss: f64,
    grad_norm: f64,
    clipped: f64,
}

impl Run<'_> {
    fn steps(&self, mut state: State, job: &Job) -> Result<State> {
        job.progress().total("steps", u64::from(self.recipe.steps), u64::from(state.step()));
        while state.step() < self.recipe.steps {
            if job.check_cancelled().is_err() {
                state.save(job)?;
                job.check_cancelled()?;
            }
            let before = state.log.last().map_or(0, |row| row.tokens);
            self.step(&mut state)?;
            job.progress().advance(1, state.log.last().map_or(0, |row| row.tokens) - before);
            let keep = self.recipe.checkpoints.contains(&state.step());
            if keep {
                state.keep(job)?;
            }
            if keep || state.step().is_multiple_of(SAVE_EVERY) {
                state.save(job)?;
            }
        }
        Ok(state)
    }

    fn step(&self, state: &mut State) -> Result<()> {
        let batch = self.maker.batch(&state.decoder, state.position)?;
        let updates = self.update(state, &batch)?;
        state.position += batch.drawn.len() as u64;
        state.log.push(self.log_row(state, &batch, &updates));
        Ok(())
    }

    /// One optimiser update per minibatch of whole groups; none when no group is left to train on.
    fn update(&self, state: &mut State, batch: &Batch) -> Result<Updates> {
        let groups = batch.kept();
        let size = groups.len().div_ceil(self.recipe.minibatches as usize).max(1);
        let mut updates = Updates::default();
        for (groups, targets) in groups.chunks(size).zip(batch.targets.chunks(size * self.recipe.group as usize)) {
            let sequences: Vec<Sequence> = flat(groups).iter().map(|rollout| rollout.sequence.clone()).collect();
            let targets = weighted(targets, self.maker.method.aggregation());
            let objective = Surrogate {
                targets: &targets,
                low: self.recipe.clip_low as f32,
                high: self.recipe.clip_high as f32,
                kl: self.recipe.kl as f32,
                value_weight: self.recipe.value_weight as f32,
            };
            let (grads, stats) = backward(&state.decoder, &sequences, &objective, self.maker.roller.threads)?;
            updates.grad_norm += state.optimizer.step(&mut state.decoder, &grads, self.recipe.learning_rate as f32)?;
            updates.loss += stats.loss;
            updates.clipped += stats.metrics.first().unwrap_or(&0.0);
            updates.count += 1;
        }
        Ok(updates)
    }

    /// Rewards, lengths and entropies are means over every rollout drawn, also of groups that dynamic sampling drops: what the policy
    /// does, not what it is shown.
    fn log_row(&self, state: &State, batch: &Batch, updates: &Updates) -> TrainLog {
        let all: Vec<&Group> = batch.drawn.iter().collect();
        let rollouts = flat(&all);
        let (count, tokens) = (rollouts.len() as f64, tokens(&rollouts) as f64);
        let trained = batch.targets.iter().map(|target| target.old.len()).sum::<usize>().max(1) as f64;
        let active = batch.targets.iter().filter(|target| target.advantage.iter().any(|advantage| *advantage != 0.0)).count();
        let greedy: Vec<&Group> = batch.greedy.iter().collect();
        let spent = [&rollouts, &flat(&greedy)].map(|rollouts| (rollouts.len() as u64, self::tokens(rollouts)));
        let (last, updated) = (state.log.last(), f64::from(updates.count.max(1)));
        TrainLog {
            run: self.params.run.clone(),
            algorithm: self.recipe.algorithm.name().to_string(),
            step: state.step() + 1,
            loss: updates.loss / updated,
            learning_rate: self.recipe.learning_rate,
            grad_norm: updates.grad_norm / updated,
            reward: Some(rollouts.iter().map(|rollout| rollout.reward).sum::<f64>() / count),
            response_length: Some(tokens / count),
            entropy: Some(rollouts.iter().map(|rollout| rollout.entropy * rollout.tokens() as f64).sum::<f64>() / tokens),
            answer_entropy: Some(all.iter().map(|group| answer_entropy(group)).sum::<f64>() / all.len() as f64),
            kl: Some(batch.kl),
            clip_share: Some(updates.clipped / trained),
            active_share: Some(active as f64 / count),
            samples: last.map_or(0, |row| row.samples) + spent[0].0 + spent[1].0,
            tokens: last.map_or(0, |row| row.tokens) + spent[0].1 + spent[1].1,
        }
    }
}

/// Response tokens of rollouts.
fn tokens(rollouts: &[&Rollout]) -> u64 {
    rollouts.iter().map(|rollout| rollout.tokens() as u64).sum()
}

/// Entropy of the extracted answers of a group, nats; rollouts without an answer do not vote.
fn answer_entropy(group: &Group) -> f64 {
    let mut votes: BTreeMap<&str, u32> = BTreeMap::new();
    for answer in group.rollouts.iter().filter_map(|rollout| rollout.answer.as_deref()) {
        *votes.entry(answer).or_default() += 1;
    }
    let total = f64::from(votes.values().sum::<u32>());
    votes.values().map(|count| f64::from(*count) / total).fold(0.0, |sum, share| sum - share * share.ln())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_entropy_counts_votes() {
        let rollout = |answer: Option<&str>| Rollout {
            sequence: Sequence::default(),
            logprobs: vec![0.0],
            entropy: 0.0,
            reward: 0.0,
            answer: answer.map(str::to_string),
            truncated: false,
        };
        let group =
            |answers: &[Option<&str>]| Group { position: 0, problem: 0, rollouts: answers.iter().map(|answer| rollout(*answer)).collect() };
        // scipy.stats.entropy([2, 1, 1]) = 1.0397207708399179
        assert!((answer_entropy(&group(&[Some("a"), Some("b"), None, Some("a"), Some("c")])) - 1.039_720_770_839_917_9).abs() < 1e-12);
        assert_eq!(answer_entropy(&group(&[Some("a"), Some("a")])), 0.0);
        assert_eq!(answer_entropy(&group(&[None])), 0.0);
    }
}
