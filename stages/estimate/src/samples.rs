//! What needs the samples and not only their counts: maj@k from the extracted answers, and pass at a budget of generated tokens.
//!
//! Both are made where a cell has verdicts and completions; counts that were imported as such have neither. Only the needed columns are read.

use crate::curves::{Block, LEVEL};
use anyhow::{Context, Result, ensure};
use beyond_record::{Counts, Curve, Outcome};
use beyond_stage::{Job, table};
use beyond_statistics::counts::doubling_ks;
use beyond_statistics::interval;
use beyond_statistics::majority::Votes;
use beyond_statistics::matrix::Matrix;
use beyond_statistics::token_budget::{Trace, budget_curve, largest_budget};
use serde::Deserialize;
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

/// Random orders of a problem's samples: their Monte-Carlo error is at most .03 per problem and far below the interval over problems.
const ORDERS: u32 = 256;

/// Largest k of maj@k. Its cost grows like n k ln k per problem, and a vote of more than 64 is not in use.
const VOTERS: u32 = 64;

#[derive(Deserialize)]
struct Answer {
    problem_id: String,
    sample_index: u32,
    outcome: Outcome,
    extracted: Option<String>,
}

#[derive(Deserialize)]
struct Length {
    problem_id: String,
    sample_index: u32,
    n_tokens: Option<u32>,
}

/// The samples of a cell, problem by problem in the order of the counts.
pub struct Samples {
    votes: Option<Vec<Votes>>,
    /// maj@k of every problem, a row per k; made once and used by every subset.
    majorities: OnceCell<Vec<Vec<f64>>>,
    traces: Option<Vec<Trace>>,
}

impl Samples {
    /// Reads the inputs `verdicts` and `completions`, which may be absent. Errs when their problems are not those of the counts.
    pub fn read(job: &Job, rows: &[Counts]) -> Result<Samples> {
        let mut answers: Vec<Answer> = Vec::new();
        for input in job.inputs_of("verdicts") {
            answers.extend(table::read_columns(&input.path)?);
        }
        let mut lengths: Vec<Length> = Vec::new();
        for input in job.inputs_of("completions") {
            lengths.extend(table::read_columns(&input.path)?);
        }
        let position: HashMap<&str, usize> = rows.iter().enumerate().map(|(i, row)| (row.problem_id.as_str(), i)).collect();
        let mut by_problem: Vec<Vec<&Answer>> = vec![Vec::new(); rows.len()];
        for answer in &answers {
            let at = position.get(answer.problem_id.as_str());
            by_problem[*at.with_context(|| format!("problem {:?} has verdicts but no counts", answer.problem_id))?].push(answer);
        }
        if answers.is_empty() {
            return Ok(Samples { votes: None, majorities: OnceCell::new(), traces: None });
        }
        for (row, answers) in rows.iter().zip(&by_problem) {
            ensure!(row.n as usize == answers.len(), "problem {:?}: {} verdicts for n = {}", row.problem_id, answers.len(), row.n);
        }
        Ok(Samples { votes: votes(&by_problem), majorities: OnceCell::new(), traces: traces(&by_problem, &lengths) })
    }

    /// Rows of `maj@k` at k = 1, 2, 4, ..., the smaller of `k_max` and 64.
    pub fn majority(&self, block: &Block, positions: &[usize], k_max: u32, out: &mut Vec<Curve>) -> Result<()> {
        let Some(votes) = &self.votes else { return Ok(()) };
        let ks = doubling_ks(k_max.min(VOTERS));
        if self.majorities.get().is_none() {
            let at = |k: &u32| votes.iter().map(|votes| Ok(votes.majority_at_k(*k)?)).collect::<Result<Vec<_>>>();
            let rows = ks.iter().map(at).collect::<Result<_>>()?;
            self.majorities.get_or_init(|| rows);
        }
        for (k, all) in ks.iter().zip(self.majorities.get().into_iter().flatten()) {
            let values: Vec<f64> = positions.iter().map(|&i| all[i]).collect();
            let row = block.row("maj@k", *k, None, &values, interval::curve(&values, LEVEL)?, None);
            out.push(Curve { method: format!("{}; accepted answers are one class", row.method), ..row });
        }
        Ok(())
    }

    /// Rows of `pass@tokens`, where column k is the budget: powers of two up to what every problem of the cell has.
    pub fn budgets(&self, seed: u64) -> Result<Option<Budgets>> {
        let Some(traces) = &self.traces else { return Ok(None) };
        let shortest = traces.iter().flat_map(|trace| &trace.samples).map(|sample| sample.0).min().unwrap_or(0);
        let budgets: Vec<u64> = (0..u32::BITS).map(|e| 1 << e).filter(|b| (shortest..=largest_budget(traces)).contains(b)).collect();
        if budgets.is_empty() {
            return Ok(None);
        }
        Ok(Some(Budgets { values: budget_curve(traces, &budgets, ORDERS, seed)?, budgets }))
    }
}

/// P(success within B generated tokens), problems x budgets.
pub struct Budgets {
    values: Matrix,
    budgets: Vec<u64>,
}

impl Budgets {
    /// Rows of the problems at `positions`.
    pub fn write(&self, block: &Block, positions: &[usize], out: &mut Vec<Curve>) -> Result<()> {
        for (j, &budget) in self.budgets.iter().enumerate() {
            let column = self.values.column(j);
            let values: Vec<f64> = positions.iter().map(|&i| column[i]).collect();
            let row = block.row("pass@tokens", budget as u32, None, &values, interval::curve(&values, LEVEL)?, None);
            out.push(Curve { method: format!("{}; {ORDERS} random orders of the samples", row.method), ..row });
        }
        Ok(())
    }
}

/// None where no sample has an extracted answer to vote with.
fn votes(by_problem: &[Vec<&Answer>]) -> Option<Vec<Votes>> {
    by_problem.iter().flatten().any(|answer| answer.extracted.is_some()).then(|| by_problem.iter().map(|answers| ballot(answers)).collect())
}

/// All answers that the verifier accepts are one class, because it holds them equal; wrong ones are grouped by their text.
fn ballot(answers: &[&Answer]) -> Votes {
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

/// None where a completion's length is not known.
fn traces(by_problem: &[Vec<&Answer>], lengths: &[Length]) -> Option<Vec<Trace>> {
    let known: HashMap<(&str, u32), u32> =
        lengths.iter().filter_map(|length| Some(((length.problem_id.as_str(), length.sample_index), length.n_tokens?))).collect();
    let sample = |answer: &&Answer| {
        let tokens = known.get(&(answer.problem_id.as_str(), answer.sample_index))?;
        Some((u64::from(*tokens), answer.outcome.is_correct()))
    };
    by_problem.iter().map(|answers| Some(Trace { samples: answers.iter().map(sample).collect::<Option<_>>()? })).collect()
}
