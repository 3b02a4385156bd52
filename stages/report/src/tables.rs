//! The CSV files that other programs may rely on: names and columns are fixed.

use crate::database::Database;
use crate::frame::Frame;
use anyhow::{Context, Result};

/// File stem and query of every stable table.
pub const STABLE: &[(&str, &str)] = &[
    (
        "pass_at_k",
        "SELECT benchmark, model, setting, k, value AS pass_at_k, lo, hi, n_problems, n_samples FROM curves WHERE metric = 'pass@k' AND subset = 'all'
         ORDER BY benchmark, model, setting, k",
    ),
    (
        "paired_difference",
        "SELECT benchmark, base, model, setting, k, diff, lo, hi FROM paired WHERE metric = 'pass@k' AND subset = 'all' ORDER BY benchmark, base, model, setting, k",
    ),
    (
        "coverage",
        "SELECT benchmark, base, model, setting, n, \"both\", base_only, model_only, neither FROM coverage WHERE subset = 'all' ORDER BY benchmark, base, model, setting, n",
    ),
    ("accuracy_histogram", "SELECT benchmark, model, setting, bin, count FROM histogram ORDER BY benchmark, model, setting, bin_index"),
    ("counts", "SELECT benchmark, model, setting, problem_id, n, correct, unparsed, timed_out FROM counts ORDER BY benchmark, model, setting, problem_id"),
];

/// The rows of all stable tables; only the counts when the analysis is blocked.
pub fn stable(database: &Database, blocked: bool) -> Result<Vec<(&'static str, Frame)>> {
    let wanted = STABLE.iter().filter(|(name, _)| !blocked || *name == "counts");
    wanted.map(|(name, sql)| Ok((*name, database.frame(sql).with_context(|| format!("table {name}"))?))).collect()
}
