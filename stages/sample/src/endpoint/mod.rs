//! Samples from an OpenAI-compatible server: vLLM, SGLang, llama-server, or anything that speaks `/completions` or `/chat/completions`.
//!
//! A measurement, not a function: whatever arrives is journaled with the range of sample indices it covers and never asked for again. The journal's
//! family is (what the server says it serves, model, prompt kind, sampling), so that samples of two engines never mix; chunk size, parallelism and key are no
//! part of it. `engine.json` records the server and what the probe found.

mod client;
mod fetch;
mod probe;
mod shape;
#[cfg(test)]
mod stub;
#[cfg(test)]
mod tests;

use crate::shards::{self, Block};
use crate::{Endpoint, Params, Sampling};
use anyhow::{Result, bail};
use beyond_record::{Completion, Problem};
use beyond_stage::{Digest, Job, Journal, journal::Shard, user_error};
use client::{Client, Patience};
use fetch::{Arrived, Order, Received, Workers};
use probe::{Abilities, Served};
use serde::Serialize;
use shape::{Shape, Shown};
use std::collections::BTreeMap;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

/// The output file `engine.json`.
#[derive(Serialize)]
struct Engine<'a> {
    served: &'a Served,
    /// What was asked for besides the problems.
    model: &'a str,
    chat: bool,
    template: &'a str,
    /// None when nothing had to be asked, because the journal held every sample.
    abilities: Option<Abilities>,
    /// Samples per request after the server's refusals.
    chunk: u32,
    /// Builds the server named, with the number of samples of each; empty when it names none.
    system_fingerprints: BTreeMap<String, usize>,
}

/// n completions of every problem. Records `samples_drawn`, `samples_reused` and `tokens`, and writes `engine.json`.
pub fn sample(params: &Params, endpoint: &Endpoint, sampling: &Sampling, problems: &[Problem], job: &Job) -> Result<Vec<Completion>> {
    sample_with(params, endpoint, sampling, problems, job, Patience::default())
}

fn sample_with(
    params: &Params,
    endpoint: &Endpoint,
    sampling: &Sampling,
    problems: &[Problem],
    job: &Job,
    patience: Patience,
) -> Result<Vec<Completion>> {
    check(params, endpoint, sampling)?;
    let prompts = shape::shown(params, endpoint, problems)?;
    let client = Client::new(endpoint, patience, job.cancel_flag().clone())?;
    let served = probe::served(&client, endpoint)?;
    let mut journal = job.journal(&(&served, &endpoint.model, endpoint.chat, &params.template, sampling))?;
    let items: Vec<Digest> = prompts.iter().map(|prompt| prompt.item).collect();
    let chunk = endpoint.chunk.max(1);
    let mut run = Run { client, endpoint, sampling, prompts, chunk, abilities: None };
    shards::complete(&items, params.n, chunk, &mut journal, job, |blocks, journal| {
        run.fill(orders(&items, blocks, sampling.seed), journal, job)
    })?;
    let decode = |payload: &[u8]| Ok(serde_json::from_slice::<Vec<Received>>(payload)?);
    let samples = items.iter().map(|item| shards::assemble(&journal, *item, params.n, decode)).collect::<Result<Vec<_>>>()?;
    job.measure("tokens", samples.iter().flatten().filter_map(|sample| sample.n_tokens).map(f64::from).sum());
    run.record(&served, params, &samples, job)?;
    Ok(rows(params, problems, samples))
}

fn check(params: &Params, endpoint: &Endpoint, sampling: &Sampling) -> Result<()> {
    if sampling.power.is_some() {
        bail!(user_error(
            "power sampling needs the log-probability of whole completions, which servers do not give: use a checkpoint (`path`)"
        ));
    }
    if !sampling.forbid.is_empty() {
        bail!(user_error(
            "`forbid` needs the tokens of the model, which servers do not list: use a checkpoint (`path`), or a prompt that asks for the bare answer (`template: qwen-direct`)"
        ));
    }
    if params.n > shape::MOST {
        bail!(user_error(format!("n is {}: an endpoint draws at most {} samples of a problem", params.n, shape::MOST)));
    }
    if endpoint.model.is_empty() {
        bail!(user_error("the endpoint has no model: name the one the server serves, as its /models list writes it"));
    }
    Ok(())
}

