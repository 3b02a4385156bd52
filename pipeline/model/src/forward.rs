//! The forward pass over one chunk. What the backward pass needs stays in the [`Workspace`].

use crate::attention;
use crate::decoder::Decoder;
use crate::elementwise::{LogitStats, Rows, logit_stats, rms_norm, swiglu};
use crate::layout::Block;
use crate::matmul::{Init, Left, Packed, product, product_rows};
use crate::plan::{Chunk, Input};
use crate::prepared::{PackedBlock, Prepared};

/// Activations of one block for T rows.
#[derive(Debug, Default)]
pub(crate) struct Saved {
    /// Residual stream entering the block, [T, hidden].
    pub x: Vec<f32>,
    pub inverse1: Vec<f32>,
    /// After the first norm, [T, hidden].
    pub h1: Vec<f32>,
    /// q and k before their norms (Qwen3 only), [T, q_dim + kv_dim], and the reciprocal roots, [T, heads + kv_heads].
    pub raw: Vec<f32>,
    pub inverse_qk: Vec<f32>,
    /// q, k (rotated) and v, [T, qkv_dim].
    pub qkv: Vec<f32>,
    /// Softmax statistics, [T, heads, 2].
    pub stats: Vec<f32>,
    /// Attention output, [T, q_dim].
    pub attention: Vec<f32>,
    /// Residual stream between attention and feed-forward, [T, hidden].
    pub middle: Vec<f32>,
    pub inverse2: Vec<f32>,
    pub h2: Vec<f32>,
    /// [T, 2 ff].
    pub gate_up: Vec<f32>,
    /// [T, ff].
    pub act: Vec<f32>,
}

/// Buffers of one thread, reused from chunk to chunk.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    pub blocks: Vec<Saved>,
    /// Residual stream after the last block at the R head rows, [R, hidden], and its norm.
    pub last: Vec<f32>,
    pub inverse: Vec<f32>,
    pub hidden: Vec<f32>,
    /// [R, vocab].
    pub logits: Vec<f32>,
    pub stats: Vec<LogitStats>,
    pub attention: attention::Scratch,
    /// Residual stream, [T, hidden].
    x: Vec<f32>,
}

/// Sets the length; content is unspecified.
pub(crate) fn size(buffer: &mut Vec<f32>, n: usize) -> &mut [f32] {
    buffer.resize(n, 0.0);
    buffer
}

impl Workspace {
    /// Runs the blocks and the head. `keep`: every block keeps its activations, for a backward pass.
    /// `seen(layer, qkv)` is shown q, k and v of each layer.
    pub fn forward(&mut self, prepared: &Prepared, chunk: &Chunk, keep: bool, mut seen: impl FnMut(usize, &[f32])) {
        let decoder = prepared.decoder;
        let layers = decoder.config().layers;
        self.blocks.resize_with(if keep { layers } else { 1 }, Saved::default);
        embed(decoder, chunk, &mut self.x);
        for layer in 0..layers {
            let saved = &mut self.blocks[if keep { layer } else { 0 }];
            block(prepared, layer, chunk, saved, &mut self.x, &mut self.attention);
            seen(layer, &saved.qkv);
        }
        self.head(prepared, chunk);
    }

    fn head(&mut self, prepared: &Prepared, chunk: &Chunk) {
        let (decoder, rows) = (prepared.decoder, chunk.heads.len());
        let (d, vocab) = (decoder.config.hidden, decoder.config.vocab);
        self.last.clear();
        for &row in &chunk.heads {
            self.last.extend_from_slice(&self.x[row * d..][..d]);
        }
        let norm = decoder.slice(&decoder.layout.norm);
        rms_norm(
            &self.last,
            Rows::dense(rows, d),
            norm,
            decoder.config.eps,
            size(&mut self.hidden, rows * d),
            d,
            size(&mut self.inverse, rows),
        );
        product(rows, Left::rows(&self.hidden, d), &prepared.head, size(&mut self.logits, rows * vocab), vocab, Init::Zero);
        self.stats.clear();
        self.stats.extend(self.logits.chunks_exact(vocab).map(logit_stats));
    }

