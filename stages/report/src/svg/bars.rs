//! Grouped bars: accuracy histograms.

use super::axes::{self, Area};
use super::grid::{self, Look, Multiple};
use super::scale::{Kind, Scale, round_domain};
use super::{AxisLabels, Colours, Drawing, Key, escape, line, rectangle, text};
use crate::frame::{Frame, short_number};

/// One panel per small multiple; categories in order of first appearance, y from zero, shared along a grid row.
pub fn draw(frame: &Frame, labels: &AxisLabels, colours: &Colours) -> Drawing {
    let (multiples, columns) = grid::multiples(frame, 4);
    let looks = grid::looks(frame, colours);
    let categories = frame.distinct("_x");
    let area = Area::new(300.0, 200.0, 0.0);
    let panel = |multiple: &Multiple| {
        let most = multiples
            .iter()
            .filter(|m| m.row == multiple.row)
            .flat_map(|m| &m.rows)
            .filter_map(|row| frame.number(*row, "_y"))
            .fold(0.0, f64::max);
        let (_, top) = round_domain(0.0, most.max(1e-9), 4);
        let y = Scale::new(Kind::Linear, 0.0, top, area.bottom, area.top);
        multiple.draw(area.width, area.height, || {
            let mut body = axes::title(&area, multiple) + &axes::y_axis(&area, &y, &labels.y, 4) + &axes::x_label(&area, &labels.x);
            body += &line(area.left, area.bottom, area.right, area.bottom, "axis");
            body += &bars(frame, multiple, &looks, &categories, &area, &y);
            body
        })
    };
    let panels = multiples.iter().map(panel).collect();
    Drawing { keys: if looks.len() > 1 { looks.iter().map(key).collect() } else { Vec::new() }, panels, columns, remark: String::new() }
}

fn bars(frame: &Frame, multiple: &Multiple, looks: &[Look], categories: &[String], area: &Area, y: &Scale) -> String {
    let here: Vec<&Look> = looks.iter().filter(|look| multiple.rows.iter().any(|row| belongs(frame, *row, look))).collect();
    let slot = (area.right - area.left) / categories.len().max(1) as f64;
    let width = slot * 0.8 / here.len().max(1) as f64;
    let mut out = String::new();
    for (c, category) in categories.iter().enumerate() {
        let left = area.left + slot * (c as f64 + 0.1);
        for (s, look) in here.iter().enumerate() {
            let found = multiple.rows.iter().copied().find(|row| belongs(frame, *row, look) && frame.text(*row, "_x") == *category);
            let Some(value) = found.and_then(|row| frame.number(row, "_y")) else { continue };
            out += &bar(look, category, value, left + width * s as f64, width, area, y);
        }
        out += &text(left + slot * 0.4, area.bottom + 13.0, "tick", "middle", category);
    }
    out
}

fn belongs(frame: &Frame, row: usize, look: &Look) -> bool {
    frame.text(row, "_series") == look.name && grid::style(frame, row) == look.style
}

fn bar(look: &Look, category: &str, value: f64, left: f64, width: f64, area: &Area, y: &Scale) -> String {
    let top = y.at(value);
    let class = format!("{} {}", if look.style == "published" { "hollow" } else { "bar" }, look.class);
    let bar = rectangle(left, top, width - 0.5, area.bottom - top, &class, &format!(" opacity=\"{}\"", look.opacity));
    let says = format!("{}, {category}: {}", look.name, short_number(value));
    bar.replace("/>", &format!("><title>{}</title></rect>", escape(&says)))
}

fn key(look: &Look) -> Key {
    let class = if look.style == "published" { "hollow" } else { "bar" };
    Key {
        text: look.name.clone(),
        sample: rectangle(6.0, 0.5, 9.0, 9.0, &format!("{class} {}", look.class), &format!(" opacity=\"{}\"", look.opacity)),
    }
}
