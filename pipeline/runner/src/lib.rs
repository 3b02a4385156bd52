//! From a graph of steps to published artifacts: what to run, running it, and where it is kept. Floor 2.
//!
//! Knows no stage by name: stages come in through a [`Registry`]. The store is content-addressed: an action record maps a key (the digest
//! of everything that decides a result) to the digests of its outputs, and a step's key holds the content digests of its inputs, so that
//! an artifact re-made with equal bytes runs nothing below it.

pub mod check;
pub mod clock;
mod estimate;
mod execute;
pub mod explain;
pub mod gc;
pub mod graph;
pub mod history;
mod lock;
mod machine;
mod meter;
pub mod plan;
mod publish;
pub mod record;
mod registry;
mod resolve;
mod run;
mod sources;
mod state;
mod store;
mod survey;
pub mod why;

pub use estimate::Work;
pub use graph::{Binding, Graph, Origin, Source, Step};
pub use history::History;
pub use plan::Plan;
pub use record::{Kind, Output, Record};
pub use registry::Registry;
pub use run::run;
pub use state::{Options, State, Summary, Watch, is_users};
pub use store::{Lookup, Store};
pub use survey::{Status, Survey};
