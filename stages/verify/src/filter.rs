//! Stage `filter`: a benchmark without its guessable problems (paper Fig 12), in one of two automatic ways.
//!
//! Answer shuffling: the guessing rate g of a problem is the share of the model's answers to *other* problems that its verifier accepts. A solved
//! problem whose successes do not exceed Binomial(n, g) at a false-discovery rate of 5 % is guessable and left out; unsolved problems stay.
//! No-reasoning probe (`solved_below`): the completions were drawn without reasoning; as in the paper a problem that they solve rarely, but not
//! never, is guessable, and one that they solve often is kept: the model knows it.
//! Outputs: `problems` under the new benchmark id, and `guessing.json` with the rates.

use crate::rules::Rule;
use crate::{FilterParams, Group, Params};
use anyhow::{Result, ensure};
use beyond_record::{Completion, Counts, Problem};
use beyond_stage::{Job, Stage};
use beyond_statistics::Count;
use beyond_statistics::guessing::{beats_guessing, solved_rarely};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The stage.
pub struct Filter;

/// What is known of one problem; a row of `guessing.json`.
#[derive(Serialize)]
struct Guess {
    problem_id: String,
    /// Guessing rate by shuffling; share of correct answers of the probe.
    rate: f64,
    correct: u32,
    n: u32,
    /// False-discovery rate at which the successes exceed guessing; none for the probe.
    q: Option<f64>,
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
        let counts = counts(&groups, &job.read::<Counts>()?)?;
        let guesses = match params.solved_below {
            Some(limit) => probed(&groups, &counts, limit)?,
            None => shuffled(&groups, &counts, params, job)?,
        };
        let guessable: BTreeSet<&str> = guesses.iter().filter(|guess| guess.guessable).map(|guess| guess.problem_id.as_str()).collect();
        let kept = problems.iter().filter(|problem| !guessable.contains(problem.problem_id.as_str()));
        let kept: Vec<Problem> = kept.map(|problem| Problem { benchmark: params.benchmark.clone(), ..problem.clone() }).collect();
        ensure!(!kept.is_empty(), "every problem is guessable: nothing is left of the benchmark");
        job.measure("kept", kept.len() as f64);
        job.measure("removed", (problems.len() - kept.len()) as f64);
        job.write_file("guessing.json", &serde_json::to_vec_pretty(&guesses)?)?;
        job.write(&kept)
    }
}

/// Guessable: solved by the probe, in less than `limit` of its answers.
fn probed(groups: &[Group], counts: &[Count], limit: f64) -> Result<Vec<Guess>> {
    ensure!(limit > 0.0 && limit <= 1.0, "solved_below is {limit}, expected a share above 0 and at most 1");
    let guess = |(group, count): (&Group, &Count)| {
        let rate = f64::from(count.c()) / f64::from(count.n().max(1));
        guess(group, *count, rate, None, solved_rarely(*count, limit))
    };
    Ok(groups.iter().zip(counts).map(guess).collect())
}

/// Guessable: solved, but no more often than answers to other problems would.
fn shuffled(groups: &[Group], counts: &[Count], params: &FilterParams, job: &Job) -> Result<Vec<Guess>> {
    let rates = rates(groups, params, job)?;
    let tested = beats_guessing(counts, &rates)?;
    let rows = groups.iter().zip(counts).zip(rates.iter().zip(&tested));
    Ok(rows.map(|((group, count), (rate, test))| guess(group, *count, *rate, Some(test.q), test.guessable)).collect())
}

fn guess(group: &Group, count: Count, rate: f64, q: Option<f64>, guessable: bool) -> Guess {
    Guess { problem_id: group.problem.problem_id.clone(), rate, correct: count.c(), n: count.n(), q, guessable }
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

#[cfg(test)]
mod tests {
    use super::*;
    use beyond_record::Table;
    use beyond_stage::testing;

    /// Problems `a` (gold 1), `b` (gold 2), ... that the model answered with these texts; the ids that are left, or the error.
    fn left(answers: &[&[&str]], solved_below: Option<f64>) -> Result<Vec<String>> {
        let id = |i: usize| char::from(b'a' + i as u8).to_string();
        let (mut problems, mut completions, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        for (i, texts) in answers.iter().enumerate() {
            let gold = (i + 1).to_string();
            problems.push(Problem {
                benchmark: "whole".into(),
                problem_id: id(i),
                judge: "exact".into(),
                gold: gold.clone(),
                ..Default::default()
            });
            for (sample_index, text) in (0..).zip(texts.iter()) {
                completions.push(Completion { problem_id: id(i), sample_index, text: text.to_string(), ..Default::default() });
            }
            let correct = texts.iter().filter(|text| **text == gold).count() as u32;
            counts.push(Counts { problem_id: id(i), n: texts.len() as u32, correct, ..Default::default() });
        }
        let dir = tempfile::tempdir()?;
        let folder = dir.path();
        let inputs = vec![
            testing::input(folder, Problem::NAME, &problems),
            testing::input(folder, Completion::NAME, &completions),
            testing::input(folder, Counts::NAME, &counts),
        ];
        testing::run(&Filter, &FilterParams { benchmark: "left".into(), texts: 100, solved_below }, inputs, folder)?;
        let rows: Vec<Problem> = testing::output(folder);
        assert!(rows.iter().all(|problem| problem.benchmark == "left"));
        Ok(rows.into_iter().map(|problem| problem.problem_id).collect())
    }

    #[test]
    fn the_probe_removes_what_it_solves_rarely_and_keeps_what_it_never_or_often_solves() {
        let answers: [&[&str]; 3] = [&["1", "9", "9", "9"], &["2", "2", "2", "9"], &["9", "9", "9", "9"]];
        assert_eq!(left(&answers, Some(0.5)).unwrap(), ["b", "c"]);
        assert_eq!(left(&answers, Some(0.25)).unwrap(), ["a", "b", "c"], "a quarter is not below a quarter");
        assert_eq!(left(&answers, Some(1.0)).unwrap(), ["c"]);
    }

    #[test]
    fn shuffling_removes_what_answers_to_other_problems_solve_as_often() {
        let (often, mixed) = (["2"; 40], ["1", "9", "9", "9"].repeat(10));
        let habit = ["1"; 40];
        // `1` is the model's habit on every problem, so that solving `a` at times shows nothing; `b` is solved by its own answers.
        assert_eq!(left(&[&mixed, &often, &habit, &habit], None).unwrap(), ["b", "c", "d"]);
    }

    #[test]
    fn nothing_left_and_a_share_out_of_range_are_errors() {
        assert!(left(&[&["1", "9"], &["2", "9"]], Some(0.9)).unwrap_err().to_string().contains("nothing is left"));
        assert!(left(&[&["1"]], Some(0.0)).unwrap_err().to_string().contains("solved_below is 0"));
        assert!(left(&[&["1"]], None).unwrap_err().to_string().contains("there is one"));
    }
}
