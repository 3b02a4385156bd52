//! Test programs with assertions: in a process of their own where the test is about one function, else after the
//! candidate in its process, closed by a secret sentinel.

use super::output::Output;
use super::{INTRUDER, Judgement, class_name, close};

use crate::value::Value;
use crate::worker::{CANDIDATE, Event, Limits, Lost, TESTER, Worker};
use crate::{marshal, sys};

/// A job: texts, then the CPU seconds.
fn job(texts: &[&str], seconds: f64) -> Vec<u8> {
    let mut job = Vec::new();
    marshal::write_size(b'(', texts.len() + 1, &mut job);
    texts.iter().for_each(|text| marshal::write_bytes(b'u', text.as_bytes(), &mut job));
    marshal::write(&Value::Float(seconds), &mut job);
    job
}

/// The candidate serves calls in one process, the test runs in another and holds a proxy of its function. None when the
/// test hands the function something that cannot be sent (see [`judge_inside`]).
pub fn judge_outside(
    worker: &mut Worker,
    program: &str,
    setup: &str,
    test: &str,
    entry_point: &str,
    limits: Limits,
) -> Result<Option<Judgement>, Lost> {
    worker.run(CANDIDATE, &job(&["serve", "", program, entry_point], limits.slice), limits, 0)?;
    let loaded = match worker.next(true)?.1 {
        Event::Frame(b'L', _) => None,
        Event::Frame(b'E', body) => Some(Judgement::wrong(class_name(&body))),
        Event::Frame(b'S', body) => Some(Judgement::of_sandbox_failure(&body)),
        other => Some(close(worker, CANDIDATE, other, &limits)?),
    };
    if let Some(verdict) = loaded {
        return Ok(Some(verdict.costing(worker.stop(CANDIDATE)?)));
    }
    worker.set_busy(CANDIDATE, false);
    worker.run(TESTER, &job(&["tester", setup, test, entry_point], limits.slice), limits, 0)?;
    let verdict = Relay { worker, limits, calling: false, changed: None }.run()?;
    let cpu = worker.stop(TESTER)? + worker.stop(CANDIDATE)?;
    Ok(verdict.map(|v| v.costing(cpu)))
}

/// Carries calls from the tester to the candidate and results back, as data that was read and written again.
struct Relay<'a> {
    worker: &'a mut Worker,
    limits: Limits,
    /// Whether the candidate owes an answer.
    calling: bool,
    /// The arguments as the candidate changed them.
    changed: Option<Value>,
}

/// Ends a relay: a verdict, or None when the test cannot be run this way.
type End = Option<Judgement>;

impl Relay<'_> {
    fn run(mut self) -> Result<End, Lost> {
        loop {
            let end = match self.worker.next(true)? {
                (TESTER, event) => self.on_tester(event)?,
                (_, event) => self.on_candidate(event)?,
            };
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    fn on_tester(&mut self, event: Event) -> Result<Option<End>, Lost> {
        Ok(match event {
            Event::Frame(b'C', body) => {
                self.calling = true;
                self.worker.set_busy(CANDIDATE, true);
                self.worker.send(CANDIDATE, b'C', &body)?;
                None
            }
            Event::Frame(b'P', _) => Some(Some(Judgement::correct())),
            Event::Frame(b'F', body) => Some(Some(failure(&body))),
            Event::Frame(b'U', _) => Some(None),
            Event::Frame(b'S', body) => Some(Some(Judgement::of_sandbox_failure(&body))),
            other => {
                let verdict = close(self.worker, TESTER, other, &self.limits)?;
                // a test that did not use up its time failed by itself, not by the candidate
                let failed = verdict.outcome == beyond_record::Outcome::Incorrect;
                Some(Some(if failed { Judgement::unjudged(format!("the test's process: {}", verdict.reason)) } else { verdict }))
            }
        })
    }

    fn on_candidate(&mut self, event: Event) -> Result<Option<End>, Lost> {
        let (kind, body) = match event {
            Event::Frame(kind, body) if self.calling => (kind, body),
            other => return Ok(Some(Some(close(self.worker, CANDIDATE, other, &self.limits)?))),
        };
        match kind {
            b'E' => self.answer(b'E', class_name(&body).as_bytes())?,
            b'M' => match marshal::read(&body) {
                Ok(changed) => self.changed = Some(changed),
                Err(e) => return Ok(Some(Some(Judgement::wrong(e.0)))),
            },
            _ => match Output::of_frame(kind, body).map(|output| output.value()) {
                Some(Ok(value)) => self.pass_on(&value)?,
                Some(Err(reason)) => return Ok(Some(Some(Judgement::wrong(reason)))),
                None => return Ok(Some(Some(Judgement::wrong(INTRUDER)))),
            },
        }
        Ok(None)
    }

    fn pass_on(&mut self, value: &Value) -> Result<(), Lost> {
        let mut body = Vec::new();
        if let Some(changed) = self.changed.take() {
            marshal::write(&changed, &mut body);
            self.worker.send(TESTER, b'M', &body)?;
            body.clear();
        }
        let described = if marshal::is_plain(value) { None } else { Some(marshal::describe(value)) };
        marshal::write(described.as_ref().unwrap_or(value), &mut body);
        self.answer(if described.is_some() { b'X' } else { b'R' }, &body)
    }

    fn answer(&mut self, kind: u8, body: &[u8]) -> Result<(), Lost> {
        self.calling = false;
        self.changed = None;
        self.worker.set_busy(CANDIDATE, false);
        self.worker.send(TESTER, kind, body)
    }
}

/// A failed test: (exception's class, calls made). A test that fails before it has called anything is itself broken.
fn failure(body: &[u8]) -> Judgement {
    match marshal::read(body) {
        Ok(Value::Tuple(parts)) => match parts.as_slice() {
            [Value::Str(class), Value::Int(0)] => Judgement::unjudged(format!("the test fails before it calls the candidate: {class}")),
            [Value::Str(class), _] => Judgement::wrong(class.clone()),
            _ => Judgement::unjudged("the tester sent no failure"),
        },
        _ => Judgement::unjudged("the tester sent no failure"),
    }
}

/// Program and test in one process. The verdict rests on a sentinel that is read after the last assertion: exit codes,
/// early exits and guesses are no proof, but a program that searches its own process for the sentinel finds it.
pub fn judge_inside(worker: &mut Worker, program: &str, test: &str, limits: Limits) -> Result<Judgement, Lost> {
    let sentinel: [u8; 16] = sys::random()?;
    worker.run(CANDIDATE, &job(&["inside", program, test], limits.slice), limits, 0)?;
    worker.send(CANDIDATE, b'K', &sentinel)?;
    loop {
        let verdict = match worker.next(true)?.1 {
            Event::Frame(b'L', _) => continue,
            Event::Frame(b'P', body) if body == sentinel => Judgement::correct(),
            Event::Frame(b'E', body) => Judgement::wrong(class_name(&body)),
            Event::Frame(b'S', body) => Judgement::of_sandbox_failure(&body),
            other => close(worker, CANDIDATE, other, &limits)?,
        };
        return Ok(verdict.costing(worker.stop(CANDIDATE)?));
    }
}
