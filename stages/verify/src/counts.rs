//! Verdicts of a problem in one row.

use crate::Group;
use crate::marks::Marks;
use beyond_record::{Counts, Outcome, Process, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// One row per problem.
pub fn counts(groups: &[Group], verdicts: &[Vec<Verdict>], marks: &Marks) -> Vec<Counts> {
    let read = marks.read_problems();
    groups.iter().zip(verdicts).map(|(group, verdicts)| row(group, verdicts, read.as_ref())).collect()
}

fn row(group: &Group, verdicts: &[Verdict], read: Option<&BTreeSet<&str>>) -> Counts {
    let with = |outcome: Outcome| verdicts.iter().filter(|verdict| verdict.outcome == outcome).count() as u32;
    let first = &verdicts[0];
    let (modal_correct, answer_entropy) = answers(verdicts);
    let completions = &group.completions;
    let tokens: Option<Vec<f64>> = completions.iter().map(|completion| completion.n_tokens.map(f64::from)).collect();
    let entropies: Option<Vec<f64>> = completions.iter().map(|completion| completion.entropy_mean).collect();
    Counts {
        model: first.model.clone(),
        benchmark: first.benchmark.clone(),
        setting: first.setting.clone(),
        problem_id: first.problem_id.clone(),
        n: verdicts.len() as u32,
        correct: with(Outcome::Correct),
        unparsed: with(Outcome::Unparsed),
        timed_out: with(Outcome::TimedOut),
        unjudged: with(Outcome::Unjudged),
        cot_correct: reasoned(verdicts, read),
        truncated: completions.iter().filter(|completion| completion.finish_reason == "length").count() as u32,
        distinct: Some(completions.iter().map(|completion| &completion.text).collect::<BTreeSet<_>>().len() as u32),
        modal_correct,
        mean_tokens: tokens.map(|tokens| mean(&tokens)),
        mean_entropy: entropies.map(|entropies| mean(&entropies)),
        answer_entropy,
        stratum: group.problem.stratum.clone(),
        exposure: group.problem.exposure.clone(),
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Correct answers with valid reasoning; None when the task has no process checker and nobody read answers. Where a person read those to the
/// hardest problems, what was not marked valid there is not counted, and problems that were not read count as they are, as in the study.
fn reasoned(verdicts: &[Verdict], read: Option<&BTreeSet<&str>>) -> Option<u32> {
    let checked = verdicts.iter().any(|verdict| verdict.process != Process::Unchecked);
    let valid = |verdict: &&Verdict| verdict.outcome.is_correct() && verdict.process == Process::Valid;
    let correct = |verdict: &&Verdict| verdict.outcome.is_correct();
    match read {
        Some(read) if !checked && !read.contains(verdicts[0].problem_id.as_str()) => Some(verdicts.iter().filter(correct).count() as u32),
        Some(_) => Some(verdicts.iter().filter(valid).count() as u32),
        None => checked.then(|| verdicts.iter().filter(valid).count() as u32),
    }
}

/// Whether the most frequent extracted answer is correct (the smallest among equals), and the entropy of the answers in nats.
fn answers(verdicts: &[Verdict]) -> (Option<bool>, Option<f64>) {
    let mut votes: BTreeMap<&str, (u32, bool)> = BTreeMap::new();
    for verdict in verdicts {
        if let Some(answer) = &verdict.extracted {
            votes.entry(answer).or_insert((0, verdict.outcome.is_correct())).0 += 1;
        }
    }
    let total: u32 = votes.values().map(|(count, _)| count).sum();
    let share = |count: u32| f64::from(count) / f64::from(total);
    let entropy = votes.values().map(|(count, _)| -share(*count) * share(*count).ln()).sum();
    let modal = votes.values().rev().max_by_key(|(count, _)| *count).map(|(_, correct)| *correct);
    (modal, (total > 0).then_some(entropy))
}
