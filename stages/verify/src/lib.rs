//! Stage `verify`: completions -> verdicts and per-problem counts, audits of the samples, the answers worth reading, disagreements of judges.
//!
//! Stage `filter` ([`filter`]) derives a benchmark without guessable problems.
//! Outputs: `verdicts`, `counts`, `audits`, `examples`, `recorded` (what an imported log says, beside ours), `flips`. A verdict is never a bool:
//! what the judge could not decide is kept apart from what is wrong. Identical (problem, text) pairs are judged once.

mod audits;
mod counts;
mod examples;
mod filter;
mod flips;
mod judge;
mod marks;
mod params;
mod programs;
mod recorded;
mod rules;
#[cfg(test)]
mod tests;

pub use filter::Filter;
pub use marks::{Mark, SampleId, read_marks};
pub use params::*;

use anyhow::{Result, bail};
use beyond_record::{Completion, Problem, Verdict};
use beyond_stage::{Job, Stage};
use judge::Judged;
use marks::Marks;
use recorded::Log;
use std::collections::BTreeMap;

/// Version of every verifier together: part of the key of each `verify` step, so that a changed verifier verifies again, and only that.
pub fn verifier_version() -> u32 {
    beyond_verifier::VERSION * 1000 + beyond_sandbox::VERSION
}

/// The stage.
pub struct Verify;

impl Stage for Verify {
    const NAME: &'static str = "verify";
    const VERSION: u32 = 2;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let problems: BTreeMap<String, Problem> =
            job.read::<Problem>()?.into_iter().map(|problem| (problem.problem_id.clone(), problem)).collect();
        let groups = groups(&problems, job.read::<Completion>()?)?;
        let log = Log::read(job)?;
        let judged = match params.judge {
            Judge::Ours => judge::judge(params, &groups, job)?,
            Judge::Recorded => log.judged(&groups)?,
        };
        let mut verdicts: Vec<Vec<Verdict>> = groups.iter().zip(&judged).map(|(group, judged)| verdicts(group, judged)).collect();
        let marks = Marks::of_cell(job, &groups)?;
        marks.apply(&mut verdicts);
        job.write(&counts::counts(&groups, &verdicts, &marks))?;
        job.write(&audits::audits(&groups, &verdicts)?)?;
        job.write(&examples::examples(&groups, &verdicts)?)?;
        let recorded = if params.judge == Judge::Ours { log.beside(&verdicts) } else { Vec::new() };
        let verdicts: Vec<Verdict> = verdicts.into_iter().flatten().collect();
        job.write(&flips::flips(&verdicts, &recorded))?;
        job.write(&recorded)?;
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
