//! The formats of a report: one file each.

pub mod html;
pub mod markdown;
pub mod summary;
mod table;

use crate::frame::Frame;

/// What stands beside published numbers, always.
const CAVEAT: &str = "Digitised from arXiv 2504.13837v2: other models and other benchmarks. Compare shapes, not heights.";

/// Column names as people read them.
fn heading(column: &str) -> String {
    column.replace('_', " ")
}

/// Positions of columns whose cells are all numbers or empty, shown flush right.
fn numeric_columns(frame: &Frame) -> Vec<bool> {
    let numeric = |i: usize| {
        frame.rows.iter().any(|row| row[i].is_numeric())
            && frame.rows.iter().all(|row| row[i].is_numeric() || row[i] == crate::frame::Cell::Null)
    };
    (0..frame.columns.len()).map(numeric).collect()
}
