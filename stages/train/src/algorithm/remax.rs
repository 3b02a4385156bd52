//! ReMax (arXiv 2310.10505): A = r(y) - r(greedy answer to the same prompt).
//!
//! From the study: the description in words. Mean over all tokens of the minibatch.

use super::{Advantages, Context, Method, per_rollout};

/// See the module documentation.
pub struct Remax;

impl Method for Remax {
    fn advantages(&self, context: &Context) -> Advantages {
        per_rollout(context.groups, |g, group| above(&group.rewards(), context.greedy[g]))
    }

    fn wants_greedy(&self) -> bool {
        true
    }
}

/// r - baseline.
fn above(rewards: &[f64], baseline: f64) -> Vec<f64> {
    rewards.iter().map(|reward| reward - baseline).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greedy_answer_is_the_baseline() {
        assert_eq!(above(&[1.0, 0.0], 1.0), [0.0, -1.0]);
        assert_eq!(above(&[1.0, 0.0], 0.0), [1.0, 0.0]);
    }
}
