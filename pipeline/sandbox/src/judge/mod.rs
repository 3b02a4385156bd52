//! From a task and a program to a verdict: one file per kind of test.

mod assert;
mod calls;
mod output;
mod stdin;

pub use assert::{judge_inside, judge_outside};
pub use calls::{Outputs, Run, as_list, judge_calls, judge_evalplus, marshal_inputs, reference_outputs};
pub use output::Known;
pub use stdin::judge_stdin;

use crate::worker::{Event, Exit, Limits, Lost, Worker};
use beyond_record::Outcome;

/// The reason for a frame that its sender had no business to send.
const INTRUDER: &str = "wrote to the judge's channel";

/// What the sandbox says of one program.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict. `Unjudged` means that the sandbox failed, never that the program did.
    pub outcome: Outcome,
    /// Why: the exception's class, the first differing output, the limit that was reached. Empty when correct.
    pub reason: String,
    /// User and system CPU seconds of the processes that ran the program.
    pub cpu_seconds: f64,
}

impl Judgement {
    /// A verdict with its reason.
    pub fn new(outcome: Outcome, reason: impl Into<String>) -> Judgement {
        Judgement { outcome, reason: reason.into(), cpu_seconds: 0.0 }
    }

    fn correct() -> Judgement {
        Judgement::new(Outcome::Correct, "")
    }

    fn wrong(reason: impl Into<String>) -> Judgement {
        Judgement::new(Outcome::Incorrect, reason)
    }

    fn timed_out(reason: impl Into<String>) -> Judgement {
        Judgement::new(Outcome::TimedOut, reason)
    }

    fn unjudged(reason: impl Into<String>) -> Judgement {
        Judgement::new(Outcome::Unjudged, reason)
    }

    fn costing(mut self, more_cpu_seconds: f64) -> Judgement {
        self.cpu_seconds += more_cpu_seconds;
        self
    }

    /// The verdict on a process that was stopped, after `cpu` seconds.
    fn of_stopped(why: &Event, cpu: f64, limits: &Limits) -> Judgement {
        let verdict = match why {
            Event::Slept => Judgement::timed_out(format!("slept for {} s", limits.slice)),
            Event::Flooded => Judgement::wrong(format!("sent more than {} bytes", limits.output)),
            Event::Starved if cpu >= limits.total => Judgement::timed_out(format!("CPU limit of {} s", limits.slice)),
            Event::Starved => Judgement::unjudged("the machine gave it too little processor time"),
            Event::Frame(..) | Event::Ended(_) => Judgement::wrong(INTRUDER),
        };
        verdict.costing(cpu)
    }

    /// The sandbox could not confine the process, which therefore ran nothing.
    fn of_sandbox_failure(body: &[u8]) -> Judgement {
        Judgement::unjudged(format!("the sandbox failed: {}", String::from_utf8_lossy(body)))
    }

    /// The verdict on a process that ended before it had answered.
    fn of_exit(exit: Exit, limits: &Limits) -> Judgement {
        let signal = exit.status & 0x7f;
        let used_up = exit.cpu >= 0.9 * limits.slice.min(limits.total);
        let timer = [libc::SIGPROF, libc::SIGXCPU, libc::SIGKILL].contains(&signal);
        match signal {
            0 => Judgement::wrong("exited before the last test"),
            _ if timer && used_up => Judgement::timed_out(format!("CPU limit of {} s", limits.slice)),
            libc::SIGKILL => Judgement::unjudged("killed by the machine, out of memory perhaps"),
            _ => Judgement::wrong(format!("killed by {}", signal_name(signal))),
        }
    }
}

fn signal_name(signal: i32) -> String {
    match signal {
        libc::SIGSEGV => "SIGSEGV".into(),
        libc::SIGBUS => "SIGBUS".into(),
        libc::SIGABRT => "SIGABRT".into(),
        libc::SIGILL => "SIGILL".into(),
        libc::SIGFPE => "SIGFPE".into(),
        libc::SIGXFSZ => "SIGXFSZ".into(),
        libc::SIGSYS => "SIGSYS".into(),
        libc::SIGPROF => "SIGPROF".into(),
        other => format!("signal {other}"),
    }
}

/// The verdict on a process that gives no answer; it is stopped if it still runs.
fn close(worker: &mut Worker, seat: usize, event: Event, limits: &Limits) -> Result<Judgement, Lost> {
    match event {
        Event::Ended(exit) => Ok(Judgement::of_exit(exit, limits).costing(exit.cpu)),
        why => Ok(Judgement::of_stopped(&why, worker.stop(seat)?, limits)),
    }
}

/// The class name a candidate's process reported: whatever it wrote, cut down to a name.
fn class_name(body: &[u8]) -> String {
    let name: String = String::from_utf8_lossy(body).chars().filter(|c| c.is_alphanumeric() || *c == '_').take(80).collect();
    if name.is_empty() { "an exception without a name".into() } else { name }
}

/// At most 80 characters of a text, for reasons.
fn short(text: impl ToString) -> String {
    let text = text.to_string();
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits { slice: 2.0, total: 3.0, memory: 1 << 30, output: 1 << 20, wall_factor: 10.0 }
    }

    fn outcome(status: i32, cpu: f64) -> Outcome {
        Judgement::of_exit(Exit { status, cpu }, &limits()).outcome
    }

    #[test]
    fn only_spent_cpu_time_is_a_time_out() {
        assert_eq!(outcome(libc::SIGPROF, 2.0), Outcome::TimedOut);
        assert_eq!(outcome(libc::SIGKILL, 4.0), Outcome::TimedOut);
        assert_eq!(outcome(libc::SIGPROF, 0.1), Outcome::Incorrect, "it set its own timer");
        assert_eq!(outcome(libc::SIGKILL, 0.1), Outcome::Unjudged, "the machine killed it");
        assert_eq!(outcome(libc::SIGSEGV, 5.0), Outcome::Incorrect);
        assert_eq!(outcome(0, 0.1), Outcome::Incorrect, "exit status 0 is no proof");
    }

    #[test]
    fn names_are_names() {
        assert_eq!(class_name(b"Value\nError\xff!"), "ValueError\u{fffd}".replace('\u{fffd}', ""));
        assert_eq!(class_name(b""), "an exception without a name");
        assert_eq!(short("é".repeat(100)).chars().count(), 81);
    }
}
