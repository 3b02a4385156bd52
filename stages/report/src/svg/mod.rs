//! A small SVG writer: pure functions from rows to panels. Colours are classes, so that one drawing serves light, dark and print.

mod axes;
mod bars;
mod boxes;
mod cells;
mod colours;
mod compose;
mod grid;
mod intervals;
mod lines;
mod scale;

pub use colours::Colours;
pub use compose::standalone;

use crate::frame::Frame;

/// Height of ordinary text, in user units.
const TEXT: f64 = 11.0;

/// How the rows of a query become a picture. The columns that steer it start with `_`:
/// `_row` and `_panel` choose the small multiple, `_series` and `_model` the mark and its colour, the others are named per kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// `_x`, `_y`, `_lo`, `_hi` (band), `_style` (`measured`, `published`, `model`, `reference`), `_region` (`undecided` is drawn pale),
    /// `_mark`, `_mark_lo`, `_mark_hi` (a point on the zero line with its interval). The x axis is logarithmic (base 2).
    Lines,
    /// As [`Draw::Lines`] with a linear x axis.
    LinearLines,
    /// `_x` (category), `_y`: grouped bars.
    Bars,
    /// `_low`, `_q1`, `_mid`, `_q3`, `_high`: one horizontal box per series.
    Boxes,
    /// `both`, `base_only`, `model_only`, `neither`, `_note`: a 2x2 table.
    Cells,
    /// `_y`, `_lo`, `_hi`: one dot with its interval per series.
    Intervals,
    /// No picture: the table itself is the figure.
    Table,
    /// No picture: completions to read, with marks and images.
    Cards,
}

/// Labels of the two axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AxisLabels {
    /// Under the x axis.
    pub x: String,
    /// Above the y axis.
    pub y: String,
}

/// One small multiple.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Its heading in words, for people who cannot see it.
    pub label: String,
    /// User units.
    pub width: f64,
    /// User units.
    pub height: f64,
    /// Elements, without the `<svg>` around them.
    pub body: String,
}

/// One entry of the legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// What it says.
    pub text: String,
    /// A 22 x 10 drawing of the mark.
    pub sample: String,
}

/// Small multiples and what their colours mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// Empty when the panels explain themselves.
    pub keys: Vec<Key>,
    /// Row by row.
    pub panels: Vec<Panel>,
    /// Panels beside each other when there is room.
    pub columns: usize,
    /// What the caption must add about the way it is drawn; may be empty.
    pub remark: String,
}

/// Draws the rows of a query; None for kinds without a picture.
pub fn draw(kind: Draw, frame: &Frame, labels: &AxisLabels, colours: &Colours) -> Option<Drawing> {
    match kind {
        Draw::Lines => Some(lines::draw(frame, labels, colours, scale::Kind::Log2)),
        Draw::LinearLines => Some(lines::draw(frame, labels, colours, scale::Kind::Linear)),
        Draw::Bars => Some(bars::draw(frame, labels, colours)),
        Draw::Boxes => Some(boxes::draw(frame, labels, colours)),
        Draw::Cells => Some(cells::draw(frame)),
        Draw::Intervals => Some(intervals::draw(frame, labels, colours)),
        Draw::Table | Draw::Cards => None,
    }
}

/// A coordinate with one decimal at most.
fn num(value: f64) -> String {
    let text = format!("{value:.1}");
    let trimmed = text.strip_suffix(".0").unwrap_or(&text);
    if trimmed == "-0" { "0".to_string() } else { trimmed.to_string() }
}

/// Text made safe for XML and HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A text element; `class` may be empty.
fn text(x: f64, y: f64, class: &str, anchor: &str, content: &str) -> String {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let anchor = if anchor == "start" { String::new() } else { format!(" text-anchor=\"{anchor}\"") };
    format!("<text x=\"{}\" y=\"{}\"{class}{anchor}>{}</text>", num(x), num(y), escape(content))
}

/// A straight line.
fn line(x1: f64, y1: f64, x2: f64, y2: f64, class: &str) -> String {
    format!("<path class=\"{class}\" d=\"M{} {}L{} {}\"/>", num(x1), num(y1), num(x2), num(y2))
}

/// A rectangle; negative sizes are drawn as nothing.
fn rectangle(x: f64, y: f64, width: f64, height: f64, class: &str, extra: &str) -> String {
    let (w, h) = (num(width.max(0.0)), num(height.max(0.0)));
    format!("<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{w}\" height=\"{h}\"{extra}/>", num(x), num(y))
}

/// Rough width of a text, in user units: the fonts are the reader's, so this only prevents gross overlap.
fn text_width(content: &str, size: f64) -> f64 {
    content.chars().count() as f64 * size * 0.56
}

/// Shortens a text that would be wider than `room`.
fn fitted(content: &str, size: f64, room: f64) -> String {
    let most = (room / (size * 0.56)).max(2.0) as usize;
    if content.chars().count() <= most { content.to_string() } else { content.chars().take(most - 1).collect::<String>() + "…" }
}
