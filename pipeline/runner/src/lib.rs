//! From a graph of steps to published artifacts: what to run, running it, and where it is kept. Floor 2.
//!
//! Knows no stage by name.

pub mod graph;

pub use graph::{Binding, Graph, Origin, Source, Step};
