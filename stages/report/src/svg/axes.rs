//! The frame of a panel: title, axes, ticks, grid.

use super::grid::Multiple;
use super::scale::Scale;
use super::{AxisLabels, TEXT, escape, fitted, line, num, text, text_width};

/// Inner edges of a panel, in user units.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// Width of the whole panel.
    pub width: f64,
    /// Height of the whole panel.
    pub height: f64,
    /// Left edge of the plot.
    pub left: f64,
    /// Right edge of the plot.
    pub right: f64,
    /// Upper edge of the plot.
    pub top: f64,
    /// Lower edge of the plot.
    pub bottom: f64,
}

impl Area {
    /// A panel with room for a title and both axes; `beside` is kept free at the right for direct labels.
    pub fn new(width: f64, height: f64, beside: f64) -> Self {
        Area { width, height, left: 38.0, right: width - 10.0 - beside, top: 36.0, bottom: height - 32.0 }
    }
}

/// Heading of a panel: one part in bold, the other after it.
pub fn title(area: &Area, multiple: &Multiple) -> String {
    let room = area.width - 8.0;
    let bold = fitted(&multiple.title.0, TEXT, room);
    let rest = fitted(&multiple.title.1, TEXT, room - text_width(&bold, TEXT) - 14.0);
    let soft = if rest.is_empty() { String::new() } else { format!("<tspan class=\"soft\" dx=\"6\">{}</tspan>", escape(&rest)) };
    format!("<text x=\"4\" y=\"13\"><tspan class=\"strong\">{}</tspan>{soft}</text>", escape(&bold))
}

/// Horizontal grid lines with the labels of the y axis, and its name above them.
pub fn y_axis(area: &Area, scale: &Scale, label: &str, most: usize) -> String {
    let mut out = text(4.0, area.top - 8.0, "soft", "start", label);
    let (mut rules, mut names) = (String::new(), String::new());
    for (value, name) in scale.ticks(most) {
        let y = scale.at(value);
        if value == 0.0 && scale.lo < 0.0 {
            out += &line(area.left, y, area.right, y, "zero");
        } else {
            rules += &format!("M{} {}H{}", num(area.left), num(y), num(area.right));
        }
        names += &text(area.left - 5.0, y + 3.5, "", "start", &name);
    }
    out + &format!("<path class=\"grid\" d=\"{rules}\"/><g class=\"tick\" text-anchor=\"end\">{names}</g>")
}

/// Ticks and name of the x axis.
pub fn x_axis(area: &Area, scale: &Scale, label: &str) -> String {
    let widest = text_width("0000", 10.0) + 4.0;
    let most = ((area.right - area.left) / widest) as usize;
    let bottom = num(area.bottom);
    let (mut rules, mut names) = (format!("M{} {bottom}H{}", num(area.left), num(area.right)), String::new());
    for (value, name) in scale.ticks(most) {
        let x = scale.at(value);
        rules += &format!("M{} {bottom}v3", num(x));
        names += &text(x, area.bottom + 13.0, "", "start", &name);
    }
    format!("<path class=\"axis\" d=\"{rules}\"/><g class=\"tick\" text-anchor=\"middle\">{names}</g>") + &x_label(area, label)
}

/// Name of the x axis.
pub fn x_label(area: &Area, label: &str) -> String {
    let middle = (area.left + area.right) / 2.0;
    text(middle, area.bottom + 27.0, "soft", "middle", &fitted(label, 10.0, area.width))
}

/// Title and both axes.
pub fn frame(area: &Area, multiple: &Multiple, x: &Scale, y: &Scale, labels: &AxisLabels) -> String {
    title(area, multiple) + &y_axis(area, y, &labels.y, 5) + &x_axis(area, x, &labels.x)
}

/// Differences of rounded places add up without an error.
fn tenths(value: f64) -> f64 {
    (value * 10.0).round()
}

/// A path through points; steps are shorter to write than places.
pub fn path(points: &[(f64, f64)]) -> String {
    let mut out = String::new();
    let mut before = None;
    for (x, y) in points.iter().map(|(x, y)| (tenths(*x), tenths(*y))) {
        out += &match before {
            None => format!("M{} {}", num(x / 10.0), num(y / 10.0)),
            Some((bx, by)) => format!("l{} {}", num((x - bx) / 10.0), num((y - by) / 10.0)),
        };
        before = Some((x, y));
    }
    out
}
