//! How the sandbox is asked to run programs, and what of that a verdict depends on.

use crate::layer::Layer;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// How the sandbox runs programs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Zygotes: programs that run at once. Default: one per processor.
    pub workers: usize,
    /// CPU seconds of a program for tasks that do not say. Default 1: the slowest of 3,624 correct samples of CodeGen on
    /// HumanEval takes 0.013.
    pub cpu_seconds: f64,
    /// A program that has not spent its CPU time after this many times as much wall time was starved by the machine
    /// and is unjudged. Default 40.
    pub wall_factor: f64,
    /// How long a zygote may take to report the end of a program that was killed; then it is replaced, and the program gets
    /// another turn. Default 30 s.
    pub patience: Duration,
    /// Address space of a program, bytes. Default 1 GiB.
    pub memory_bytes: u64,
    /// Bytes a program may print or return. Default 256 MiB.
    pub output_bytes: u64,
    /// Layers without which nothing is run. Default [`Layer::FLOOR`].
    pub floor: Vec<Layer>,
    /// Run even below the floor, or with leaks. Only for programs that are trusted.
    pub allow_below_floor: bool,
    /// Layers not to use, for kernels on which one misbehaves, and for tests.
    pub without: Vec<Layer>,
    /// The interpreter; default `$BEYOND_PYTHON`, else `python3`.
    pub python: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            cpu_seconds: 1.0,
            wall_factor: 40.0,
            patience: Duration::from_secs(30),
            memory_bytes: 1 << 30,
            output_bytes: 256 << 20,
            floor: Layer::FLOOR.to_vec(),
            allow_below_floor: false,
            without: Vec::new(),
            python: None,
        }
    }
}

/// What verdicts depend on besides task and program; belongs into provenance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// [`crate::VERSION`].
    pub version: u32,
    /// For example `CPython 3.11.7`.
    pub python: String,
    /// Layers that hold.
    pub layers: Vec<Layer>,
    /// CPU seconds of tasks that do not say.
    pub cpu_seconds: f64,
    /// Address space of a program, bytes.
    pub memory_bytes: u64,
}
