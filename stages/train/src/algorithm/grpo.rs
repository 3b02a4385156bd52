//! GRPO (arXiv 2402.03300): A_i = (r_i - mean r) / std r within the group.
//!
//! From the study: the advantage. Taken from the published form: mean over the tokens of a rollout, then over rollouts; unbiased std + 1e-6;
//! k3 in the loss when `kl` > 0. A group whose rewards are all equal has advantage 0.

use super::{Advantages, Aggregation, Context, Method, TINY, deviation, mean, per_rollout};

/// See the module documentation.
pub struct Grpo;

impl Method for Grpo {
    fn advantages(&self, context: &Context) -> Advantages {
        per_rollout(context.groups, |_, group| normalised(&group.rewards()))
    }

    fn aggregation(&self) -> Aggregation {
        Aggregation::Sequence
    }
}

/// (r - mean) / (std + 1e-6); exactly 0 when all are equal, so that such rollouts are left out of the backward pass.
pub fn normalised(rewards: &[f64]) -> Vec<f64> {
    if rewards.iter().all(|reward| *reward == rewards[0]) {
        return vec![0.0; rewards.len()];
    }
    let (centre, spread) = (mean(rewards), deviation(rewards));
    rewards.iter().map(|reward| (reward - centre) / (spread + TINY)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Algorithm;
    use crate::algorithm::tests::{advantages, group, recipe};

    #[test]
    fn against_numpy() {
        // import numpy as np; r = np.array([1, 0, 0, 1, 0.]); print((r - r.mean()) / (r.std(ddof=1) + 1e-6))
        let expected = [1.095_443, -0.730_295_4, -0.730_295_4, 1.095_443, -0.730_295_4];
        let groups = [group(&[(1.0, 2), (0.0, 1), (0.0, 3), (1.0, 1), (0.0, 2)])];
        let found = advantages(&recipe(Algorithm::Grpo), &groups, &[], &Vec::new(), &Vec::new());
        for (rollout, expected) in found.advantage[0].iter().zip(expected) {
            assert!(rollout.iter().all(|value| (value - expected).abs() < 1e-6), "{rollout:?} {expected}");
        }
    }

    #[test]
    fn binary_rewards_have_the_closed_form() {
        // population std: A+ = sqrt((G-c)/c), A- = -sqrt(c/(G-c)); the unbiased std multiplies by sqrt((G-1)/G)
        let (g, c) = (8.0f64, 3.0f64);
        let factor = ((g - 1.0) / g).sqrt();
        let found = normalised(&[1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert!((found[0] - factor * ((g - c) / c).sqrt()).abs() < 1e-5);
        assert!((found[7] + factor * (c / (g - c)).sqrt()).abs() < 1e-5);
    }

    #[test]
    fn equal_rewards_give_nothing_and_affine_rewards_the_same() {
        assert_eq!(normalised(&[0.3; 7]), [0.0; 7]);
        let (a, b) = (normalised(&[0.0, 1.0, 1.0]), normalised(&[-1.0, 1.0, 1.0]));
        assert!(a.iter().zip(&b).all(|(x, y)| (x - y).abs() < 1e-5));
    }
}
