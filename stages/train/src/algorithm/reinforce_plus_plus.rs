//! REINFORCE++ (arXiv 2501.03262): A_t = r - kl * sum_{l >= t} KL_l, then (A - mean) / std over all tokens of the *global* batch.
//!
//! The study only cites it. Taken: the variant without group baseline, with clipping; KL_l = k1 = ln(pi_old / pi_ref), so the penalty is part
//! of the advantage and not of the loss. Mean over all tokens of the minibatch. Nearly every rollout trains, since the mean of the batch
//! is rarely a rollout's reward.

use super::{Advantages, Context, Method, PerToken, whiten};
use crate::rollout::Group;

/// See the module documentation.
pub struct ReinforcePlusPlus;

impl Method for ReinforcePlusPlus {
    fn advantages(&self, context: &Context) -> Advantages {
        let kl = context.recipe.kl as f32;
        let reference = |g: usize, i: usize| context.references.get(g).map_or(&[][..], |group| &group[i]);
        let raw = |(g, group): (usize, &&Group)| {
            let rollouts = group.rollouts.iter().enumerate();
            rollouts.map(|(i, rollout)| returns(rollout.reward as f32, &rollout.logprobs, reference(g, i), kl)).collect()
        };
        let mut advantage: PerToken = context.groups.iter().enumerate().map(raw).collect();
        whiten(&mut advantage);
        Advantages { advantage, returns: Vec::new() }
    }

    fn kl_in_loss(&self) -> bool {
        false
    }
}

/// r - kl * sum_{l >= t} ln(pi_old / pi_ref) of every token; r without a reference.
fn returns(reward: f32, old: &[f32], reference: &[f32], kl: f32) -> Vec<f32> {
    let mut returns = vec![reward; old.len()];
    let mut sum = 0.0;
    for (t, (old, reference)) in old.iter().zip(reference).enumerate().rev() {
        sum += old - reference;
        returns[t] -= kl * sum;
    }
    returns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::tests::{advantages, group, recipe};
    use crate::{Algorithm, Reinforce};

    #[test]
    fn the_batch_normalises_not_the_group() {
        // import numpy as np; r = np.array([1, 1, 0, 0, 0, 0, 1.]); print((r - r.mean()) / (r.std(ddof=1) + 1e-6))
        let groups = [group(&[(1.0, 2), (0.0, 1)]), group(&[(0.0, 3), (1.0, 1)])];
        let found = advantages(&recipe(Algorithm::ReinforcePlusPlus), &groups, &[], &Vec::new(), &Vec::new());
        let flat: Vec<f32> = found.advantage.into_iter().flatten().flatten().collect();
        let (right, wrong) = (1.069_043, -0.801_782_2);
        for (found, expected) in flat.iter().zip([right, right, wrong, wrong, wrong, wrong, right]) {
            assert!((found - expected).abs() < 1e-6, "{flat:?}");
        }
    }

    #[test]
    fn the_penalty_is_summed_from_a_token_to_the_end() {
        // import numpy as np; kl = .1; old = np.array([-.5, -1, -2]); ref = np.array([-.7, -1.5, -1])
        // print(1 - kl * np.cumsum((old - ref)[::-1])[::-1])
        let found = returns(1.0, &[-0.5, -1.0, -2.0], &[-0.7, -1.5, -1.0], 0.1);
        for (found, expected) in found.iter().zip([1.03, 1.05, 1.1]) {
            assert!((found - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn drifting_from_the_reference_lowers_the_advantage() {
        let recipe = Reinforce { kl: 0.1, ..recipe(Algorithm::ReinforcePlusPlus) };
        let groups = [group(&[(1.0, 1), (1.0, 1), (0.0, 1)])];
        let references = vec![vec![vec![-0.5], vec![-3.0], vec![-0.5]]];
        let found = advantages(&recipe, &groups, &[], &Vec::new(), &references).advantage;
        assert!(found[0][1][0] < found[0][0][0] && found[0][1][0] > found[0][2][0], "{found:?}");
    }
}
