//! Stage `filter`: a benchmark without its guessable problems (paper Fig 12), by answer shuffling instead of by hand.
//!
//! The guessing rate g of a problem is the share of the model's answers to *other* problems that its verifier accepts. A solved problem whose
//! successes do not exceed Binomial(n, g) at a false-discovery rate of 5 % is guessable and left out; unsolved problems stay.
//! Outputs: `problems` under the new benchmark id, and `guessing.json` with the rates.

use crate::rules::Rule;
use crate::{FilterParams, Group, Params};
use anyhow::{Result, ensure};
use beyond_record::{Completion, Counts, Problem};
use beyond_stage::{Job, Stage};
use beyond_statistics::{Count, guessing::beats_guessing};
use serde::Serialize;
use std::collections::BTreeMap;

/// The stage.
pub struct Filter;

#[derive(Serialize)]
struct Rate {
    problem_id: String,
    rate: f64,
    correct: u32,
    n: u32,
    q: f64,
    guessable: bool,
}

impl Stage for Filter {
    const NAME: &'static str = "filter";
    const VERSION: u32 = 1;
    type Params = FilterParams;

    fn run(&self, params: &FilterParams, job: &Job) -> Result<()> {
        let problems = job.read::<Problem>()?;
        let by_id = problems.iter().map(|problem| (problem.problem_id.clone(), problem.clone())).collect();
        let groups = crate::groups(&by_id, job.read::<Completion>()?)?;
        let rates = rates(&groups, params, job)?;
        let counts = counts(&groups, &job.read::<Counts>()?)?;
        let tested = beats_guessing(&counts, &rates)?;
        let guessable: BTreeMap<&str, bool> =
            groups.iter().zip(&tested).map(|(g, test)| (g.problem.problem_id.as_str(), test.guessable)).collect();
        let kept = problems.iter().filter(|problem| !guessable.get(problem.problem_id.as_str()).copied().unwrap_or(false));
        let kept: Vec<Problem> = kept.map(|problem| Problem { benchmark: params.benchmark.clone(), ..problem.clone() }).collect();
        ensure!(!kept.is_empty(), "every problem is guessable: nothing is left of the benchmark");
        let report = groups.iter().zip(rates).zip(counts.iter().zip(&tested)).map(|((group, rate), (count, test))| Rate {
            problem_id: group.problem.problem_id.clone(),
            rate,
            correct: count.c(),
            n: count.n(),
            q: test.q,
            guessable: test.guessable,
        });
        job.measure("kept", kept.len() as f64);
        job.measure("removed", (problems.len() - kept.len()) as f64);
        job.write_file("guessing.json", &serde_json::to_vec_pretty(&report.collect::<Vec<_>>())?)?;
        job.write(&kept)
    }
}

/// The guessing rate of every group, from at most `texts` evenly spaced completions of other problems.
fn rates(groups: &[Group], params: &FilterParams, job: &Job) -> Result<Vec<f64>> {
    ensure!(groups.len() > 1, "answers can only be shuffled between problems; there is one");
    let pool: Vec<(usize, &str)> =
        groups.iter().enumerate().flat_map(|(i, group)| group.completions.iter().map(move |c| (i, c.text.as_str()))).collect();
    let stride = pool.len().div_ceil(params.texts.max(1) as usize);
    let strict = Params::default();
    let mut rates = Vec::with_capacity(groups.len());
    for (i, group) in groups.iter().enumerate() {
        job.check_cancelled()?;
        let rule = Rule::new(group.problem, &strict)?;
        let (mut accepted, mut tried) = (0u32, 0u32);
        for (_, text) in pool.iter().step_by(stride).filter(|(author, _)| *author != i) {
            tried += 1;
            accepted += u32::from(rule.judge(text).outcome.is_correct());
        }
        rates.push(f64::from(accepted) / f64::from(tried.max(1)));
    }
    Ok(rates)
}

fn counts(groups: &[Group], rows: &[Counts]) -> Result<Vec<Count>> {
    let by_id: BTreeMap<&str, &Counts> = rows.iter().map(|row| (row.problem_id.as_str(), row)).collect();
    let of = |group: &Group| {
        let row = by_id.get(group.problem.problem_id.as_str());
        let row = row.ok_or_else(|| anyhow::anyhow!("problem {:?} has completions and no counts", group.problem.problem_id))?;
        Ok(Count::new(row.n, row.correct)?)
    };
    groups.iter().map(of).collect()
}
