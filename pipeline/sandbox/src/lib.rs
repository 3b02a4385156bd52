//! Judging code: is a program right, wrong, too slow, or could it not be judged?
//!
//! A [`Task`] is a problem with tests (HumanEval, HumanEval+, MBPP+, LiveCodeBench, plain assertions). A [`Sandbox`]
//! runs programs in forked, confined CPython processes without needing root, and compares what they return outside the
//! process that computed it. `docs/verification.md` tells how, and what is not protected.
//!
//! What never happens here: a verdict from an exit status, a wrong verdict for a failure of the machine, a process or
//! a file that outlives its candidate.

mod batch;
mod config;
mod evalplus;
mod judge;
mod layer;
mod livecodebench;
mod load;
mod marshal;
mod mbpp;
mod proc;
mod python;
mod sandbox;
mod seat;
mod seccomp;
mod sys;
mod task;
mod value;
mod value_json;
mod worker;

pub use config::{Config, Environment};
pub use judge::Judgement;
pub use layer::{Found, Layer};
pub use livecodebench::PRELUDE as LIVECODEBENCH_PRELUDE;
pub use load::{load_tasks, read_task};
pub use sandbox::Sandbox;
pub use task::{EvalPlus, Expected, Form, Task, Test};
pub use value::Value;
pub use value_json::read_python_json;

/// Part of every verdict's key: raised when the meaning of a verdict changes.
pub const VERSION: u32 = 2;
