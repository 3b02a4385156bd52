//! Marks of a person who read correct answers to the hardest solved problems (`beyond review`): the study's CoT check by hand.

use crate::Group;
use anyhow::Result;
use beyond_record::{Process, Verdict};
use beyond_stage::{Job, user_error};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a reader says of the reasoning behind a correct answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Every step holds.
    Valid,
    /// Right for a wrong reason, or by a guess.
    Invalid,
    /// The reader cannot tell.
    Unsure,
}

/// (model, benchmark, setting, problem, sample).
pub type SampleId = (String, String, String, String, u32);

/// One line of a file of marks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    model: String,
    benchmark: String,
    setting: String,
    problem_id: String,
    sample_index: u32,
    mark: Mark,
}

/// The marks in a file as the page of `beyond review` saves it, and where each stands (`file:line`). Errs on a line of another form and on an
/// answer that is marked twice.
pub fn read_marks(path: &Path) -> Result<BTreeMap<SampleId, (Mark, String)>> {
    let text = std::fs::read_to_string(path).map_err(|error| user_error(format!("cannot read {}: {error}", path.display())))?;
    let mut marks = BTreeMap::new();
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("{}:{}", path.display(), i + 1);
        let row: Row =
            serde_json::from_str(line).map_err(|error| user_error(format!("{place}: expected a mark as the page saves it: {error}")))?;
        let id = (row.model, row.benchmark, row.setting, row.problem_id, row.sample_index);
        if marks.insert(id, (row.mark, place.clone())).is_some() {
            return Err(user_error(format!("{place}: this answer is marked twice")));
        }
    }
    Ok(marks)
}

/// The marks of one cell (input role `marks`), by problem and sample.
#[derive(Default)]
pub struct Marks(BTreeMap<(String, u32), Mark>);

impl Marks {
    /// Those of the cell that the completions belong to; none when the step has no marks.
    pub fn of_cell(job: &Job, groups: &[Group]) -> Result<Self> {
        let (Some(input), Some(first)) = (job.inputs_of("marks").next(), groups.first()) else { return Ok(Marks::default()) };
        let cell = &first.completions[0];
        let ours = |id: &SampleId| (&id.0, &id.1, &id.2) == (&cell.model, &cell.benchmark, &cell.setting);
        let all = read_marks(&input.path)?;
        Ok(Marks(all.into_iter().filter(|(id, _)| ours(id)).map(|(id, (mark, _))| ((id.3, id.4), mark)).collect()))
    }

    /// Writes the marks into verdicts that no process checker has looked at.
    pub fn apply(&self, verdicts: &mut [Vec<Verdict>]) {
        for verdict in verdicts.iter_mut().flatten().filter(|verdict| verdict.process == Process::Unchecked) {
            verdict.process = match self.0.get(&(verdict.problem_id.clone(), verdict.sample_index)) {
                Some(Mark::Valid) => Process::Valid,
                Some(Mark::Invalid) => Process::Invalid,
                Some(Mark::Unsure) | None => Process::Unchecked,
            };
        }
    }

    /// Problems of which an answer was marked; None when nothing was.
    pub fn read_problems(&self) -> Option<BTreeSet<&str>> {
        let read: BTreeSet<&str> = self.0.keys().map(|(problem, _)| problem.as_str()).collect();
        (!read.is_empty()).then_some(read)
    }
}