    /// Log-probability of each output's target, nats.
    pub fn logps(&self, chunk: &Chunk, vocab: usize) -> Vec<f32> {
        let logp = |o: &crate::plan::Output| self.stats[o.head].logp(self.logits[o.head * vocab + o.target as usize]);
        chunk.outputs.iter().map(logp).collect()
    }
}

/// Token embeddings and projected patches, [T, hidden].
fn embed(decoder: &Decoder, chunk: &Chunk, x: &mut Vec<f32>) {
    let d = decoder.config.hidden;
    let table = decoder.slice(&decoder.layout.embed);
    size(x, chunk.rows() * d);
    for (row, input) in x.chunks_exact_mut(d).zip(&chunk.inputs) {
        match *input {
            Input::Token(id) => row.copy_from_slice(&table[id as usize * d..][..d]),
            Input::Patch(image, patch) => project(decoder, &chunk.images[image as usize], patch as usize, row),
        }
    }
}

/// One patch [size] through the linear layer [hidden, size].
fn project(decoder: &Decoder, image: &[f32], patch: usize, out: &mut [f32]) {
    let (weight, bias) = decoder.layout.patch.as_ref().expect("checked: images need a patch layer");
    let size = weight.len() / out.len();
    out.copy_from_slice(decoder.slice(bias));
    let pixels = &image[patch * size..][..size];
    product_rows(out.len(), 1, size, Left::rows(decoder.slice(weight), size), pixels, 1, out, 1, Init::Add);
}

/// One block: attention and feed-forward, each added to the residual stream.
fn block(prepared: &Prepared, layer: usize, chunk: &Chunk, saved: &mut Saved, x: &mut Vec<f32>, scratch: &mut attention::Scratch) {
    let decoder = prepared.decoder;
    let (config, weights, packed) = (&decoder.config, &decoder.layout.blocks[layer], &prepared.blocks[layer]);
    let (t, d) = (chunk.rows(), config.hidden);
    std::mem::swap(&mut saved.x, x);
    project_qkv(decoder, weights, packed, chunk, prepared, saved);
    size(&mut saved.stats, t * config.heads * 2);
    attention::forward(config, &chunk.segments, &saved.qkv, size(&mut saved.attention, t * config.q_dim()), &mut saved.stats, scratch);
    residual(&saved.x, &saved.attention, &packed.out, t, &mut saved.middle);
    rms_norm(
        &saved.middle,
        Rows::dense(t, d),
        decoder.slice(&weights.norm2),
        config.eps,
        size(&mut saved.h2, t * d),
        d,
        size(&mut saved.inverse2, t),
    );
    let gate_up = size(&mut saved.gate_up, t * 2 * config.ff);
    product(t, Left::rows(&saved.h2, d), &packed.gate_up, gate_up, 2 * config.ff, Init::Zero);
    swiglu(gate_up, config.ff, size(&mut saved.act, t * config.ff));
    residual(&saved.middle, &saved.act, &packed.down, t, x);
}

/// `out = x + input W`.
fn residual(x: &[f32], input: &[f32], weight: &Packed, rows: usize, out: &mut Vec<f32>) {
    let init = Init::From(x);
    product(rows, Left::rows(input, input.len() / rows), weight, size(out, x.len()), weight.n(), init);
}

