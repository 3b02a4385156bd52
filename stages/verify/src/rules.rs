//! Rules of text: fast, pure, one per judge that a problem may name.

use crate::judge::{Distinct, Judged};
use crate::{Group, Params};
use anyhow::{Context, Result, bail};
use beyond_problems::Family;
use beyond_record::{Problem, Process};
use beyond_stage::{Job, user_error};
use beyond_verifier::{Judgement, Policy, VisionProfile, VistaProfile};
use serde::Deserialize;

/// Judges every group, in parallel over problems.
pub fn judge(params: &Params, groups: &[Group], distinct: &[Distinct], job: &Job) -> Result<Vec<Vec<Judged>>> {
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
