//! One step's rollouts, and what the loss needs of them.

use crate::algorithm::{Advantages, Aggregation, Context, Method, PerToken};
use crate::objective::{Target, k3};
use crate::rollout::{Group, Roller, Rollout};
use anyhow::Result;
use beyond_model::{Decoder, Gradient, Objective, Scorable, Sequence, TokenStats, backward};
use std::sync::Mutex;

/// The rollouts of a step.
pub struct Batch {
    /// Every group that was drawn, in order.
    pub drawn: Vec<Group>,
    /// The greedy answers (ReMax), else empty.
    pub greedy: Vec<Group>,
    /// Which groups are trained on.
    kept: Vec<usize>,
    /// One per rollout of the groups that are trained on.
    pub targets: Vec<Target>,
    /// Mean k3 per token between the policy that drew and the base, nats.
    pub kl: f64,
}

impl Batch {
    /// The groups that are trained on; `targets` follow their order.
    pub fn kept(&self) -> Vec<&Group> {
        self.kept.iter().map(|&g| &self.drawn[g]).collect()
    }
}

/// What makes a batch: everything but the policy and the position in the stream of problems.
pub struct Maker<'a> {
    pub roller: Roller<'a>,
    pub method: &'static dyn Method,
    /// The checkpoint that training started from.
    pub base: &'a Decoder,
}

impl Maker<'_> {
    /// Draws rollouts from `position` of the stream on and computes their advantages.
    pub fn batch(&self, policy: &Decoder, position: u64) -> Result<Batch> {
        let drawn = self.draw(policy, position)?;
        let kept: Vec<usize> = (0..drawn.len()).filter(|&g| self.method.keeps(&drawn[g].rewards())).collect();
        let groups: Vec<&Group> = kept.iter().map(|&g| &drawn[g]).collect();
        let greedy = if self.method.wants_greedy() { self.roller.greedy(policy, &groups)? } else { Vec::new() };
        let targets = self.targets(policy, &groups, &greedy)?;
        let kl = self.kl_to_base(&drawn)?;
        Ok(Batch { kept, targets, kl, greedy, drawn })
    }

    /// `prompts` groups; those that the method drops are replaced by the next problems, in at most `redraws` draws.
    fn draw(&self, policy: &Decoder, position: u64) -> Result<Vec<Group>> {
        let recipe = self.roller.recipe;
        let (mut drawn, mut missing) = (Vec::new(), recipe.prompts as usize);
        for _ in 0..recipe.redraws.max(1) {
            let fresh = self.roller.groups(policy, position + drawn.len() as u64, missing)?;
            missing -= fresh.iter().filter(|group| self.method.keeps(&group.rewards())).count();
            drawn.extend(fresh);
            if missing == 0 {
                break;
            }
        }
        Ok(drawn)
    }

    fn targets(&self, policy: &Decoder, groups: &[&Group], greedy: &[Group]) -> Result<Vec<Target>> {
        let recipe = self.roller.recipe;
        let greedy: Vec<f64> = greedy.iter().map(|group| group.rollouts[0].reward).collect();
        let values = if self.method.wants_values() { self.values(policy, groups)? } else { Vec::new() };
        let references = if recipe.kl > 0.0 { regroup(groups, self.base_logprobs(&flat(groups))?) } else { Vec::new() };
        let found = self.method.advantages(&Context { groups, greedy: &greedy, values: &values, references: &references, recipe });
        let references = if self.method.kl_in_loss() { references } else { Vec::new() };
        Ok(assemble(groups, found, values, references))
    }

    /// V_old of every response token.
    fn values(&self, policy: &Decoder, groups: &[&Group]) -> Result<PerToken> {
        let sequences: Vec<Sequence> = flat(groups).iter().map(|rollout| rollout.sequence.clone()).collect();
        let listen = Listen { values: Mutex::new(vec![Vec::new(); sequences.len()]) };
        backward(policy, &sequences, &listen, self.roller.threads)?;
        Ok(regroup(groups, listen.values.into_inner().expect("no panic while listening")))
    }

    /// ln pi_base of every response token.
    fn base_logprobs(&self, rollouts: &[&Rollout]) -> Result<Vec<Vec<f32>>> {
        let pairs: Vec<Scorable> = rollouts.iter().map(|rollout| scorable(rollout)).collect();
        Ok(self.base.score(&pairs, self.roller.threads)?.into_iter().map(|scores| scores.logprobs).collect())
    }

    /// On the first rollout of every group: one in `group`, so that watching the divergence costs little beside training.
    fn kl_to_base(&self, groups: &[Group]) -> Result<f64> {
        let firsts: Vec<&Rollout> = groups.iter().map(|group| &group.rollouts[0]).collect();
        let base = self.base_logprobs(&firsts)?;
        let terms =
            firsts.iter().zip(&base).flat_map(|(rollout, base)| rollout.logprobs.iter().zip(base).map(|(old, base)| k3(base - old)));
        let (sum, count) = terms.fold((0.0, 0usize), |(sum, count), term| (sum + f64::from(term), count + 1));
        Ok(sum / count.max(1) as f64)
    }
}

/// The rollouts of groups, one after the other.
pub fn flat<'a>(groups: &[&'a Group]) -> Vec<&'a Rollout> {
    groups.iter().flat_map(|group| &group.rollouts).collect()
}

/// One slice per rollout, sorted into groups again.
fn regroup(groups: &[&Group], rollouts: Vec<Vec<f32>>) -> PerToken {
    let mut rollouts = rollouts.into_iter();
    groups.iter().map(|group| rollouts.by_ref().take(group.rollouts.len()).collect()).collect()
}

fn assemble(groups: &[&Group], found: Advantages, values: PerToken, references: PerToken) -> Vec<Target> {
    let [mut advantage, mut returns, mut values, mut references] =
        [found.advantage, found.returns, values, references].map(|table| table.into_iter().flatten());
    let target = |rollout: &&Rollout| Target {
        advantage: advantage.next().unwrap_or_default(),
        old: rollout.logprobs.clone(),
        reference: references.next().unwrap_or_default(),
        weight: 0.0,
        returns: returns.next().unwrap_or_default(),
        old_values: values.next().unwrap_or_default(),
    };
    flat(groups).iter().map(target).collect()
}

/// The targets of a minibatch with the weight that a token of theirs has in the loss.
pub fn weighted(targets: &[Target], aggregation: Aggregation) -> Vec<Target> {
    let tokens: usize = targets.iter().map(|target| target.old.len()).sum();
    let weight = |target: &Target| match aggregation {
        Aggregation::Sequence => 1.0 / (targets.len() * target.old.len().max(1)) as f32,
        Aggregation::Token => 1.0 / tokens.max(1) as f32,
    };
    targets.iter().map(|target| Target { weight: weight(target), ..target.clone() }).collect()
}

/// Reads values and asks for no gradient.
struct Listen {
    values: Mutex<Vec<Vec<f32>>>,
}

impl Objective for Listen {
    fn gradient(&self, index: usize, _sequence: &Sequence, token: &TokenStats) -> Gradient {
        self.values.lock().expect("no panic while listening")[index] = token.value.unwrap_or_default().to_vec();
        Gradient { dlogp: vec![0.0; token.logp.len()], ..Gradient::default() }
    }
}

/// A rollout as the scorer takes it.
fn scorable(rollout: &Rollout) -> Scorable<'_> {
    let (prompt, completion) = rollout.sequence.ids.split_at(rollout.sequence.response_start);
    Scorable { image: rollout.sequence.image.as_ref(), prompt, completion }
}
