//! PPO (arXiv 1707.06347) with a linear value head on the last hidden state.
//!
//! delta_t = R_t + gamma V_{t+1} - V_t, A_t = sum_l (gamma lambda)^l delta_{t+l} (GAE, 1506.02438), whitened over the batch's tokens; value
//! target A_t + V_t before whitening, value loss clipped like the ratio. The reward stands on the last token. From the study: the clipped
//! loss, "A_t from a value network". Left open there and taken from the published form: GAE, value clipping, whitening.

use super::{Advantages, Context, Method, whiten};

/// See the module documentation.
pub struct Ppo;

impl Method for Ppo {
    fn advantages(&self, context: &Context) -> Advantages {
        let (gamma, lambda) = (context.recipe.gamma as f32, context.recipe.lambda as f32);
        let mut found = Advantages::default();
        for (group, values) in context.groups.iter().zip(context.values) {
            let gaes: Vec<Vec<f32>> =
                group.rollouts.iter().zip(values).map(|(rollout, v)| gae(rollout.reward as f32, v, gamma, lambda)).collect();
            found.returns.push(gaes.iter().zip(values).map(|(a, v)| a.iter().zip(v).map(|(a, v)| a + v).collect()).collect());
            found.advantage.push(gaes);
        }
        whiten(&mut found.advantage);
        found
    }

    fn wants_values(&self) -> bool {
        true
    }
}

/// Generalised advantage estimate of a rollout whose reward comes with the last token; V after the end is 0.
pub fn gae(reward: f32, values: &[f32], gamma: f32, lambda: f32) -> Vec<f32> {
    let mut advantages = vec![0.0; values.len()];
    let (mut next_value, mut next_advantage) = (0.0, 0.0);
    for t in (0..values.len()).rev() {
        let paid = if t + 1 == values.len() { reward } else { 0.0 };
        let delta = paid + gamma * next_value - values[t];
        next_advantage = delta + gamma * lambda * next_advantage;
        next_value = values[t];
        advantages[t] = next_advantage;
    }
    advantages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Algorithm;
    use crate::algorithm::tests::{advantages, group, recipe};

    #[test]
    fn with_gamma_and_lambda_one_the_advantage_is_reward_minus_value() {
        let found = gae(1.0, &[0.2, 0.5, 0.9], 1.0, 1.0);
        for (a, v) in found.iter().zip([0.2, 0.5, 0.9]) {
            assert!((a - (1.0 - v)).abs() < 1e-6);
        }
    }

    #[test]
    fn gae_against_numpy() {
        // v = [.2, .5, .9]; g, l = .9, .8; a = nv = 0; out = []
        // for t in (2, 1, 0): d = (1. if t == 2 else 0) + g * nv - v[t]; a = d + g * l * a; nv = v[t]; out.insert(0, a)
        // print(out)  ->  [0.52504, 0.382, 0.1]
        let found = gae(1.0, &[0.2, 0.5, 0.9], 0.9, 0.8);
        for (found, expected) in found.iter().zip([0.525_04, 0.382, 0.1]) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        assert!(gae(1.0, &[], 0.9, 0.8).is_empty());
    }

    #[test]
    fn advantages_are_whitened_and_value_targets_are_not() {
        // two rollouts, rewards 1 and 0, gamma = lambda = 1:
        // import numpy as np; v = np.array([.2, .5, .1]); R = np.array([1, 1, 0.]); a = R - v
        // print((a - a.mean()) / (a.std(ddof=1) + 1e-6))  ->  [0.87286966  0.21821741 -1.09108707]
        let groups = [group(&[(1.0, 2), (0.0, 1)])];
        let values = vec![vec![vec![0.2, 0.5], vec![0.1]]];
        let found = advantages(&recipe(Algorithm::Ppo), &groups, &[], &values, &Vec::new());
        assert_eq!(found.returns, [[vec![1.0, 1.0], vec![0.0]]]);
        let flat: Vec<f32> = found.advantage.into_iter().flatten().flatten().collect();
        for (found, expected) in flat.iter().zip([0.872_869_7, 0.218_217_4, -1.091_087]) {
            assert!((found - expected).abs() < 1e-6, "{flat:?}");
        }
    }
}
