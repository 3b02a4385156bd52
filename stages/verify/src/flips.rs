//! Where two judges disagree on the same text: the two policies, or a log and we.

use beyond_record::{Flip, Outcome, Recorded, Verdict};

/// One row per disagreement: first between the policies, then with the log. A log only says right or not right, so that what it calls wrong
/// agrees with everything but our `correct`.
pub fn flips(verdicts: &[Verdict], recorded: &[Recorded]) -> Vec<Flip> {
    let paper = verdicts.iter().filter_map(|verdict| flip(verdict, verdict.paper_outcome?, "policy: paper, strict"));
    let mut said = recorded.iter().peekable();
    let elsewhere = verdicts.iter().filter_map(|verdict| {
        let row = said.next_if(|row| (&row.problem_id, row.sample_index) == (&verdict.problem_id, verdict.sample_index))?;
        if row.recorded.is_correct() == row.ours.is_correct() { None } else { flip(verdict, row.recorded, "recorded elsewhere, ours") }
    });
    paper.chain(elsewhere).collect()
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
