//! Drawing what the journal does not hold yet.

use crate::codec::{self, Drawn};
use crate::shards::{self, Block};
use crate::{Loaded, Sampling};
use anyhow::Result;
use beyond_model::{Request, SamplingParams, sample};
use beyond_prompt::Prompt;
use beyond_stage::{Digest, Job, Journal, journal::Shard};
use std::ops::Range;

/// Samples of one shard at most: what a kill can lose, and the grain of re-use.
const BLOCK: u32 = 64;
/// Finished shards that are forced to the disk together.
const FLUSH: usize = 64;

/// n samples of every prompt, in order. Records `samples_drawn`, `samples_reused` and `tokens`.
pub fn draw(model: &Loaded, prompts: &[Prompt], sampling: &Sampling, n: u32, job: &Job) -> Result<Vec<Vec<Drawn>>> {
    let mut journal = job.journal(&(model.digest, sampling))?;
    let items: Vec<Digest> = prompts.iter().map(|prompt| prompt.item).collect();
    let mut tokens = 0;
    shards::complete(&items, n, BLOCK, &mut journal, job, |blocks, journal| {
        tokens += fill(model, prompts, sampling, &blocks, journal, job)?;
        Ok(())
    })?;
    job.measure("tokens", tokens as f64);
    items.iter().map(|item| shards::assemble(&journal, *item, n, codec::decode)).collect()
}

/// Draws the blocks and journals each when it is whole; returns the number of tokens.
fn fill(model: &Loaded, prompts: &[Prompt], sampling: &Sampling, blocks: &[Block], journal: &mut Journal, job: &Job) -> Result<u64> {
    let request = |(prompt, range): &Block| Request {
        prompt_ids: prompts[*prompt].ids.clone(),
        image: prompts[*prompt].image.clone(),
        key: stream(model.digest, prompts[*prompt].item),
        first_sample: range.start,
        count: range.end - range.start,
    };
    let requests: Vec<Request> = blocks.iter().map(request).collect();
    let mut open: Vec<Vec<Option<Drawn>>> = blocks.iter().map(|(_, range)| vec![None; range.len()]).collect();
    let mut left: Vec<usize> = blocks.iter().map(|(_, range)| range.len()).collect();
    let (mut whole, mut failure) = (Vec::new(), None);
    let params = model_params(model, sampling);
    let done = sample(&model.decoder, &requests, &params, job.threads(), Some(job.cancel_flag()), |block, index, sample| {
        job.progress().advance(1, sample.ids.len() as u64);
        open[block][(index - blocks[block].1.start) as usize] = Some(sample.into());
        left[block] -= 1;
        if left[block] == 0 {
            whole.push((prompts[blocks[block].0].item, shard(blocks[block].1.clone(), std::mem::take(&mut open[block]))));
        }
        if whole.len() >= FLUSH && failure.is_none() {
            failure = journal.append(std::mem::take(&mut whole)).err();
        }
    })?;
    failure.map_or(Ok(()), Err)?;
    journal.append(whole)?;
    job.check_cancelled()?;
    Ok(done.tokens)
}

fn model_params(model: &Loaded, sampling: &Sampling) -> SamplingParams {
    SamplingParams {
        temperature: sampling.temperature as f32,
        top_p: sampling.top_p as f32,
        top_k: sampling.top_k,
        max_tokens: sampling.max_tokens,
        stop_ids: model.tokenizer.eos_ids().to_vec(),
        forbidden_ids: model.tokenizer.ids_with(&sampling.forbid),
        seed: sampling.seed,
    }
}

/// The stream of random numbers of one model on one prompt.
fn stream(model: Digest, item: Digest) -> u64 {
    let mixed = Digest::of_value(&(model, item));
    u64::from_le_bytes(mixed.bytes()[..8].try_into().expect("a digest has 32 bytes"))
}

fn shard(range: Range<u32>, samples: Vec<Option<Drawn>>) -> Shard {
    let samples: Vec<Drawn> = samples.into_iter().map(|sample| sample.expect("the block is whole")).collect();
    Shard { range, payload: codec::encode(&samples) }
}
