//! Stage `perplexity`: how likely stored answers are under a checkpoint (paper section 4.2, Fig 6).
//!
//! PPL(Y|x) = exp(-(1/T) sum_t ln p(y_t | x, y_<t)) over the answer's tokens, the end token included, at temperature 1. Recorded token ids are
//! scored, never re-tokenised text; only reference solutions, which have no ids, are tokenised, with the scorer's own tokenizer.

mod params;
mod summary;

pub use params::*;
pub use summary::{boxes, support};

use anyhow::{Context, Result, ensure};
use beyond_model::{Decoder, Scorable, Tokenizer};
use beyond_record::{Completion, Perplexity, Problem, Verdict};
use beyond_stage::{Job, Stage};
use std::collections::BTreeMap;

/// The stage.
pub struct PerplexityStage;

impl Stage for PerplexityStage {
    const NAME: &'static str = "perplexity";
    /// 2: boxes and support by likelihood beside the scored answers.
    const VERSION: u32 = 2;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let folder = &job.input("checkpoint")?.path;
        let (decoder, tokenizer) = (Decoder::load(folder)?, Tokenizer::load(folder)?);
        let mut problems = job.read::<Problem>()?;
        problems.truncate(params.problems.map_or(usize::MAX, |n| n as usize));
        let answers = if params.author == "reference" { references(&problems, &tokenizer)? } else { stored(params, &problems, job)? };
        job.progress().total("answers", answers.len() as u64, 0);
        let drawn: Vec<Option<f64>> = answers.iter().map(|answer| answer.drawn.filter(|_| params.untempered)).collect();
        let rows = score(params, &decoder, &tokenizer, &problems, answers, job)?;
        job.write(&boxes(&rows))?;
        job.write(&support(&rows, &drawn)?)?;
        job.write(&rows)
    }
}

/// One answer to be scored.
struct Answer {
    problem: usize,
    setting: String,
    sample_index: u32,
    outcome: String,
    ids: Vec<u32>,
    /// ln p at temperature 1 under the author, as recorded when it was drawn.
    drawn: Option<f64>,
}

fn references(problems: &[Problem], tokenizer: &Tokenizer) -> Result<Vec<Answer>> {
    let mut answers = Vec::new();
    for (i, problem) in problems.iter().enumerate().filter(|(_, problem)| !problem.solution.is_empty()) {
        let mut ids = tokenizer.encode(&problem.solution)?;
        ids.extend(tokenizer.eos_ids().first());
        answers.push(Answer { problem: i, setting: String::new(), sample_index: 0, outcome: "correct".into(), ids, drawn: None });
    }
    ensure!(!answers.is_empty(), "no problem of this benchmark has a reference solution to score");
    Ok(answers)
}

fn stored(params: &Params, problems: &[Problem], job: &Job) -> Result<Vec<Answer>> {
    let positions: BTreeMap<&str, usize> = problems.iter().enumerate().map(|(i, problem)| (problem.problem_id.as_str(), i)).collect();
    let verdicts = job.read::<Verdict>()?;
    let outcomes: BTreeMap<(&str, u32), &str> =
        verdicts.iter().map(|verdict| ((verdict.problem_id.as_str(), verdict.sample_index), verdict.outcome.as_str())).collect();
    let mut answers = Vec::new();
    for completion in job.read::<Completion>()? {
        let Some(&problem) = positions.get(completion.problem_id.as_str()).filter(|_| completion.sample_index < params.samples) else {
            continue;
        };
        ensure!(
            !completion.token_ids.is_empty(),
            "the completions of {} carry no token ids: results made elsewhere cannot be scored",
            params.author
        );
        let outcome = outcomes.get(&(completion.problem_id.as_str(), completion.sample_index)).unwrap_or(&"").to_string();
        answers.push(Answer {
            problem,
            setting: completion.setting,
            sample_index: completion.sample_index,
            outcome,
            ids: completion.token_ids,
            drawn: completion.logprob_sum,
        });
    }
    Ok(answers)
}

fn score(
    params: &Params,
    decoder: &Decoder,
    tokenizer: &Tokenizer,
    problems: &[Problem],
    answers: Vec<Answer>,
    job: &Job,
) -> Result<Vec<Perplexity>> {
    let prompts = beyond_prompt::prompts(problems, &params.template, tokenizer)?;
    let mut pairs = Vec::with_capacity(answers.len());
    for answer in &answers {
        let prompt = &prompts[answer.problem];
        pairs.push(Scorable { image: prompt.image.as_ref(), prompt: &prompt.ids, completion: &answer.ids });
    }
    let scores = decoder.score(&pairs, job.threads()).context("the answers do not fit the scorer")?;
    let row = |(answer, scores): (&Answer, beyond_model::Scores)| {
        let logprob_sum: f64 = scores.logprobs.iter().map(|logprob| f64::from(*logprob)).sum();
        Perplexity {
            scorer: params.scorer.clone(),
            author: params.author.clone(),
            benchmark: problems[answer.problem].benchmark.clone(),
            setting: answer.setting.clone(),
            problem_id: problems[answer.problem].problem_id.clone(),
            sample_index: answer.sample_index,
            outcome: answer.outcome.clone(),
            n_tokens: answer.ids.len() as u32,
            logprob_sum,
            ppl: (-logprob_sum / answer.ids.len() as f64).exp(),
        }
    };
    job.progress().advance(answers.len() as u64, 0);
    Ok(answers.iter().zip(scores).map(row).collect())
}
