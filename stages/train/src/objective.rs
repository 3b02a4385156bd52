//! Losses over token log-probabilities: likelihood, and the clipped surrogate all RL algorithms share.

use beyond_model::{Gradient, Objective, Sequence, TokenStats};

/// Mean negative log-likelihood of response tokens.
pub struct Likelihood {
    /// 1 / number of response tokens of the batch.
    pub weight: f32,
}

impl Objective for Likelihood {
    fn gradient(&self, _index: usize, _sequence: &Sequence, token: &TokenStats) -> Gradient {
        let loss = -f64::from(self.weight) * token.logp.iter().map(|logp| f64::from(*logp)).sum::<f64>();
        Gradient { dlogp: vec![-self.weight; token.logp.len()], loss, ..Gradient::default() }
    }
}

/// What one rollout contributes to the surrogate. Every slice has one entry per response token.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Advantage of every token.
    pub advantage: Vec<f32>,
    /// ln pi_old of every token, at temperature 1.
    pub old: Vec<f32>,
    /// ln pi_ref of every token; empty without a KL term.
    pub reference: Vec<f32>,
    /// Weight of one token of this rollout in the loss: 1/(rollouts * length) or 1/(tokens of the minibatch).
    pub weight: f32,
    /// PPO: value targets and old values of every token; empty otherwise.
    pub returns: Vec<f32>,
    /// See `returns`.
    pub old_values: Vec<f32>,
}

/// -E[min(rho A, clip(rho, 1 - low, 1 + high) A)] + kl * k3(pi || ref) + value_weight * value loss (statistics.md section 10).
///
/// rho = pi/pi_old per token; a token counts as clipped when its derivative is cut to 0. k3 = ref/pi - ln(ref/pi) - 1. The value loss is
/// 1/2 max((V - R)^2, (clip(V, V_old - low, V_old + low) - R)^2).
/// Metrics: [clipped tokens].
pub struct Surrogate<'a> {
    /// One per rollout of the minibatch.
    pub targets: &'a [Target],
    /// Clip below 1.
    pub low: f32,
    /// Clip above 1.
    pub high: f32,
    /// Weight of k3.
    pub kl: f32,
    /// Weight of the value loss.
    pub value_weight: f32,
}

impl Objective for Surrogate<'_> {
    fn gradient(&self, index: usize, _sequence: &Sequence, token: &TokenStats) -> Gradient {
        let target = &self.targets[index];
        let mut gradient = Gradient { dlogp: vec![0.0; token.logp.len()], metrics: vec![0.0], ..Gradient::default() };
        for t in 0..token.logp.len() {
            self.policy_term(target, t, token.logp[t], &mut gradient);
            if !target.reference.is_empty() {
                self.kl_term(target, t, token.logp[t], &mut gradient);
            }
        }
        if let (Some(values), false) = (token.value, target.returns.is_empty()) {
            gradient.dvalue = Some(self.value_terms(target, values, &mut gradient.loss));
        }
        gradient
    }

    fn skip(&self, index: usize) -> bool {
        let target = &self.targets[index];
        target.advantage.iter().all(|advantage| *advantage == 0.0) && target.reference.is_empty() && target.returns.is_empty()
    }
}

