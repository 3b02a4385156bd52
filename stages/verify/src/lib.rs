//! Stage `verify`: completions -> verdicts and per-problem counts, audits of the samples, the answers worth reading, policy flips.
//!
//! Stage `filter` ([`filter`]) derives a benchmark without guessable problems.
//! Outputs: `verdicts`, `counts`, `audits`, `examples`, `flips`. A verdict is never a bool: what the judge could not decide is kept apart from
//! what is wrong. Identical (problem, text) pairs are judged once.

mod audits;
mod counts;
mod examples;
mod filter;
mod judge;
mod params;

pub use filter::Filter;
pub use params::*;

use anyhow::{Result, bail};
use beyond_record::{Completion, Flip, Outcome, Problem, Verdict};
use beyond_stage::{Job, Stage};
use judge::Judged;
use std::collections::BTreeMap;

/// Version of every verifier together: part of the key of each `verify` step, so that a changed verifier verifies again, and only that.
pub fn verifier_version() -> u32 {
    beyond_verifier::VERSION * 1000 + beyond_sandbox::VERSION
}

/// The stage.
pub struct Verify;

impl Stage for Verify {
    const NAME: &'static str = "verify";
    const VERSION: u32 = 1;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let problems: BTreeMap<String, Problem> =
            job.read::<Problem>()?.into_iter().map(|problem| (problem.problem_id.clone(), problem)).collect();
        let groups = groups(&problems, job.read::<Completion>()?)?;
        let judged = judge::judge(params, &groups, job)?;
        let verdicts: Vec<Vec<Verdict>> = groups.iter().zip(&judged).map(|(group, judged)| verdicts(group, judged)).collect();
        job.write(&counts::counts(&groups, &verdicts))?;
        job.write(&audits::audits(&groups, &verdicts)?)?;
        job.write(&examples::examples(&groups, &verdicts)?)?;
        let verdicts: Vec<Verdict> = verdicts.into_iter().flatten().collect();
        job.write(&flips(&verdicts, &recorded(job)?))?;
        job.write(&verdicts)
    }
}

/// One problem and its completions in order of the sample index.
pub(crate) struct Group<'a> {
    pub problem: &'a Problem,
    pub completions: Vec<Completion>,
}

/// Completions by problem, in the order of the problem id. Errs on an unknown problem, a repeated sample, more than one cell.
pub(crate) fn groups(problems: &BTreeMap<String, Problem>, completions: Vec<Completion>) -> Result<Vec<Group<'_>>> {
    let mut by_problem: BTreeMap<String, Vec<Completion>> = BTreeMap::new();
    for completion in completions {
        by_problem.entry(completion.problem_id.clone()).or_default().push(completion);
    }
    let mut groups = Vec::new();
    for (id, mut completions) in by_problem {
        let Some(problem) = problems.get(&id) else { bail!("the completions answer problem {id:?}, which the benchmark does not have") };
        completions.sort_by_key(|completion| completion.sample_index);
        if let Some(twice) = completions.windows(2).find(|pair| pair[0].sample_index == pair[1].sample_index) {
            bail!("problem {id:?} has sample {} twice", twice[0].sample_index);
        }
        groups.push(Group { problem, completions });
    }
    Ok(groups)
}

fn verdicts(group: &Group, judged: &[Judged]) -> Vec<Verdict> {
    let row = |(completion, judged): (&Completion, &Judged)| Verdict {
        model: completion.model.clone(),
        benchmark: completion.benchmark.clone(),
        setting: completion.setting.clone(),
        problem_id: completion.problem_id.clone(),
        sample_index: completion.sample_index,
        outcome: judged.outcome,
        extracted: judged.extracted.clone(),
        reason: judged.reason.clone(),
        process: judged.process,
        paper_outcome: judged.paper,
    };
    group.completions.iter().zip(judged).map(row).collect()
}

/// Where the two policies disagree, and where a verdict recorded elsewhere (input role `recorded`) is not ours.
fn flips(verdicts: &[Verdict], recorded: &Recorded) -> Vec<Flip> {
    let paper = |verdict: &Verdict| flip(verdict, verdict.paper_outcome?, "policy: paper, strict");
    let elsewhere = |verdict: &Verdict| {
        let said = (*recorded.get(&verdict.problem_id)?.get(verdict.sample_index as usize)?)?;
        let same = said == verdict.outcome.is_correct();
        let old = if said { Outcome::Correct } else { Outcome::Incorrect };
        if same { None } else { flip(verdict, old, "recorded elsewhere, ours") }
    };
    verdicts.iter().filter_map(paper).chain(verdicts.iter().filter_map(elsewhere)).collect()
}

/// Verdicts that came with an imported log, by problem and sample.
type Recorded = BTreeMap<String, Vec<Option<bool>>>;

fn recorded(job: &Job) -> Result<Recorded> {
    match job.inputs_of("recorded").next() {
        None => Ok(Recorded::new()),
        Some(input) => Ok(serde_json::from_slice(&std::fs::read(&input.path)?)?),
    }
}

fn flip(verdict: &Verdict, old: Outcome, between: &str) -> Option<Flip> {
    (old != verdict.outcome).then(|| Flip {
        model: verdict.model.clone(),
        benchmark: verdict.benchmark.clone(),
        setting: verdict.setting.clone(),
        problem_id: verdict.problem_id.clone(),
        sample_index: verdict.sample_index,
        extracted: verdict.extracted.clone(),
        between: between.to_string(),
        old,
        new: verdict.outcome,
    })
}
