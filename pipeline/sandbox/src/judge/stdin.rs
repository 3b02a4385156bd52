//! Programs that read standard input and write standard output.

use super::{Judgement, class_name, close, short};
use crate::livecodebench::outputs_agree;
use crate::marshal;
use crate::value::Value;
use crate::worker::{CANDIDATE, Event, Limits, Lost, Worker};

/// Runs the program once per input, each time in a new process; the first wrong output ends it.
pub fn judge_stdin(worker: &mut Worker, prelude: &str, program: &str, tests: &[(&str, &str)], limits: Limits) -> Result<Judgement, Lost> {
    let mut job = Vec::new();
    marshal::write_size(b'(', 4, &mut job);
    for text in ["stdin", prelude, program] {
        marshal::write_bytes(b'u', text.as_bytes(), &mut job);
    }
    marshal::write(&Value::Float(limits.slice), &mut job);
    let mut cpu = 0.0;
    for (i, (input, output)) in tests.iter().enumerate() {
        let (problem, used) = run(worker, &job, input, output, limits)?;
        cpu += used;
        if let Some(judgement) = problem {
            let reason = format!("test {i}: {}", judgement.reason);
            return Ok(Judgement::new(judgement.outcome, reason).costing(cpu));
        }
    }
    Ok(Judgement::correct().costing(cpu))
}

/// What is wrong with one test, if anything, and the CPU seconds it took. The process must end with status 0: what it
/// printed is judged, not how it ended.
fn run(worker: &mut Worker, job: &[u8], input: &str, output: &str, limits: Limits) -> Result<(Option<Judgement>, f64), Lost> {
    worker.set_stdin(CANDIDATE, input.as_bytes())?;
    worker.run(CANDIDATE, job, limits, limits.output)?;
    loop {
        let verdict = match worker.next(false)?.1 {
            Event::Frame(b'P', _) => continue,
            Event::Ended(exit) if exit.status == 0 => return Ok((compare(worker, output)?, exit.cpu)),
            Event::Frame(b'E', body) => Judgement::wrong(class_name(&body)).costing(worker.stop(CANDIDATE)?),
            Event::Frame(b'S', body) => Judgement::of_sandbox_failure(&body).costing(worker.stop(CANDIDATE)?),
            other => close(worker, CANDIDATE, other, &limits)?,
        };
        let cpu = verdict.cpu_seconds;
        return Ok((Some(verdict), cpu));
    }
}

fn compare(worker: &Worker, expected: &str) -> Result<Option<Judgement>, Lost> {
    let printed = worker.stdout(CANDIDATE)?;
    let printed = String::from_utf8_lossy(&printed);
    if outputs_agree(&printed, expected) {
        return Ok(None);
    }
    let reason = format!("expected {:?}, printed {:?}", short(expected.trim()), short(printed.trim()));
    Ok(Some(Judgement::wrong(reason)))
}
