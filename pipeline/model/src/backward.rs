//! The backward pass over one chunk, after [`Workspace::forward`] with `keep`.

use crate::attention;
use crate::decoder::Decoder;
use crate::elementwise::{Rows, add_assign, add_column_sums, logit_gradient, rms_norm_backward, swiglu_backward};
use crate::forward::{Saved, Workspace, size};
use crate::layout::Block;
use crate::matmul::{Init, Left, Packed, product, product_rows};
use crate::plan::{Chunk, Input};
use crate::prepared::Prepared;
use std::ops::Range;

/// What the loss wants of each output of a chunk: the derivatives of the loss.
#[derive(Debug, Default)]
pub(crate) struct OutputGradients {
    /// With respect to the log-probability of each output's target.
    pub logp: Vec<f32>,
    /// With respect to the entropy of each output's distribution.
    pub entropy: Vec<f32>,
    /// With respect to the value at each output; empty without a value head.
    pub value: Vec<f32>,
}

/// Buffers of the backward pass of one thread.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    dx: Vec<f32>,
    dmiddle: Vec<f32>,
    dhidden: Vec<f32>,
    dlast: Vec<f32>,
    dh: Vec<f32>,
    dqkv: Vec<f32>,
    dattention: Vec<f32>,
    dgate_up: Vec<f32>,
    dact: Vec<f32>,
    draw: Vec<f32>,
}

/// Adds the gradient of every weight to `grads` (laid out like the weights). Consumes the logits of the workspace.
pub(crate) fn backward(
    prepared: &Prepared,
    chunk: &Chunk,
    wanted: &OutputGradients,
    work: &mut Workspace,
    buffers: &mut Buffers,
    grads: &mut [f32],
) {
    let decoder = prepared.decoder;
    head(prepared, chunk, wanted, work, buffers, grads);
    for layer in (0..decoder.config.layers).rev() {
        block(prepared, layer, chunk, &work.blocks[layer], &mut work.attention, buffers, grads);
    }
    embedding(decoder, chunk, &buffers.dx, grads);
}

/// `grad += dy^T x` for a linear layer [out, in], dy [T, out] and x [T, in].
fn weight_gradient(grads: &mut [f32], range: &Range<usize>, dy: &[f32], x: &[f32], rows: usize) {
    let (out, input) = (dy.len() / rows, x.len() / rows);
    product_rows(out, input, rows, Left::transposed(dy, out), x, input, &mut grads[range.clone()], input, Init::Add);
}

/// `dx = dy W`, dy [T, out].
fn input_gradient(dy: &[f32], weight: &Packed, rows: usize, dx: &mut Vec<f32>) {
    let n = weight.n();
    product(rows, Left::rows(dy, dy.len() / rows), weight, size(dx, rows * n), n, Init::Zero);
}

/// From the logits to `dx` [T, hidden] after the last block.
fn head(prepared: &Prepared, chunk: &Chunk, wanted: &OutputGradients, work: &mut Workspace, buffers: &mut Buffers, grads: &mut [f32]) {
    let decoder = prepared.decoder;
    let (rows, d) = (chunk.heads.len(), decoder.config.hidden);
    logits(decoder, chunk, wanted, work);
    weight_gradient(grads, &decoder.layout.head, &work.logits, &work.hidden, rows);
    input_gradient(&work.logits, &prepared.head_backward, rows, &mut buffers.dhidden);
    if !wanted.value.is_empty() {
        value(decoder, chunk, wanted, &work.hidden, &mut buffers.dhidden, grads);
    }
    let dlast = size(&mut buffers.dlast, rows * d);
    dlast.fill(0.0);
    let norm = &decoder.layout.norm;
    rms_norm_backward(
        &work.last,
        Rows::dense(rows, d),
        decoder.slice(norm),
        &work.inverse,
        &buffers.dhidden,
        d,
        dlast,
        &mut grads[norm.clone()],
    );
    let dx = size(&mut buffers.dx, chunk.rows() * d);
    dx.fill(0.0);
    for (&row, gradient) in chunk.heads.iter().zip(dlast.chunks_exact(d)) {
        dx[row * d..][..d].copy_from_slice(gradient);
    }
}

/// Turns the logits into their gradients, in place.
fn logits(decoder: &Decoder, chunk: &Chunk, wanted: &OutputGradients, work: &mut Workspace) {
    let vocab = decoder.config.vocab;
    let mut sums = vec![(0.0f32, 0.0f32); chunk.heads.len()];
    for (i, output) in chunk.outputs.iter().enumerate() {
        let sum = &mut sums[output.head];
        (sum.0, sum.1) = (sum.0 + wanted.logp[i], sum.1 + wanted.entropy[i]);
    }
    for ((row, &stats), &(a, b)) in work.logits.chunks_exact_mut(vocab).zip(&work.stats).zip(&sums) {
        logit_gradient(row, stats, a, b);
    }
    for (i, output) in chunk.outputs.iter().enumerate() {
        work.logits[output.head * vocab + output.target as usize] += wanted.logp[i];
    }
}

/// Value head: v = w h + b at every output.
fn value(decoder: &Decoder, chunk: &Chunk, wanted: &OutputGradients, hidden: &[f32], dhidden: &mut [f32], grads: &mut [f32]) {
    let d = decoder.config.hidden;
    let head = decoder.value_head().expect("checked: a value gradient needs a value head");
    let gradient = &mut grads[decoder.layout.value.clone()];
    for (output, &dv) in chunk.outputs.iter().zip(&wanted.value) {
        let h = &hidden[output.head * d..][..d];
        for i in 0..d {
            gradient[i] += dv * h[i];
            dhidden[output.head * d + i] += dv * head[i];
        }
        gradient[d] += dv;
    }
}

