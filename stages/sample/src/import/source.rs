//! A file of rows, whatever its kind: JSON lines, a JSON list, CSV or Parquet, as JSON objects that know their line.

use super::row::{Row, kind};
use anyhow::{Context, Result};
use beyond_stage::user_error;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A file or folder named by the user.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Where it lies.
    pub path: PathBuf,
}

impl SourceFile {
    /// The file at a path.
    pub fn new(path: &Path) -> Self {
        SourceFile { path: path.to_path_buf() }
    }

    /// Its name without folders.
    pub fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// All rows. Errs on an unknown extension, invalid UTF-8, a truncated line, a row that is not an object, an empty file.
    pub fn rows(&self) -> Result<Vec<Row>> {
        let rows = match self.extension().as_str() {
            "csv" => self.csv()?,
            "parquet" => self.parquet()?,
            "jsonl" | "ndjson" => self.json_lines(&self.text()?)?,
            "json" => self.json(&self.text()?)?,
            _ => return Err(self.error("is not a file of rows by its name: expected .jsonl, .json, .csv or .parquet")),
        };
        if rows.is_empty() { Err(self.error("is empty: expected one row per problem or sample")) } else { Ok(rows) }
    }

    /// The fields of the first line when it is a JSON object; none otherwise. For telling files apart.
    pub fn first_fields(&self) -> Result<BTreeSet<String>> {
        if self.path.is_dir() || !["jsonl", "ndjson", "json"].contains(&self.extension().as_str()) {
            return Ok(BTreeSet::new());
        }
        let text = self.text()?;
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let object: Option<serde_json::Map<String, Value>> = serde_json::from_str(first).ok();
        Ok(object.into_iter().flatten().map(|(name, _)| name).collect())
    }

    /// An error about the file as a whole.
    pub fn error(&self, what: &str) -> anyhow::Error {
        user_error(format!("{} {what}", self.path.display()))
    }

    /// The entries of a folder, sorted by name.
    pub fn entries(&self) -> Result<Vec<SourceFile>> {
        let context = || format!("cannot read the folder {}", self.path.display());
        let entries = std::fs::read_dir(&self.path).with_context(context)?;
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>().with_context(context)?;
        paths.sort();
        Ok(paths.into_iter().map(|path| SourceFile { path }).collect())
    }

