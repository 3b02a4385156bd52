//! Gradients of an objective over a batch of sequences.
//!
//! The batch is cut into chunks and the chunks into shards, as a function of the batch alone; one thread computes one
//! shard and the shards are added in order. The gradient is therefore bitwise the same for every number of threads.

use crate::backward::{Buffers, OutputGradients, backward as backward_chunk};
use crate::decoder::Decoder;
use crate::elementwise::add_assign;
use crate::forward::Workspace;
use crate::objective::{Gradient, Grads, Objective, Sequence, Stats, TokenStats};
use crate::parallel::map;
use crate::plan::{Chunk, Item, Member, plan};
use crate::prepared::Prepared;
use crate::reuse::{Borrowed, Shelf};
use anyhow::{Result, ensure};
use std::sync::Arc;

/// Rows of one chunk: enough to amortise a pass over the weights, few enough that activations stay near the core.
const CHUNK_ROWS: usize = 192;
/// Rows for which one more shard pays (a shard costs one gradient vector), and the most shards.
const SHARD_ROWS: usize = 512;
const MAX_SHARDS: usize = 8;

/// Gradient of the summed loss of `batch` on at most `threads` threads. The result does not depend on `threads`.
///
/// Errs when a sequence has a token outside the vocabulary, no prompt, or more positions than the decoder, or when the
/// loss is not a number.
pub fn backward(decoder: &Decoder, batch: &[Sequence], objective: &impl Objective, threads: usize) -> Result<(Grads, Stats)> {
    for (index, sequence) in batch.iter().enumerate() {
        check(decoder, index, sequence)?;
    }
    let items: Vec<Item> = batch.iter().enumerate().map(|(i, s)| item(s, objective.skip(i))).collect();
    let chunks = plan(&items, CHUNK_ROWS, decoder.config.patch.map_or(0, |p| p.count));
    let positions = chunks.iter().flat_map(|c| &c.positions).max().map_or(0, |p| p + 1);
    let prepared = Prepared::training(decoder, positions);
    let results = map(&shards(&chunks), threads, |shard| run_shard(&prepared, batch, objective, &chunks[shard.clone()]));
    let mut total = (Grads::zeros(decoder), Stats::default());
    for result in results {
        let (grads, stats) = result?;
        add_assign(&mut total.0.values, &grads);
        total.1.add(&stats);
    }
    ensure!(total.1.loss.is_finite(), "the loss is {}: the weights have diverged; lower the learning rate", total.1.loss);
    Ok(total)
}

fn check(decoder: &Decoder, index: usize, sequence: &Sequence) -> Result<()> {
    decoder.check_ids(&sequence.ids)?;
    let patches = decoder.image_rows(sequence.image.as_ref())?;
    let (n, start) = (sequence.ids.len(), sequence.response_start);
    ensure!(
        start <= n && start + patches > 0,
        "sequence {index}: response_start is {start} of {n} tokens; a response needs a prompt of at least one token"
    );
    let limit = decoder.config.max_positions;
    ensure!(
        patches + n <= limit,
        "sequence {index} has {} positions, but the decoder has {limit}: shorten it or raise max_positions",
        patches + n
    );
    Ok(())
}

fn item(sequence: &Sequence, skip: bool) -> Item<'_> {
    let (prompt, response) = sequence.ids.split_at(sequence.response_start);
    Item { image: sequence.image.as_ref(), prompt, completion: if skip { &[] } else { response } }
}

/// Contiguous runs of chunks of about equal rows.
fn shards(chunks: &[Chunk]) -> Vec<std::ops::Range<usize>> {
    let total: usize = chunks.iter().map(Chunk::rows).sum();
    let count = (total / SHARD_ROWS).clamp(1, MAX_SHARDS);
    let mut ranges = Vec::new();
    let (mut start, mut rows) = (0, 0);
    for (i, chunk) in chunks.iter().enumerate() {
        rows += chunk.rows();
        if rows * count >= total * (ranges.len() + 1) {
            ranges.push(start..i + 1);
            start = i + 1;
        }
    }
    ranges
}

static WORKSPACES: Shelf<(Workspace, Buffers)> = Shelf::new();
static GRADIENTS: Shelf<Vec<f32>> = Shelf::new();

fn run_shard(prepared: &Prepared, batch: &[Sequence], objective: &impl Objective, chunks: &[Chunk]) -> Result<(Borrowed<Vec<f32>>, Stats)> {
    let mut grads = GRADIENTS.take();
    grads.clear();
    grads.resize(prepared.decoder.weights.len(), 0.0);
    let mut stats = Stats::default();
    let mut buffers = WORKSPACES.take();
    let (work, buffers) = &mut *buffers;
    for chunk in chunks {
        work.forward(prepared, chunk, true, |_, _| {});
        let gradients = evaluate(prepared.decoder, batch, objective, chunk, work, &mut stats)?;
        let active = gradients.iter().filter(|g| !g.is_zero()).count();
        stats.active += active;
        if active == 0 {
            continue;
        }
        let wanted = wanted(prepared.decoder, &gradients)?;
        if active == chunk.members.len() {
            backward_chunk(prepared, chunk, &wanted, work, buffers, &mut grads);
        } else {
            let (chunk, wanted) = drop_inactive(prepared.decoder, chunk, &gradients, wanted, work);
            backward_chunk(prepared, &chunk, &wanted, work, buffers, &mut grads);
        }
    }
    Ok((grads, stats))
}

