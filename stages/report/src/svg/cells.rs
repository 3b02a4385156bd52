//! The 2x2 table of solved problems.

use super::grid::{self, Multiple};
use super::{Drawing, fitted, rectangle, text};
use crate::frame::Frame;

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 172.0;

/// One table per small multiple; the tint of a cell is its share.
pub fn draw(frame: &Frame) -> Drawing {
    let (multiples, columns) = grid::multiples(frame, 4);
    let panel = |multiple: &Multiple| multiple.draw(WIDTH, HEIGHT, || body(frame, multiple));
    Drawing { keys: Vec::new(), panels: multiples.iter().map(panel).collect(), columns, remark: String::new() }
}

fn body(frame: &Frame, multiple: &Multiple) -> String {
    let row = multiple.rows[0];
    let cells = ["both", "model_only", "base_only", "neither"].map(|column| frame.number(row, column).unwrap_or(0.0));
    let total: f64 = cells.iter().sum();
    let mut out = super::axes::title(&super::axes::Area::new(WIDTH, HEIGHT, 0.0), multiple);
    let (left, top, width, height) = (108.0, 42.0, 91.0, 50.0);
    for (i, count) in cells.iter().enumerate() {
        let (x, y) = (left + width * (i % 2) as f64, top + height * (i / 2) as f64);
        out += &cell(x, y, width, height, *count, total, i == 1 || i == 2);
    }
    for (i, name) in ["base solves", "base does not"].iter().enumerate() {
        out += &text(left + width * (i as f64 + 0.5), top - 7.0, "soft", "middle", name);
    }
    let model = frame.text(row, "_series");
    for (i, verb) in ["solves", "does not"].iter().enumerate() {
        let y = top + height * (i as f64 + 0.5);
        out += &text(left - 7.0, y - 3.0, "soft", "end", &fitted(&model, 10.0, left - 10.0));
        out += &text(left - 7.0, y + 10.0, "soft", "end", verb);
    }
    out + &text(4.0, HEIGHT - 12.0, "soft", "start", &fitted(&frame.text(row, "_note"), 10.0, WIDTH))
}

fn cell(x: f64, y: f64, width: f64, height: f64, count: f64, total: f64, discordant: bool) -> String {
    let share = if total > 0.0 { count / total } else { 0.0 };
    let class = if discordant { "tint c2" } else { "tint c0" };
    let tint = format!(" fill-opacity=\"{}\"", ((0.05 + 0.4 * share.sqrt()) * 100.0).round() / 100.0);
    let middle = x + width / 2.0;
    rectangle(x + 1.0, y + 1.0, width - 2.0, height - 2.0, class, &tint)
        + &text(middle, y + height / 2.0 + 2.0, "count", "middle", &format!("{count}"))
        + &text(middle, y + height / 2.0 + 16.0, "soft", "middle", &format!("{:.1} %", share * 100.0))
}
