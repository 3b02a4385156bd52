//! One judgement per distinct completion of a problem, by the judge the problem names.

use crate::{Group, Params};
use anyhow::{Context, Result, bail};
use beyond_problems::Family;
use beyond_record::{Outcome, Problem, Process};
use beyond_sandbox::{Config, Sandbox, Task};
use beyond_stage::{Digest, Job, journal::Shard, user_error};
use beyond_verifier::{Judgement, Policy, VisionProfile, VistaProfile};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A judgement with everything the verdict row needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    pub outcome: Outcome,
    pub extracted: Option<String>,
    pub reason: String,
    pub process: Process,
    pub paper: Option<Outcome>,
}

impl Judged {
    fn new(judgement: Judgement, process: Process) -> Self {
        Judged { outcome: judgement.outcome, extracted: judgement.extracted, reason: judgement.reason, process, paper: None }
    }
}

/// Distinct texts of a problem in order of first appearance, and which one each completion is.
struct Distinct<'a> {
    texts: Vec<&'a str>,
    of: Vec<usize>,
}

impl<'a> Distinct<'a> {
    fn new(group: &'a Group) -> Self {
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let mut texts = Vec::new();
        let mut of = Vec::with_capacity(group.completions.len());
        for completion in &group.completions {
            let next = texts.len();
            let at = *known.entry(&completion.text).or_insert(next);
            if at == next {
                texts.push(completion.text.as_str());
            }
            of.push(at);
        }
        Distinct { texts, of }
    }
}

/// Judgements of every group, in the order of its completions. Records how many texts were judged.
pub fn judge(params: &Params, groups: &[Group], job: &Job) -> Result<Vec<Vec<Judged>>> {
    let total: usize = groups.iter().map(|group| group.completions.len()).sum();
    job.progress().total("verdicts", total as u64, 0);
    let distinct: Vec<Distinct> = groups.iter().map(Distinct::new).collect();
    let programs = groups.iter().any(|group| runs_programs(group.problem));
    let judged = if programs { by_sandbox(params, groups, &distinct, job)? } else { by_rules(params, groups, &distinct, job)? };
    job.measure("completions", total as f64);
    job.measure("distinct", distinct.iter().map(|distinct| distinct.texts.len()).sum::<usize>() as f64);
    let spread = |(distinct, judged): (&Distinct, Vec<Judged>)| distinct.of.iter().map(|at| judged[*at].clone()).collect();
    Ok(distinct.iter().zip(judged).map(spread).collect())
}

fn runs_programs(problem: &Problem) -> bool {
    matches!(problem.judge.as_str(), "code" | "family:code")
}

/// Rules of text: fast, pure, in parallel over problems.
fn by_rules(params: &Params, groups: &[Group], distinct: &[Distinct], job: &Job) -> Result<Vec<Vec<Judged>>> {
    let workers = job.threads().min(groups.len()).max(1);
    let share = groups.len().div_ceil(workers).max(1);
    let work = |(groups, distinct): (&[Group], &[Distinct])| -> Result<Vec<Vec<Judged>>> {
        let mut out = Vec::with_capacity(groups.len());
        for (group, distinct) in groups.iter().zip(distinct) {
            job.check_cancelled()?;
            let rule = Rule::new(group.problem, params)?;
            out.push(distinct.texts.iter().map(|text| rule.judge(text)).collect());
            job.progress().advance(group.completions.len() as u64, 0);
        }
        Ok(out)
    };
    std::thread::scope(|scope| {
        let work = &work;
        let parts: Vec<_> = groups.chunks(share).zip(distinct.chunks(share)).map(|part| scope.spawn(move || work(part))).collect();
        let mut all = Vec::new();
        for part in parts {
            all.extend(part.join().expect("a judge does not panic")?);
        }
        Ok(all)
    })
}

/// How one problem's texts are judged.
pub struct Rule<'a> {
    problem: &'a Problem,
    policy: &'a str,
    family: Option<Box<dyn Family>>,
    visual: Visual,
}

/// What a visual benchmark keeps in `gold` as JSON.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Visual {
    answer: String,
    options: Vec<String>,
    question_type: String,
    answer_type: String,
    precision: Option<u32>,
}

impl<'a> Rule<'a> {
    /// Errs on an unknown judge or a gold that is not of the judge's form.
    pub fn new(problem: &'a Problem, params: &'a Params) -> Result<Self> {
        let family = if problem.judge.starts_with("family:") { Some(beyond_problems::family(&problem.judge)?) } else { None };
        if family.is_none() && !["math", "choice", "exact", "mathvista", "mathvision"].contains(&problem.judge.as_str()) {
            bail!(user_error(format!(
                "problem {}: there is no judge {:?}; the judges are math, code, choice, exact, mathvista, mathvision and family:<name>",
                problem.problem_id, problem.judge
            )));
        }
        let visual = match problem.judge.as_str() {
            "choice" | "mathvista" | "mathvision" => serde_json::from_str(&problem.gold).with_context(|| {
                format!("problem {}: the gold of a visual problem is JSON with `answer` and `options`", problem.problem_id)
            })?,
            _ => Visual::default(),
        };
        Ok(Rule { problem, policy: &params.policy, family, visual })
    }

