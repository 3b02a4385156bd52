//! What is asked of a server: the body of a request, the fields a server accepts, and the seeds.

use crate::{Endpoint, Params, Sampling};
use anyhow::{Result, bail};
use beyond_problems::template;
use beyond_record::Problem;
use beyond_stage::{Digest, user_error};
use serde_json::{Map, Value, json};

/// Seeds lie below this, and a problem's first seed below this minus [`MOST`], so that seed + index fits 32 bits and is never the
/// all-ones word, which llama-server reads as "random".
const SEEDS: u64 = u32::MAX as u64;
/// Most samples of one problem.
pub const MOST: u32 = 1 << 20;

/// What a problem is shown as.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Names the prompt in the journal.
    pub item: Digest,
    /// `prompt`, or `messages`.
    content: Value,
}

/// The part of a request that is the same for all.
#[derive(Clone, Debug)]
pub struct Shape {
    /// `/completions` or `/chat/completions`.
    pub path: &'static str,
    content_field: &'static str,
    fixed: Map<String, Value>,
    extras: Map<String, Value>,
}

impl Shape {
    /// The fields every OpenAI-compatible server knows.
    pub fn new(endpoint: &Endpoint, sampling: &Sampling) -> Self {
        let (path, content_field) = if endpoint.chat { ("/chat/completions", "messages") } else { ("/completions", "prompt") };
        let fixed = object(json!({
            "model": endpoint.model,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "stream": false,
        }));
        Shape { path, content_field, fixed, extras: Map::new() }
    }

    /// This shape with further fields.
    pub fn with(&self, extras: Map<String, Value>) -> Self {
        Shape { extras, ..self.clone() }
    }

    /// The further fields, for the record.
    pub fn extras(&self) -> &Map<String, Value> {
        &self.extras
    }

    /// A request for n samples under a seed.
    pub fn body(&self, shown: &Shown, n: u32, seed: u64) -> Value {
        let mut body = self.fixed.clone();
        body.insert(self.content_field.into(), shown.content.clone());
        body.insert("n".into(), n.into());
        body.insert("seed".into(), seed.into());
        body.extend(self.extras.clone());
        Value::Object(body)
    }
}

/// Fields outside OpenAI's set that keep a server's own defaults from changing the distribution (llama-server: top_k 40, min_p 0.05; vLLM: those
/// of generation_config.json), best first. The last asks for nothing.
pub fn extras(top_k: u32) -> Vec<Map<String, Value>> {
    let all = |top_k: Value| object(json!({"top_k": top_k, "min_p": 0.0, "repetition_penalty": 1.0, "return_token_ids": true}));
    match top_k {
        0 => vec![all(0.into()), all((-1).into()), Map::new()],
        k => vec![all(k.into()), object(json!({"top_k": k})), Map::new()],
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// All problems as the server is shown them. Errs on an unknown template, on a template for a chat, which has the server's own, and on images
/// without a chat.
pub fn shown(params: &Params, endpoint: &Endpoint, problems: &[Problem]) -> Result<Vec<Shown>> {
    if endpoint.chat && params.template != "plain" {
        bail!(user_error(format!(
            "template {:?} and `chat: true` exclude each other: the chat endpoint applies the server's own template",
            params.template
        )));
    }
    problems.iter().map(|problem| one(params, endpoint, problem)).collect()
}

fn one(params: &Params, endpoint: &Endpoint, problem: &Problem) -> Result<Shown> {
    let text = template::render(&params.template, &problem.prompt)?;
    let content = match (endpoint.chat, problem.image.is_empty()) {
        (true, true) => json!([{"role": "user", "content": text}]),
        (true, false) => {
            let image = json!({"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{}", problem.image)}});
            json!([{"role": "user", "content": [image, {"type": "text", "text": text}]}])
        }
        (false, true) => Value::String(text),
        (false, false) => {
            bail!(user_error(format!("problem {} has an image, which /completions cannot show: set `chat: true`", problem.problem_id)))
        }
    };
    Ok(Shown { item: Digest::of_value(&content), content })
}

/// A prompt of this text, for probes.
pub fn probe(endpoint: &Endpoint, text: &str) -> Shown {
    let content = if endpoint.chat { json!([{"role": "user", "content": text}]) } else { Value::String(text.into()) };
    Shown { item: Digest::of_value(&content), content }
}

/// Seed of sample 0 of a prompt. Sample i has seed + i, whatever the chunk: servers that give choice j the request's seed + j then draw the same
/// samples for every chunk size, and ranges of one prompt cannot overlap.
pub fn first_seed(seed: u64, item: Digest) -> u64 {
    let mixed = Digest::of_value(&(seed, item));
    let word = u64::from_le_bytes(mixed.bytes()[..8].try_into().expect("a digest has 32 bytes"));
    word % (SEEDS - u64::from(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_fit_every_server() {
        for i in 0..1000u64 {
            let first = first_seed(i, Digest::of(&i.to_le_bytes()));
            assert!(first + u64::from(MOST) < u64::from(u32::MAX));
        }
        assert_ne!(first_seed(1, Digest::of(b"a")), first_seed(2, Digest::of(b"a")));
        assert_ne!(first_seed(1, Digest::of(b"a")), first_seed(1, Digest::of(b"b")));
    }
}
