//! From a problem to what the decoder reads, and from tokens back to text. Floor 2: joins `problems` and `model` for train, sample and
//! perplexity, so that all three show a model the same thing.

use anyhow::{Context, Result};
use beyond_model::Tokenizer;
use beyond_problems::{Picture, template};
use beyond_record::Problem;
use beyond_stage::Digest;
use std::sync::Arc;

/// What the decoder is shown.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// Names the prompt in the journal: digest of ids and image.
    pub item: Digest,
    /// Token ids, begin token included where the tokenizer has one.
    pub ids: Vec<u32>,
    /// Patches of the image.
    pub image: Option<Arc<[f32]>>,
}

/// Prompts of all problems, in their order. Errs on an unknown template, an image that is not readable, an empty prompt.
pub fn prompts(problems: &[Problem], template: &str, tokenizer: &Tokenizer) -> Result<Vec<Prompt>> {
    problems.iter().map(|problem| prompt(problem, template, tokenizer).with_context(|| format!("problem {}", problem.problem_id))).collect()
}

/// The prompt of one problem. Errs as [`prompts`].
pub fn prompt(problem: &Problem, name: &str, tokenizer: &Tokenizer) -> Result<Prompt> {
    let text = template::render(name, &problem.prompt)?;
    let mut ids: Vec<u32> = tokenizer.bos_id().into_iter().collect();
    ids.extend(tokenizer.encode(&text)?);
    let image = if problem.image.is_empty() { None } else { Some(Picture::from_base64(&problem.image)?.patches().into()) };
    Ok(Prompt { item: Digest::of_value(&(&ids, &problem.image)), ids, image })
}

/// The text of generated tokens without the end token.
pub fn visible_text(ids: &[u32], tokenizer: &Tokenizer) -> Result<String> {
    let end = ids.iter().position(|id| tokenizer.eos_ids().contains(id)).unwrap_or(ids.len());
    tokenizer.decode(&ids[..end])
}
