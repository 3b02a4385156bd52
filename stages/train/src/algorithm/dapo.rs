//! DAPO (arXiv 2503.14476): GRPO's advantage of rewards -1 and 1 with decoupled clip (set `clip_high`, published: 0.28), groups that are all
//! right or all wrong replaced (dynamic sampling), mean over all tokens of the minibatch, and a soft penalty for over-long answers.
//!
//! The study cites it and reports 3 to 6 times the samples per batch. Published: draw until the batch is full. Here a batch is refilled at
//! most `redraws` times; what is still missing then is left out, so that a policy that solves nothing cannot draw for ever.

use super::{Advantages, Context, Method, grpo::normalised, per_rollout};
use crate::Reinforce;
use crate::rollout::{Group, Rollout};

/// See the module documentation.
pub struct Dapo;

impl Method for Dapo {
    fn advantages(&self, context: &Context) -> Advantages {
        per_rollout(context.groups, |_, group| normalised(&shaped(group, context.recipe)))
    }

    fn keeps(&self, rewards: &[f64]) -> bool {
        rewards.iter().any(|reward| *reward != rewards[0])
    }
}

/// 1 or -1, and the penalty.
fn shaped(group: &Group, recipe: &Reinforce) -> Vec<f64> {
    let penalty =
        |rollout: &Rollout| overlong_penalty(rollout.tokens() as u32, rollout.truncated, recipe.max_tokens, recipe.overlong_buffer);
    group.rollouts.iter().map(|rollout| 2.0 * rollout.reward - 1.0 + penalty(rollout)).collect()
}

/// 0 up to `limit - buffer` tokens, then linear down to -1 at `limit`, -1 for an answer that was cut; nothing without a buffer.
fn overlong_penalty(length: u32, truncated: bool, limit: u32, buffer: u32) -> f64 {
    let free = limit.saturating_sub(buffer);
    match () {
        _ if buffer == 0 => 0.0,
        _ if truncated || length >= limit => -1.0,
        _ if length <= free => 0.0,
        _ => -f64::from(length - free) / f64::from(buffer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Algorithm;
    use crate::algorithm::tests::{advantages, group, recipe};

    #[test]
    fn the_penalty_follows_the_published_table() {
        // L_max = 100, L_c = 20: lengths 80, 90, 100, 101 -> 0, -.5, -1, -1
        let found: Vec<f64> = [80, 90, 100, 101].iter().map(|length| overlong_penalty(*length, false, 100, 20)).collect();
        assert_eq!(found, [0.0, -0.5, -1.0, -1.0]);
        assert_eq!(overlong_penalty(99, false, 100, 0), 0.0);
        assert_eq!(overlong_penalty(30, true, 100, 20), -1.0, "cut by the decoder's last position");
    }

    #[test]
    fn uniform_groups_are_drawn_again() {
        assert!(!Dapo.keeps(&[1.0, 1.0]) && !Dapo.keeps(&[0.0, 0.0]) && Dapo.keeps(&[0.0, 1.0]));
    }

    #[test]
    fn advantages_against_numpy() {
        // L_max 10, L_c 4; lengths 3, 8, 10, 2; right, right, wrong, wrong
        // import numpy as np; r = np.array([1, 1 - 2 / 4, -1 - 1, -1.]); print((r - r.mean()) / (r.std(ddof=1) + 1e-6))
        let expected = [0.998_624_7, 0.635_488_5, -1.180_192_8, -0.453_920_3];
        let recipe = Reinforce { max_tokens: 10, overlong_buffer: 4, ..recipe(Algorithm::Dapo) };
        let groups = [group(&[(1.0, 3), (1.0, 8), (0.0, 10), (0.0, 2)])];
        let found = advantages(&recipe, &groups, &[], &Vec::new(), &Vec::new());
        for (rollout, expected) in found.advantage[0].iter().zip(expected) {
            assert!((rollout[0] - expected).abs() < 1e-6, "{rollout:?} {expected}");
        }
    }
}