    /// The judgement of one text.
    pub fn judge(&self, text: &str) -> Judged {
        if let Some(family) = &self.family {
            let judgement = family.verify(self.problem, text);
            let judgement = Judgement { outcome: judgement.outcome, extracted: judgement.extracted, reason: judgement.reason };
            return Judged::new(judgement, family.process(self.problem, text).process);
        }
        match self.policy {
            "paper" => Judged::new(self.by_policy(text, Policy::Paper), Process::Unchecked),
            "both" => Judged {
                paper: Some(self.by_policy(text, Policy::Paper).outcome),
                ..Judged::new(self.by_policy(text, Policy::Strict), Process::Unchecked)
            },
            _ => Judged::new(self.by_policy(text, Policy::Strict), Process::Unchecked),
        }
    }

    fn by_policy(&self, text: &str, policy: Policy) -> Judgement {
        let visual = &self.visual;
        match self.problem.judge.as_str() {
            "choice" => beyond_verifier::grade_choice(&visual.answer, &visual.options, text),
            "exact" => beyond_verifier::grade_exact(&self.problem.gold, text),
            "mathvista" => {
                let profile = if policy == Policy::Paper { VistaProfile::Released } else { VistaProfile::Strict };
                beyond_verifier::grade_mathvista(
                    &visual.answer,
                    &visual.options,
                    &visual.question_type,
                    &visual.answer_type,
                    visual.precision,
                    text,
                    profile,
                )
            }
            "mathvision" => {
                let profile = if policy == Policy::Paper { VisionProfile::Released } else { VisionProfile::Strict };
                beyond_verifier::grade_mathvision(&visual.answer, &visual.options, text, profile)
            }
            _ => beyond_verifier::grade_math(&self.problem.gold, text, policy),
        }
    }
}

/// Programs run in the sandbox; what is judged is journaled, so that a killed run or a larger n pays only for what is new.
fn by_sandbox(params: &Params, groups: &[Group], distinct: &[Distinct], job: &Job) -> Result<Vec<Vec<Judged>>> {
    let config = Config {
        workers: job.threads(),
        cpu_seconds: params.cpu_seconds,
        allow_below_floor: params.allow_weak_sandbox,
        ..Config::default()
    };
    let sandbox = Sandbox::start(config)?;
    job.progress().note(&format!("sandbox: {}", serde_json::to_string(&sandbox.environment())?));
    let mut journal = job.journal(&(sandbox.environment(), params.verifier))?;
    let mut all = Vec::with_capacity(groups.len());
    for (group, distinct) in groups.iter().zip(distinct) {
        job.check_cancelled()?;
        let programs = Programs::new(group.problem)?;
        let keys: Vec<Digest> = distinct.texts.iter().map(|text| Digest::of_value(&(&group.problem.gold, text))).collect();
        let open: Vec<usize> = (0..keys.len()).filter(|&i| journal.shards(keys[i], 1).is_empty()).collect();
        let fresh = programs.judge(&sandbox, open.iter().map(|&i| distinct.texts[i]))?;
        let decided = open.iter().zip(&fresh).filter(|(_, judged)| judged.outcome != Outcome::Unjudged);
        journal.append(
            decided
                .map(|(&i, judged)| Ok((keys[i], Shard { range: 0..1, payload: serde_json::to_vec(judged)? })))
                .collect::<Result<_>>()?,
        )?;
        let mut fresh = open.into_iter().zip(fresh).collect::<BTreeMap<_, _>>();
        let stored = |i: usize| Ok::<Judged, anyhow::Error>(serde_json::from_slice(&journal.shards(keys[i], 1)[0].payload)?);
        all.push((0..keys.len()).map(|i| fresh.remove(&i).map_or_else(|| stored(i), Ok)).collect::<Result<_>>()?);
        job.progress().advance(group.completions.len() as u64, 0);
    }
    Ok(all)
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

    fn judge<'b>(&self, sandbox: &Sandbox, texts: impl Iterator<Item = &'b str>) -> Result<Vec<Judged>> {
        let program = |text: &str| match &self.family {
            Some(family) => family.python_program(self.problem, text).unwrap_or_else(|| text.to_string()),
            None => text.to_string(),
        };
        let programs: Vec<String> = texts.map(program).collect();
        let items: Vec<(&Task, &str)> = programs.iter().map(|program| (&self.task, program.as_str())).collect();
        let judged = sandbox.judge_many(&items, |_, _| {});
        let row = |(program, judgement): (&String, beyond_sandbox::Judgement)| Judged {
            outcome: judgement.outcome,
            extracted: Some(program.clone()),
            reason: judgement.reason,
            process: Process::Unchecked,
            paper: None,
        };
        Ok(programs.iter().zip(judged).map(row).collect())
    }
}
