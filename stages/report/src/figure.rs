//! One figure: a query with a header of words, and the way its rows are drawn.

use crate::database::Database;
use crate::frame::Frame;
use crate::params::FigureSpec;
use crate::selection;
use crate::svg::{AxisLabels, Draw};
use anyhow::{Context, Result};

/// A line of the registry.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Name in specs.
    pub id: &'static str,
    /// Header comments and query.
    pub source: &'static str,
    /// How the rows are drawn.
    pub draw: Draw,
}

/// The words at the head of a query: `-- key: text`, continued by lines that start with `--   `.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    /// Heading.
    pub title: String,
    /// What the study's figure showed; empty for figures beyond it.
    pub paper: String,
    /// How to read it.
    pub caption: String,
    /// Names of the axes.
    pub labels: AxisLabels,
    /// Tables the query reads.
    pub tables: Vec<String>,
    /// Which published numbers stand beside it: `curves Fig2`, `histograms`, ...; empty for none.
    pub published: String,
}

impl Figure {
    /// The words of the header.
    pub fn words(&self) -> Words {
        let field = |name: &str| header_field(self.source, name);
        Words {
            title: field("title"),
            paper: field("paper"),
            caption: field("caption"),
            labels: AxisLabels { x: field("x"), y: field("y") },
            tables: field("tables").split(',').map(|t| t.trim().to_string()).filter(|t| !t.is_empty()).collect(),
            published: field("published"),
        }
    }

    /// The rows for one use of the figure.
    pub fn rows(&self, database: &Database, spec: &FigureSpec) -> Result<Frame> {
        selection::choose(database, spec)?;
        database.frame(self.source).with_context(|| format!("query of figure {:?}", self.id))
    }
}

fn header_field(source: &str, name: &str) -> String {
    let prefix = format!("-- {name}:");
    let mut lines = source.lines().take_while(|line| line.starts_with("--")).skip_while(|line| !line.starts_with(&prefix));
    let Some(first) = lines.next() else { return String::new() };
    let mut text = first[prefix.len()..].trim().to_string();
    for line in lines.take_while(|line| line.starts_with("--   ")) {
        text.push(' ');
        text.push_str(line[2..].trim());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_from_the_header_and_may_go_on_over_lines() {
        let figure = Figure {
            id: "x",
            source: "-- title: A\n-- caption: one\n--   two\n-- tables: curves, paired\nSELECT 1 -- y: no",
            draw: Draw::Table,
        };
        let words = figure.words();
        assert_eq!((words.title.as_str(), words.caption.as_str(), words.labels.y.as_str()), ("A", "one two", ""));
        assert_eq!(words.tables, ["curves", "paired"]);
    }
}
