//! RLOO (arXiv 2402.14740): A_i = r_i - mean of the other G - 1 rewards of the prompt.
//!
//! From the study: the advantage, written there "within each batch B"; taken per prompt, as published. Mean over all tokens of the minibatch.

use super::{Advantages, Context, Method, per_rollout};

/// See the module documentation.
pub struct Rloo;

impl Method for Rloo {
    fn advantages(&self, context: &Context) -> Advantages {
        per_rollout(context.groups, |_, group| leave_one_out(&group.rewards()))
    }
}

/// r_i - (sum - r_i) / (G - 1); 0 for a single rollout.
fn leave_one_out(rewards: &[f64]) -> Vec<f64> {
    let (sum, others) = (rewards.iter().sum::<f64>(), rewards.len() as f64 - 1.0);
    rewards.iter().map(|reward| if others > 0.0 { reward - (sum - reward) / others } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn against_numpy() {
        // import numpy as np; r = np.array([1, 0, 0, 1, 1.]); print([x - np.delete(r, i).mean() for i, x in enumerate(r)])
        assert_eq!(leave_one_out(&[1.0, 0.0, 0.0, 1.0, 1.0]), [0.5, -0.75, -0.75, 0.5, 0.5]);
        assert_eq!(leave_one_out(&[1.0; 4]), [0.0; 4]);
    }

    #[test]
    fn equals_the_scaled_deviation_from_the_mean() {
        let rewards = [1.0, 0.0, 0.0, 1.0, 1.0];
        let mean = 0.6;
        for (found, reward) in leave_one_out(&rewards).iter().zip(rewards) {
            assert!((found - 5.0 / 4.0 * (reward - mean)).abs() < 1e-12);
        }
        assert_eq!(leave_one_out(&[1.0]), [0.0]);
    }
}
