//! How a run is asked for, watched, and how it ended.

use crate::record::Record;
use beyond_stage::{Progress, UserError};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Threads for all steps together; results do not depend on it.
    pub threads: usize,
    /// How long to wait for another run that makes the same key; None waits for ever.
    pub lock_timeout: Option<Duration>,
    /// Stops the run when set: running stages end at their next shard.
    pub cancel: Arc<AtomicBool>,
}

impl Default for Options {
    fn default() -> Self {
        let threads = thread::available_parallelism().map_or(1, |n| n.get());
        Options { threads, lock_timeout: None, cancel: Arc::default() }
    }
}

/// Who watches a run.
pub trait Watch: Sync {
    /// A step starts; the result watches it.
    fn started(&self, step: &str, threads: usize) -> Progress;
    /// A step ended, or was found in the store.
    fn ended(&self, step: &str, state: &State);
    /// A line worth reading once.
    fn note(&self, line: &str);
}

/// Where a step stands.
#[derive(Clone, Debug)]
pub enum State {
    /// Not looked at yet, or waits for another step.
    Waiting,
    /// Runs now.
    Running,
    /// Found in the store.
    Hit(Arc<Record>),
    /// Made by this run.
    Done(Arc<Record>),
    /// Made by another run while this one waited for it.
    Reused(Arc<Record>),
    /// Failed; nothing is cached.
    Failed(Arc<anyhow::Error>),
    /// Reads, directly or not, a step that failed.
    Blocked {
        /// Id of the step that failed.
        by: String,
    },
    /// The run was asked to stop before the step was done.
    Stopped,
}

impl State {
    /// The record, when the step's outputs are there.
    pub fn record(&self) -> Option<&Record> {
        match self {
            State::Hit(record) | State::Done(record) | State::Reused(record) => Some(record),
            _ => None,
        }
    }

    /// One word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Running => "running",
            State::Hit(_) => "hit",
            State::Done(_) => "done",
            State::Reused(_) => "reused",
            State::Failed(_) => "failed",
            State::Blocked { .. } => "blocked",
            State::Stopped => "stopped",
        }
    }
}

/// How a run ended: every step and its state, in the order of the graph.
#[derive(Debug)]
pub struct Summary {
    /// (step id, state).
    pub steps: Vec<(String, State)>,
}

impl Summary {
    /// State of a step.
    pub fn state(&self, id: &str) -> Option<&State> {
        self.steps.iter().find(|(step, _)| step == id).map(|(_, state)| state)
    }

    /// Ids of the steps in a state, by [`State::word`].
    pub fn in_state(&self, word: &str) -> Vec<&str> {
        self.steps.iter().filter(|(_, state)| state.word() == word).map(|(id, _)| id.as_str()).collect()
    }

    /// 0 when everything is there, 130 when stopped, 2 when every failure is the user's mistake, else 1.
    pub fn exit_code(&self) -> u8 {
        let failures: Vec<_> =
            self.steps.iter().filter_map(|(_, state)| if let State::Failed(error) = state { Some(error) } else { None }).collect();
        if failures.is_empty() {
            let stopped = self.steps.iter().any(|(_, state)| matches!(state, State::Stopped));
            return if stopped { 130 } else { 0 };
        }
        if failures.iter().all(|error| is_users(error)) { 2 } else { 1 }
    }
}

/// Whether an error is the user's to mend.
pub fn is_users(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.is::<UserError>())
}
