//! The guessing null: what the model's own answers to *other* problems would solve here (docs/statistics.md, guessing).

use crate::Cell;
use crate::curves::{Block, LEVEL, around_mean};
use anyhow::Result;
use beyond_frame::samples::{Answer, Samples};
use beyond_record::{Counts, Curve, Guessing};
use beyond_stage::{Job, table};
use beyond_statistics::counts::doubling_ks;
use beyond_statistics::guessing::{Answered, adjusted_failure, beats_guessing, guess_pass, shuffle_rates};
use beyond_statistics::variance::se_population;
use beyond_statistics::{Count, interval};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Above it the correction A_k/(1-g)^k has no meaning: every answer is right.
const MOST: f64 = 0.999;
/// Standard errors of pass@k that the corrected curve may have.
const WORTH: f64 = 2.0;

/// The columns of `problems` that are read.
#[derive(Deserialize)]
struct Gold {
    problem_id: String,
    judge: String,
    gold: String,
}

/// Guessing rates of a cell, in the order of its counts; None where no other problem of the type was answered.
pub struct Rates(Vec<Option<f64>>);

impl Rates {
    /// None where no answers were extracted. Gold answers come from the input `problems`, further accepted forms from the verdicts.
    pub fn read(job: &Job, rows: &[Counts], samples: &Samples) -> Result<Option<Rates>> {
        if !samples.answers().iter().flatten().any(|answer| answer.extracted.is_some()) {
            return Ok(None);
        }
        let mut golds: BTreeMap<String, Gold> = BTreeMap::new();
        for input in job.inputs_of("problems") {
            golds.extend(table::read_columns::<Gold>(&input.path)?.into_iter().map(|gold| (gold.problem_id.clone(), gold)));
        }
        let problems: Vec<Problem> =
            rows.iter().zip(samples.answers()).map(|(row, answers)| Problem::new(golds.get(&row.problem_id), answers)).collect();
        let answered: Vec<Answered> = problems
            .iter()
            .map(|problem| Answered { accepted: &problem.accepted, kind: &problem.kind, answers: &problem.answers })
            .collect();
        Ok(Some(Rates(shuffle_rates(&answered))))
    }

    fn of(&self, positions: &[usize]) -> Vec<f64> {
        positions.iter().map(|&i| self.0[i].unwrap_or(0.0).min(MOST)).collect()
    }

    /// Rows of `guess@k`, pass@k of guessing alone, and of `pass@k(beyond guessing)` at k = 1, 2, 4, ..., `k_max`. The variance of the second grows like
    /// (1-g)^(-2k): it ends at the first k at which its standard error is more than [`WORTH`] times that of pass@k.
    pub fn curves(&self, block: &Block, positions: &[usize], k_max: u32, out: &mut Vec<Curve>) -> Result<()> {
        let rates = self.of(positions);
        let mut worth = true;
        for k in doubling_ks(k_max) {
            let guessed: Vec<f64> = rates.iter().map(|&rate| guess_pass(rate, k)).collect();
            out.push(block.row("guess@k", k, None, &guessed, interval::curve(&guessed, LEVEL)?, None));
            let beyond = |(count, rate): (&Count, &f64)| Ok(1.0 - adjusted_failure(*count, k, *rate)?);
            let solved = block.counts.iter().map(|count| beyond((count, &0.0))).collect::<Result<Vec<f64>>>()?;
            let beyond = block.counts.iter().zip(&rates).map(beyond).collect::<Result<Vec<f64>>>()?;
            worth = worth && se_population(&beyond) <= WORTH * se_population(&solved);
            if worth {
                out.push(block.row("pass@k(beyond guessing)", k, None, &beyond, around_mean(&beyond)?, None));
            }
        }
        Ok(())
    }

    /// The row of one subset.
    pub fn row(&self, cell: &Cell, subset: &str, positions: &[usize], counts: &[Count]) -> Result<Guessing> {
        let rates = self.of(positions);
        let n = beyond_statistics::counts::min_n(counts);
        let judged = beats_guessing(counts, &rates)?;
        Ok(Guessing {
            benchmark: cell.benchmark.clone(),
            model: cell.model.clone(),
            setting: cell.setting.clone(),
            subset: subset.to_string(),
            n,
            n_problems: counts.len() as u32,
            known: positions.iter().filter(|&&i| self.0[i].is_some()).count() as u32,
            mean_rate: beyond_statistics::matrix::mean(&rates),
            expected_solved: rates.iter().map(|&rate| guess_pass(rate, n)).sum(),
            solved: counts.iter().filter(|count| count.solved()).count() as u32,
            guessable: judged.iter().filter(|found| found.guessable).count() as u32,
        })
    }
}

/// One problem as the shuffle sees it.
struct Problem<'a> {
    accepted: Vec<&'a str>,
    kind: String,
    answers: Vec<Option<&'a str>>,
}

impl<'a> Problem<'a> {
    fn new(gold: Option<&'a Gold>, answers: &'a [Answer]) -> Problem<'a> {
        let correct = answers.iter().filter(|answer| answer.outcome.is_correct());
        let mut accepted: BTreeSet<&str> = correct.filter_map(|answer| answer.extracted.as_deref()).collect();
        accepted.extend(gold.map(|gold| gold.gold.as_str()));
        let accepted: Vec<&str> = accepted.into_iter().collect();
        let whole = accepted.iter().any(|form| form.parse::<i64>().is_ok());
        let judge = gold.map_or("", |gold| gold.judge.as_str());
        let kind = format!("{judge}, {}", if whole { "integer" } else { "other" });
        Problem { accepted, kind, answers: answers.iter().map(|answer| answer.extracted.as_deref()).collect() }
    }
}
