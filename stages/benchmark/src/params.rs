//! Where the problems of a benchmark come from.

use beyond_problems::{Exposure, FamilySpec};
use serde::{Deserialize, Serialize};

/// Parameters of the `benchmark` stage.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Benchmark id in every table.
    pub benchmark: String,
    /// Where the problems come from.
    pub source: Source,
}

/// Source of problems.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A procedural family.
    Procedural {
        /// Family and its parameters.
        family: FamilySpec,
        /// Difficulty, one of the family's levels.
        level: u32,
        /// Only tasks of this exposure in the pretraining corpus; any when None.
        #[serde(default)]
        exposure: Option<Exposure>,
        /// `test` (never in the corpus nor in RL), `train` (the RL problems) or `seen` (prompts of the pretraining corpus).
        split: String,
        /// Problems drawn.
        problems: u32,
        /// Seed of the draw.
        seed: u64,
    },
    /// A published file (input role `file`) described by a manifest (input role `manifest`).
    File {
        /// Only the first problems, in file order; all when None.
        limit: Option<u32>,
        /// Skip rows whose question type is multiple choice (the paper's visual filter).
        #[serde(default)]
        drop_choice: bool,
    },
}
