//! A file of rows, whatever its kind: JSON lines, CSV or Parquet, as JSON objects that know their line.

use anyhow::{Context, Result};
use beyond_stage::user_error;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// A file named by the user.
pub struct SourceFile {
    /// Where it lies.
    pub path: PathBuf,
}

/// One row and where it stands.
pub struct Row {
    /// `file:line`, for errors.
    pub place: String,
    /// Its fields.
    pub fields: Map<String, Value>,
}

impl SourceFile {
    /// All rows. Errs on an unknown extension, invalid UTF-8, a truncated line, a row that is not an object, an empty file.
    pub fn rows(&self) -> Result<Vec<Row>> {
        let rows = match self.path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => self.csv()?,
            Some("parquet") => self.parquet()?,
            Some("jsonl" | "json" | "ndjson") => self.json_lines()?,
            _ => return Err(self.error("is not a file of rows by its name: expected .jsonl, .csv or .parquet")),
        };
        if rows.is_empty() { Err(self.error("is empty: expected one row per problem")) } else { Ok(rows) }
    }

    /// An error about the file as a whole.
    pub fn error(&self, what: &str) -> anyhow::Error {
        user_error(format!("{} {what}", self.path.display()))
    }

    fn text(&self) -> Result<String> {
        let bytes = std::fs::read(&self.path).with_context(|| format!("cannot read {}", self.path.display()))?;
        String::from_utf8(bytes).map_err(|error| self.error(&format!("is not UTF-8 text from byte {} on", error.utf8_error().valid_up_to())))
    }

    fn json_lines(&self) -> Result<Vec<Row>> {
        let text = self.text()?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        lines.map(|(i, line)| self.json_line(i + 1, line)).collect()
    }

    fn json_line(&self, number: usize, line: &str) -> Result<Row> {
        let place = format!("{}:{number}", self.path.display());
        match serde_json::from_str(line) {
            Ok(Value::Object(fields)) => Ok(Row { place, fields }),
            Ok(other) => Err(user_error(format!("{place}: expected a JSON object, found {}", kind(&other)))),
            Err(error) => Err(user_error(format!("{place}: the line is not whole JSON ({error}); is the file truncated?"))),
        }
    }

    fn csv(&self) -> Result<Vec<Row>> {
        let text = self.text()?;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| self.error(&format!("is not CSV: {error}")))?.clone();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| self.error(&format!("is not CSV: {error}")))?;
            let line = record.position().map_or(0, |position| position.line());
            let fields = headers.iter().zip(&record).map(|(name, value)| (name.to_string(), cell(value))).collect();
            rows.push(Row { place: format!("{}:{line}", self.path.display()), fields });
        }
        Ok(rows)
    }

    fn parquet(&self) -> Result<Vec<Row>> {
        let rows = beyond_stage::table::read_objects(&self.path).map_err(|error| user_error(format!("{error:#}")))?;
        let row = |(i, fields)| Row { place: format!("{} row {}", self.path.display(), i + 1), fields };
        Ok(rows.into_iter().enumerate().map(row).collect())
    }
}

/// A CSV cell: a number when it is one, null when empty, else text.
fn cell(text: &str) -> Value {
    match text.trim() {
        "" => Value::Null,
        trimmed => trimmed.parse::<u64>().map(Value::from).unwrap_or_else(|_| Value::String(trimmed.to_string())),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

impl Row {
    /// The first of the named fields that is there and not null.
    pub fn get(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.fields.get(*name)).filter(|value| !value.is_null())
    }

    /// A text or number, as text. Errs when it is missing.
    pub fn text(&self, names: &[&str]) -> Result<String> {
        match self.get(names) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(other) => Err(self.error(&format!("{} is {}, expected a text or a number", names[0], kind(other)))),
            None => Err(self.missing(names)),
        }
    }

    /// A whole number of at least 0. Errs when it is missing or something else.
    pub fn whole(&self, names: &[&str]) -> Result<u32> {
        let Some(value) = self.get(names) else { return Err(self.missing(names)) };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| self.error(&format!("{} is {value}, expected a whole number of at least 0", names[0])))
    }

    fn missing(&self, names: &[&str]) -> anyhow::Error {
        let there: Vec<_> = self.fields.keys().map(String::as_str).collect();
        self.error(&format!("expected a field {}; the row has {}", names.join(" or "), there.join(", ")))
    }

    /// An error about this row.
    pub fn error(&self, what: &str) -> anyhow::Error {
        user_error(format!("{}: {what}", self.place))
    }
}
