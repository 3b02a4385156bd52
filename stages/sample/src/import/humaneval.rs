//! `humaneval`: lines `task_id, completion | solution` (human-eval, EvalPlus), with `passed` when they were evaluated.
//!
//! Sample index = order of the lines of a task, files in the order of the spec. The benchmark's own file as a further input brings the problems.

use super::log::{Log, Sampled};
use super::row::{Row, verdict};
use super::{Source, tasks};
use anyhow::Result;
use beyond_sandbox::Form;

const FIELDS: &[&str] = &["task_id", "completion", "solution", "passed", "finish_reason"];

/// The log in files of this format.
pub fn read(source: &Source) -> Result<Log> {
    let parts = tasks::split(source)?;
    let mut log = Log::default();
    let mut forms = Forms::default();
    for (file, from) in parts.logs {
        for row in source.rows(from, FIELDS)? {
            let sampled = Sampled { recorded: row.get(&["passed"]).and_then(verdict), ..sample(&row, &mut forms)? };
            log.samples(file, &row, &row.text(&["task_id"])?, vec![sampled]);
        }
    }
    tasks::add_problems(source, &mut log, parts.tasks, forms.form())?;
    Ok(log)
}

/// The text of a row, noting whether it is a whole program.
pub fn sample(row: &Row, forms: &mut Forms) -> Result<Sampled> {
    let whole = row.get(&["solution"]).is_some();
    forms.note(whole);
    let finish_reason = row.optional_text(&["finish_reason"])?.unwrap_or_default();
    Ok(Sampled { finish_reason, ..Sampled::new(row.text(&["completion", "solution"])?) })
}

/// Which kinds of text a log has.
#[derive(Default)]
pub struct Forms {
    programs: usize,
    continuations: usize,
}

impl Forms {
    /// One more text.
    pub fn note(&mut self, whole_program: bool) {
        if whole_program { self.programs += 1 } else { self.continuations += 1 }
    }

    /// `Program` when every text is one; else fences decide, text by text.
    pub fn form(&self) -> Form {
        if self.programs > 0 && self.continuations == 0 { Form::Program } else { Form::Auto }
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::testing::Fixture;

    pub const TASKS: &str = r#"{"task_id": "HumanEval/0", "prompt": "def f():\n", "entry_point": "f", "canonical_solution": "    return 1\n", "test": "def check(c):\n    assert c() == 1\n"}
{"task_id": "HumanEval/1", "prompt": "def g():\n", "entry_point": "g", "canonical_solution": "    return 2\n", "test": "def check(c):\n    assert c() == 2\n"}
"#;

    #[test]
    fn lines_are_samples_and_the_benchmark_brings_the_problems() {
        let log = r#"{"task_id": "HumanEval/1", "completion": "    return 2", "passed": true, "result": "passed"}
{"task_id": "HumanEval/0", "completion": "    return 1", "passed": true, "result": "passed"}
{"task_id": "HumanEval/1", "completion": "    return 3", "passed": false, "result": "failed: "}
{"task_id": "HumanEval/0", "completion": "    return 4", "passed": false, "result": "timed out"}
"#;
        let imported = Fixture::new("humaneval").read(&[("samples.jsonl", log), ("HumanEval.jsonl", TASKS)]).unwrap();
        let of: Vec<_> = imported.completions.iter().map(|row| (row.problem_id.as_str(), row.sample_index, row.text.trim())).collect();
        assert_eq!(
            of,
            [
                ("HumanEval/0", 0, "return 1"),
                ("HumanEval/0", 1, "return 4"),
                ("HumanEval/1", 0, "return 2"),
                ("HumanEval/1", 1, "return 3")
            ]
        );
        assert_eq!(imported.recorded["HumanEval/1"], [Some(true), Some(false)]);
        let task: beyond_sandbox::Task = serde_json::from_str(&imported.problems[0].gold).unwrap();
        assert_eq!((imported.problems[0].judge.as_str(), task.entry_point(), task.form), ("code", "f", beyond_sandbox::Form::Auto));
    }

    #[test]
    fn whole_programs_are_told_from_continuations() {
        let log = "{\"task_id\": \"HumanEval/0\", \"solution\": \"def f(): return 1\"}\n{\"task_id\": \"HumanEval/1\", \"solution\": \"def g(): return 1\"}\n";
        let imported = Fixture::new("humaneval").read(&[("HumanEval.jsonl", TASKS), ("samples.jsonl", log)]).unwrap();
        assert!(imported.problems.iter().all(|problem| problem.gold.contains("\"form\":\"program\"")));
    }

    #[test]
    fn mistakes_are_refused_with_their_place() {
        let fixture = Fixture::new("humaneval");
        let line = "{\"task_id\": \"HumanEval/0\", \"completion\": \"x\"}\n";
        fixture.refuses(&[("HumanEval.jsonl", TASKS)], "name the file of samples too");
        fixture.refuses(&[("HumanEval.jsonl", TASKS), ("a.jsonl", line)], "problem \"HumanEval/1\" has no sample");
        fixture.refuses(
            &[("HumanEval.jsonl", TASKS), ("a.jsonl", &line.replace("/0", "/7"))],
            "samples of problem \"HumanEval/7\" but not the problem",
        );
        fixture.refuses(&[("a.jsonl", &line.replace("completion", "text"))], "expected a field completion or solution");
        fixture.refuses(&[("HumanEval.jsonl", &TASKS[..TASKS.len() - 9]), ("a.jsonl", line)], "HumanEval.jsonl, line 2");
    }
}
