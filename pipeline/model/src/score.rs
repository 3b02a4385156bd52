//! Log-probabilities of given tokens.

use crate::decoder::Decoder;
use crate::forward::Workspace;
use crate::parallel::map;
use crate::plan::{Chunk, Item, plan};
use crate::prepared::Prepared;
use anyhow::{Result, ensure};
use std::sync::Arc;

/// Rows of one chunk. Larger than in training: nothing is kept for a backward pass.
const CHUNK_ROWS: usize = 256;

/// A completion to be scored under a prompt.
#[derive(Clone, Copy, Debug)]
pub struct Scorable<'a> {
    /// Image before the prompt, for decoders with a patch layer.
    pub image: Option<&'a Arc<[f32]>>,
    /// Token ids of the prompt; at least one, unless there is an image.
    pub prompt: &'a [u32],
    /// Token ids to be scored.
    pub completion: &'a [u32],
}

/// One entry per completion token.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// Log-probability at temperature 1, nats.
    pub logprobs: Vec<f32>,
    /// Entropy of the distribution at temperature 1, nats.
    pub entropies: Vec<f32>,
}

/// Log-probabilities of one text.
#[derive(Clone, Debug, PartialEq)]
pub struct TextScores {
    /// Log-probability of each token given those before it, nats; None for the first.
    pub token_logprobs: Vec<Option<f32>>,
    /// Logits after the last token, [vocab].
    pub logits_last: Vec<f32>,
}

impl Decoder {
    /// Log-probability of every token of a text, and the logits that follow it.
    ///
    /// Errs when `ids` is empty, too long, or has an id outside the vocabulary.
    pub fn logprobs(&self, ids: &[u32]) -> Result<TextScores> {
        ensure!(!ids.is_empty(), "an empty text has no log-probabilities");
        let rest: Vec<u32> = ids[1..].iter().copied().chain([0]).collect();
        let item = Item { image: None, prompt: &ids[..1], completion: &rest };
        self.check_item(&item)?;
        let chunk = &plan(&[item], usize::MAX, 0)[0];
        let mut work = Workspace::default();
        work.forward(&Prepared::forward(self, ids.len()), chunk, false, |_, _| {});
        let mut logps = work.logps(chunk, self.config.vocab);
        logps.pop();
        let token_logprobs = std::iter::once(None).chain(logps.into_iter().map(Some)).collect();
        let logits_last = work.logits[work.logits.len() - self.config.vocab..].to_vec();
        Ok(TextScores { token_logprobs, logits_last })
    }

    /// Scores many completions on at most `threads` threads; the result does not depend on `threads`.
    ///
    /// Completions of equal prompts share the prompt's rows, so pass all completions of a problem together.
    pub fn score(&self, pairs: &[Scorable], threads: usize) -> Result<Vec<Scores>> {
        let items: Vec<Item> = pairs.iter().map(|p| Item { image: p.image, prompt: p.prompt, completion: p.completion }).collect();
        items.iter().try_for_each(|item| self.check_item(item))?;
        let chunks = plan(&items, CHUNK_ROWS, self.config.patch.map_or(0, |p| p.count));
        let positions = chunks.iter().flat_map(|c| &c.positions).max().map_or(0, |p| p + 1);
        let prepared = Prepared::forward(self, positions);
        let groups: Vec<&[Chunk]> = chunks.chunks(8).collect();
        let scored = map(&groups, threads, |group| score_chunks(&prepared, group));
        let mut results = vec![Scores::default(); pairs.len()];
        for (item, scores) in scored.into_iter().flatten() {
            results[item] = scores;
        }
        let finite = results.iter().all(|r| r.logprobs.iter().all(|x| x.is_finite()));
        ensure!(finite, "a log-probability is not finite: the weights of this checkpoint have diverged");
        Ok(results)
    }

    fn check_item(&self, item: &Item) -> Result<()> {
        self.check_ids(item.prompt)?;
        self.check_ids(item.completion)?;
        let prompt = self.image_rows(item.image)? + item.prompt.len();
        ensure!(prompt > 0, "a prompt needs at least one token: the first token of a text has no probability");
        let (rows, limit) = (prompt + item.completion.len().saturating_sub(1), self.config.max_positions);
        ensure!(rows <= limit, "{rows} positions, but the decoder has {limit}: cut the text or raise max_positions");
        Ok(())
    }
}

fn score_chunks(prepared: &Prepared, chunks: &[Chunk]) -> Vec<(usize, Scores)> {
    let mut work = Workspace::default();
    let mut results = Vec::new();
    for chunk in chunks {
        work.forward(prepared, chunk, false, |_, _| {});
        let logps = work.logps(chunk, prepared.decoder.config.vocab);
        for member in &chunk.members {
            let entropies = chunk.outputs[member.outputs.clone()].iter().map(|o| work.stats[o.head].entropy).collect();
            results.push((member.item, Scores { logprobs: logps[member.outputs.clone()].to_vec(), entropies }));
        }
    }
    results
}
