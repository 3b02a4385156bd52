//! Benchmark files of code as tasks.

use crate::evalplus::Oracle;
use crate::task::{EvalPlus, Expected, Form, Task, Test};
use crate::value::Value;
use crate::value_json::read_python_json;
use crate::{livecodebench, mbpp};
use anyhow::{Context, Result, anyhow, bail};
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

/// CPU seconds of one input in EvalPlus.
const EVALPLUS_CPU_SECONDS: f64 = 4.0;
/// Address space in EvalPlus, bytes: the reference solution of Mbpp/255 needs more than one GiB.
const EVALPLUS_MEMORY: u64 = 4 << 30;

/// Reads HumanEval, HumanEval+, MBPP+ or LiveCodeBench rows, or tasks as this crate writes them: JSON Lines, gzipped or
/// not. The kind of every row is told by its fields. Err names the file, the line and the field.
pub fn load_tasks(path: &Path) -> Result<Vec<Task>> {
    let text = read_text(path).with_context(|| format!("reading {}", path.display()))?;
    let rows = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let tasks = rows.map(|(i, line)| read_task(line).with_context(|| format!("{}, line {}", path.display(), i + 1)));
    tasks.collect()
}

fn read_text(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path)?;
    let mut text = String::new();
    match bytes.starts_with(&[0x1f, 0x8b]) {
        true => flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text)?,
        false => (&bytes[..]).read_to_string(&mut text)?,
    };
    Ok(text)
}

/// A task from one row of a benchmark file, or from a task's own JSON: what a problem's gold holds. Errs when it is neither.
pub fn read_task(line: &str) -> Result<Task> {
    let row = Row::read(line)?;
    if row.has("plus_input") {
        evalplus(&row)
    } else if row.has("canonical_solution") {
        human_eval(&row)
    } else if row.has("public_test_cases") {
        livecodebench::task(line).map_err(|e| anyhow!(e))
    } else if row.has("test") {
        serde_json::from_str(line).context("a task with id, prompt and test")
    } else {
        bail!("expected a row of HumanEval, HumanEval+, MBPP+, LiveCodeBench or a task, found fields {:?}", row.fields())
    }
}

/// A row by field, read with Python's rules for numbers.
struct Row(HashMap<String, Value>);

impl Row {
    fn read(line: &str) -> Result<Row> {
        let Value::Dict(pairs) = read_python_json(line).map_err(|e| anyhow!(e))? else { bail!("expected an object") };
        let field = |(k, v)| match k {
            Value::Str(k) => Some((k, v)),
            _ => None,
        };
        Ok(Row(pairs.into_iter().filter_map(field).collect()))
    }

    fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    fn fields(&self) -> Vec<&str> {
        let mut fields: Vec<&str> = self.0.keys().map(String::as_str).collect();
        fields.sort();
        fields
    }

    fn text(&self, field: &str) -> Result<String> {
        match self.0.get(field) {
            Some(Value::Str(s)) => Ok(s.clone()),
            other => bail!("field {field}: expected text, found {}", other.map_or("nothing", Value::class)),
        }
    }

    /// Arguments of every call; `{}` stands for no calls (Mbpp/793).
    fn inputs(&self, field: &str, task_id: &str) -> Result<Vec<Vec<Value>>> {
        let calls = match self.0.get(field) {
            Some(Value::List(calls)) => calls.clone(),
            Some(Value::Dict(pairs)) if pairs.is_empty() => vec![],
            other => bail!("field {field}: expected a list, found {}", other.map_or("nothing", Value::class)),
        };
        let number = task_id.strip_prefix("Mbpp/").and_then(|n| n.parse().ok());
        let arguments = |(i, call): (usize, Value)| {
            let args = call.iterate().ok_or_else(|| anyhow!("field {field}, call {i}: expected a list"))?;
            let args = number.map_or(Ok(args.clone()), |n| mbpp::arguments(n, args));
            args.map_err(|e| anyhow!("field {field}, call {i}: {e}"))
        };
        calls.into_iter().enumerate().map(arguments).collect()
    }
}

/// human-eval: prompt + completion + test + `check(entry_point)`. The prompt alone is a whole function with a
/// docstring, and defines the helpers that some tests use.
fn human_eval(row: &Row) -> Result<Task> {
    let (prompt, entry_point) = (row.text("prompt")?, row.text("entry_point")?);
    let test = format!("{}\ncheck({entry_point})", row.text("test")?);
    let test = Test::Assert { setup: prompt.clone(), test, entry_point };
    Ok(Task { id: row.text("task_id")?, prompt, form: Form::Auto, cpu_seconds: None, memory_bytes: None, test })
}

fn evalplus(row: &Row) -> Result<Task> {
    let (id, prompt) = (row.text("task_id")?, row.text("prompt")?);
    let atol = row.0.get("atol").and_then(Value::as_f64).ok_or_else(|| anyhow!("field atol: expected a number"))?;
    let test = EvalPlus {
        entry_point: row.text("entry_point")?,
        reference: format!("{prompt}{}", row.text("canonical_solution")?),
        base: row.inputs("base_input", &id)?,
        plus: row.inputs("plus_input", &id)?,
        atol,
        expected: None,
    };
    let test = Test::EvalPlus(Box::new(test));
    Ok(Task { id, prompt, form: Form::Auto, cpu_seconds: Some(EVALPLUS_CPU_SECONDS), memory_bytes: Some(EVALPLUS_MEMORY), test })
}

impl Expected {
    /// Expected outputs as the task's oracle wants them: for the tasks whose outputs cannot be serialised, only
    /// whether there was one.
    pub(crate) fn under(oracle: Oracle, outputs: Vec<Value>) -> Vec<Value> {
        match oracle {
            Oracle::NotNone => outputs.into_iter().map(|o| Value::Bool(o != Value::None)).collect(),
            _ => outputs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart_by_their_fields() {
        let human = r#"{"task_id": "HumanEval/0", "prompt": "def f():\n    '''x'''\n", "entry_point": "f", "canonical_solution": "    return 1\n", "test": "def check(c):\n    assert c() == 1\n"}"#;
        assert!(matches!(read_task(human).unwrap().test, Test::Assert { entry_point, .. } if entry_point == "f"));
        let plus = r#"{"task_id": "Mbpp/793", "prompt": "", "entry_point": "f", "canonical_solution": "x", "base_input": [[1]], "plus_input": {}, "atol": 0}"#;
        let Test::EvalPlus(test) = read_task(plus).unwrap().test else { panic!("evalplus") };
        assert_eq!((test.base, test.plus), (vec![vec![Value::Int(1)]], vec![]));
        assert!(read_task(r#"{"a": 1}"#).unwrap_err().to_string().contains("found fields [\"a\"]"));
        let broken = plus.replace("[[1]]", "3");
        assert!(read_task(&broken).unwrap_err().to_string().contains("base_input"));
    }
}
