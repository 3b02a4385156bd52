//! A programming problem with its tests, as data: what a `Problem.gold` string holds for the judge `code`.

use crate::value::Value;
use serde::{Deserialize, Serialize};

/// One programming problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Unique within its benchmark, for example `HumanEval/0`.
    pub id: String,
    /// What the model was shown; completions may continue it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prompt: String,
    /// How a completion becomes a program.
    #[serde(default)]
    pub form: Form,
    /// CPU seconds for one run, one input or one test (see [`Test`]); None: what the sandbox was configured with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_seconds: Option<f64>,
    /// Address space of a program, bytes; None: what the sandbox was configured with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// How programs are judged.
    pub test: Test,
}

/// How a completion becomes a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The completion continues the prompt (base models, human-eval).
    Continuation,
    /// The completion holds a whole program: its last fenced block, or all of it when there is no fence.
    Program,
    /// A fenced block is a whole program; without a fence the completion continues the prompt.
    #[default]
    Auto,
}

/// The tests of a task and how they are judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Test {
    /// A test program with assertions.
    ///
    /// With an `entry_point` it runs in its own process: `setup`, then `test`, where the entry point's name stands for
    /// a proxy of the candidate's function, which runs in another. Without one (tests of classes, of several functions)
    /// the test runs after the candidate in one process, and ends with a secret sentinel: a candidate that looks for
    /// the sentinel can find it, so prefer the other kind.
    /// One CPU budget for the whole run.
    Assert {
        /// Helpers that the test needs, for example the prompt's.
        #[serde(default)]
        setup: String,
        /// The test program; all tests passed when it ends without an exception.
        test: String,
        /// The function under test, or empty.
        #[serde(default)]
        entry_point: String,
    },
    /// Call the function on every input and compare the outputs with the reference solution's by EvalPlus' rules.
    /// The CPU budget is per input: the larger of `cpu_seconds` and four times the reference solution's.
    EvalPlus(Box<EvalPlus>),
    /// Run the program on every standard input and compare its standard output by LiveCodeBench's rules.
    /// The CPU budget is per test.
    Stdin {
        /// Executed before the program, in its namespace.
        #[serde(default)]
        prelude: String,
        /// Standard inputs.
        inputs: Vec<String>,
        /// Expected standard outputs.
        outputs: Vec<String>,
    },
    /// Call a function (or a method of the class `Solution`) on every input; Python's `==` outside the process, where a
    /// tuple counts as the list of its items. The CPU budget is per input.
    Calls {
        /// Executed before the program, in its namespace.
        #[serde(default)]
        prelude: String,
        /// Name of the function or method.
        entry_point: String,
        /// Positional arguments of every call.
        inputs: Vec<Vec<Value>>,
        /// Expected results.
        outputs: Vec<Value>,
    },
}

/// The tests of a HumanEval+ or MBPP+ problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvalPlus {
    /// Name of the function.
    pub entry_point: String,
    /// The whole reference program.
    pub reference: String,
    /// Arguments of the base tests.
    pub base: Vec<Vec<Value>>,
    /// Arguments of the additional tests.
    pub plus: Vec<Vec<Value>>,
    /// The task's absolute tolerance; 0 when it has none.
    pub atol: f64,
    /// The reference solution's outputs, when they have been computed already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
}

/// What the reference solution returned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// One output per base input.
    pub base: Vec<Value>,
    /// One output per additional input.
    pub plus: Vec<Value>,
    /// CPU seconds of the slower of its two runs: four times as much is one input's budget, if that is more.
    pub cpu_seconds: f64,
}

impl Task {
    /// The function under test, empty where there is none.
    pub fn entry_point(&self) -> &str {
        match &self.test {
            Test::Assert { entry_point, .. } | Test::Calls { entry_point, .. } => entry_point,
            Test::EvalPlus(task) => &task.entry_point,
            Test::Stdin { .. } => "",
        }
    }

    /// The program that a completion stands for, or None when it holds no code.
    pub fn program(&self, completion: &str) -> Option<String> {
        let code = match (self.form, fenced(completion)) {
            (Form::Continuation, _) | (Form::Auto, None) => format!("{}{completion}", self.prompt),
            (Form::Program | Form::Auto, Some(code)) => code,
            (Form::Program, None) => completion.to_owned(),
        };
        (!code.trim().is_empty()).then_some(code)
    }
}

/// The lines between the last two lines that hold a fence (LiveCodeBench's rule), or after the only one: an answer that
/// was cut off. None without a fence.
fn fenced(completion: &str) -> Option<String> {
    let lines: Vec<&str> = completion.split('\n').collect();
    let fences: Vec<usize> = (0..lines.len()).filter(|i| lines[*i].contains("```")).collect();
    match fences.as_slice() {
        [] => None,
        [only] => Some(lines[only + 1..].join("\n")),
        [.., open, close] => Some(lines[open + 1..*close].join("\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(form: Form) -> Task {
        let test = Test::Calls { prelude: String::new(), entry_point: "f".into(), inputs: vec![], outputs: vec![] };
        Task { id: "t".into(), prompt: "def f():\n".into(), form, cpu_seconds: None, memory_bytes: None, test }
    }

    #[test]
    fn completions_become_programs() {
        let chat = "First:\n```python\nold\n```\nBetter:\n```python\ndef f():\n    return 1\n```\nDone.";
        let body = "    return 1\n";
        let program = |form, text: &str| task(form).program(text);
        assert_eq!(program(Form::Auto, chat).unwrap(), "def f():\n    return 1");
        assert_eq!(program(Form::Auto, body).unwrap(), "def f():\n    return 1\n");
        assert_eq!(program(Form::Continuation, "``` x").unwrap(), "def f():\n``` x");
        assert_eq!(program(Form::Program, body).unwrap(), body);
        assert_eq!(program(Form::Program, "```python\nx = 1").unwrap(), "x = 1", "cut off");
        assert_eq!(program(Form::Program, " \n"), None);
        assert_eq!(program(Form::Auto, "```\n\n```"), None);
    }

    #[test]
    fn the_json_of_a_task_is_small_and_stable() {
        let text = r#"{"id":"t","test":{"kind":"calls","entry_point":"f","inputs":[[1,{"$tuple":[2]}]],"outputs":[3.0]}}"#;
        let task: Task = serde_json::from_str(text).unwrap();
        let Test::Calls { inputs, outputs, .. } = &task.test else { panic!("calls") };
        assert_eq!(inputs[0], [Value::Int(1), Value::Tuple(vec![Value::Int(2)])]);
        assert_eq!(outputs[0], Value::Float(3.0));
        assert_eq!(serde_json::from_str::<Task>(&serde_json::to_string(&task).unwrap()).unwrap(), task);
    }
}
