//! Logs of code hold texts, not tests: a second input file, the benchmark itself, brings the problems.

use super::Source;
use super::log::Log;
use super::row::Row;
use super::source::SourceFile;
use anyhow::Result;
use beyond_record::Problem;
use beyond_sandbox::{Form, Task, load_tasks};
use beyond_stage::user_error;

/// Fields that only benchmark files have.
const TEST_FIELDS: &[&str] = &["test", "plus_input", "public_test_cases"];

/// The files of a source, apart: (place among all files, file) of samples, and the tasks of the benchmark files.
pub struct Parts<'a> {
    pub logs: Vec<(usize, &'a SourceFile)>,
    pub tasks: Vec<(Row, Task)>,
}

/// Tells benchmark files (HumanEval, HumanEval+, MBPP+, LiveCodeBench) from logs by the fields of their first line. Errs when no log is left.
pub fn split<'a>(source: &Source<'a>) -> Result<Parts<'a>> {
    let mut parts = Parts { logs: Vec::new(), tasks: Vec::new() };
    for (i, file) in source.files.iter().enumerate() {
        let fields = file.first_fields()?;
        if !TEST_FIELDS.iter().any(|field| fields.contains(*field)) {
            parts.logs.push((i, file));
            continue;
        }
        let tasks = load_tasks(&file.path).map_err(|error| user_error(format!("{error:#}")))?;
        let place = Row { place: file.path.display().to_string(), fields: Default::default() };
        parts.tasks.extend(tasks.into_iter().map(|task| (place.clone(), task)));
    }
    if parts.logs.is_empty() {
        return Err(source.files[0].error("is a benchmark file: name the file of samples too"));
    }
    Ok(parts)
}

/// Adds the tasks as problems; `form` says how completions of this log become programs.
pub fn add_problems(source: &Source, log: &mut Log, tasks: Vec<(Row, Task)>, form: Form) -> Result<()> {
    tasks.into_iter().try_for_each(|(place, task)| log.problem(&place, problem(source, task, form)?))
}

fn problem(source: &Source, task: Task, form: Form) -> Result<Problem> {
    let task = Task { form, ..task };
    Ok(source.problem(&task.id, "code", task.prompt.clone(), serde_json::to_string(&task)?))
}
