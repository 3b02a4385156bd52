//! The study's own numbers beside ours. They are other models on other benchmarks unless the spec says otherwise.

use crate::database::{Database, literal};
use crate::figure::Figure;
use crate::frame::Frame;
use crate::svg::{self, AxisLabels, Colours, Draw, Drawing};
use anyhow::{Result, bail};

/// Published numbers, drawn and as rows.
pub struct Beside {
    /// What it is.
    pub heading: String,
    /// None for tables.
    pub drawing: Option<Drawing>,
    /// As read from `data/published`.
    pub rows: Frame,
}

/// The published numbers that a figure's header names (`curves Fig2`, `histograms`, ...); None when there are none or the name is empty or `none`.
pub fn beside(name: &str, figure: &Figure, database: &Database) -> Result<Option<Beside>> {
    let (kind, argument) = name.split_once(' ').unwrap_or((name, ""));
    let (sql, draw) = match kind {
        "" | "none" => return Ok(None),
        "curves" => (include_str!("../figures/published/curves.sql"), Draw::Lines),
        "histograms" => (include_str!("../figures/published/histograms.sql"), Draw::Bars),
        "perplexity" => (include_str!("../figures/published/perplexity.sql"), Draw::Boxes),
        "dynamics" => (include_str!("../figures/published/dynamics.sql"), Draw::LinearLines),
        "tables" => (include_str!("../figures/published/tables.sql"), Draw::Table),
        "indices" => (include_str!("../figures/published/indices.sql"), Draw::Table),
        other => {
            bail!("published numbers {other:?}: expected curves FigN, dynamics, histograms, perplexity, tables TableN, indices or none")
        }
    };
    database.execute(&format!("SET VARIABLE published = {}", literal(argument)))?;
    let rows = database.frame(sql)?;
    if rows.rows.is_empty() {
        return Ok(None);
    }
    let words = figure.words().labels;
    let labels = AxisLabels { x: if kind == "perplexity" { "perplexity".to_string() } else { words.x }, y: words.y };
    let heading = if argument.is_empty() { "As published".to_string() } else { format!("As published, {}", printed(argument)) };
    Ok(Some(Beside { heading, drawing: svg::draw(draw, &rows, &labels, &Colours::default()), rows }))
}

/// `Fig14 top` as `Fig 14 top`.
fn printed(name: &str) -> String {
    let at = name.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    format!("{} {}", &name[..at], &name[at..])
}
