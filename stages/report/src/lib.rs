//! Stage `report`: artifacts to one HTML page, Markdown, SVG and CSV. It computes no statistics: every number is a column of an artifact.

pub mod params;

pub use params::{BenchmarkNote, FigureSpec, ModelNote, Params, SettingNote};