impl Surrogate<'_> {
    fn policy_term(&self, target: &Target, t: usize, logp: f32, gradient: &mut Gradient) {
        let advantage = target.advantage[t];
        let ratio = (logp - target.old[t]).exp();
        let bounded = ratio.clamp(1.0 - self.low, 1.0 + self.high);
        let clipped = bounded * advantage < ratio * advantage;
        gradient.loss -= f64::from(target.weight * (ratio * advantage).min(bounded * advantage));
        if clipped {
            gradient.metrics[0] += 1.0;
        } else {
            gradient.dlogp[t] -= target.weight * ratio * advantage;
        }
    }

    fn kl_term(&self, target: &Target, t: usize, logp: f32, gradient: &mut Gradient) {
        let log_ratio = target.reference[t] - logp;
        gradient.loss += f64::from(self.kl * target.weight * k3(log_ratio));
        gradient.dlogp[t] += self.kl * target.weight * (1.0 - log_ratio.exp());
    }

    /// Adds the value loss; returns its derivatives.
    fn value_terms(&self, target: &Target, values: &[f32], loss: &mut f64) -> Vec<f32> {
        let scale = self.value_weight * target.weight;
        let mut term = |(t, value): (usize, &f32)| {
            let bounded = value.clamp(target.old_values[t] - self.low, target.old_values[t] + self.low);
            let (plain, clipped) = (value - target.returns[t], bounded - target.returns[t]);
            *loss += f64::from(scale * 0.5 * plain.powi(2).max(clipped.powi(2)));
            // inside the clip both are the same; outside it only the unclipped one moves with the value
            if plain.powi(2) >= clipped.powi(2) { scale * plain } else { 0.0 }
        };
        values.iter().enumerate().map(&mut term).collect()
    }
}

/// k3 = e^x - x - 1 with x = ln(ref/pi): unbiased for KL(pi || ref) under samples of pi, and never negative.
pub fn k3(log_ratio: f32) -> f32 {
    log_ratio.exp_m1() - log_ratio
}

#[cfg(test)]
mod tests {
    use super::*;
    use beyond_model::{Config, Decoder, Family, Rope, backward};

