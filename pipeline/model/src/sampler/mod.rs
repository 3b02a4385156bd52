//! Sampling: many prompts, many samples each, as one stream of rows.
//!
//! A sample is a function of (weights, prompt, parameters, seed, key, sample index). Batch size, the order of requests
//! and the number of threads change nothing, not even the last bit: matrix products treat each row alone, random
//! numbers are counter-based (Philox), and attention runs row by row.

mod attend;
mod draw;
mod engine;
mod pages;

use crate::decoder::Decoder;
use crate::prepared::Prepared;
use anyhow::{Result, ensure};
use engine::{Engine, Finished};
use pages::Prefix;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock, mpsc};

/// Samples of one request that a thread takes at a time.
const TAKE: u32 = 16;

/// How to sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SamplingParams {
    /// At least 0; 0 is greedy (the most likely token, the lowest id among equals).
    pub temperature: f32,
    /// In (0, 1]: a token stays while the probability mass before it, from the most likely down, is below this.
    /// Applied after `top_k`, to the renormalised rest, as in transformers and vLLM.
    pub top_p: f32,
    /// Tokens kept; 0 keeps all.
    pub top_k: u32,
    /// Longest completion; at least 1.
    pub max_tokens: u32,
    /// Tokens that end a completion. The one that does is part of it.
    pub stop_ids: Vec<u32>,
    /// Tokens that are never drawn. Probabilities and entropies are then those of the law without them.
    pub forbidden_ids: Vec<u32>,
    /// Seed of all random numbers.
    pub seed: u64,
}

/// Samples wanted of one prompt.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Token ids of the prompt; at least one, unless there is an image.
    pub prompt_ids: Vec<u32>,
    /// Image before the prompt, for decoders with a patch layer.
    pub image: Option<Arc<[f32]>>,
    /// Stream of random numbers, naming model and problem.
    pub key: u64,
    /// Index of the first sample: n = 1024 extends n = 128.
    pub first_sample: u32,
    /// Number of samples.
    pub count: u32,
}

/// Why a sample ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Finish {
    /// A stop token was drawn.
    Stop,
    /// The token limit, or the decoder's last position.
    Length,
}

impl Finish {
    /// `stop` or `length`.
    pub fn as_str(self) -> &'static str {
        match self {
            Finish::Stop => "stop",
            Finish::Length => "length",
        }
    }
}

/// One completion.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Tokens, the stop token included.
    pub ids: Vec<u32>,
    /// Log-probability of each token at temperature 1 over the whole vocabulary, nats.
    pub logprobs: Vec<f32>,
    /// Their sum.
    pub logprob_sum: f64,
    /// Mean over tokens of the entropy at the sampling temperature (at 1 when greedy), before top-k and top-p, nats.
    pub entropy_mean: f64,
    /// Why it ended.
    pub finish: Finish,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Throughput {
    /// Finished samples.
    pub samples: u64,
    /// Their tokens.
    pub tokens: u64,
    /// Prompts read.
    pub prompts: u64,
    /// Tokens (and patches) of these prompts.
    pub prompt_tokens: u64,
    /// Stopped early by the cancel flag.
    pub cancelled: bool,
}

