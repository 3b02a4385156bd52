//! A dot with its interval per row of names: controls, efficiency gaps, support.

use super::axes::{self, Area};
use super::grid::{self, Multiple};
use super::scale::{Kind, Scale, round_domain};
use super::{AxisLabels, Colours, Drawing, TEXT, fitted, line, num, text};
use crate::frame::{Frame, short_number};

const PITCH: f64 = 27.0;

/// One panel per small multiple, one line per series; all panels share the x axis, which carries the values (`_y`).
pub fn draw(frame: &Frame, labels: &AxisLabels, colours: &Colours) -> Drawing {
    let (multiples, columns) = grid::multiples(frame, 4);
    let values =
        |columns: [&str; 2]| columns.map(|c| (0..frame.rows.len()).filter_map(|row| frame.number(row, c)).collect::<Vec<_>>()).concat();
    let lo = values(["_lo", "_y"]).into_iter().fold(f64::INFINITY, f64::min);
    let hi = values(["_hi", "_y"]).into_iter().fold(f64::NEG_INFINITY, f64::max);
    let (lo, hi) = round_domain(lo.min(0.0), hi.max(0.0), 5);
    let tallest = multiples.iter().map(|m| m.rows.len()).max().unwrap_or(1);
    let panel = |multiple: &Multiple| {
        let mut area = Area::new(300.0, 30.0 + PITCH * tallest as f64 + 30.0, 44.0);
        (area.left, area.top) = (12.0, 22.0);
        let x = Scale::new(Kind::Linear, lo, hi, area.left, area.right);
        let zero = x.at(0.0_f64.max(x.lo));
        multiple.draw(area.width, area.height, || {
            let mut body =
                axes::title(&area, multiple) + &axes::x_axis(&area, &x, &labels.x) + &line(zero, area.top, zero, area.bottom, "zero");
            for (i, row) in multiple.rows.iter().enumerate() {
                body += &one(frame, *row, colours, &x, area.top + PITCH * i as f64, &area);
            }
            body
        })
    };
    Drawing { keys: Vec::new(), panels: multiples.iter().map(panel).collect(), columns, remark: String::new() }
}

fn one(frame: &Frame, row: usize, colours: &Colours, x: &Scale, top: f64, area: &Area) -> String {
    let class = colours.class(&frame.text(row, "_model"));
    let mut out = text(area.left + 4.0, top + 11.0, "", "start", &fitted(&frame.text(row, "_series"), TEXT, area.right - area.left));
    let Some(value) = frame.number(row, "_y") else { return out };
    let y = top + 18.0;
    if let Some((lo, hi)) = frame.number(row, "_lo").zip(frame.number(row, "_hi")) {
        out += &line(x.clamped(lo), y, x.clamped(hi), y, &format!("whisker {class}"));
    }
    let dot = if grid::style(frame, row) == "published" { "ring" } else { "dot" };
    out += &format!("<circle class=\"{dot} {class}\" cx=\"{}\" cy=\"{}\" r=\"3.4\"/>", num(x.clamped(value)), num(y));
    out + &text(area.width - 4.0, y + 3.5, "tick", "end", &label(value))
}

/// Counts of problems need no second decimal.
fn label(value: f64) -> String {
    if value.abs() < 1.0 { short_number(value) } else { format!("{value:.1}") }
}
