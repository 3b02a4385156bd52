//! The samples of a cell, problem by problem in the order of its counts: what votes, token budgets and guessing rates are made of.

use anyhow::{Context, Result, ensure};
use beyond_record::{Counts, Outcome};
use beyond_statistics::majority::Votes;
use beyond_statistics::token_budget::Trace;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// The columns of `verdicts` that are read.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// Problem id.
    pub problem_id: String,
    /// 0-based.
    pub sample_index: u32,
    /// The verdict.
    pub outcome: Outcome,
    /// The answer that was judged.
    pub extracted: Option<String>,
}

/// The columns of `completions` that are read.
#[derive(Clone, Debug, Deserialize)]
pub struct Length {
    /// Problem id.
    pub problem_id: String,
    /// 0-based.
    pub sample_index: u32,
    /// Generated tokens; None when the source does not say.
    pub n_tokens: Option<u32>,
}

/// Answers and lengths of a cell; empty where there are only counts.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    answers: Vec<Vec<Answer>>,
    lengths: Vec<Length>,
}

impl Samples {
    /// Groups the answers by the problems of `rows`. Errs when their problems, or their numbers, are not those of the counts.
    pub fn new(rows: &[Counts], answers: Vec<Answer>, lengths: Vec<Length>) -> Result<Samples> {
        if answers.is_empty() {
            return Ok(Samples::default());
        }
        let position: HashMap<&str, usize> = rows.iter().enumerate().map(|(i, row)| (row.problem_id.as_str(), i)).collect();
        let mut by_problem: Vec<Vec<Answer>> = vec![Vec::new(); rows.len()];
        for answer in answers {
            let at = position.get(answer.problem_id.as_str());
            by_problem[*at.with_context(|| format!("problem {:?} has verdicts but no counts", answer.problem_id))?].push(answer);
        }
        for (row, answers) in rows.iter().zip(&by_problem) {
            ensure!(row.n as usize == answers.len(), "problem {:?}: {} verdicts for n = {}", row.problem_id, answers.len(), row.n);
        }
        Ok(Samples { answers: by_problem, lengths })
    }

    /// Answers of every problem; empty where there are only counts.
    pub fn answers(&self) -> &[Vec<Answer>] {
        &self.answers
    }

    /// None where no sample has an extracted answer to vote with.
    pub fn votes(&self) -> Option<Vec<Votes>> {
        let any = self.answers.iter().flatten().any(|answer| answer.extracted.is_some());
        any.then(|| self.answers.iter().map(|answers| ballot(answers)).collect())
    }

    /// None where the length of some completion is not known.
    pub fn traces(&self) -> Option<Vec<Trace>> {
        if self.answers.is_empty() {
            return None;
        }
        let known: HashMap<(&str, u32), u32> =
            self.lengths.iter().filter_map(|length| Some(((length.problem_id.as_str(), length.sample_index), length.n_tokens?))).collect();
        let sample = |answer: &Answer| {
            let tokens = known.get(&(answer.problem_id.as_str(), answer.sample_index))?;
            Some((u64::from(*tokens), answer.outcome.is_correct()))
        };
        self.answers.iter().map(|answers| Some(Trace { samples: answers.iter().map(sample).collect::<Option<_>>()? })).collect()
    }
}

/// All answers that the verifier accepts are one class, because it holds them equal; wrong ones are grouped by their text.
fn ballot(answers: &[Answer]) -> Votes {
    let mut wrong: BTreeMap<&str, u32> = BTreeMap::new();
    let mut votes = Votes { gold: 0, wrong: Vec::new(), silent: 0 };
    for answer in answers {
        match &answer.extracted {
            Some(_) if answer.outcome.is_correct() => votes.gold += 1,
            Some(text) => *wrong.entry(text).or_insert(0) += 1,
            None => votes.silent += 1,
        }
    }
    votes.wrong = wrong.into_values().collect();
    votes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(problem: &str, index: u32, outcome: Outcome, text: Option<&str>) -> Answer {
        Answer { problem_id: problem.into(), sample_index: index, outcome, extracted: text.map(str::to_string) }
    }

    fn rows(n: u32) -> Vec<Counts> {
        ["a", "b"].map(|id| Counts { problem_id: id.into(), n, ..Default::default() }).to_vec()
    }

    #[test]
    fn samples_follow_the_order_of_the_counts_whatever_their_own() {
        let answers = vec![
            answer("b", 0, Outcome::Unparsed, None),
            answer("a", 0, Outcome::Correct, Some("1/2")),
            answer("a", 1, Outcome::Correct, Some("0.5")),
            answer("b", 1, Outcome::Incorrect, Some("3")),
        ];
        let lengths = answers.iter().map(|a| Length { problem_id: a.problem_id.clone(), sample_index: a.sample_index, n_tokens: Some(7) });
        let samples = Samples::new(&rows(2), answers.clone(), lengths.collect()).unwrap();
        let votes = samples.votes().unwrap();
        assert_eq!((votes[0].gold, votes[1].silent, votes[1].wrong.as_slice()), (2, 1, [1].as_slice()));
        assert_eq!(samples.traces().unwrap()[0].samples, [(7, true), (7, true)]);
        assert!(Samples::new(&rows(2), answers, Vec::new()).unwrap().traces().is_none(), "lengths are not guessed");
        assert!(Samples::new(&rows(2), Vec::new(), Vec::new()).unwrap().votes().is_none());
    }
}