/// Draws all samples of all requests on `threads` threads. `on_done(request, sample index, sample)` is called on the
/// calling thread as samples finish, in no particular order. Setting `cancel` ends the run after the current step.
///
/// Errs on an empty or too long prompt, ids outside the vocabulary, parameters out of range, or diverged weights.
pub fn sample(
    decoder: &Decoder,
    requests: &[Request],
    params: &SamplingParams,
    threads: usize,
    cancel: Option<&AtomicBool>,
    mut on_done: impl FnMut(usize, u32, Sample),
) -> Result<Throughput> {
    check_params(decoder, params)?;
    let mut longest = 0;
    for (index, request) in requests.iter().enumerate() {
        longest = longest.max(check_request(decoder, index, request)?);
    }
    let positions = (longest + params.max_tokens as usize).min(decoder.config.max_positions);
    let prepared = Prepared::forward(decoder, positions);
    let queue = Queue::new(requests, cancel);
    let mut done = Throughput::default();
    std::thread::scope(|scope| -> Result<()> {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..threads.max(1) {
            let (sender, queue, prepared) = (sender.clone(), &queue, &prepared);
            scope.spawn(move || {
                if let Err(error) = work(prepared, params, queue, &sender) {
                    queue.stop.store(true, Relaxed);
                    let _ = sender.send(Err(error)); // the receiver lives until every sender is gone
                }
            });
        }
        drop(sender);
        let mut failure = None;
        for message in receiver {
            match message {
                Ok(finished) => {
                    for (request, index, sample) in finished {
                        done.samples += 1;
                        done.tokens += sample.ids.len() as u64;
                        on_done(request, index, sample);
                    }
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(()), Err)
    })?;
    done.prompts = queue.prefixes.iter().filter(|p| p.get().is_some()).count() as u64;
    done.prompt_tokens = queue.prefixes.iter().filter_map(|p| p.get()).map(|p| p.tokens as u64).sum();
    done.cancelled = cancel.is_some_and(|c| c.load(Relaxed));
    Ok(done)
}

fn check_params(decoder: &Decoder, params: &SamplingParams) -> Result<()> {
    ensure!(
        params.temperature >= 0.0 && params.temperature.is_finite(),
        "temperature is {}, expected 0 (greedy) or more",
        params.temperature
    );
    ensure!(params.top_p > 0.0 && params.top_p <= 1.0, "top_p is {}, expected a number above 0 and at most 1", params.top_p);
    ensure!(params.max_tokens > 0, "max_tokens is 0, expected at least 1");
    ensure!(params.forbidden_ids.len() < decoder.config.vocab, "every token of the vocabulary is forbidden");
    decoder.check_ids(&params.stop_ids)?;
    decoder.check_ids(&params.forbidden_ids)
}

/// Rows of the prompt.
fn check_request(decoder: &Decoder, index: usize, request: &Request) -> Result<usize> {
    decoder.check_ids(&request.prompt_ids)?;
    let rows = decoder.image_rows(request.image.as_ref())? + request.prompt_ids.len();
    ensure!(rows > 0, "request {index} has an empty prompt: give it at least the begin token");
    let indices = request.first_sample.checked_add(request.count);
    ensure!(indices.is_some(), "request {index}: sample indices end above {}; lower first_sample or count", u32::MAX);
    let limit = decoder.config.max_positions;
    ensure!(rows < limit, "request {index} has a prompt of {rows} positions, but the decoder has {limit}: no room for a completion");
    Ok(rows)
}

/// Rows that one thread generates together.
///
/// Few rows keep keys and values in the nearest caches; many rows amortise a pass over the weights. Weights that stay in
/// the second-level cache need only few (measured at 0.15 M: 16 to 24 best, 96 a fifth slower).
fn live_rows(decoder: &Decoder) -> usize {
    (decoder.parameters() / 20_000).clamp(24, 128)
}

/// Work that threads take from: runs of samples, in order.
struct Queue<'a> {
    requests: &'a [Request],
    /// (request, first sample index, number).
    runs: Vec<(usize, u32, u32)>,
    next: AtomicUsize,
    prefixes: Vec<OnceLock<Read>>,
    stop: AtomicBool,
    cancel: Option<&'a AtomicBool>,
}

/// A prompt that has been read; the keys and values live as long as some row or the queue needs them.
struct Read {
    tokens: usize,
    prefix: std::sync::Mutex<Option<Arc<Prefix>>>,
    runs_left: AtomicUsize,
}

impl<'a> Queue<'a> {
    fn new(requests: &'a [Request], cancel: Option<&'a AtomicBool>) -> Self {
        let mut runs = Vec::new();
        for (index, request) in requests.iter().enumerate() {
            let end = request.first_sample + request.count;
            runs.extend((request.first_sample..end).step_by(TAKE as usize).map(|first| (index, first, TAKE.min(end - first))));
        }
        let prefixes = requests.iter().map(|_| OnceLock::new()).collect();
        Queue { requests, runs, next: AtomicUsize::new(0), prefixes, stop: AtomicBool::new(false), cancel }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Relaxed) || self.cancel.is_some_and(|c| c.load(Relaxed))
    }

    fn take(&self) -> Option<(usize, u32, u32)> {
        self.runs.get(self.next.fetch_add(1, Relaxed)).copied()
    }

    /// The prompt's keys and values, read by whichever thread comes first.
    fn prefix(&self, prepared: &Prepared, index: usize) -> Arc<Prefix> {
        let read = self.prefixes[index].get_or_init(|| {
            let prefix = Engine::prefill(prepared, &self.requests[index]);
            let runs = self.requests[index].count.div_ceil(TAKE) as usize;
            Read { tokens: prefix.len, prefix: std::sync::Mutex::new(Some(Arc::new(prefix))), runs_left: AtomicUsize::new(runs) }
        });
        let mut slot = read.prefix.lock().expect("no thread panics while it holds this");
        let prefix = Arc::clone(slot.as_ref().expect("dropped only after the last run"));
        if read.runs_left.fetch_sub(1, Relaxed) == 1 {
            *slot = None;
        }
        prefix
    }
}

/// One thread: fill the batch, step, report what finished, until the queue is empty.
fn work(prepared: &Prepared, params: &SamplingParams, queue: &Queue, sender: &mpsc::Sender<Result<Vec<Finished>>>) -> Result<()> {
    let mut engine = Engine::new(prepared, params, queue.requests);
    let rows = live_rows(prepared.decoder);
    loop {
        while engine.live() < rows && !queue.stopped() {
            let Some((request, first, count)) = queue.take() else { break };
            let prefix = queue.prefix(prepared, request);
            engine.add(request, first..first + count, &prefix)?;
        }
        if !engine.finished.is_empty() {
            let _ = sender.send(Ok(std::mem::take(&mut engine.finished))); // the receiver outlives every sender
        }
        if engine.live() == 0 || queue.stopped() {
            return Ok(());
        }
        engine.step()?;
    }
}
