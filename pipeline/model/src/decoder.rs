//! The weights of one decoder and the shape they have.

use crate::config::Config;
use crate::layout::{Layout, Tensor};
use crate::philox::normal;
use anyhow::{Result, ensure};
use std::ops::Range;
use std::sync::Arc;

/// A decoder: its shape and its weights, f32, in memory.
#[derive(Clone, Debug)]
pub struct Decoder {
    pub(crate) config: Config,
    pub(crate) layout: Arc<Layout>,
    pub(crate) weights: Vec<f32>,
}

impl Decoder {
    /// Random weights, a function of the shape and `seed` alone.
    ///
    /// Linear layers N(0, 1 / fan_in); the projections that end in the residual stream (attention output, down) are
    /// scaled by 1 / sqrt(2 layers), as in GPT-2; embedding and head N(0, 0.02^2); norms 1; biases 0.
    pub fn init(config: &Config, seed: u64) -> Result<Self> {
        config.check()?;
        let layout = Layout::new(config);
        let mut weights = Vec::with_capacity(layout.checkpoint);
        for (stream, tensor) in layout.tensors.iter().enumerate() {
            fill(&mut weights, tensor, config, seed, stream as u32);
        }
        Ok(Decoder { config: config.clone(), layout: Arc::new(layout), weights })
    }

    /// The shape.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Number of weights of the checkpoint (without a value head).
    pub fn parameters(&self) -> usize {
        self.layout.checkpoint
    }

    /// All trainable weights in one vector: the checkpoint's tensors in file order, then the value head if there is one.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// The same, to be changed in place (by an optimiser, or by a test).
    pub fn weights_mut(&mut self) -> &mut [f32] {
        &mut self.weights
    }

    /// Name, shape and place in [`Self::weights`] of each tensor of the checkpoint.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &[usize], Range<usize>)> {
        self.layout.tensors.iter().map(|t| (t.name.as_str(), t.shape.as_slice(), t.range.clone()))
    }

    /// Weight [hidden] and bias [1] of the value head, when there is one.
    pub fn value_head(&self) -> Option<&[f32]> {
        self.weights.get(self.layout.value.clone())
    }

    /// Adds (or replaces) the linear value head of PPO on the last hidden state: `weight` [hidden], then bias [1];
    /// zeros when None. It is trained with the rest but is not part of the checkpoint.
    pub fn with_value_head(mut self, head: Option<&[f32]>) -> Result<Self> {
        let range = self.layout.value.clone();
        self.weights.resize(range.end, 0.0);
        let target = &mut self.weights[range];
        target.fill(0.0);
        if let Some(head) = head {
            ensure!(head.len() == target.len(), "value head has {} numbers, expected {} (weight and bias)", head.len(), target.len());
            target.copy_from_slice(head);
        }
        Ok(self)
    }

    /// BLAKE3 of the shape and of every tensor's name, shape and bits, in hexadecimal: two checkpoints with the same
    /// digest give the same numbers, whatever files they came from.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.config.to_json().as_bytes());
        for tensor in &self.layout.tensors {
            hasher.update(format!("\n{} {:?}\n", tensor.name, tensor.shape).as_bytes());
            for block in self.weights[tensor.range.clone()].chunks(4096) {
                let bytes: Vec<u8> = block.iter().flat_map(|x| x.to_le_bytes()).collect();
                hasher.update(&bytes);
            }
        }
        hasher.finalize().to_hex().to_string()
    }

    pub(crate) fn slice(&self, range: &Range<usize>) -> &[f32] {
        &self.weights[range.clone()]
    }

    /// Errs when an id has no embedding.
    pub(crate) fn check_ids(&self, ids: &[u32]) -> Result<()> {
        let vocab = self.config.vocab;
        let bad = ids.iter().find(|&&id| id as usize >= vocab);
        ensure!(
            bad.is_none(),
            "token id {} is outside the vocabulary of {vocab}: was the text encoded with another model's tokenizer?",
            bad.unwrap_or(&0)
        );
        Ok(())
    }
}

fn fill(weights: &mut Vec<f32>, tensor: &Tensor, config: &Config, seed: u64, stream: u32) {
    let n = tensor.range.len() as u64;
    match deviation(tensor, config) {
        Some(std) => weights.extend((0..n).map(|i| std * normal(seed, stream, i))),
        None if tensor.name.ends_with("bias") => weights.extend((0..n).map(|_| 0.0)),
        None => weights.extend((0..n).map(|_| 1.0)),
    }
}

/// Standard deviation of a matrix; None for norms and biases.
fn deviation(tensor: &Tensor, config: &Config) -> Option<f32> {
    let fan_in = *tensor.shape.get(1)? as f32;
    let ends_in_residual = tensor.name.contains("o_proj") || tensor.name.contains("down_proj");
    Some(match tensor.name.as_str() {
        "model.embed_tokens.weight" | "lm_head.weight" | "patch_embed.weight" => 0.02,
        _ if ends_in_residual => (1.0 / (fan_in * 2.0 * config.layers as f32)).sqrt(),
        _ => (1.0 / fan_in).sqrt(),
    })
}
