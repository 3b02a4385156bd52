//! Where the answers of supervised training come from: the exact solver, the corpus, or a teacher that is sampled.

use crate::data::{Corpus, Problems, answered, document_sequence, sequence};
use crate::state::{publish, read_file};
use crate::{Answers, CorpusPart, ProblemSource};
use anyhow::{Context, Result, ensure};
use beyond_model::{Decoder, Finish, Request, Sample, SamplingParams, Sequence, Tokenizer, sample};
use beyond_stage::{Digest, Job};
use std::collections::BTreeSet;

/// First document of the corpus stream that answers are taken from: far beyond what pretraining reads.
const FRESH: u64 = 1 << 40;

/// Prompt-answer pairs; `student` answers where the job has no input `teacher`. Errs when a fold or the corpus holds too few.
pub fn pairs(answers: &Answers, seed: u64, student: &Decoder, tokenizer: &Tokenizer, job: &Job) -> Result<Vec<Sequence>> {
    match answers {
        Answers::Solver(sources) => solved(&Problems::new(sources, seed, tokenizer)?, tokenizer),
        Answers::Corpus(sources) => written(sources, seed, tokenizer),
        Answers::Sampled { problems, samples, keep, temperature, max_tokens } => {
            let teacher = if job.inputs_of("teacher").next().is_some() { &crate::load(job, "teacher")?.0 } else { student };
            let params = SamplingParams {
                temperature: *temperature as f32,
                top_p: 1.0,
                top_k: 0,
                max_tokens: *max_tokens,
                stop_ids: tokenizer.eos_ids().to_vec(),
                forbidden_ids: vec![],
                seed,
            };
            let problems = Problems::new(problems, seed, tokenizer)?;
            let class = Class { problems: &problems, tokenizer, params, samples: *samples, keep: *keep };
            class.pairs(teacher, job)
        }
    }
}

/// The exact solver's answers.
fn solved(problems: &Problems, tokenizer: &Tokenizer) -> Result<Vec<Sequence>> {
    let mut pairs = Vec::new();
    for (i, (problem, prompt)) in problems.rows.iter().zip(&problems.prompts).enumerate() {
        if let Some(answer) = problems.family(i).solve(problem) {
            pairs.push(sequence(tokenizer, &problem.prompt, &answer, prompt.image.clone())?);
        }
    }
    Ok(pairs)
}

/// Correct documents of the corpus fold at the wanted level: an outside teacher's prompts and answers.
fn written(sources: &[ProblemSource], seed: u64, tokenizer: &Tokenizer) -> Result<Vec<Sequence>> {
    let mut pairs = Vec::new();
    for source in sources {
        let corpus = Corpus::new(&[CorpusPart { family: source.family.clone(), weight: 1.0 }], seed)?;
        let (end, mut missing) = (1000 * u64::from(source.problems), source.problems);
        for index in 0..end {
            if missing == 0 {
                break;
            }
            let document = corpus.document(FRESH + index)?;
            let exposed = source.exposure.is_none_or(|exposure| exposure == document.exposure);
            if document.correct && document.draft.level == source.level && exposed {
                pairs.push(document_sequence(tokenizer, &document)?);
                missing -= 1;
            }
        }
        ensure!(missing == 0, "the first {end} documents lack {missing} of {} correct ones of level {}", source.problems, source.level);
    }
    Ok(pairs)
}

/// A teacher's lesson: what it is asked, and how many of its answers are kept.
struct Class<'a> {
    problems: &'a Problems,
    tokenizer: &'a Tokenizer,
    params: SamplingParams,
    samples: u32,
    keep: u32,
}

/// Answers of one problem, in order of their sample index.
type Answered = Vec<Vec<u32>>;

impl Class<'_> {
    /// The pairs, sampled once: a resumed run reads them from the scratch folder.
    fn pairs(&self, teacher: &Decoder, job: &Job) -> Result<Vec<Sequence>> {
        let path = job.scratch()?.join("answers");
        let answers: Vec<Answered> = match read_file(&path)? {
            Some(bytes) => serde_json::from_slice(&bytes).with_context(|| format!("{}; remove it to sample again", path.display()))?,
            None => {
                let answers = self.sampled(teacher, job)?;
                publish(&path, &serde_json::to_vec(&answers)?)?;
                answers
            }
        };
        let pairs = self.problems.prompts.iter().zip(&answers);
        Ok(pairs.flat_map(|(prompt, answers)| answers.iter().map(|answer| answered(prompt, answer))).collect())
    }

    /// At most `keep` distinct correct answers per problem.
    fn sampled(&self, teacher: &Decoder, job: &Job) -> Result<Vec<Answered>> {
        let request = |prompt: &beyond_prompt::Prompt| Request {
            prompt_ids: prompt.ids.clone(),
            image: prompt.image.clone(),
            key: key(&prompt.item),
            first_sample: 0,
            count: self.samples,
        };
        let requests: Vec<Request> = self.problems.prompts.iter().map(request).collect();
        let mut correct: Vec<Vec<(u32, Vec<u32>)>> = vec![Vec::new(); requests.len()];
        let mut failure = None;
        sample(teacher, &requests, &self.params, job.threads(), Some(job.cancel_flag()), |i, index, drawn| match self.solves(i, &drawn) {
            Ok(true) => correct[i].push((index, drawn.ids)),
            Ok(false) => {}
            Err(error) => failure = Some(error),
        })?;
        job.check_cancelled()?;
        failure.map_or(Ok(()), Err)?;
        Ok(correct.into_iter().map(|answers| self.kept(answers)).collect())
    }

    fn solves(&self, problem: usize, drawn: &Sample) -> Result<bool> {
        let text = beyond_prompt::visible_text(&drawn.ids, self.tokenizer)?;
        let judgement = self.problems.family(problem).verify(&self.problems.rows[problem], &text);
        Ok(judgement.outcome.is_correct() && drawn.finish == Finish::Stop)
    }

    fn kept(&self, mut answers: Vec<(u32, Vec<u32>)>) -> Answered {
        answers.sort();
        let mut seen = BTreeSet::new();
        let distinct = answers.into_iter().map(|(_, ids)| ids).filter(|ids| seen.insert(ids.clone()));
        distinct.take(self.keep as usize).collect()
    }
}

/// Names a prompt's random numbers, so that adding a problem changes no other one's answers.
fn key(item: &Digest) -> u64 {
    u64::from_le_bytes(item.bytes()[..8].try_into().expect("a digest has 32 bytes"))
}
