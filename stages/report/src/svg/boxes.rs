//! Horizontal box plots: perplexity.

use super::axes::{self, Area};
use super::grid::{self, Multiple};
use super::scale::{Kind, Scale, round_domain};
use super::{AxisLabels, Colours, Drawing, TEXT, escape, fitted, line, rectangle, text};
use crate::frame::{Frame, short_number};

const PITCH: f64 = 32.0;

/// One panel per small multiple, one box per series with its name above it; all panels share the x axis.
pub fn draw(frame: &Frame, labels: &AxisLabels, colours: &Colours) -> Drawing {
    let (multiples, columns) = grid::multiples(frame, 4);
    let ends =
        |column, worst: f64, pick: fn(f64, f64) -> f64| (0..frame.rows.len()).filter_map(|row| frame.number(row, column)).fold(worst, pick);
    let (lo, hi) = round_domain(ends("_low", f64::INFINITY, f64::min), ends("_high", f64::NEG_INFINITY, f64::max), 5);
    let tallest = multiples.iter().map(|m| m.rows.len()).max().unwrap_or(1);
    let panel = |multiple: &Multiple| {
        let mut area = Area::new(300.0, 36.0 + PITCH * tallest as f64 + 24.0, 0.0);
        (area.left, area.top) = (12.0, 22.0);
        let x = Scale::new(Kind::Linear, lo, hi, area.left, area.right);
        multiple.draw(area.width, area.height, || {
            let mut body = axes::title(&area, multiple) + &axes::x_axis(&area, &x, &labels.x);
            for (i, row) in multiple.rows.iter().enumerate() {
                body += &one(frame, *row, colours, &x, area.top + PITCH * i as f64, &area);
            }
            body
        })
    };
    Drawing { keys: Vec::new(), panels: multiples.iter().map(panel).collect(), columns, remark: String::new() }
}

fn one(frame: &Frame, row: usize, colours: &Colours, x: &Scale, top: f64, area: &Area) -> String {
    let value = |column| frame.number(row, column).map(|v| x.clamped(v));
    let class = colours.class(&frame.text(row, "_model"));
    let name = fitted(&frame.text(row, "_series"), TEXT, area.right - area.left);
    let mut out = text(area.left, top + 11.0, "", "start", &name);
    let (Some(low), Some(q1), Some(mid), Some(q3), Some(high)) = (value("_low"), value("_q1"), value("_mid"), value("_q3"), value("_high"))
    else {
        return out;
    };
    let (y, height) = (top + 15.0, 11.0);
    out += &line(low, y + height / 2.0, high, y + height / 2.0, &format!("whisker {class}"));
    let shape = if grid::style(frame, row) == "published" { "hollow" } else { "box" };
    out += &rectangle(q1, y, q3 - q1, height, &format!("{shape} {class}"), "");
    out += &line(mid, y - 1.5, mid, y + height + 1.5, "median");
    let median = frame.number(row, "_mid").unwrap_or(f64::NAN);
    out.replacen("</text>", &format!("<title>{}</title></text>", escape(&format!("median {}", short_number(median)))), 1)
}
