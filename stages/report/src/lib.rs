//! Stage `report`: artifacts to one HTML page, Markdown, SVG and CSV. It computes no statistics: every number is a column of an artifact.
//!
//! A figure is one SQL file and one line of [`figures::FIGURES`]: the query gives a table whose hidden columns (`_x`, `_y`, `_series`, ...)
//! say how it is drawn. [`Database`] is shared with `beyond query`.

mod content;
pub mod database;
pub mod figure;
pub mod figures;
pub mod frame;
mod page;
pub mod params;
mod published;
mod seeds;
mod selection;
mod stage;
pub mod svg;
mod tables;

pub use database::Database;
pub use params::{BenchmarkNote, FigureSpec, ModelNote, Params, SettingNote};
pub use stage::Report;

#[cfg(test)]
extern crate self as beyond_report;
#[cfg(test)]
#[path = "../tests/synthetic/mod.rs"]
mod synthetic;
