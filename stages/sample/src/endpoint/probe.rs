//! What a server can do, asked before it is trusted with a long run: which fields it accepts, whether it honours n, whether seeds mean anything.

use super::client::{Client, Reply};
use super::shape::{self, Shape, Shown};
use crate::openai::Answer;
use crate::{Endpoint, Sampling};
use anyhow::{Result, bail};
use beyond_stage::user_error;
use serde::Serialize;
use serde_json::{Map, Value};

/// Fields of a model's entry in `/models` that name the weights; `created` and the like change without meaning.
const IDENTITY: &[&str] = &["id", "root", "max_model_len", "meta"];
/// A text after which any model has many ways to go on.
const OPEN_PROMPT: &str = "Forty random letters and digits:";
const OPEN_TOKENS: u32 = 16;

/// What the server says it serves: part of the journal's family, so that samples of two engines never mix.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Served {
    /// Address without secrets.
    pub url: String,
    /// The model's entry in the server's list; None where there is no list or no such entry.
    pub entry: Option<Map<String, Value>>,
}

/// What the probe found out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Abilities {
    /// Fields outside OpenAI's set that are sent.
    pub extras: Map<String, Value>,
    /// Whether one request for two samples gives two.
    pub many: bool,
    /// Whether the same seed gave the same text twice. None at temperature 0.
    pub repeatable: Option<bool>,
}

/// Asks for the list of models. A server without one is accepted.
pub fn served(client: &Client, endpoint: &Endpoint) -> Result<Served> {
    let list = |value: &Value| Ok(value.get("data").and_then(Value::as_array).cloned().unwrap_or_default());
    let list = match client.ask("/models", None, list)? {
        Reply::Answer(list) => list,
        Reply::Refused(_) | Reply::NotThere(_) => Vec::new(),
    };
    let named = list.iter().find(|entry| entry.get("id").and_then(Value::as_str) == Some(&endpoint.model));
    let entry = named.or_else(|| list.first().filter(|_| list.len() == 1));
    let identity = |entry: &Value| IDENTITY.iter().filter_map(|name| Some((name.to_string(), entry.get(*name)?.clone()))).collect();
    Ok(Served { url: client.base().to_string(), entry: entry.map(identity) })
}

/// Asks what a long run depends on. Errs, naming what is lacking, when top_k is wanted and not accepted, and when different seeds repeat one text.
pub fn abilities(client: &Client, endpoint: &Endpoint, sampling: &Sampling) -> Result<Abilities> {
    let open = Sampling { temperature: 1.0, top_p: 1.0, max_tokens: OPEN_TOKENS.min(sampling.max_tokens), ..sampling.clone() };
    let prober = Prober { client, shown: shape::probe(endpoint, OPEN_PROMPT) };
    let shape = prober.accepted(&Shape::new(endpoint, &open), sampling.top_k)?;
    let two = prober.texts(&shape, 2, 1)?;
    let many = two.as_ref().is_ok_and(|texts| texts.len() == 2);
    let repeatable = if sampling.temperature > 0.0 { Some(prober.seeds(&shape)?) } else { None };
    Ok(Abilities { extras: shape.extras().clone(), many, repeatable })
}

struct Prober<'a> {
    client: &'a Client,
    shown: Shown,
}

impl Prober<'_> {
    /// The shape with the most fields that the server accepts.
    fn accepted(&self, plain: &Shape, top_k: u32) -> Result<Shape> {
        let mut refusal = String::new();
        for extras in shape::extras(top_k) {
            if top_k > 0 && extras.is_empty() {
                bail!(user_error(format!("the server does not accept top_k, which the setting asks for ({refusal}); use top_k: 0")));
            }
            let shape = plain.with(extras);
            match self.texts(&shape, 1, 1)? {
                Ok(_) => return Ok(shape),
                Err(message) => refusal = message,
            }
        }
        bail!(user_error(format!("the server refuses a plain request of one sample: {refusal}")))
    }

    /// Whether a seed gives its text again. Errs when other seeds give that very text too.
    fn seeds(&self, shape: &Shape) -> Result<bool> {
        let text = |seed: u64| -> Result<String> {
            let texts = self.texts(shape, 1, seed)?.map_err(|message| user_error(format!("the server refuses seed {seed}: {message}")))?;
            Ok(texts.into_iter().next().unwrap_or_default())
        };
        let (first, again) = (text(11)?, text(11)?);
        let others = [text(1_000_012)?, text(2_000_000_013)?, text(14)?];
        if others.iter().all(|other| *other == first) {
            bail!(user_error(format!(
                "the server answers every seed with the same text ({first:?}): every chunk would repeat the same samples and pass@k would be wrong. Is it in a greedy or deterministic mode?"
            )));
        }
        Ok(first == again)
    }

    fn texts(&self, shape: &Shape, n: u32, seed: u64) -> Result<Result<Vec<String>, String>> {
        match self.client.ask(shape.path, Some(&shape.body(&self.shown, n, seed)), Answer::read)? {
            Reply::Answer(answer) => Ok(Ok(answer.choices.into_iter().map(|choice| choice.text).collect())),
            Reply::Refused(message) => Ok(Err(message)),
            Reply::NotThere(message) => {
                bail!(user_error(format!(
                    "{}{} is not there, or does not serve this model ({message}); the url ends in /v1 for most servers",
                    self.client.base(),
                    shape.path
                )))
            }
        }
    }
}
