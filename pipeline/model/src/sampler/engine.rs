//! One thread's batch of rows: prompts are read once, every step adds a token to every row, finished rows leave.

use super::attend::{PageView, Queries, attend};
use super::draw::{self, Drawn, Rule, draw};
use super::pages::{PAGE, PageShape, Pool, Prefix};
use super::{Finish, Request, Sample, SamplingParams};
use crate::elementwise::{Rows, rms_norm, swiglu};
use crate::forward::{Workspace, norm_qk, size};
use crate::matmul::{Init, Left, Packed, product};
use crate::philox::uniform;
use crate::plan::{Item, plan};
use crate::prepared::Prepared;
use anyhow::{Result, ensure};
use std::sync::Arc;

/// A sample being generated.
struct Row {
    request: usize,
    sample: u32,
    prefix: Arc<Prefix>,
    pages: Vec<u32>,
    ids: Vec<u32>,
    logprobs: Vec<f32>,
    entropy: f64,
}

/// A finished sample of request `.0` with index `.1`.
pub(crate) type Finished = (usize, u32, Sample);

/// Rows and buffers of one thread.
pub(crate) struct Engine<'a> {
    prepared: &'a Prepared<'a>,
    params: &'a SamplingParams,
    requests: &'a [Request],
    rule: Rule,
    rows: Vec<Row>,
    pool: Pool,
    buffers: Buffers,
    pub finished: Vec<Finished>,
}

/// What a draw works in: logits without the forbidden tokens, and the scratch of the draw itself.
#[derive(Default)]
struct DrawBuffers {
    allowed: Vec<f32>,
    scratch: draw::Scratch,
}

#[derive(Default)]
struct Buffers {
    x: Vec<f32>,
    h: Vec<f32>,
    inverse: Vec<f32>,
    qkv: Vec<f32>,
    raw: Vec<f32>,
    inverse_qk: Vec<f32>,
    attention: Vec<f32>,
    gate_up: Vec<f32>,
    act: Vec<f32>,
    logits: Vec<f32>,
    scores: Vec<f32>,
    draw: DrawBuffers,
}

impl<'a> Engine<'a> {
    pub fn new(prepared: &'a Prepared<'a>, params: &'a SamplingParams, requests: &'a [Request]) -> Self {
        let rule = Rule { temperature: params.temperature, top_p: params.top_p, top_k: params.top_k as usize };
        let pool = Pool::new(PageShape::new(&prepared.decoder.config));
        Engine { prepared, params, requests, rule, rows: Vec::new(), pool, buffers: Buffers::default(), finished: Vec::new() }
    }

    /// Rows being generated.
    pub fn live(&self) -> usize {
        self.rows.len()
    }

    /// Reads the prompt of a request: keys, values and the logits that follow.
    pub fn prefill(prepared: &Prepared, request: &Request) -> Prefix {
        let config = &prepared.decoder.config;
        let shape = PageShape::new(config);
        let item = Item { image: request.image.as_ref(), prompt: &request.prompt_ids, completion: &[0] };
        let chunk = &plan(&[item], usize::MAX, config.patch.map_or(0, |p| p.count))[0];
        let mut prefix = Prefix::new(shape, chunk.rows());
        let mut work = Workspace::default();
        work.forward(prepared, chunk, false, |layer, qkv| prefix.write(shape, layer, qkv, config.qkv_dim()));
        prefix.logits = work.logits;
        prefix
    }

    /// Adds samples of one request; their first token comes from the prompt's logits.
    pub fn add(&mut self, request: usize, samples: std::ops::Range<u32>, prefix: &Arc<Prefix>) -> Result<()> {
        for sample in samples {
            let mut row =
                Row { request, sample, prefix: Arc::clone(prefix), pages: Vec::new(), ids: Vec::new(), logprobs: Vec::new(), entropy: 0.0 };
            let drawn = draw_for(self.params, self.requests, self.rule, &row, &prefix.logits, &mut self.buffers.draw)?;
            if let Some(finish) = self.accept(&mut row, drawn) {
                self.finish(row, finish);
            } else {
                self.rows.push(row);
            }
        }
        Ok(())
    }

