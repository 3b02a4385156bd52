//! AdamW and the learning-rate schedule.

use crate::decoder::Decoder;
use crate::elementwise::sum_of_squares;
use crate::objective::Grads;
use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Hyper-parameters of [`AdamW`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdamWParams {
    /// Decay of the first moment.
    pub beta1: f32,
    /// Decay of the second moment.
    pub beta2: f32,
    /// Added to the root of the second moment.
    pub eps: f32,
    /// Decoupled decay, applied to matrices only (embedding included; norms, biases and the value head are not decayed).
    pub weight_decay: f32,
    /// Gradients of a larger Euclidean norm are scaled down to it; 0 switches clipping off.
    pub clip_norm: f32,
}

impl Default for AdamWParams {
    fn default() -> Self {
        AdamWParams { beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0.0, clip_norm: 1.0 }
    }
}

/// AdamW (Loshchilov and Hutter, arXiv 1711.05101) as in PyTorch: decay scaled by the learning rate, bias-corrected moments.
#[derive(Clone, Debug, PartialEq)]
pub struct AdamW {
    params: AdamWParams,
    step: u64,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl AdamW {
    /// Zero moments for the weights of `decoder`, its value head included.
    pub fn new(decoder: &Decoder, params: AdamWParams) -> Self {
        let n = decoder.weights().len();
        AdamW { params, step: 0, first: vec![0.0; n], second: vec![0.0; n] }
    }

    /// Steps taken.
    pub fn step_count(&self) -> u64 {
        self.step
    }

    /// Changes the weights by one step at learning rate `lr`; returns the norm of the gradient before clipping.
    ///
    /// Errs, leaving everything unchanged, when the gradient is not finite or has another length.
    pub fn step(&mut self, decoder: &mut Decoder, grads: &Grads, lr: f32) -> Result<f64> {
        let n = decoder.weights.len();
        ensure!(
            grads.values.len() == n && self.first.len() == n,
            "{n} weights, but {} gradients and {} moments: was a value head added in between?",
            grads.values.len(),
            self.first.len()
        );
        let norm = sum_of_squares(&grads.values).sqrt();
        ensure!(norm.is_finite(), "the gradient is not finite at step {}: lower the learning rate", self.step + 1);
        self.step += 1;
        let clip = f64::from(self.params.clip_norm);
        let factor = if clip > 0.0 && norm > clip { (clip / norm) as f32 } else { 1.0 };
        for (range, decayed) in regions(decoder) {
            let decay = if decayed { 1.0 - lr * self.params.weight_decay } else { 1.0 };
            self.update(&mut decoder.weights, &grads.values, range, factor, lr, decay);
        }
        Ok(norm)
    }

    fn update(&mut self, weights: &mut [f32], grads: &[f32], range: Range<usize>, factor: f32, lr: f32, decay: f32) {
        let AdamWParams { beta1, beta2, eps, .. } = self.params;
        let correction = |beta: f32| (1.0 - f64::from(beta).powi(self.step.min(i32::MAX as u64) as i32)) as f32;
        let (rate, root) = (lr / correction(beta1), correction(beta2).sqrt());
        let moments = self.first[range.clone()].iter_mut().zip(&mut self.second[range.clone()]);
        for ((w, g), (m, v)) in weights[range.clone()].iter_mut().zip(&grads[range]).zip(moments) {
            let g = g * factor;
            *m = beta1 * *m + (1.0 - beta1) * g;
            *v = beta2 * *v + (1.0 - beta2) * (g * g);
            *w = *w * decay - rate * *m / (v.sqrt() / root + eps);
        }
    }

    /// Step count and moments, little endian: [`AdamW::from_bytes`] continues exactly where this stood.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16 + 8 * self.first.len());
        bytes.extend(self.step.to_le_bytes());
        bytes.extend((self.first.len() as u64).to_le_bytes());
        for x in self.first.iter().chain(&self.second) {
            bytes.extend(x.to_le_bytes());
        }
        bytes
    }

    /// Restores a state written by [`AdamW::to_bytes`] for the same decoder.
    pub fn from_bytes(decoder: &Decoder, params: AdamWParams, bytes: &[u8]) -> Result<Self> {
        let n = decoder.weights().len();
        ensure!(
            bytes.len() == 16 + 8 * n,
            "optimiser state has {} bytes, expected {} for {n} weights: it belongs to another model or was cut off",
            bytes.len(),
            16 + 8 * n
        );
        let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
        ensure!(word(8) == n as u64, "optimiser state is for {} weights, the decoder has {n}", word(8));
        let floats: Vec<f32> = bytes[16..].chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().expect("four bytes"))).collect();
        let (first, second) = floats.split_at(n);
        Ok(AdamW { params, step: word(0), first: first.to_vec(), second: second.to_vec() })
    }
}

/// Every trainable range and whether it is decayed.
fn regions(decoder: &Decoder) -> Vec<(Range<usize>, bool)> {
    let mut regions: Vec<_> = decoder.layout.tensors.iter().map(|t| (t.range.clone(), t.is_matrix())).collect();
    if decoder.value_head().is_some() {
        regions.push((decoder.layout.value.clone(), false));
    }
    regions
}

/// Linear warm-up, then a cosine from `peak` down to `floor * peak` at `steps`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Highest learning rate.
    pub peak: f32,
    /// Steps of linear warm-up.
    pub warmup: u64,
    /// Steps in all; the rate stays at its floor afterwards.
    pub steps: u64,
    /// Final rate as a fraction of the peak.
    pub floor: f32,
}

impl Schedule {
    /// A constant rate.
    pub fn constant(lr: f32) -> Self {
        Schedule { peak: lr, warmup: 0, steps: 0, floor: 1.0 }
    }

    /// Learning rate of step `step`, counted from 0.
    pub fn rate(&self, step: u64) -> f32 {
        if step < self.warmup {
            return (f64::from(self.peak) * (step + 1) as f64 / self.warmup as f64) as f32;
        }
        let span = self.steps.saturating_sub(self.warmup).max(1);
        let progress = ((step - self.warmup) as f64 / span as f64).min(1.0);
        let cosine = 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
        let floor = f64::from(self.floor);
        (f64::from(self.peak) * (floor + (1.0 - floor) * cosine)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_warms_up_and_ends_at_its_floor() {
        let s = Schedule { peak: 4e-3, warmup: 100, steps: 1100, floor: 0.1 };
        assert!((s.rate(0) - 4e-5).abs() < 1e-10);
        assert!((s.rate(99) - 4e-3).abs() < 1e-9);
        assert_eq!(s.rate(100), 4e-3);
        assert!((s.rate(600) - 2.2e-3).abs() < 1e-8, "half way: the mean of peak and floor");
        assert!((s.rate(1100) - 4e-4).abs() < 1e-9 && s.rate(5000) == s.rate(1100));
        assert_eq!(Schedule::constant(0.5).rate(77), 0.5);
    }
}
