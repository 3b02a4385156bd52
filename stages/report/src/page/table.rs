//! Tables of the page.

use super::{heading, numeric_columns};
use crate::frame::{Cell, Frame};
use crate::svg::escape;

/// Rows of a table shown on the page; the CSV has all.
pub const MOST_ROWS: usize = 80;

/// A long table over a dense grid of k is shown at powers of two and at the largest k.
pub fn at_powers_of_two(frame: &Frame) -> Frame {
    let Some(column) = frame.position("k").filter(|_| frame.rows.len() > MOST_ROWS) else { return frame.clone() };
    let k = |row: &[Cell]| match row[column] {
        Cell::Int(k) => k,
        _ => 1,
    };
    let most = frame.rows.iter().map(|row| k(row)).max().unwrap_or(1);
    let shown = |row: &&Vec<Cell>| k(row) == most || k(row) & (k(row) - 1) == 0;
    Frame { columns: frame.columns.clone(), rows: frame.rows.iter().filter(shown).cloned().collect() }
}

/// How many rows there are and which are shown.
pub fn cut_note(all: &Frame, shown: &Frame) -> String {
    let (all, shown) = (all.rows.len(), shown.rows.len());
    if all == 1 {
        " (1 row)".to_string()
    } else if all == shown {
        format!(" ({all} rows)")
    } else {
        format!(" ({all} rows; here those where k is a power of two)")
    }
}

/// A table, cut after `most` rows.
pub fn table(frame: &Frame, most: usize) -> String {
    let classes = classes(frame);
    let class = |i: usize| classes[i];
    let head: String =
        frame.columns.iter().enumerate().map(|(i, name)| format!("<th{}>{}</th>", class(i), escape(&heading(name)))).collect();
    let line = |row: &Vec<Cell>| {
        let cells: String = row.iter().enumerate().map(|(i, cell)| format!("<td{}>{}", class(i), escape(&cell.short()))).collect();
        format!("<tr>{cells}\n")
    };
    let body: String = frame.rows.iter().take(most).map(line).collect();
    let more = frame.rows.len().saturating_sub(most);
    let cut = if more > 0 { format!("<p class=\"soft\">{more} more rows in the CSV file.</p>") } else { String::new() };
    format!("<div class=\"scroll\"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>{cut}\n")
}

/// Numbers, flush right, need no class because most cells are numbers; columns of long text may wrap (`t`), short ones do not (`s`).
fn classes(frame: &Frame) -> Vec<&'static str> {
    let is_long = |i: usize| frame.rows.iter().any(|row| row[i].to_string().chars().count() > 36);
    let class = |(i, numeric): (usize, bool)| match numeric {
        true => "",
        false if is_long(i) => " class=\"t\"",
        false => " class=\"s\"",
    };
    numeric_columns(frame).into_iter().enumerate().map(class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_table_is_cut_and_says_so() {
        let frame = Frame { columns: vec!["n_x".into()], rows: (0..5).map(|i| vec![Cell::Int(i)]).collect() };
        let html = table(&frame, 2);
        assert!(html.contains("3 more rows") && html.contains("<th>n x</th>") && html.contains("<td>1\n") && !html.contains("<td>2"));
    }
}