    fn surrogate(targets: &[Target]) -> Surrogate<'_> {
        Surrogate { targets, low: 0.2, high: 0.28, kl: 0.05, value_weight: 0.5 }
    }

    fn at(target: &Target, logp: &[f32], value: &[f32]) -> Gradient {
        let stats = TokenStats { logp, entropy: logp, value: Some(value) };
        surrogate(std::slice::from_ref(target)).gradient(0, &Sequence::default(), &stats)
    }

    fn four_tokens() -> Target {
        Target {
            advantage: vec![1.5, -0.7, 0.4, -1.0],
            old: vec![-1.0, -0.5, -2.0, -0.3],
            reference: vec![-1.1, -0.6, -1.8, -0.2],
            weight: 0.25,
            returns: vec![0.9, 0.1, 0.4, 0.0],
            old_values: vec![0.3, 0.2, 0.35, 0.6],
        }
    }

    // ratios 1.05 (kept), 1.35 with A < 0 (kept), 1.65 with A > 0 (clipped), .55 with A < 0 (clipped)
    const LOGP: [f32; 4] = [-0.95, -0.2, -1.5, -0.9];
    const VALUE: [f32; 4] = [0.4, 0.25, 0.0, 0.55];

    #[test]
    fn the_loss_equals_numpy() {
        // import numpy as np
        // logp = np.array([-.95, -.2, -1.5, -.9]); old = np.array([-1, -.5, -2, -.3]); ref = np.array([-1.1, -.6, -1.8, -.2])
        // A = np.array([1.5, -.7, .4, -1]); v = np.array([.4, .25, 0, .55]); R = np.array([.9, .1, .4, 0]); vo = np.array([.3, .2, .35, .6])
        // rho = np.exp(logp - old); pol = -np.minimum(rho * A, np.clip(rho, .8, 1.28) * A); k3 = np.exp(ref - logp) - (ref - logp) - 1
        // val = .5 * np.maximum((v - R)**2, (np.clip(v, vo - .2, vo + .2) - R)**2)
        // print((.25 * pol).sum(), (.25 * k3).sum(), (.25 * val).sum())
        let (policy, k3, value) = (-0.086_001_369_8, 0.108_899_737_7, 0.091_875);
        let plain = Target { reference: Vec::new(), returns: Vec::new(), ..four_tokens() };
        let loss = |target: &Target| at(target, &LOGP, &VALUE).loss;
        assert!((loss(&plain) - policy).abs() < 1e-7);
        assert!((loss(&Target { reference: four_tokens().reference, ..plain.clone() }) - policy - 0.05 * k3).abs() < 1e-7);
        assert!((loss(&four_tokens()) - policy - 0.05 * k3 - 0.5 * value).abs() < 1e-7);
    }

    #[test]
    fn derivatives_equal_finite_differences() {
        let gradient = at(&four_tokens(), &LOGP, &VALUE);
        assert_eq!(gradient.metrics, [2.0]);
        let step = 1e-3;
        let moved = |x: [f32; 4], t: usize, by: f32| -> [f32; 4] { std::array::from_fn(|i| if i == t { x[i] + by } else { x[i] }) };
        for t in 0..4 {
            let loss = |by: f32| at(&four_tokens(), &moved(LOGP, t, by), &VALUE).loss;
            let slope = (loss(step) - loss(-step)) / f64::from(2.0 * step);
            assert!((slope - f64::from(gradient.dlogp[t])).abs() < 5e-4, "dlogp[{t}]: {slope} {}", gradient.dlogp[t]);
            let loss = |by: f32| at(&four_tokens(), &LOGP, &moved(VALUE, t, by)).loss;
            let slope = (loss(step) - loss(-step)) / f64::from(2.0 * step);
            let dvalue = gradient.dvalue.as_ref().unwrap()[t];
            assert!((slope - f64::from(dvalue)).abs() < 5e-4, "dvalue[{t}]: {slope} {dvalue}");
        }
    }

    /// The whole chain, decoder included: along its own gradient the loss rises by the gradient's length.
    #[test]
    fn the_gradient_of_the_weights_is_the_slope_of_the_loss() {
        let config = Config {
            family: Family::Qwen2,
            hidden: 16,
            layers: 1,
            heads: 2,
            kv_heads: 2,
            head_dim: 8,
            ff: 24,
            vocab: 9,
            rope: Rope { theta: 1e4, scaling: None },
            tie: true,
            eps: 1e-6,
            max_positions: 16,
            eos_ids: vec![2],
            bos_id: Some(1),
            pad_id: Some(0),
            patch: None,
        };
        let head: Vec<f32> = (0..17).map(|i| 0.1 * (i as f32).sin()).collect();
        let decoder = Decoder::init(&config, 4).unwrap().with_value_head(Some(&head)).unwrap();
        let batch = [Sequence { ids: vec![1, 5, 3, 4, 6, 2], response_start: 2, image: None }];
        // near ln 1/9, so that two ratios are inside the clip
        let targets = [Target { old: vec![-2.2, -2.2, -1.0, -3.0], reference: vec![-2.0; 4], ..four_tokens() }];
        let run = |decoder: &Decoder| backward(decoder, &batch, &surrogate(&targets), 1).unwrap();
        let (grads, _) = run(&decoder);
        let (norm, step) = (grads.norm(), 1e-3);
        let loss = |by: f64| {
            let mut moved = decoder.clone();
            moved.weights_mut().iter_mut().zip(&grads.values).for_each(|(weight, slope)| *weight += (by / norm) as f32 * slope);
            run(&moved).1.loss
        };
        let slope = (loss(step) - loss(-step)) / (2.0 * step);
        assert!((slope - norm).abs() < 0.01 * norm, "{slope} {norm}");
    }

    #[test]
    fn k3_is_zero_at_equality_and_never_negative() {
        assert_eq!(k3(0.0), 0.0);
        for x in [-2.0, -0.1, 0.1, 2.0] {
            assert!(k3(x) > 0.0);
        }
        assert!((k3(0.5) - (0.5f32.exp() - 0.5 - 1.0)).abs() < 1e-6);
    }

    #[test]
    fn a_rollout_without_advantage_is_skipped() {
        let targets = [Target { advantage: vec![0.0; 3], ..Target::default() }, Target { advantage: vec![0.0, 1.0], ..Target::default() }];
        assert!(surrogate(&targets).skip(0) && !surrogate(&targets).skip(1));
    }
}
