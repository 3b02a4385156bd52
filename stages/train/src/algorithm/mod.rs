//! The six RL algorithms of arXiv 2504.13837, one file each. They share rollouts, the clipped surrogate and the optimiser; a file holds only
//! what its paper says differs: the advantage, the weight of a token in the loss, which groups are kept, how rewards are shaped.
//!
//! What the study states: clipped surrogate for PPO, group-normalised advantage for GRPO, leave-one-out for RLOO, in words the greedy baseline
//! of ReMax; no KL term; T = 1 rollouts. What it leaves open: clip range (0.2 here), GAE lambda and gamma (1), the standard deviation's
//! convention (unbiased, + 1e-6), loss aggregation (named in each file), whether REINFORCE variants clip (all clip here, as in VeRL), where
//! a KL term would stand (in the loss, as k3, for all but REINFORCE++).

mod dapo;
mod grpo;
mod ppo;
mod reinforce_plus_plus;
mod remax;
mod rloo;

use crate::rollout::Group;
use crate::{Algorithm, Reinforce};

/// How the tokens of a minibatch are weighted in the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// Mean over the tokens of a rollout, then over rollouts: every rollout weighs the same.
    Sequence,
    /// Mean over all tokens of the minibatch: long rollouts weigh more.
    Token,
}

/// A number per group, rollout and response token.
pub type PerToken = Vec<Vec<Vec<f32>>>;

/// Everything an advantage may depend on.
pub struct Context<'a> {
    /// The rollouts that are trained on.
    pub groups: &'a [&'a Group],
    /// Reward of the greedy answer per group (ReMax), else empty.
    pub greedy: &'a [f64],
    /// V_old (PPO), else empty.
    pub values: &'a PerToken,
    /// ln pi_ref when `recipe.kl` > 0, else empty.
    pub references: &'a PerToken,
    /// The spec of the run.
    pub recipe: &'a Reinforce,
}

/// Advantages and, for PPO, value targets.
#[derive(Clone, Debug, Default)]
pub struct Advantages {
    /// Advantages.
    pub advantage: PerToken,
    /// PPO: value targets; empty otherwise.
    pub returns: PerToken,
}

/// What one algorithm decides.
pub trait Method: Sync {
    /// Advantages of the groups that are trained on.
    fn advantages(&self, context: &Context) -> Advantages;

    /// See [`Aggregation`].
    fn aggregation(&self) -> Aggregation {
        Aggregation::Token
    }

    /// Whether a group with these rewards is trained on; the others are replaced by the next problems.
    fn keeps(&self, _rewards: &[f64]) -> bool {
        true
    }

    /// Whether the greedy answer's reward is needed.
    fn wants_greedy(&self) -> bool {
        false
    }

    /// Whether a value head is trained.
    fn wants_values(&self) -> bool {
        false
    }

    /// Whether the KL penalty is part of the loss (k3) rather than of the advantages.
    fn kl_in_loss(&self) -> bool {
        true
    }
}

/// The method of an algorithm: the registry, one line each.
pub fn method(algorithm: Algorithm) -> &'static dyn Method {
    match algorithm {
        Algorithm::Ppo => &ppo::Ppo,
        Algorithm::Grpo => &grpo::Grpo,
        Algorithm::Rloo => &rloo::Rloo,
        Algorithm::Remax => &remax::Remax,
        Algorithm::ReinforcePlusPlus => &reinforce_plus_plus::ReinforcePlusPlus,
        Algorithm::Dapo => &dapo::Dapo,
    }
}

/// The same advantage for every token of a rollout; `of` maps a group to one advantage per rollout.
fn per_rollout(groups: &[&Group], of: impl Fn(usize, &Group) -> Vec<f64>) -> Advantages {
    let spread = |(g, group): (usize, &&Group)| {
        let values = of(g, group);
        group.rollouts.iter().zip(values).map(|(rollout, value)| vec![value as f32; rollout.tokens()]).collect()
    };
    Advantages { advantage: groups.iter().enumerate().map(spread).collect(), returns: Vec::new() }
}

/// (A - mean) / (std + 1e-6) over all tokens of the batch; unbiased std.
fn whiten(advantage: &mut PerToken) {
    let all: Vec<f64> = advantage.iter().flatten().flatten().map(|value| f64::from(*value)).collect();
    let (centre, spread) = (mean(&all), deviation(&all));
    for value in advantage.iter_mut().flatten().flatten() {
        *value = ((f64::from(*value) - centre) / (spread + TINY)) as f32;
    }
}

/// Mean.
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Unbiased standard deviation (ddof = 1); 0 for fewer than two values.
fn deviation(values: &[f64]) -> f64 {
    let centre = mean(values);
    let square: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    if values.len() < 2 { 0.0 } else { (square / (values.len() - 1) as f64).sqrt() }
}

/// Keeps a standard deviation away from 0.
const TINY: f64 = 1e-6;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::rollout::Rollout;
    use beyond_model::Sequence;

    /// A group whose rollouts have these rewards and numbers of tokens.
    pub fn group(rollouts: &[(f64, usize)]) -> Group {
        let rollout = |&(reward, tokens): &(f64, usize)| Rollout {
            sequence: Sequence::default(),
            logprobs: vec![-0.5; tokens],
            entropy: 0.0,
            reward,
            answer: None,
            truncated: false,
        };
        Group { position: 0, problem: 0, rollouts: rollouts.iter().map(rollout).collect() }
    }

    /// A recipe with every field at its default.
    pub fn recipe(algorithm: Algorithm) -> Reinforce {
        serde_json::from_value(serde_json::json!({ "algorithm": algorithm, "problems": [], "steps": 1 })).unwrap()
    }

    /// The advantages of groups by one algorithm.
    pub fn advantages(recipe: &Reinforce, groups: &[Group], greedy: &[f64], values: &PerToken, references: &PerToken) -> Advantages {
        let groups: Vec<&Group> = groups.iter().collect();
        method(recipe.algorithm).advantages(&Context { groups: &groups, greedy, values, references, recipe })
    }

    #[test]
    fn whitened_advantages_have_mean_zero_and_deviation_one() {
        let mut values = vec![vec![vec![1.0, 2.0], vec![4.0]], vec![vec![-3.0]]];
        whiten(&mut values);
        let all: Vec<f32> = values.into_iter().flatten().flatten().collect();
        assert!(all.iter().sum::<f32>().abs() < 1e-5);
        assert!((all.iter().map(|x| x * x).sum::<f32>() / 3.0 - 1.0).abs() < 1e-4);
    }

    #[test]
    fn every_algorithm_gives_one_advantage_per_token() {
        let groups = [group(&[(1.0, 2), (0.0, 3)]), group(&[(0.0, 1), (0.0, 4)])];
        let values: PerToken = groups.iter().map(|g| g.rollouts.iter().map(|r| vec![0.25; r.tokens()]).collect()).collect();
        use Algorithm::*;
        for algorithm in [Ppo, Grpo, Rloo, Remax, ReinforcePlusPlus, Dapo] {
            let found = advantages(&recipe(algorithm), &groups, &[0.0, 0.0], &values, &Vec::new()).advantage;
            let shape: Vec<Vec<usize>> = found.iter().map(|g| g.iter().map(Vec::len).collect()).collect();
            assert_eq!(shape, [[2, 3], [1, 4]], "{algorithm:?}");
            assert!(found[0][0][0] > found[0][1][0], "{algorithm:?}: the rewarded rollout has the higher advantage");
        }
    }
}