fn project_qkv(decoder: &Decoder, weights: &Block, packed: &PackedBlock, chunk: &Chunk, prepared: &Prepared, saved: &mut Saved) {
    let config = &decoder.config;
    let (t, d, width) = (chunk.rows(), config.hidden, config.qkv_dim());
    rms_norm(
        &saved.x,
        Rows::dense(t, d),
        decoder.slice(&weights.norm1),
        config.eps,
        size(&mut saved.h1, t * d),
        d,
        size(&mut saved.inverse1, t),
    );
    let init = weights.qkv_bias.as_ref().map_or(Init::Zero, |b| Init::Bias(decoder.slice(b)));
    product(t, Left::rows(&saved.h1, d), &packed.qkv, size(&mut saved.qkv, t * width), width, init);
    let qk = config.q_dim() + config.kv_dim();
    if weights.q_norm.is_some() {
        size(&mut saved.raw, t * qk);
        size(&mut saved.inverse_qk, t * (config.heads + config.kv_heads));
    }
    for (row, qkv) in saved.qkv.chunks_exact_mut(width).enumerate() {
        if weights.q_norm.is_some() {
            let inverse = &mut saved.inverse_qk[row * (config.heads + config.kv_heads)..];
            norm_qk(decoder, weights, &mut qkv[..qk], &mut saved.raw[row * qk..][..qk], inverse);
        }
        prepared.angles.rotate(&mut qkv[..qk], chunk.positions[row], 1.0);
    }
}

/// Qwen3: RMSNorm of each head of q and of k, one row. The values before go to `raw`.
pub(crate) fn norm_qk(decoder: &Decoder, weights: &Block, qk: &mut [f32], raw: &mut [f32], inverse: &mut [f32]) {
    let config = &decoder.config;
    raw.copy_from_slice(qk);
    let (q, k) = (Rows::dense(config.heads, config.head_dim), Rows::dense(config.kv_heads, config.head_dim));
    let (q_norm, k_norm) = (weights.q_norm.as_ref().expect("Qwen3"), weights.k_norm.as_ref().expect("Qwen3"));
    rms_norm(raw, q, decoder.slice(q_norm), config.eps, qk, config.head_dim, inverse);
    let q_dim = config.q_dim();
    rms_norm(&raw[q_dim..], k, decoder.slice(k_norm), config.eps, &mut qk[q_dim..], config.head_dim, &mut inverse[config.heads..]);
}

impl Workspace {
    /// Keeps the given rows and heads (ascending) of everything that a backward pass reads.
    pub fn retain(&mut self, config: &crate::config::Config, rows: &[usize], heads: &[usize]) {
        let c = config;
        let qk = c.q_dim() + c.kv_dim();
        for saved in &mut self.blocks {
            let normed = c.family == crate::config::Family::Qwen3;
            let dense = [(&mut saved.x, c.hidden), (&mut saved.inverse1, 1), (&mut saved.h1, c.hidden), (&mut saved.qkv, c.qkv_dim())];
            dense.into_iter().for_each(|(buffer, width)| pick(buffer, width, rows));
            if normed {
                pick(&mut saved.raw, qk, rows);
                pick(&mut saved.inverse_qk, c.heads + c.kv_heads, rows);
            }
            let rest = [
                (&mut saved.stats, 2 * c.heads),
                (&mut saved.attention, c.q_dim()),
                (&mut saved.middle, c.hidden),
                (&mut saved.inverse2, 1),
            ];
            rest.into_iter().for_each(|(buffer, width)| pick(buffer, width, rows));
            let feed_forward = [(&mut saved.h2, c.hidden), (&mut saved.gate_up, 2 * c.ff), (&mut saved.act, c.ff)];
            feed_forward.into_iter().for_each(|(buffer, width)| pick(buffer, width, rows));
        }
        let outputs = [(&mut self.last, c.hidden), (&mut self.inverse, 1), (&mut self.hidden, c.hidden), (&mut self.logits, c.vocab)];
        outputs.into_iter().for_each(|(buffer, width)| pick(buffer, width, heads));
        for (to, &from) in heads.iter().enumerate() {
            self.stats[to] = self.stats[from];
        }
        self.stats.truncate(heads.len());
    }
}

/// Moves the given rows (ascending) to the front and drops the others.
fn pick(buffer: &mut Vec<f32>, width: usize, rows: &[usize]) {
    for (to, &from) in rows.iter().enumerate() {
        buffer.copy_within(from * width..(from + 1) * width, to * width);
    }
    buffer.truncate(rows.len() * width);
}
