//! Correct answers to the hardest solved problems (0 < accuracy < 5 %), which the paper read by hand (Figs 19 and 20).

use crate::Group;
use anyhow::Result;
use beyond_record::{Example, Verdict};

const PROBLEMS: usize = 4;
const HARD: f64 = 0.05;

/// The first correct answer of each of the hardest solved problems, with the step checker's marks.
pub fn examples(groups: &[Group], verdicts: &[Vec<Verdict>]) -> Result<Vec<Example>> {
    let correct = |i: usize| verdicts[i].iter().filter(|verdict| verdict.outcome.is_correct()).count();
    let mut hard: Vec<usize> =
        (0..groups.len()).filter(|&i| correct(i) > 0 && (correct(i) as f64) < HARD * verdicts[i].len() as f64).collect();
    hard.sort_by_key(|&i| (correct(i), i));
    hard.truncate(PROBLEMS);
    hard.sort();
    hard.into_iter().map(|i| example(&groups[i], &verdicts[i], correct(i))).collect()
}

fn example(group: &Group, verdicts: &[Verdict], correct: usize) -> Result<Example> {
    let at = verdicts.iter().position(|verdict| verdict.outcome.is_correct()).expect("the problem was solved");
    let (problem, completion, verdict) = (group.problem, &group.completions[at], &verdicts[at]);
    let marks = if problem.judge.starts_with("family:") {
        beyond_problems::family(&problem.judge)?.process(problem, &completion.text).marks
    } else {
        String::new()
    };
    Ok(Example {
        model: verdict.model.clone(),
        benchmark: verdict.benchmark.clone(),
        setting: verdict.setting.clone(),
        problem_id: verdict.problem_id.clone(),
        sample_index: verdict.sample_index,
        correct: correct as u32,
        n: verdicts.len() as u32,
        prompt: problem.prompt.clone(),
        image: problem.image.clone(),
        gold: problem.gold.clone(),
        text: completion.text.clone(),
        process: verdict.process,
        marks,
    })
}