    /// Appends a token; says when that ends the sample.
    fn accept(&self, row: &mut Row, drawn: Drawn) -> Option<Finish> {
        row.ids.push(drawn.id);
        row.logprobs.push(drawn.logp);
        row.entropy += f64::from(drawn.entropy);
        let positions = row.prefix.len + row.ids.len();
        if self.params.stop_ids.contains(&drawn.id) {
            Some(Finish::Stop)
        } else if row.ids.len() >= self.params.max_tokens as usize || positions >= self.prepared.decoder.config.max_positions {
            Some(Finish::Length)
        } else {
            None
        }
    }

    fn finish(&mut self, mut row: Row, finish: Finish) {
        self.pool.give_back(&mut row.pages);
        let logprob_sum = row.logprobs.iter().map(|&x| f64::from(x)).sum();
        let entropy_mean = row.entropy / row.ids.len() as f64;
        self.finished.push((row.request, row.sample, Sample { ids: row.ids, logprobs: row.logprobs, logprob_sum, entropy_mean, finish }));
    }

    /// One more token for every row.
    pub fn step(&mut self) -> Result<()> {
        self.embed();
        for row in &mut self.rows {
            if (row.ids.len() - 1) % PAGE == 0 {
                row.pages.push(self.pool.take());
            }
        }
        for layer in 0..self.prepared.decoder.config.layers {
            self.block(layer);
        }
        self.head();
        let vocab = self.prepared.decoder.config.vocab;
        for (i, mut row) in std::mem::take(&mut self.rows).into_iter().enumerate() {
            let logits = &self.buffers.logits[i * vocab..][..vocab];
            let drawn = draw_for(self.params, self.requests, self.rule, &row, logits, &mut self.buffers.draw)?;
            match self.accept(&mut row, drawn) {
                Some(finish) => self.finish(row, finish),
                None => self.rows.push(row),
            }
        }
        Ok(())
    }

    fn embed(&mut self) {
        let decoder = self.prepared.decoder;
        let d = decoder.config.hidden;
        let table = decoder.slice(&decoder.layout.embed);
        self.buffers.x.clear();
        for row in &self.rows {
            let id = *row.ids.last().expect("a live row has a token") as usize;
            self.buffers.x.extend_from_slice(&table[id * d..][..d]);
        }
    }

    fn block(&mut self, layer: usize) {
        let decoder = self.prepared.decoder;
        let (c, weights, packed) = (&decoder.config, &decoder.layout.blocks[layer], &self.prepared.blocks[layer]);
        let (n, d) = (self.rows.len(), c.hidden);
        let b = &mut self.buffers;
        rms_norm(&b.x, Rows::dense(n, d), decoder.slice(&weights.norm1), c.eps, size(&mut b.h, n * d), d, size(&mut b.inverse, n));
        let init = weights.qkv_bias.as_ref().map_or(Init::Zero, |bias| Init::Bias(decoder.slice(bias)));
        product(n, Left::rows(&b.h, d), &packed.qkv, size(&mut b.qkv, n * c.qkv_dim()), c.qkv_dim(), init);
        self.attention(layer);
        let b = &mut self.buffers;
        add_product(n, &b.attention, &packed.out, &mut b.x);
        rms_norm(&b.x, Rows::dense(n, d), decoder.slice(&weights.norm2), c.eps, &mut b.h, d, &mut b.inverse);
        product(n, Left::rows(&b.h, d), &packed.gate_up, size(&mut b.gate_up, n * 2 * c.ff), 2 * c.ff, Init::Zero);
        swiglu(&b.gate_up, c.ff, size(&mut b.act, n * c.ff));
        add_product(n, &b.act, &packed.down, &mut b.x);
    }

