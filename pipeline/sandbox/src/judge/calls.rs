//! Call a function on inputs; its results are compared here, outside the process that computed them.

use super::output::{Known, Output};
use super::{INTRUDER, Judgement, class_name, close, short};
use crate::evalplus::{Checker, Oracle};
use crate::marshal;
use crate::task::EvalPlus;
use crate::value::Value;
use crate::worker::{CANDIDATE, Event, Limits, Lost, Worker};
use beyond_record::Outcome;

/// A program and the inputs to call it on.
pub struct Run<'a> {
    /// Executed before the program.
    pub prelude: &'a str,
    /// The program.
    pub program: &'a str,
    /// Name of the function.
    pub entry_point: &'a str,
    /// Arguments of every call, marshalled as one list.
    pub inputs: &'a [u8],
    /// Number of calls.
    pub count: usize,
}

impl Run<'_> {
    fn job(&self, limits: &Limits) -> Vec<u8> {
        let mut job = Vec::with_capacity(self.inputs.len() + self.program.len() + 256);
        marshal::write_size(b'(', 6, &mut job);
        for text in ["calls", self.prelude, self.program, self.entry_point] {
            marshal::write_bytes(b'u', text.as_bytes(), &mut job);
        }
        job.extend(self.inputs);
        marshal::write(&Value::Float(limits.slice), &mut job);
        job
    }
}

/// Arguments of every call as the job holds them.
pub fn marshal_inputs(inputs: &[Vec<Value>]) -> Vec<u8> {
    let mut out = Vec::new();
    marshal::write_size(b'[', inputs.len(), &mut out);
    for args in inputs {
        marshal::write_size(b'(', args.len(), &mut out);
        args.iter().for_each(|arg| marshal::write(arg, &mut out));
    }
    out
}

/// Runs the program on the inputs and hands every result to `check`, which says why it is wrong; the first wrong one
/// ends the run. Correct when every call has returned and passed.
fn run(
    worker: &mut Worker,
    run: &Run,
    limits: Limits,
    mut check: impl FnMut(usize, Output) -> Result<(), String>,
) -> Result<Judgement, Lost> {
    worker.run(CANDIDATE, &run.job(&limits), limits, 0)?;
    let (mut loaded, mut returned) = (false, 0);
    loop {
        let verdict = match worker.next(false)?.1 {
            Event::Frame(b'L', _) if !loaded => {
                loaded = true;
                continue;
            }
            Event::Frame(b'E', body) if loaded => Judgement::wrong(format!("{} on input {returned}", class_name(&body))),
            Event::Frame(b'E', body) => Judgement::wrong(format!("{} while loading", class_name(&body))),
            Event::Frame(b'S', body) if !loaded => Judgement::of_sandbox_failure(&body),
            Event::Frame(kind, body) => match Output::of_frame(kind, body) {
                Some(output) if loaded && returned < run.count => {
                    returned += 1;
                    match check(returned - 1, output) {
                        Ok(()) => continue,
                        Err(reason) => Judgement::wrong(reason),
                    }
                }
                _ => Judgement::wrong(INTRUDER),
            },
            Event::Ended(exit) if loaded && returned == run.count => return Ok(Judgement::correct().costing(exit.cpu)),
            other => return close(worker, CANDIDATE, other, &limits),
        };
        return Ok(verdict.costing(worker.stop(CANDIDATE)?));
    }
}

/// A tuple as the list of its items (LiveCodeBench does not tell them apart at the top).
pub fn as_list(value: Value) -> Value {
    match value.base() {
        Value::Tuple(items) => Value::List(items.clone()),
        _ => value,
    }
}

/// Call-based tests: `==`. `outputs`: the expected results after [`as_list`].
pub fn judge_calls(worker: &mut Worker, calls: &Run, outputs: &[Known], limits: Limits) -> Result<Judgement, Lost> {
    run(worker, calls, limits, |i, output| {
        if outputs[i].is_identical(&output) {
            return Ok(());
        }
        let (value, want) = (as_list(output.value()?), outputs[i].value());
        if value.equals(&want) { Ok(()) } else { Err(differs("input", i, &want, &value)) }
    })
}

fn differs(what: &str, i: usize, want: &Value, got: &Value) -> String {
    format!("{what} {i}: expected {}, got {}", short(want), short(got))
}

/// Expected outputs of the base and the additional inputs.
pub type Outputs = [Vec<Known>; 2];

/// Base inputs in one process, then additional inputs in another; correct when both are.
pub fn judge_evalplus(
    worker: &mut Worker,
    id: &str,
    test: &EvalPlus,
    expected: &Outputs,
    marshalled: [&[u8]; 2],
    program: &str,
    plan: [Limits; 2],
) -> Result<Judgement, Lost> {
    let oracle = Oracle::of(id, &test.entry_point);
    let runs = [("base input", &test.base, &expected[0]), ("plus input", &test.plus, &expected[1])];
    let mut cpu = 0.0;
    for (((name, inputs, outputs), bytes), limits) in runs.into_iter().zip(marshalled).zip(plan) {
        let calls = Run { prelude: "", program, entry_point: &test.entry_point, inputs: bytes, count: inputs.len() };
        let mut checker = Checker::new(oracle, test.atol);
        let judgement = run(worker, &calls, limits, |i, output| {
            if outputs[i].is_identical(&output) && checker.accept_identical(outputs[i].floats) {
                return Ok(());
            }
            let (value, want) = (output.value()?, outputs[i].value());
            let right = checker.check(&inputs[i], &value, &want);
            if right { Ok(()) } else { Err(differs(name, i, &want, &value)) }
        })?;
        if judgement.outcome != Outcome::Correct {
            return Ok(judgement.costing(cpu));
        }
        cpu += judgement.cpu_seconds;
    }
    Ok(Judgement::correct().costing(cpu))
}

/// Runs a reference solution: its outputs and CPU seconds, or why it gave none.
pub fn reference_outputs(worker: &mut Worker, calls: &Run, limits: Limits) -> Result<Result<(Vec<Value>, f64), Judgement>, Lost> {
    let mut outputs = Vec::with_capacity(calls.count);
    let judgement = run(worker, calls, limits, |_, output| {
        outputs.push(output.value()?);
        Ok(())
    })?;
    Ok(match judgement.outcome {
        Outcome::Correct => Ok((outputs, judgement.cpu_seconds)),
        _ => Err(judgement),
    })
}