/// `buffers.dx`: from the gradient after a block to the one before it.
fn block(
    prepared: &Prepared,
    layer: usize,
    chunk: &Chunk,
    saved: &Saved,
    scratch: &mut attention::Scratch,
    buffers: &mut Buffers,
    grads: &mut [f32],
) {
    let decoder = prepared.decoder;
    let (config, weights, packed) = (&decoder.config, &decoder.layout.blocks[layer], &prepared.backward[layer]);
    let (t, d) = (chunk.rows(), config.hidden);
    // feed-forward: x = middle + act W_down
    weight_gradient(grads, &weights.down, &buffers.dx, &saved.act, t);
    input_gradient(&buffers.dx, &packed.down, t, &mut buffers.dact);
    swiglu_backward(&saved.gate_up, config.ff, &buffers.dact, size(&mut buffers.dgate_up, t * 2 * config.ff));
    weight_gradient(grads, &weights.gate_up, &buffers.dgate_up, &saved.h2, t);
    input_gradient(&buffers.dgate_up, &packed.gate_up, t, &mut buffers.dh);
    std::mem::swap(&mut buffers.dx, &mut buffers.dmiddle);
    norm_gradient(decoder, &weights.norm2, &saved.middle, &saved.inverse2, &buffers.dh, &mut buffers.dmiddle, grads);
    // attention: middle = x + attention W_out
    weight_gradient(grads, &weights.out, &buffers.dmiddle, &saved.attention, t);
    input_gradient(&buffers.dmiddle, &packed.out, t, &mut buffers.dattention);
    let dqkv = size(&mut buffers.dqkv, t * config.qkv_dim());
    attention::backward(config, &chunk.segments, &saved.qkv, &buffers.dattention, &saved.stats, dqkv, scratch);
    unrotate(prepared, weights, chunk, saved, buffers, grads);
    if let Some(bias) = &weights.qkv_bias {
        add_column_sums(&buffers.dqkv, &mut grads[bias.clone()]);
    }
    weight_gradient(grads, &weights.qkv, &buffers.dqkv, &saved.h1, t);
    input_gradient(&buffers.dqkv, &packed.qkv, t, &mut buffers.dh);
    std::mem::swap(&mut buffers.dx, &mut buffers.dmiddle);
    debug_assert_eq!(buffers.dx.len(), t * d);
    norm_gradient(decoder, &weights.norm1, &saved.x, &saved.inverse1, &buffers.dh, &mut buffers.dx, grads);
}

fn norm_gradient(decoder: &Decoder, range: &Range<usize>, x: &[f32], inverse: &[f32], dy: &[f32], dx: &mut [f32], grads: &mut [f32]) {
    let d = decoder.config.hidden;
    rms_norm_backward(x, Rows::dense(x.len() / d, d), decoder.slice(range), inverse, dy, d, dx, &mut grads[range.clone()]);
}

/// Takes the gradient of q and k back through the rotation and, for Qwen3, the norm of each head.
fn unrotate(prepared: &Prepared, weights: &Block, chunk: &Chunk, saved: &Saved, buffers: &mut Buffers, grads: &mut [f32]) {
    let decoder = prepared.decoder;
    let config = &decoder.config;
    let qk = config.q_dim() + config.kv_dim();
    for (row, dqkv) in buffers.dqkv.chunks_exact_mut(config.qkv_dim()).enumerate() {
        prepared.angles.rotate(&mut dqkv[..qk], chunk.positions[row], -1.0);
        let (Some(q_norm), Some(k_norm)) = (&weights.q_norm, &weights.k_norm) else { continue };
        let draw = size(&mut buffers.draw, qk);
        draw.fill(0.0);
        let raw = &saved.raw[row * qk..][..qk];
        let inverse = &saved.inverse_qk[row * (config.heads + config.kv_heads)..];
        for (norm, from, heads, first) in [(q_norm, 0, config.heads, 0), (k_norm, config.q_dim(), config.kv_heads, config.heads)] {
            let rows = Rows::dense(heads, config.head_dim);
            rms_norm_backward(
                &raw[from..],
                rows,
                decoder.slice(norm),
                &inverse[first..],
                &dqkv[from..],
                config.head_dim,
                &mut draw[from..],
                &mut grads[norm.clone()],
            );
        }
        dqkv[..qk].copy_from_slice(draw);
    }
}

/// Gradient of the embedding and of the patch projection.
fn embedding(decoder: &Decoder, chunk: &Chunk, dx: &[f32], grads: &mut [f32]) {
    let d = decoder.config.hidden;
    for (gradient, input) in dx.chunks_exact(d).zip(&chunk.inputs) {
        match *input {
            Input::Token(id) => add_assign(&mut grads[decoder.layout.embed.start + id as usize * d..][..d], gradient),
            Input::Patch(image, patch) => {
                let (weight, bias) = decoder.layout.patch.as_ref().expect("checked: images need a patch layer");
                let size = weight.len() / d;
                let pixels = &chunk.images[image as usize][patch as usize * size..][..size];
                product_rows(d, size, 1, Left::rows(gradient, 1), pixels, size, &mut grads[weight.clone()], size, Init::Add);
                add_assign(&mut grads[bias.clone()], gradient);
            }
        }
    }
}
