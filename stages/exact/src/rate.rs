//! The probability of answering correctly: a sum over all correct answers.

use anyhow::{Context, Result};
use beyond_model::{Decoder, Scorable, Tokenizer};
use beyond_problems::Family;
use beyond_record::Problem;

/// The true rate of one problem.
pub struct Rate {
    /// How many answers are correct.
    pub answers: u32,
    /// Probability of any of them, in [0, 1].
    pub probability: f64,
}

/// The rate of every problem, in order. Errs when the correct answers of a problem cannot be listed.
pub fn rates(problems: &[Problem], template: &str, decoder: &Decoder, tokenizer: &Tokenizer, threads: usize) -> Result<Vec<Rate>> {
    let Some(first) = problems.first() else { return Ok(Vec::new()) };
    let family = beyond_problems::family(&first.judge)?;
    problems.iter().map(|problem| rate(problem, family.as_ref(), template, decoder, tokenizer, threads)).collect()
}

fn rate(problem: &Problem, family: &dyn Family, template: &str, decoder: &Decoder, tokenizer: &Tokenizer, threads: usize) -> Result<Rate> {
    let texts = family.correct_strings(problem).with_context(|| {
        format!("{}: the correct answers of family {} cannot be listed; use the family `enumerable`", problem.problem_id, family.name())
    })?;
    let end = *tokenizer.eos_ids().first().context("the tokenizer has no end token, so an answer has no end and no probability")?;
    let encode = |text: &String| Ok([tokenizer.encode(text)?, vec![end]].concat());
    let answers = texts.iter().map(encode).collect::<Result<Vec<_>>>()?;
    let prompt = beyond_prompt::prompt(problem, template, tokenizer)?;
    let pairs: Vec<_> =
        answers.iter().map(|answer| Scorable { image: prompt.image.as_ref(), prompt: &prompt.ids, completion: answer }).collect();
    let probability = |scores: &beyond_model::Scores| scores.logprobs.iter().map(|logprob| f64::from(*logprob)).sum::<f64>().exp();
    Ok(Rate { answers: texts.len() as u32, probability: decoder.score(&pairs, threads)?.iter().map(probability).sum() })
}
