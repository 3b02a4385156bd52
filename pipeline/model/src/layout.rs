//! Where each tensor lies in the one flat vector of weights.
//!
//! q, k, v stand next to each other, and so do gate and up: the fused matrices of the forward pass are plain ranges.
//! Gradients and optimiser moments have the same layout.

use crate::config::{Config, Family};
use std::ops::Range;

/// One tensor of the checkpoint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub range: Range<usize>,
}

impl Tensor {
    pub fn is_matrix(&self) -> bool {
        self.shape.len() == 2
    }
}

/// Ranges of one block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    pub norm1: Range<usize>,
    pub qkv: Range<usize>,
    pub qkv_bias: Option<Range<usize>>,
    pub q_norm: Option<Range<usize>>,
    pub k_norm: Option<Range<usize>>,
    pub out: Range<usize>,
    pub norm2: Range<usize>,
    pub gate_up: Range<usize>,
    pub down: Range<usize>,
}

/// Ranges of all tensors.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub tensors: Vec<Tensor>,
    pub embed: Range<usize>,
    pub blocks: Vec<Block>,
    pub norm: Range<usize>,
    /// The output head: the embedding when tied.
    pub head: Range<usize>,
    /// Weight and bias of the patch projection.
    pub patch: Option<(Range<usize>, Range<usize>)>,
    /// Floats of the checkpoint.
    pub checkpoint: usize,
    /// Weight [hidden] and bias [1] of the value head, after the checkpoint and not part of it.
    pub value: Range<usize>,
}

impl Layout {
    pub fn new(config: &Config) -> Self {
        let mut builder = Builder::default();
        let embed = builder.add("model.embed_tokens.weight", &[config.vocab, config.hidden]);
        let blocks = (0..config.layers).map(|l| builder.block(config, l)).collect();
        let norm = builder.add("model.norm.weight", &[config.hidden]);
        let head = if config.tie { embed.clone() } else { builder.add("lm_head.weight", &[config.vocab, config.hidden]) };
        let patch = config
            .patch
            .map(|p| (builder.add("patch_embed.weight", &[config.hidden, p.size]), builder.add("patch_embed.bias", &[config.hidden])));
        let checkpoint = builder.end;
        Layout { tensors: builder.tensors, embed, blocks, norm, head, patch, checkpoint, value: checkpoint..checkpoint + config.hidden + 1 }
    }
}

#[derive(Default)]
struct Builder {
    tensors: Vec<Tensor>,
    end: usize,
}

impl Builder {
    fn add(&mut self, name: &str, shape: &[usize]) -> Range<usize> {
        let range = self.end..self.end + shape.iter().product::<usize>();
        self.end = range.end;
        self.tensors.push(Tensor { name: name.into(), shape: shape.into(), range: range.clone() });
        range
    }

    /// Neighbouring tensors as one range.
    fn add_all(&mut self, tensors: &[(String, Vec<usize>)]) -> Range<usize> {
        let start = self.end;
        for (name, shape) in tensors {
            self.add(name, shape);
        }
        start..self.end
    }

    fn block(&mut self, config: &Config, layer: usize) -> Block {
        let name = |part: &str| format!("model.layers.{layer}.{part}");
        let attention = |part: &str| name(&format!("self_attn.{part}"));
        let (d, q, kv, ff) = (config.hidden, config.q_dim(), config.kv_dim(), config.ff);
        let widths = [("q_proj", q), ("k_proj", kv), ("v_proj", kv)];
        let norm1 = self.add(&name("input_layernorm.weight"), &[d]);
        let qkv = self.add_all(&widths.map(|(part, n)| (attention(&format!("{part}.weight")), vec![n, d])));
        let biased = config.family == Family::Qwen2;
        let qkv_bias = biased.then(|| self.add_all(&widths.map(|(part, n)| (attention(&format!("{part}.bias")), vec![n]))));
        let normed = config.family == Family::Qwen3;
        let q_norm = normed.then(|| self.add(&attention("q_norm.weight"), &[config.head_dim]));
        let k_norm = normed.then(|| self.add(&attention("k_norm.weight"), &[config.head_dim]));
        let out = self.add(&attention("o_proj.weight"), &[d, q]);
        let norm2 = self.add(&name("post_attention_layernorm.weight"), &[d]);
        let gate_up = self.add_all(&["gate_proj", "up_proj"].map(|part| (name(&format!("mlp.{part}.weight")), vec![ff, d])));
        let down = self.add(&name("mlp.down_proj.weight"), &[d, ff]);
        Block { norm1, qkv, qkv_bias, q_norm, k_norm, out, norm2, gate_up, down }
    }
}