    /// The file as text, unpacked when it is gzipped.
    pub fn text(&self) -> Result<String> {
        let mut bytes = std::fs::read(&self.path).with_context(|| format!("cannot read {}", self.path.display()))?;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            let unpacked = flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain);
            unpacked.map_err(|error| self.error(&format!("is not an intact gzip file: {error}")))?;
            bytes = plain;
        }
        String::from_utf8(bytes)
            .map_err(|error| self.error(&format!("is not UTF-8 text from byte {} on", error.utf8_error().valid_up_to())))
    }

    /// The last extension before `.gz`.
    fn extension(&self) -> String {
        let name = self.name();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
    }

    /// A list of rows, one row spread over several lines, or JSON lines under another name.
    fn json(&self, text: &str) -> Result<Vec<Row>> {
        let row = |place: String, value: Value| match value {
            Value::Object(fields) => Ok(Row { place, fields }),
            other => Err(user_error(format!("{place}: expected a JSON object, found {}", kind(&other)))),
        };
        if text.trim_start().starts_with('[') {
            let list: Vec<Value> =
                serde_json::from_str(text).map_err(|error| self.error(&format!("is not whole JSON ({error}); is it truncated?")))?;
            return list.into_iter().enumerate().map(|(i, value)| row(format!("{} item {}", self.path.display(), i + 1), value)).collect();
        }
        match serde_json::from_str(text) {
            Ok(value) => Ok(vec![row(self.path.display().to_string(), value)?]),
            Err(_) => self.json_lines(text),
        }
    }

    fn json_lines(&self, text: &str) -> Result<Vec<Row>> {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        lines.map(|(i, line)| self.json_line(i + 1, line)).collect()
    }

    fn json_line(&self, number: usize, line: &str) -> Result<Row> {
        let place = format!("{}:{number}", self.path.display());
        match serde_json::from_str(line).or_else(|error| serde_json::from_str(&finite(line)).map_err(|_| error)) {
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

/// The line with null for `NaN`, `Infinity` and `-Infinity` outside of texts: Python writes them, JSON has none.
fn finite(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let (mut rest, mut quoted) = (line, false);
    while let Some(c) = rest.chars().next() {
        let word = ["NaN", "-Infinity", "Infinity"].into_iter().find(|word| !quoted && rest.starts_with(word));
        let taken = match (word, c) {
            (Some(word), _) => word.len(),
            (None, '\\') if quoted => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            (None, c) => c.len_utf8(),
        };
        quoted ^= c == '"';
        out.push_str(word.map_or(&rest[..taken], |_| "null"));
        rest = &rest[taken..];
    }
    out
}

/// A CSV cell: a number when it is one, null when empty, else text.
fn cell(text: &str) -> Value {
    match text.trim() {
        "" => Value::Null,
        trimmed => trimmed.parse::<u64>().map(Value::from).unwrap_or_else(|_| Value::String(trimmed.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(name: &str, bytes: &[u8]) -> Result<Vec<Row>> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        SourceFile::new(&path).rows()
    }

    #[test]
    fn every_kind_of_file_gives_the_same_rows() {
        let line = b"{\"a\": 1, \"b\": \"x\"}\n";
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gz, line).unwrap();
        let gz = gz.finish().unwrap();
        for (name, bytes) in [
            ("a.jsonl", &line[..]),
            ("a.jsonl.gz", &gz),
            ("a.json", b"[{\"a\": 1, \"b\": \"x\"}]"),
            ("b.json", b"{\n\"a\": 1,\n\"b\": \"x\"\n}"),
            ("a.csv", b"a,b\n1,x\n"),
        ] {
            let rows = rows(name, bytes).unwrap();
            assert_eq!((rows.len(), rows[0].whole(&["a"]).unwrap(), rows[0].text(&["b"]).unwrap().as_str()), (1, 1, "x"), "{name}");
        }
        let two = rows("c.json", b"{\"a\": 1}\n{\"a\": 2}\n").unwrap();
        assert!(two[1].place.ends_with("c.json:2"), "JSON lines under another name keep their lines");
    }

    #[test]
    fn numbers_that_only_python_writes_are_missing() {
        let rows = rows("a.jsonl", b"{\"a\": NaN, \"b\": [-Infinity, 1], \"c\": \"NaN \\\" Infinity\"}\n").unwrap();
        assert!(rows[0].get(&["a"]).is_none());
        assert_eq!((rows[0].fields["b"][0].clone(), rows[0].text(&["c"]).unwrap().as_str()), (Value::Null, "NaN \" Infinity"));
    }

    #[test]
    fn damage_names_file_and_place() {
        let message = |name: &str, bytes: &[u8]| rows(name, bytes).unwrap_err().to_string();
        assert!(message("a.jsonl", b"{\"a\": 1}\n{\"a\"").contains("a.jsonl:2: the line is not whole JSON"));
        assert!(message("a.jsonl", b"{\"a\": 1}\n[1]").contains("a.jsonl:2: expected a JSON object, found a list"));
        assert!(message("a.jsonl", b"{\"a\": \"\xff\"}").contains("not UTF-8 text from byte 7 on"));
        assert!(message("a.jsonl.gz", &[0x1f, 0x8b, 8, 0]).contains("not an intact gzip"));
        assert!(message("a.json", b"[{\"a\": 1}").contains("truncated"));
        assert!(message("a.json", b"[1]").contains("item 1: expected a JSON object, found a number"));
        assert!(message("a.jsonl", b" \n").contains("is empty"));
        assert!(message("a.xlsx", b"x").contains(".jsonl, .json, .csv or .parquet"));
    }
}