    /// Row by row, while its pages are in the nearest cache: norm and rotation of q and k, keys and values into the
    /// page, attention.
    fn attention(&mut self, layer: usize) {
        let decoder = self.prepared.decoder;
        let (c, weights) = (&decoder.config, &decoder.layout.blocks[layer]);
        let (width, qk, shape) = (c.qkv_dim(), c.q_dim() + c.kv_dim(), self.pool.shape);
        let queries = Queries { group: c.heads / c.kv_heads, scale: 1.0 / (c.head_dim as f32).sqrt() };
        let b = &mut self.buffers;
        let out = size(&mut b.attention, self.rows.len() * c.q_dim());
        for ((row, qkv), out) in self.rows.iter().zip(b.qkv.chunks_exact_mut(width)).zip(out.chunks_exact_mut(c.q_dim())) {
            if weights.q_norm.is_some() {
                norm_qk(decoder, weights, &mut qkv[..qk], size(&mut b.raw, qk), size(&mut b.inverse_qk, c.heads + c.kv_heads));
            }
            let own = row.ids.len() - 1;
            self.prepared.angles.rotate(&mut qkv[..qk], row.prefix.len + own, 1.0);
            shape.write(self.pool.layer_mut(row.pages[own / PAGE], layer), own % PAGE, qkv);
            let pages = views(row, &self.pool, layer);
            attend(qkv, queries, shape, &pages, &mut b.scores, out);
        }
    }

    fn head(&mut self) {
        let decoder = self.prepared.decoder;
        let (n, d, vocab) = (self.rows.len(), decoder.config.hidden, decoder.config.vocab);
        let b = &mut self.buffers;
        rms_norm(
            &b.x,
            Rows::dense(n, d),
            decoder.slice(&decoder.layout.norm),
            decoder.config.eps,
            size(&mut b.h, n * d),
            d,
            size(&mut b.inverse, n),
        );
        product(n, Left::rows(&b.h, d), &self.prepared.head, size(&mut b.logits, n * vocab), vocab, Init::Zero);
    }
}

/// Pages of a row: the prompt's, then its own.
fn views<'p>(row: &'p Row, pool: &'p Pool, layer: usize) -> Vec<PageView<'p>> {
    let filled = |len: usize, page: usize| PAGE.min(len - page * PAGE);
    let prompt = row.prefix.pages(pool.shape, layer).enumerate().map(|(p, data)| PageView { data, filled: filled(row.prefix.len, p) });
    let own = row.pages.iter().enumerate().map(|(p, &page)| PageView { data: pool.layer(page, layer), filled: filled(row.ids.len(), p) });
    prompt.chain(own).collect()
}

/// `x += input W`.
fn add_product(rows: usize, input: &[f32], weight: &Packed, x: &mut [f32]) {
    if rows > 0 {
        product(rows, Left::rows(input, input.len() / rows), weight, x, weight.n(), Init::Add);
    }
}

/// The next token of a row, a function of (seed, key, sample, position) and the logits alone.
fn draw_for(
    params: &SamplingParams,
    requests: &[Request],
    rule: Rule,
    row: &Row,
    logits: &[f32],
    buffers: &mut DrawBuffers,
) -> Result<Drawn> {
    let u = uniform(params.seed, requests[row.request].key, row.sample, row.ids.len() as u32);
    let logits = allowed(logits, &params.forbidden_ids, &mut buffers.allowed);
    let drawn = draw(logits, rule, u, &mut buffers.scratch);
    ensure!(drawn.is_some(), "request {}: a logit is not a number; the weights of this decoder have diverged", row.request);
    Ok(drawn.expect("checked"))
}

/// A logit below every other, finite so that its weight times its logit is 0.
const NEVER: f32 = -1e30;

/// The logits, with those of forbidden tokens so low that they have no probability.
fn allowed<'l>(logits: &'l [f32], forbidden: &[u32], buffer: &'l mut Vec<f32>) -> &'l [f32] {
    if forbidden.is_empty() {
        return logits;
    }
    buffer.clear();
    buffer.extend_from_slice(logits);
    forbidden.iter().for_each(|&id| buffer[id as usize] = NEVER);
    buffer
}
