//! Requests in parallel, chunk by chunk; each chunk is journaled as it arrives.

use super::client::{Client, Reply};
use super::shape::{Shape, Shown};
use crate::openai::{Answer, Choice};
use anyhow::{Result, bail};
use beyond_stage::user_error;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};

/// What is kept of one sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Received {
    pub text: String,
    pub finish_reason: Option<String>,
    pub token_ids: Option<Vec<u32>>,
    pub n_tokens: Option<u32>,
    /// The build that made it, where the server says.
    pub fingerprint: Option<String>,
}

/// Samples that one prompt lacks.
#[derive(Clone, Debug)]
pub struct Order {
    /// Place of the prompt.
    pub prompt: usize,
    pub range: Range<u32>,
    /// Seed of sample 0.
    pub first_seed: u64,
}

/// Samples that came: those of a part of an order.
pub struct Arrived {
    pub prompt: usize,
    pub range: Range<u32>,
    pub samples: Vec<Received>,
}

/// What all workers share.
struct Shared {
    client: Client,
    shape: Shape,
    prompts: Vec<Shown>,
    orders: Mutex<VecDeque<Order>>,
    /// Most samples per request; lowered when the server refuses more.
    chunk: AtomicU32,
    stopped: AtomicBool,
}

/// Workers that ask; they end when there is nothing left, when one fails, or when this is dropped.
pub struct Workers {
    shared: Arc<Shared>,
    /// What arrives, and the first failures.
    pub arrivals: mpsc::Receiver<Result<Arrived>>,
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
    }
}

impl Workers {
    /// Starts `parallel` workers. They are not joined: a request in flight may take an hour, and a stopped run does not wait for it.
    pub fn start(client: Client, shape: Shape, prompts: Vec<Shown>, orders: Vec<Order>, chunk: u32, parallel: u32) -> Self {
        let workers = (parallel.max(1) as usize).min(orders.len());
        let shared = Arc::new(Shared {
            client,
            shape,
            prompts,
            orders: Mutex::new(orders.into()),
            chunk: AtomicU32::new(chunk.max(1)),
            stopped: AtomicBool::new(false),
        });
        let (sender, arrivals) = mpsc::channel();
        for _ in 0..workers {
            let (shared, sender) = (shared.clone(), sender.clone());
            std::thread::spawn(move || shared.work(&sender));
        }
        Workers { shared, arrivals }
    }

    /// Samples per request in the end.
    pub fn chunk(&self) -> u32 {
        self.shared.chunk.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn work(&self, sender: &mpsc::Sender<Result<Arrived>>) {
        while let Some(order) = self.next() {
            if let Err(error) = self.fetch(&order, sender) {
                self.stopped.store(true, Ordering::Relaxed);
                let _ = sender.send(Err(error));
            }
        }
    }

    fn next(&self) -> Option<Order> {
        if self.stopped.load(Ordering::Relaxed) {
            return None;
        }
        self.orders.lock().expect("no panic while taking an order").pop_front()
    }

    /// Asks until the order's range is covered. A server that gives fewer samples than asked for is asked again for the rest; one that refuses the number is
    /// asked for half of it.
    fn fetch(&self, order: &Order, sender: &mpsc::Sender<Result<Arrived>>) -> Result<()> {
        let mut start = order.range.start;
        while start < order.range.end && !self.stopped.load(Ordering::Relaxed) {
            let n = (order.range.end - start).min(self.chunk.load(Ordering::Relaxed));
            let body = self.shape.body(&self.prompts[order.prompt], n, order.first_seed + u64::from(start));
            match self.client.ask(self.shape.path, Some(&body), |value| answer(value, n))? {
                Reply::Answer(answer) => {
                    let range = start..start + answer.choices.len() as u32;
                    start = range.end;
                    let arrived = Arrived { prompt: order.prompt, range, samples: received(answer) };
                    if sender.send(Ok(arrived)).is_err() {
                        return Ok(());
                    }
                }
                Reply::Refused(_) if n > 1 => {
                    self.chunk.fetch_min(n / 2, Ordering::Relaxed);
                }
                Reply::Refused(message) | Reply::NotThere(message) => {
                    bail!(user_error(format!("{} refuses a request of one sample: {message}", self.client.base())))
                }
            }
        }
        Ok(())
    }
}

/// An answer with 1 to n choices.
fn answer(value: &serde_json::Value, n: u32) -> Result<Answer, String> {
    let answer = Answer::read(value)?;
    match answer.choices.len() as u32 {
        0 => Err("the answer has no choices".into()),
        given if given > n => Err(format!("the answer has {given} choices, {n} were asked for")),
        _ => Ok(answer),
    }
}

fn received(answer: Answer) -> Vec<Received> {
    let alone = answer.completion_tokens.filter(|_| answer.choices.len() == 1);
    let fingerprint = answer.system_fingerprint;
    let one = |choice: Choice| Received {
        n_tokens: choice.token_ids.as_ref().map(|ids| ids.len() as u32).or(alone),
        text: choice.text,
        finish_reason: choice.finish_reason,
        token_ids: choice.token_ids,
        fingerprint: fingerprint.clone(),
    };
    answer.choices.into_iter().map(one).collect()
}
