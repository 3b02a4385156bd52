//! Programs: each distinct one runs in the sandbox against the tests of its problem.
//!
//! What is judged is journaled, so that a killed run, a larger n or another model with the same program pays only for what is new. A benchmark
//! has a journal of its own under its (environment, verifier version): cells of one benchmark share verdicts, others do not meet.

use crate::judge::{Distinct, Judged};
use crate::{Group, Params};
use anyhow::{Context, Result};
use beyond_problems::Family;
use beyond_record::{Outcome, Problem, Process};
use beyond_sandbox::{Config, Judgement, Sandbox, Task};
use beyond_stage::{Digest, Job, Journal, journal::Shard};
use std::collections::BTreeMap;

/// Whether completions of a problem are programs.
pub fn are_asked_for(problem: &Problem) -> bool {
    matches!(problem.judge.as_str(), "code" | "family:code")
}

/// Judges every group, all workers on one problem at a time. Records how many programs were run and how many verdicts were found in the journal.
pub fn judge(params: &Params, groups: &[Group], distinct: &[Distinct], job: &Job) -> Result<Vec<Vec<Judged>>> {
    let sandbox = start(params, job)?;
    let benchmark = groups.first().map(|group| &group.problem.benchmark);
    let mut journal = job.journal(&(sandbox.environment(), params.verifier, benchmark))?;
    let mut all = Vec::with_capacity(groups.len());
    let mut run = 0;
    for (group, distinct) in groups.iter().zip(distinct) {
        job.check_cancelled()?;
        let programs = Programs::new(group.problem)?;
        let keys: Vec<Digest> = distinct.texts.iter().map(|text| Digest::of_value(&(&group.problem.gold, text))).collect();
        let open: Vec<usize> = (0..keys.len()).filter(|&i| journal.shards(keys[i], 1).is_empty()).collect();
        let fresh = programs.judge(&sandbox, open.iter().map(|&i| distinct.texts[i]));
        keep(&mut journal, &keys, &open, &fresh)?;
        run += open.len();
        let mut fresh = open.into_iter().zip(fresh).collect::<BTreeMap<_, _>>();
        let stored = |i: usize| Ok::<Judged, anyhow::Error>(serde_json::from_slice(&journal.shards(keys[i], 1)[0].payload)?);
        all.push((0..keys.len()).map(|i| fresh.remove(&i).map_or_else(|| stored(i), Ok)).collect::<Result<_>>()?);
        job.progress().advance(group.completions.len() as u64, 0);
    }
    let unjudged = all.iter().flatten().filter(|judged: &&Judged| judged.outcome == Outcome::Unjudged).count();
    if unjudged > 0 {
        job.set_provisional(format!("{unjudged} program(s) are unjudged because the sandbox failed on them"));
    }
    job.measure("programs_run", run as f64);
    job.measure("programs_known", distinct.iter().map(|distinct| distinct.texts.len()).sum::<usize>() as f64 - run as f64);
    Ok(all)
}

fn start(params: &Params, job: &Job) -> Result<Sandbox> {
    let config = Config {
        workers: job.threads(),
        cpu_seconds: params.cpu_seconds,
        allow_below_floor: params.allow_weak_sandbox,
        ..Config::default()
    };
    let sandbox = Sandbox::start(config)?;
    job.progress().note(&format!("sandbox: {}", serde_json::to_string(&sandbox.environment())?));
    Ok(sandbox)
}

/// Journals what was decided; a failure of the sandbox is not kept.
fn keep(journal: &mut Journal, keys: &[Digest], open: &[usize], fresh: &[Judged]) -> Result<()> {
    let decided = open.iter().zip(fresh).filter(|(_, judged)| judged.outcome != Outcome::Unjudged);
    let shard = |(&i, judged): (&usize, &Judged)| Ok((keys[i], Shard { range: 0..1, payload: serde_json::to_vec(judged)? }));
    journal.append(decided.map(shard).collect::<Result<_>>()?)
}

/// The task of one problem, and how a completion becomes a program.
struct Programs<'a> {
    problem: &'a Problem,
    task: Task,
    family: Option<Box<dyn Family>>,
}

impl<'a> Programs<'a> {
    fn new(problem: &'a Problem) -> Result<Self> {
        let context = || format!("problem {}: the gold of a code problem is a row of a benchmark, or a task as JSON", problem.problem_id);
        let task = beyond_sandbox::read_task(&problem.gold).with_context(context)?;
        let family = if problem.judge == "code" { None } else { Some(beyond_problems::family(&problem.judge)?) };
        Ok(Programs { problem, task, family })
    }

    /// One judgement per text. What the sandbox failed on gets one more turn, alone: beside others the machine may have had too little for it.
    fn judge<'b>(&self, sandbox: &Sandbox, texts: impl Iterator<Item = &'b str>) -> Vec<Judged> {
        let programs: Vec<String> = texts.map(|text| self.program(text)).collect();
        let items: Vec<(&Task, &str)> = programs.iter().map(|program| (&self.task, program.as_str())).collect();
        let again = |(program, judgement): (&String, Judgement)| match judgement.outcome {
            Outcome::Unjudged => sandbox.judge(&self.task, program),
            _ => judgement,
        };
        let judged: Vec<Judgement> = programs.iter().zip(sandbox.judge_many(&items, |_, _| {})).map(again).collect();
        programs.into_iter().zip(judged).map(|(program, judgement)| row(program, judgement)).collect()
    }

    fn program(&self, text: &str) -> String {
        let program = self.family.as_ref().and_then(|family| family.python_program(self.problem, text));
        program.unwrap_or_else(|| text.to_string())
    }
}

fn row(program: String, judgement: Judgement) -> Judged {
    Judged { outcome: judgement.outcome, extracted: Some(program), reason: judgement.reason, process: Process::Unchecked, paper: None }
}