/// Asks the objective about every member of a chunk, in order.
fn evaluate(
    decoder: &Decoder,
    batch: &[Sequence],
    objective: &impl Objective,
    chunk: &Chunk,
    work: &Workspace,
    stats: &mut Stats,
) -> Result<Vec<Gradient>> {
    let logps = work.logps(chunk, decoder.config.vocab);
    let entropies: Vec<f32> = chunk.outputs.iter().map(|o| work.stats[o.head].entropy).collect();
    let values = decoder.values(chunk, &work.hidden);
    let mut gradients = Vec::with_capacity(chunk.members.len());
    for Member { item, outputs } in &chunk.members {
        let (logp, entropy) = (&logps[outputs.clone()], &entropies[outputs.clone()]);
        let value = values.as_ref().map(|v| &v[outputs.clone()]);
        let gradient = objective.gradient(*item, &batch[*item], &TokenStats { logp, entropy, value });
        stats.add(&Stats {
            loss: gradient.loss,
            sequences: 1,
            active: 0,
            tokens: logp.len(),
            logp: logp.iter().map(|&x| f64::from(x)).sum(),
            entropy: entropy.iter().map(|&x| f64::from(x)).sum(),
            metrics: gradient.metrics.clone(),
        });
        check_gradient(decoder, &gradient, logp.len())?;
        gradients.push(gradient);
    }
    Ok(gradients)
}

fn check_gradient(decoder: &Decoder, gradient: &Gradient, tokens: usize) -> Result<()> {
    let lengths = [Some(&gradient.dlogp), gradient.dentropy.as_ref(), gradient.dvalue.as_ref()];
    for part in lengths.into_iter().flatten() {
        ensure!(part.len() == tokens, "the objective returned {} derivatives for {tokens} response tokens", part.len());
    }
    ensure!(
        gradient.dvalue.is_none() || decoder.value_head().is_some(),
        "the objective has a value gradient, but the decoder has no value head: add one with `with_value_head`"
    );
    Ok(())
}

/// The gradients of all members in the order of the chunk's outputs.
fn wanted(decoder: &Decoder, gradients: &[Gradient]) -> Result<OutputGradients> {
    let mut wanted = OutputGradients::default();
    for gradient in gradients {
        let tokens = gradient.dlogp.len();
        wanted.logp.extend_from_slice(&gradient.dlogp);
        let extend = |all: &mut Vec<f32>, part: &Option<Vec<f32>>| match part {
            Some(part) => all.extend_from_slice(part),
            None => all.resize(all.len() + tokens, 0.0),
        };
        extend(&mut wanted.entropy, &gradient.dentropy);
        if decoder.value_head().is_some() {
            extend(&mut wanted.value, &gradient.dvalue);
        }
    }
    let all = [&wanted.logp, &wanted.entropy, &wanted.value];
    ensure!(
        all.iter().all(|part| part.iter().all(|x| x.is_finite())),
        "the objective returned a derivative that is not finite: the weights or the advantages have diverged"
    );
    Ok(wanted)
}

/// Removes the members without gradient from the chunk and from the saved activations.
fn drop_inactive(
    decoder: &Decoder,
    chunk: &Chunk,
    gradients: &[Gradient],
    wanted: OutputGradients,
    work: &mut Workspace,
) -> (Chunk, OutputGradients) {
    let active: Vec<bool> = gradients.iter().map(|g| !g.is_zero()).collect();
    let is_active = |m: &Member| active[chunk.members.partition_point(|x| x.outputs.start < m.outputs.start)];
    let (kept, rows, heads) = chunk.retain(is_active);
    work.retain(&decoder.config, &rows, &heads);
    let outputs: Vec<usize> = chunk.members.iter().filter(|m| is_active(m)).flat_map(|m| m.outputs.clone()).collect();
    let pick = |all: &[f32]| -> Vec<f32> { if all.is_empty() { Vec::new() } else { outputs.iter().map(|&o| all[o]).collect() } };
    let wanted = OutputGradients { logp: pick(&wanted.logp), entropy: pick(&wanted.entropy), value: pick(&wanted.value) };
    (kept, wanted)
}

impl Decoder {
    /// Value of the state before each output; None without a value head.
    fn values(&self, chunk: &Chunk, hidden: &[f32]) -> Option<Vec<f32>> {
        let d = self.config.hidden;
        let (weight, bias) = self.value_head()?.split_at(d);
        let value = |o: &crate::plan::Output| hidden[o.head * d..][..d].iter().zip(weight).map(|(h, w)| h * w).sum::<f32>() + bias[0];
        Some(chunk.outputs.iter().map(value).collect())
    }

    /// Rows of an image prefix (0 without); errs when the image does not fit the decoder.
    pub(crate) fn image_rows(&self, image: Option<&Arc<[f32]>>) -> Result<usize> {
        match (image, self.config.patch) {
            (None, _) => Ok(0),
            (Some(_), None) => {
                anyhow::bail!("the problem has an image, but this decoder has no patch layer: train one with `patch` in its config")
            }
            (Some(image), Some(patch)) => {
                let (count, size) = (patch.count, patch.size);
                ensure!(
                    image.len() == count * size,
                    "the image has {} floats, but the decoder expects {count} patches of {size}",
                    image.len()
                );
                Ok(count)
            }
        }
    }
}
