//! Code: completions or whole programs against the tests of a benchmark file, in the sandbox.

use super::{Graded, Placed, placed_rows};
use crate::args::GradeArgs;
use crate::context::threads;
use anyhow::Result;
use beyond_sandbox::{Config, Form, Judgement, Sandbox, Task, load_tasks};
use beyond_stage::user_error;
use serde::Deserialize;
use std::collections::BTreeMap;

const EXPECTED: &str = "{\"task\": \"HumanEval/0\", \"completion\": \"...\"} or {\"task_id\": \"...\", \"solution\": \"...\"}";

const NO_TESTS: &str = "code is judged by tests: name the benchmark file (HumanEval, HumanEval+, MBPP+, LiveCodeBench, or tasks of your own) with --tests FILE";

#[derive(Deserialize)]
struct Row {
    #[serde(alias = "task_id")]
    task: String,
    completion: Option<String>,
    solution: Option<String>,
}

/// A task as its file says, and with the whole program expected of the model.
struct Forms {
    completion: Task,
    solution: Task,
}

pub fn grade(args: &GradeArgs) -> Result<Vec<Graded>> {
    let rows: Vec<Placed<Row>> = placed_rows(args, EXPECTED)?;
    let tests = args.tests.as_ref().ok_or_else(|| user_error(NO_TESTS))?;
    let tasks = load_tasks(tests).map_err(|error| user_error(format!("--tests: {error:#}")))?;
    let tasks: BTreeMap<String, Forms> = tasks.into_iter().map(|task| (task.id.clone(), Forms::of(task))).collect();
    let items = rows.iter().map(|row| item(row, &tasks)).collect::<Result<Vec<_>>>()?;
    let config = Config { workers: threads(args.threads), allow_below_floor: args.allow_weak_sandbox, ..Config::default() };
    let sandbox = Sandbox::start(config)?;
    Ok(sandbox.judge_many(&items, |_, _| {}).into_iter().map(graded).collect())
}

impl Forms {
    fn of(task: Task) -> Self {
        Forms { solution: Task { form: Form::Program, ..task.clone() }, completion: task }
    }
}

fn item<'a>(placed: &'a Placed<Row>, tasks: &'a BTreeMap<String, Forms>) -> Result<(&'a Task, &'a str)> {
    let Placed { row, place } = placed;
    let Some(forms) = tasks.get(&row.task) else {
        let first: Vec<&str> = tasks.keys().take(3).map(String::as_str).collect();
        return Err(user_error(format!(
            "{place}: the tests have no task {:?}; they have {}, such as {}",
            row.task,
            tasks.len(),
            first.join(", ")
        )));
    };
    match (&row.completion, &row.solution) {
        (Some(completion), None) => Ok((&forms.completion, completion)),
        (None, Some(solution)) => Ok((&forms.solution, solution)),
        _ => Err(user_error(format!("{place}: give either `completion` (continues the prompt) or `solution` (a whole program)"))),
    }
}

fn graded(judgement: Judgement) -> Graded {
    Graded { outcome: judgement.outcome, extracted: None, reason: judgement.reason }
}
