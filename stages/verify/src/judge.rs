//! One judgement per distinct completion of a problem, by the judge the problem names.

use crate::{Group, Params, programs, rules};
use anyhow::Result;
use beyond_record::{Outcome, Process};
use beyond_stage::Job;
use beyond_verifier::Judgement;
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
    /// A judgement under one policy.
    pub fn new(judgement: Judgement, process: Process) -> Self {
        Judged { outcome: judgement.outcome, extracted: judgement.extracted, reason: judgement.reason, process, paper: None }
    }
}

/// Distinct texts of a problem in order of first appearance, and which one each completion is.
pub struct Distinct<'a> {
    pub texts: Vec<&'a str>,
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
    let programs = groups.iter().any(|group| programs::are_asked_for(group.problem));
    let judged = if programs { programs::judge(params, groups, &distinct, job)? } else { rules::judge(params, groups, &distinct, job)? };
    job.measure("completions", total as f64);
    job.measure("distinct", distinct.iter().map(|distinct| distinct.texts.len()).sum::<usize>() as f64);
    let spread = |(distinct, judged): (&Distinct, Vec<Judged>)| distinct.of.iter().map(|at| judged[*at].clone()).collect();
    Ok(distinct.iter().zip(judged).map(spread).collect())
}
