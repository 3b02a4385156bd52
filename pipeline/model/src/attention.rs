//! Causal attention over the segments of a chunk, forward and backward (GQA: heads of a group share keys and values).

use crate::config::Config;
use crate::elementwise::{Causal, causal_softmax, causal_softmax_again, softmax_backward};
use crate::matmul::{Init, Left, product_rows};
use crate::plan::Segment;
use crate::simd::LANES;

/// Query rows handled together: bounds the score buffer and the work wasted above the diagonal.
const QUERIES: usize = 64;

/// Buffers of one thread.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Keys of one head, transposed: [head_dim, stride].
    keys_t: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    values_t: Vec<f32>,
    scores: Vec<f32>,
    dscores: Vec<f32>,
    dkeys: Vec<f32>,
    dvalues: Vec<f32>,
}

/// Where q, k and v of one row stand.
#[derive(Clone, Copy)]
struct Shape {
    width: usize,
    head: usize,
    q_dim: usize,
    kv_dim: usize,
    group: usize,
    scale: f32,
}

impl Shape {
    fn new(config: &Config) -> Self {
        Shape {
            width: config.qkv_dim(),
            head: config.head_dim,
            q_dim: config.q_dim(),
            kv_dim: config.kv_dim(),
            group: config.heads / config.kv_heads,
            scale: 1.0 / (config.head_dim as f32).sqrt(),
        }
    }

    fn key(&self, kv: usize) -> usize {
        self.q_dim + kv * self.head
    }

    fn value(&self, kv: usize) -> usize {
        self.q_dim + self.kv_dim + kv * self.head
    }
}

/// A block of queries of one segment: `rows` from `start`, seeing `keys` keys in all.
struct Block {
    start: usize,
    causal: Causal,
    keys: usize,
}

/// Blocks of at most [`QUERIES`] queries; `stride` floats per row of scores.
fn blocks(segment: Segment, stride: usize, scale: f32) -> impl Iterator<Item = Block> {
    (0..segment.len).step_by(QUERIES).map(move |from| {
        let rows = QUERIES.min(segment.len - from);
        let first = segment.parent.1 + from + 1;
        Block { start: segment.start + from, causal: Causal { rows, stride, first, scale }, keys: first + rows - 1 }
    })
}

/// Rows whose keys a segment sees, in order.
fn visible(segment: Segment) -> impl Iterator<Item = usize> {
    (segment.parent.0..segment.parent.0 + segment.parent.1).chain(segment.start..segment.start + segment.len)
}

fn stride(segment: Segment) -> usize {
    (segment.parent.1 + segment.len).div_ceil(LANES) * LANES
}

fn sized(buffer: &mut Vec<f32>, n: usize) -> &mut [f32] {
    if buffer.len() < n {
        buffer.resize(n, 0.0);
    }
    &mut buffer[..n]
}

/// Copies one head of the visible rows, row-major [rows, head].
fn gather(qkv: &[f32], width: usize, offset: usize, head: usize, segment: Segment, out: &mut Vec<f32>) {
    let out = sized(out, (segment.parent.1 + segment.len) * head);
    for (target, row) in out.chunks_exact_mut(head).zip(visible(segment)) {
        target.copy_from_slice(&qkv[row * width + offset..][..head]);
    }
}

/// The same transposed, [head, stride], with zeros in the padding.
fn gather_turned(qkv: &[f32], width: usize, offset: usize, head: usize, segment: Segment, out: &mut Vec<f32>) {
    let (stride, rows) = (stride(segment), segment.parent.1 + segment.len);
    let out = sized(out, head * stride);
    for (n, row) in visible(segment).enumerate() {
        for (d, &v) in qkv[row * width + offset..][..head].iter().enumerate() {
            out[d * stride + n] = v;
        }
    }
    out.chunks_exact_mut(stride).for_each(|line| line[rows..].fill(0.0));
}

impl Scratch {
    /// What the scores and their weighted sum need.
    fn gather_forward(&mut self, qkv: &[f32], shape: Shape, kv: usize, segment: Segment) {
        gather_turned(qkv, shape.width, shape.key(kv), shape.head, segment, &mut self.keys_t);
        gather(qkv, shape.width, shape.value(kv), shape.head, segment, &mut self.values);
        sized(&mut self.scores, QUERIES.min(segment.len) * stride(segment));
    }

    /// What the scores and their gradients need.
    fn gather_backward(&mut self, qkv: &[f32], shape: Shape, kv: usize, segment: Segment) {
        gather_turned(qkv, shape.width, shape.key(kv), shape.head, segment, &mut self.keys_t);
        gather(qkv, shape.width, shape.key(kv), shape.head, segment, &mut self.keys);
        gather_turned(qkv, shape.width, shape.value(kv), shape.head, segment, &mut self.values_t);
        sized(&mut self.scores, QUERIES.min(segment.len) * stride(segment));
    }

