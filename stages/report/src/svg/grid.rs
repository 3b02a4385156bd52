//! Rows of a query to small multiples and series.

use super::{Colours, Panel};
use crate::frame::Frame;

/// The rows of one small multiple.
pub struct Multiple {
    /// `_row`.
    pub row: String,
    /// `_panel`.
    pub panel: String,
    /// Positions in the frame.
    pub rows: Vec<usize>,
    /// Bold and soft part of its title: what all panels share is not repeated.
    pub title: (String, String),
}

impl Multiple {
    /// Its panel; a hole of the grid stays empty.
    pub fn draw(&self, width: f64, height: f64, body: impl FnOnce() -> String) -> Panel {
        let body = if self.rows.is_empty() { String::new() } else { body() };
        Panel { label: self.label(), width, height, body }
    }

    /// Heading in words.
    pub fn label(&self) -> String {
        [self.row.as_str(), self.panel.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// The small multiples, grid row by grid row, both in order of first appearance, and how many stand beside each other.
/// A nearly full grid keeps its shape: what is missing in it is a multiple without rows.
pub fn multiples(frame: &Frame, widest: usize) -> (Vec<Multiple>, usize) {
    let key = |row: usize| (frame.text(row, "_row"), frame.text(row, "_panel"));
    let mut found: Vec<Multiple> = Vec::new();
    for row in 0..frame.rows.len() {
        let (name, panel) = key(row);
        match found.iter_mut().find(|m| m.row == name && m.panel == panel) {
            Some(multiple) => multiple.rows.push(row),
            None => found.push(Multiple { row: name, panel, rows: vec![row], title: Default::default() }),
        }
    }
    let order = |names: Vec<String>, name: &str| names.iter().position(|n| n == name).unwrap_or(0);
    let (rows, panels) = (frame.distinct("_row"), frame.distinct("_panel"));
    found.sort_by_key(|m| (order(rows.clone(), &m.row), order(panels.clone(), &m.panel)));
    let is_grid = panels.len() > 1 && panels.len() <= widest && rows.len() * panels.len() * 6 <= found.len() * 10;
    if is_grid {
        found = aligned(found, &rows, &panels);
    }
    let columns = match panels.len() {
        2 if is_grid && found.len() > 2 && widest >= 4 => 4, // two rows of the grid side by side
        columns if is_grid => columns,
        _ => flowing(found.len(), widest),
    };
    for multiple in &mut found {
        multiple.title = title(multiple, rows.len(), panels.len());
    }
    (found, columns)
}

/// Fills the holes of a grid.
fn aligned(found: Vec<Multiple>, rows: &[String], panels: &[String]) -> Vec<Multiple> {
    if rows.is_empty() {
        return found;
    }
    let mut found = found.into_iter().peekable();
    let mut grid = Vec::new();
    for row in rows {
        for panel in panels {
            let here = found.next_if(|m| m.row == *row && m.panel == *panel);
            grid.push(here.unwrap_or(Multiple { row: row.clone(), panel: panel.clone(), rows: Vec::new(), title: Default::default() }));
        }
    }
    grid
}

fn title(multiple: &Multiple, rows: usize, panels: usize) -> (String, String) {
    let (row, panel) = (multiple.row.clone(), multiple.panel.clone());
    match (rows > 1, panels > 1) {
        (true, false) => (row, String::new()),
        (false, true) => (panel, String::new()),
        _ if row.is_empty() => (panel, row),
        _ => (row, panel),
    }
}

/// Panels beside each other where nothing has to be aligned.
fn flowing(count: usize, widest: usize) -> usize {
    match count {
        0 => 1,
        _ if count <= widest => count,
        5 | 6 | 9 => 3.min(widest),
        _ => widest,
    }
}

/// What one series looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// `_series`.
    pub name: String,
    /// `_style`; `measured` when empty.
    pub style: String,
    /// Colour class.
    pub class: String,
    /// Paler for the earlier ones of several series of one colour, [0.4, 1].
    pub opacity: f64,
    /// Long-dashed: an ablation, or a later round through the hues.
    pub dashed: bool,
}

/// The looks of all series of a figure, in order of first appearance.
pub fn looks(frame: &Frame, colours: &Colours) -> Vec<Look> {
    let mut found: Vec<Look> = Vec::new();
    for row in 0..frame.rows.len() {
        let (name, style) = (frame.text(row, "_series"), style(frame, row));
        if found.iter().any(|look| look.name == name && look.style == style) {
            continue;
        }
        let model = frame.text(row, "_model");
        found.push(Look { name, style, class: colours.class(&model), opacity: 1.0, dashed: colours.dashed(&model) });
    }
    shade(&mut found);
    found
}

/// The `_style` of a row.
pub fn style(frame: &Frame, row: usize) -> String {
    let style = frame.text(row, "_style");
    if style.is_empty() { "measured".to_string() } else { style }
}

fn shade(looks: &mut [Look]) {
    for i in 0..looks.len() {
        let same = |other: &Look| (&other.class, &other.style, other.dashed) == (&looks[i].class, &looks[i].style, looks[i].dashed);
        let total = looks.iter().filter(|other| same(other)).count();
        let before = looks[..i].iter().filter(|other| same(other)).count();
        looks[i].opacity = if total == 1 || looks[i].class == "cn" { 1.0 } else { 0.4 + 0.6 * before as f64 / (total - 1) as f64 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Cell;

    fn frame(rows: &[(&str, &str, &str)]) -> Frame {
        let text = |t: &str| Cell::Text(t.to_string());
        Frame {
            columns: ["_row", "_panel", "_series"].map(String::from).to_vec(),
            rows: rows.iter().map(|(r, p, s)| vec![text(r), text(p), text(s)]).collect(),
        }
    }

    #[test]
    fn multiples_form_a_grid_whatever_the_order_of_rows() {
        let (found, columns) = multiples(&frame(&[("a", "x", "1"), ("b", "x", "1"), ("a", "y", "1"), ("b", "y", "1")]), 4);
        let labels: Vec<_> = found.iter().map(Multiple::label).collect();
        assert_eq!((labels, columns), (vec!["a, x".into(), "a, y".into(), "b, x".into(), "b, y".to_string()], 4));
    }

    #[test]
    fn a_nearly_full_grid_keeps_its_shape() {
        let (found, columns) = multiples(&frame(&[("a", "x", "1"), ("a", "y", "1"), ("a", "z", "1"), ("b", "y", "1")]), 4);
        assert_eq!((found.len(), columns), (6, 3));
        let taken: Vec<bool> = found.iter().map(|m| !m.rows.is_empty()).collect();
        assert_eq!(taken, [true, true, true, false, true, false]);
    }

    #[test]
    fn titles_do_not_repeat_what_all_panels_share() {
        let (found, _) = multiples(&frame(&[("only", "x", "1"), ("only", "y", "1")]), 4);
        assert_eq!(found[1].title, ("y".to_string(), String::new()));
        let (found, _) = multiples(&frame(&[("only", "x", "1")]), 4);
        assert_eq!(found[0].title, ("only".to_string(), "x".to_string()));
    }

    #[test]
    fn six_panels_of_one_row_stand_in_two_lines_of_three() {
        let rows: Vec<_> = ["1", "2", "3", "4", "5", "6"].map(|p| ("", p, "s")).to_vec();
        assert_eq!(multiples(&frame(&rows), 4).1, 3);
    }

    #[test]
    fn several_series_of_one_colour_are_shaded_up_to_full() {
        let mut steps = frame(&[("", "", "step 1"), ("", "", "step 2"), ("", "", "step 3")]);
        steps.columns[1] = "_model".into();
        steps.rows.iter_mut().for_each(|row| row[1] = Cell::Text("hue:1".into()));
        let found = looks(&steps, &Colours::default());
        assert_eq!(found.iter().map(|l| (l.opacity * 10.0).round()).collect::<Vec<_>>(), [4.0, 7.0, 10.0]);
    }
}
