//! The result of a query: named columns of plain cells.

use std::fmt;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// SQL NULL.
    Null,
    /// Truth value.
    Bool(bool),
    /// Any integer type.
    Int(i128),
    /// Any floating or decimal type.
    Real(f64),
    /// Text, and everything else as text.
    Text(String),
}

impl fmt::Display for Cell {
    /// Full precision; NULL is empty.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Null => Ok(()),
            Cell::Bool(value) => write!(f, "{value}"),
            Cell::Int(value) => write!(f, "{value}"),
            Cell::Real(value) => write!(f, "{value}"),
            Cell::Text(value) => f.write_str(value),
        }
    }
}

impl Cell {
    /// The number, when it is a finite one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Cell::Int(value) => Some(*value as f64),
            Cell::Real(value) if value.is_finite() => Some(*value),
            _ => None,
        }
    }

    /// Whether it is shown flush right.
    pub fn is_numeric(&self) -> bool {
        matches!(self, Cell::Int(_) | Cell::Real(_))
    }

    /// For people: four decimals at most, NULL as a dash.
    pub fn short(&self) -> String {
        match self {
            Cell::Null => "–".to_string(),
            Cell::Real(value) => short_number(*value),
            other => other.to_string(),
        }
    }
}

/// A number for people: four decimals for ordinary sizes, three significant digits for small and large ones.
pub fn short_number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e6).contains(&size) {
        return format!("{value:.2e}");
    }
    let text = format!("{value:.4}");
    let trimmed = text.trim_end_matches('0').trim_end_matches('.');
    if trimmed == "-0" { "0".to_string() } else { trimmed.to_string() }
}

/// Named columns, rows in the order of the query. Columns that start with `_` steer the drawing and are not part of the table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Column names.
    pub columns: Vec<String>,
    /// One vector per row, as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}

impl Frame {
    /// Position of a column.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }

    /// The cell, or None when there is no such column.
    pub fn cell(&self, row: usize, column: &str) -> Option<&Cell> {
        self.position(column).map(|i| &self.rows[row][i])
    }

    /// The cell as text; empty when there is no such column.
    pub fn text(&self, row: usize, column: &str) -> String {
        self.cell(row, column).map(Cell::to_string).unwrap_or_default()
    }

    /// The cell as a finite number.
    pub fn number(&self, row: usize, column: &str) -> Option<f64> {
        self.cell(row, column).and_then(Cell::number)
    }

    /// The distinct texts of a column, in order of first appearance, without empty ones.
    pub fn distinct(&self, column: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for row in 0..self.rows.len() {
            let text = self.text(row, column);
            if !text.is_empty() && !found.contains(&text) {
                found.push(text);
            }
        }
        found
    }

    /// The table a person sees: without the columns that steer the drawing.
    pub fn visible(&self) -> Frame {
        let keep: Vec<usize> = (0..self.columns.len()).filter(|i| !self.columns[*i].starts_with('_')).collect();
        Frame {
            columns: keep.iter().map(|i| self.columns[*i].clone()).collect(),
            rows: self.rows.iter().map(|row| keep.iter().map(|i| row[*i].clone()).collect()).collect(),
        }
    }

    /// RFC 4180 CSV with a header line; floats in the shortest form that reads back to the same number.
    pub fn to_csv(&self) -> String {
        let mut out = csv_line(self.columns.iter().cloned());
        for row in &self.rows {
            out.push_str(&csv_line(row.iter().map(Cell::to_string)));
        }
        out
    }
}

fn csv_line(fields: impl Iterator<Item = String>) -> String {
    let quote = |field: String| {
        if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
    };
    fields.map(quote).collect::<Vec<_>>().join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_what_needs_it_and_keeps_every_digit() {
        let frame = Frame {
            columns: vec!["id".into(), "x".into(), "_y".into()],
            rows: vec![
                vec![Cell::Text("a,\"b\"".into()), Cell::Real(0.1 + 0.2), Cell::Int(1)],
                vec![Cell::Null, Cell::Real(1.0), Cell::Null],
            ],
        };
        assert_eq!(frame.visible().to_csv(), "id,x\n\"a,\"\"b\"\"\",0.30000000000000004\n,1\n");
    }

    #[test]
    fn numbers_for_people_are_short() {
        let cases = [(0.5, "0.5"), (0.123456, "0.1235"), (0.0, "0"), (-0.00001, "-1.00e-5"), (12.0, "12"), (1e7, "1.00e7")];
        for (value, text) in cases {
            assert_eq!(short_number(value), text);
        }
    }
}
