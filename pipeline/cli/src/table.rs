//! Tables as aligned text, CSV or JSON.

use serde_json::{Map, Value};

/// Columns separated by two spaces, numbers to the right; line breaks and tabs are shown as `\n` and `\t`.
pub fn aligned(columns: &[String], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| on_one_line(cell)).collect()).collect();
    let width = |c: usize| rows.iter().map(|row| row[c].chars().count()).chain([columns[c].chars().count()]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let numeric: Vec<bool> =
        (0..columns.len()).map(|c| rows.iter().all(|row| row[c].is_empty() || row[c].parse::<f64>().is_ok())).collect();
    let line = |row: &[String]| {
        let cell = |c: usize| pad(&row[c], widths[c], numeric[c]);
        (0..row.len()).map(cell).collect::<Vec<_>>().join("  ").trim_end().to_string()
    };
    let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    let lines = [line(columns), rule.join("  ")].into_iter().chain(rows.iter().map(|row| line(row)));
    lines.collect::<Vec<_>>().join("\n")
}

fn on_one_line(cell: &str) -> String {
    cell.chars().flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect()
}

fn pad(text: &str, width: usize, right: bool) -> String {
    let space = " ".repeat(width.saturating_sub(text.chars().count()));
    if right { space + text } else { text.to_string() + &space }
}

/// RFC 4180 with `\n` line ends.
pub fn csv(columns: &[String], rows: &[Vec<String>]) -> String {
    let line = |row: &[String]| row.iter().map(|cell| quote(cell)).collect::<Vec<_>>().join(",");
    std::iter::once(columns).chain(rows.iter().map(Vec::as_slice)).map(line).collect::<Vec<_>>().join("\n")
}

fn quote(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_string() }
}

/// One object per row.
pub fn json(columns: &[String], rows: Vec<Vec<Value>>) -> Value {
    let object = |row: Vec<Value>| columns.iter().cloned().zip(row).collect::<Map<_, _>>();
    rows.into_iter().map(|row| Value::Object(object(row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn strings(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| cell.to_string()).collect()
    }

    #[test]
    fn text_is_aligned_and_csv_is_quoted() {
        let (columns, rows) = (strings(&["model", "k"]), vec![strings(&["base", "1"]), strings(&["a,\"b\"", "128"])]);
        assert_eq!(aligned(&columns, &rows), "model    k\n-----  ---\nbase     1\na,\"b\"  128");
        assert_eq!(aligned(&columns[..1], &[strings(&["a\n\tb"])]), "model\n------\na\\n\\tb");
        assert_eq!(csv(&columns, &rows), "model,k\nbase,1\n\"a,\"\"b\"\"\",128");
        assert_eq!(json(&columns, vec![vec![json!("base"), json!(1)]]), json!([{"model": "base", "k": 1}]));
    }
}
