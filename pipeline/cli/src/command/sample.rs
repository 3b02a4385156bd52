//! `beyond sample`.

use super::{print_line, users};
use crate::args::SampleArgs;
use crate::context::threads;
use anyhow::Result;
use beyond_model::{Decoder, Request, Sample, SamplingParams, Tokenizer};
use serde_json::json;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Draws completions of one prompt and prints them in order.
pub fn sample(args: &SampleArgs) -> Result<ExitCode> {
    let (decoder, tokenizer) = (Decoder::load(&args.model).map_err(users)?, Tokenizer::load(&args.model).map_err(users)?);
    let params = SamplingParams {
        temperature: args.temperature,
        top_p: args.top_p,
        top_k: args.top_k,
        max_tokens: args.max_tokens,
        stop_ids: tokenizer.eos_ids().to_vec(),
        forbidden_ids: vec![],
        seed: args.seed,
    };
    let prompt_ids = tokenizer.bos_id().into_iter().chain(tokenizer.encode(&args.prompt)?).collect();
    let request = Request { prompt_ids, count: args.n, ..Request::default() };
    let mut samples = BTreeMap::new();
    beyond_model::sample(&decoder, &[request], &params, threads(args.threads), None, |_, index, sample| {
        drop(samples.insert(index, sample))
    })
    .map_err(users)?;
    for (index, sample) in samples {
        let text = tokenizer.decode(&sample.ids)?;
        print_line(&if args.json { to_json(index, &text, &sample) } else { to_text(index, &text, &sample) })?;
    }
    Ok(ExitCode::SUCCESS)
}

fn to_json(index: u32, text: &str, sample: &Sample) -> String {
    json!({
        "sample_index": index,
        "text": text,
        "token_ids": sample.ids,
        "token_logprobs": sample.logprobs,
        "logprob_sum": sample.logprob_sum,
        "entropy_mean": sample.entropy_mean,
        "finish_reason": sample.finish.as_str(),
    })
    .to_string()
}

fn to_text(index: u32, text: &str, sample: &Sample) -> String {
    let head = format!("--- {index}: {} tokens, log-probability {:.2}, {}", sample.ids.len(), sample.logprob_sum, sample.finish.as_str());
    format!("{head}\n{text}")
}