    fn compute_scores(&mut self, qkv: &[f32], shape: Shape, h: usize, block: &Block) {
        let queries = Left::rows(&qkv[block.start * shape.width + h * shape.head..], shape.width);
        let s = block.causal.stride;
        product_rows(block.causal.rows, s, shape.head, queries, &self.keys_t, s, &mut self.scores, s, Init::Zero);
    }
}

/// `out[row, q_dim]` = attention of every row; `stats` gets [rows, heads, 2] softmax statistics.
pub(crate) fn forward(config: &Config, segments: &[Segment], qkv: &[f32], out: &mut [f32], stats: &mut [f32], scratch: &mut Scratch) {
    let shape = Shape::new(config);
    for &segment in segments {
        for kv in 0..config.kv_heads {
            scratch.gather_forward(qkv, shape, kv, segment);
            for h in kv * shape.group..(kv + 1) * shape.group {
                for block in blocks(segment, stride(segment), shape.scale) {
                    scratch.compute_scores(qkv, shape, h, &block);
                    causal_softmax(&mut scratch.scores, block.causal, &mut stats[(block.start * config.heads + h) * 2..], config.heads * 2);
                    let target = &mut out[block.start * shape.q_dim + h * shape.head..];
                    let p = Left::rows(&scratch.scores, block.causal.stride);
                    product_rows(
                        block.causal.rows,
                        shape.head,
                        block.keys,
                        p,
                        &scratch.values,
                        shape.head,
                        target,
                        shape.q_dim,
                        Init::Zero,
                    );
                }
            }
        }
    }
}

/// Sets `dqkv` to the gradient of q, k, v (as they entered the scores) from that of the output.
pub(crate) fn backward(
    config: &Config,
    segments: &[Segment],
    qkv: &[f32],
    dout: &[f32],
    stats: &[f32],
    dqkv: &mut [f32],
    scratch: &mut Scratch,
) {
    let shape = Shape::new(config);
    dqkv.fill(0.0);
    for &segment in segments {
        for kv in 0..config.kv_heads {
            scratch.gather_backward(qkv, shape, kv, segment);
            scratch.clear_gradients(segment, shape.head);
            for h in kv * shape.group..(kv + 1) * shape.group {
                for block in blocks(segment, stride(segment), shape.scale) {
                    scratch.compute_scores(qkv, shape, h, &block);
                    causal_softmax_again(
                        &mut scratch.scores,
                        block.causal,
                        &stats[(block.start * config.heads + h) * 2..],
                        config.heads * 2,
                    );
                    scratch.block_gradients(qkv, dout, shape, h, &block, dqkv);
                }
            }
            scratch.scatter_gradients(shape, kv, segment, dqkv);
        }
    }
}

impl Scratch {
    fn clear_gradients(&mut self, segment: Segment, head: usize) {
        let rows = segment.parent.1 + segment.len;
        sized(&mut self.dkeys, rows * head).fill(0.0);
        sized(&mut self.dvalues, rows * head).fill(0.0);
        sized(&mut self.dscores, QUERIES.min(segment.len) * stride(segment));
    }

    /// With P the probabilities in `scores`: dV += P^T dO, dP = dO V^T, dS from dP, dQ = dS K, dK += dS^T Q.
    fn block_gradients(&mut self, qkv: &[f32], dout: &[f32], shape: Shape, h: usize, block: &Block, dqkv: &mut [f32]) {
        let (rows, keys, head, s) = (block.causal.rows, block.keys, shape.head, block.causal.stride);
        let dout = &dout[block.start * shape.q_dim + h * head..];
        let at = block.start * shape.width + h * head;
        product_rows(keys, head, rows, Left::transposed(&self.scores, s), dout, shape.q_dim, &mut self.dvalues, head, Init::Add);
        product_rows(rows, s, head, Left::rows(dout, shape.q_dim), &self.values_t, s, &mut self.dscores, s, Init::Zero);
        softmax_backward(&self.scores, &mut self.dscores, block.causal);
        product_rows(rows, head, keys, Left::rows(&self.dscores, s), &self.keys, head, &mut dqkv[at..], shape.width, Init::Zero);
        product_rows(keys, head, rows, Left::transposed(&self.dscores, s), &qkv[at..], shape.width, &mut self.dkeys, head, Init::Add);
    }

    fn scatter_gradients(&self, shape: Shape, kv: usize, segment: Segment, dqkv: &mut [f32]) {
        for (n, row) in visible(segment).enumerate() {
            for (source, offset) in [(&self.dkeys, shape.key(kv)), (&self.dvalues, shape.value(kv))] {
                let target = &mut dqkv[row * shape.width + offset..][..shape.head];
                crate::elementwise::add_assign(target, &source[n * shape.head..][..shape.head]);
            }
        }
    }
}