/// The first chunk of every prompt before the second of any: the server's prefix cache is warm when it counts, and a run that is stopped has all problems at
/// about the same n.
fn orders(items: &[Digest], mut blocks: Vec<Block>, seed: u64) -> Vec<Order> {
    blocks.sort_by_key(|(prompt, range)| (range.start, *prompt));
    let order = |(prompt, range): Block| Order { prompt, range, first_seed: shape::first_seed(seed, items[prompt]) };
    blocks.into_iter().map(order).collect()
}

/// One run against one server.
struct Run<'a> {
    client: Client,
    endpoint: &'a Endpoint,
    sampling: &'a Sampling,
    prompts: Vec<Shown>,
    chunk: u32,
    abilities: Option<Abilities>,
}

impl Run<'_> {
    /// Probes once, then asks for every order and journals what arrives.
    fn fill(&mut self, orders: Vec<Order>, journal: &mut Journal, job: &Job) -> Result<()> {
        let abilities = match self.abilities.clone() {
            Some(known) => known,
            None => self.probe(job)?,
        };
        let shape = Shape::new(self.endpoint, self.sampling).with(abilities.extras);
        let items: Vec<Digest> = self.prompts.iter().map(|prompt| prompt.item).collect();
        let workers = Workers::start(self.client.clone(), shape, self.prompts.clone(), orders, self.chunk, self.endpoint.parallel);
        let mut keep = |arrived: Arrived| -> Result<()> {
            let tokens = arrived.samples.iter().filter_map(|sample| sample.n_tokens).map(u64::from).sum();
            job.progress().advance(arrived.samples.len() as u64, tokens);
            let shard = Shard { range: arrived.range, payload: serde_json::to_vec(&arrived.samples)? };
            journal.append(vec![(items[arrived.prompt], shard)])
        };
        loop {
            job.check_cancelled()?;
            match workers.arrivals.recv_timeout(Duration::from_millis(100)) {
                Ok(Ok(arrived)) => keep(arrived)?,
                Ok(Err(failure)) => {
                    workers.arrivals.try_iter().flatten().try_for_each(&mut keep)?;
                    return Err(failure);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.chunk = workers.chunk();
        Ok(())
    }

    fn probe(&mut self, job: &Job) -> Result<Abilities> {
        let abilities = probe::abilities(&self.client, self.endpoint, self.sampling)?;
        notes(&abilities).into_iter().for_each(|line| job.progress().note(line));
        self.chunk = if abilities.many { self.chunk } else { 1 };
        self.abilities = Some(abilities.clone());
        Ok(abilities)
    }

    fn record(self, served: &Served, params: &Params, samples: &[Vec<Received>], job: &Job) -> Result<()> {
        let mut system_fingerprints = BTreeMap::new();
        for fingerprint in samples.iter().flatten().filter_map(|sample| sample.fingerprint.clone()) {
            *system_fingerprints.entry(fingerprint).or_insert(0) += 1;
        }
        let engine = Engine {
            served,
            model: &self.endpoint.model,
            chat: self.endpoint.chat,
            template: &params.template,
            abilities: self.abilities,
            chunk: self.chunk,
            system_fingerprints,
        };
        job.write_file("engine.json", &serde_json::to_vec_pretty(&engine)?)
    }
}

fn notes(abilities: &Abilities) -> Vec<&'static str> {
    let mut notes = Vec::new();
    if abilities.extras.is_empty() {
        notes.push("endpoint: top_k and min_p are not accepted, so the server's own defaults apply (engine.json)");
    }
    if !abilities.many {
        notes.push("endpoint: the server gives one sample per request, whatever n");
    }
    if abilities.repeatable == Some(false) {
        notes.push("endpoint: the same seed gave two texts; samples are kept but cannot be drawn again");
    }
    notes
}

fn rows(params: &Params, problems: &[Problem], samples: Vec<Vec<Received>>) -> Vec<Completion> {
    let row = |problem: &Problem, index: usize, sample: Received| Completion {
        model: params.model.clone(),
        benchmark: problem.benchmark.clone(),
        setting: params.setting.clone(),
        problem_id: problem.problem_id.clone(),
        sample_index: index as u32,
        text: sample.text,
        token_ids: sample.token_ids.unwrap_or_default(),
        n_tokens: sample.n_tokens,
        logprob_sum: None,
        entropy_mean: None,
        finish_reason: sample.finish_reason.unwrap_or_default(),
    };
    let of_problem = |(problem, samples): (&Problem, Vec<Received>)| -> Vec<Completion> {
        samples.into_iter().enumerate().map(|(index, sample)| row(problem, index, sample)).collect()
    };
    problems.iter().zip(samples).flat_map(of_problem).collect()
}
