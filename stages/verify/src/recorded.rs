//! Verdicts that came with an imported log (input role `recorded`): beside ours, or in their place.

use crate::Group;
use crate::judge::Judged;
use anyhow::{Result, bail};
use beyond_record::{Outcome, Process, Recorded, Verdict};
use beyond_stage::{Job, user_error};
use std::collections::BTreeMap;

/// What a log says of every sample of a problem, in the order of sample indices; None where it says nothing.
pub struct Log(BTreeMap<String, Vec<Option<bool>>>);

impl Log {
    /// The log's verdicts; none when the step has no log.
    pub fn read(job: &Job) -> Result<Self> {
        match job.inputs_of("recorded").next() {
            None => Ok(Log(BTreeMap::new())),
            Some(input) => Ok(Log(serde_json::from_slice(&std::fs::read(&input.path)?)?)),
        }
    }

    /// The outcome that the log records for the sample at a place in its problem.
    fn outcome(&self, problem_id: &str, place: usize) -> Option<Outcome> {
        let said = (*self.0.get(problem_id)?.get(place)?)?;
        Some(if said { Outcome::Correct } else { Outcome::Incorrect })
    }

    /// The log's verdicts in place of ours. Errs when it holds none.
    pub fn judged(&self, groups: &[Group]) -> Result<Vec<Vec<Judged>>> {
        if !self.0.values().flatten().any(Option::is_some) {
            bail!(user_error(
                "`judge: recorded` takes the verdicts of the log, and this log holds none; leave it out to have the texts judged"
            ));
        }
        let one = |group: &Group, place| match self.outcome(&group.problem.problem_id, place) {
            Some(outcome) => taken(outcome, "recorded in the log"),
            None => taken(Outcome::Unjudged, "the log holds no verdict on this sample"),
        };
        Ok(groups.iter().map(|group| (0..group.completions.len()).map(|place| one(group, place)).collect()).collect())
    }

    /// Every verdict of the log beside ours.
    pub fn beside(&self, verdicts: &[Vec<Verdict>]) -> Vec<Recorded> {
        let row = |(place, ours): (usize, &Verdict)| {
            let recorded = self.outcome(&ours.problem_id, place)?;
            Some(Recorded {
                model: ours.model.clone(),
                benchmark: ours.benchmark.clone(),
                setting: ours.setting.clone(),
                problem_id: ours.problem_id.clone(),
                sample_index: ours.sample_index,
                recorded,
                ours: ours.outcome,
            })
        };
        verdicts.iter().flat_map(|verdicts| verdicts.iter().enumerate().filter_map(row)).collect()
    }
}

fn taken(outcome: Outcome, reason: &str) -> Judged {
    Judged { outcome, extracted: None, reason: reason.to_string(), process: Process::Unchecked, paper: None }
}
