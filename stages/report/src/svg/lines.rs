//! Curves with bands: pass@k, paired differences, training dynamics.

use super::axes::{self, Area};
use super::grid::{self, Look, Multiple};
use super::scale::{Kind, Scale, round_domain};
use super::{AxisLabels, Colours, Drawing, Key, TEXT, escape, fitted, line, num, text, text_width};
use crate::frame::{Frame, short_number};

/// Room for names at the right ends of lines, in user units.
const BESIDE: f64 = 112.0;
/// Smallest distance of two points of a line, in user units; curves over ln k are smooth.
const APART: f64 = 8.0;

struct Point {
    x: f64,
    y: f64,
    band: Option<(f64, f64)>,
    /// Drawn pale: the band holds zero.
    undecided: bool,
}

/// One panel per small multiple; direct labels instead of a legend when there is only one panel. A column `_free` gives every panel its own axes.
pub fn draw(frame: &Frame, labels: &AxisLabels, colours: &Colours, kind: Kind) -> Drawing {
    let (multiples, columns) = grid::multiples(frame, 4);
    let looks = grid::looks(frame, colours);
    let short = |look: &Look| text_width(&look.name, TEXT) < BESIDE;
    let alone = multiples.len() == 1 && looks.len() > 1 && looks.len() <= 8 && looks.iter().all(short);
    let free = frame.position("_free").is_some();
    let x = extent(frame, "_x", &mut (0..frame.rows.len()));
    let panels = multiples
        .iter()
        .map(|multiple| {
            let area = match (multiples.len(), alone) {
                (1, true) => Area::new(480.0, 300.0, BESIDE),
                (1, false) => Area::new(440.0, 280.0, 0.0),
                _ => Area::new(300.0, 214.0, 0.0),
            };
            let x = if free { extent(frame, "_x", &mut multiple.rows.iter().copied()) } else { x };
            let x_scale = Scale::new(kind, x.0, x.1, area.left + 4.0, area.right - 4.0);
            let shares = |other: &&Multiple| if free { other.label() == multiple.label() } else { other.row == multiple.row };
            let rows: Vec<usize> = multiples.iter().filter(shares).flat_map(|m| m.rows.iter().copied()).collect();
            let y_scale = y_scale(frame, &rows, &area);
            multiple.draw(area.width, area.height, || panel(frame, multiple, &looks, &area, &x_scale, &y_scale, labels, alone))
        })
        .collect();
    let crowded = multiples.iter().any(|multiple| is_crowded(&series(frame, multiple, &looks)));
    let remark = if crowded {
        "Where more than four lines share a panel, only the base's band is drawn; the table has all intervals.".to_string()
    } else {
        String::new()
    };
    let keys = if alone { Vec::new() } else { looks.iter().filter(|look| !look.name.is_empty()).map(key).collect() };
    Drawing { keys, panels, columns, remark }
}

fn extent(frame: &Frame, column: &str, rows: &mut dyn Iterator<Item = usize>) -> (f64, f64) {
    let mut ends = (f64::INFINITY, f64::NEG_INFINITY);
    for value in rows.filter_map(|row| frame.number(row, column)) {
        ends = (ends.0.min(value), ends.1.max(value));
    }
    if ends.0.is_finite() { ends } else { (1.0, 2.0) }
}

/// Panels of one grid row share the y axis: it covers every line and what of the bands fits without flattening the lines.
fn y_scale(frame: &Frame, rows: &[usize], area: &Area) -> Scale {
    let all = |column| extent(frame, column, &mut rows.iter().copied());
    let (lo, hi) = all("_y");
    let has_band = rows.iter().any(|row| frame.number(*row, "_lo").is_some());
    let (band_lo, band_hi) = if has_band { (all("_lo").0, all("_hi").1) } else { (lo, hi) };
    let reach = ((hi - lo) * 0.6).max((band_hi - band_lo) * 0.4).max(0.02 * hi.abs());
    let (mut lo, mut hi) = (band_lo.max(lo - reach).min(lo), band_hi.min(hi + reach).max(hi));
    if lo < 0.0 || frame.position("_mark").is_some() {
        (lo, hi) = (lo.min(0.0), hi.max(0.0));
    }
    if lo > 0.0 && lo < 0.35 * hi {
        lo = 0.0;
    }
    let (lo, hi) = round_domain(lo, hi, 5);
    Scale::new(Kind::Linear, lo, hi, area.bottom, area.top)
}

fn panel(
    frame: &Frame,
    multiple: &Multiple,
    looks: &[Look],
    area: &Area,
    x: &Scale,
    y: &Scale,
    labels: &AxisLabels,
    alone: bool,
) -> String {
    let series: Vec<(&Look, Vec<Point>)> =
        series(frame, multiple, looks).into_iter().map(|(look, points)| (look, thinned(points, x))).collect();
    let crowded = is_crowded(&series);
    let mut out = axes::frame(area, multiple, x, y, labels);
    for (look, points) in series.iter().filter(|(look, _)| !crowded || look.class == "c0") {
        out += &band(look, points, x, y);
    }
    for (look, points) in &series {
        out += &curve(look, points, x, y);
    }
    for (look, points) in &series {
        out += &readings(look, points, x, y);
    }
    out += &marks(frame, multiple, looks, x, y);
    if alone { out + &direct_labels(&series, area, y) } else { out }
}

fn series<'a>(frame: &Frame, multiple: &Multiple, looks: &'a [Look]) -> Vec<(&'a Look, Vec<Point>)> {
    looks.iter().map(|look| (look, points(frame, multiple, look))).filter(|(_, points)| !points.is_empty()).collect()
}

/// More bands than can be told apart.
fn is_crowded(series: &[(&Look, Vec<Point>)]) -> bool {
    series.iter().filter(|(_, points)| points.iter().any(|p| p.band.is_some())).count() > 4
}

fn points(frame: &Frame, multiple: &Multiple, look: &Look) -> Vec<Point> {
    let belongs = |row: usize| frame.text(row, "_series") == look.name && grid::style(frame, row) == look.style;
    let point = |row: usize| {
        let band = frame.number(row, "_lo").zip(frame.number(row, "_hi"));
        let undecided = frame.text(row, "_region") == "undecided";
        Some(Point { x: frame.number(row, "_x")?, y: frame.number(row, "_y")?, band, undecided })
    };
    multiple.rows.iter().copied().filter(|row| belongs(*row)).filter_map(point).collect()
}

/// Leaves out points that lie too close together to be seen apart; the first, the last and every change of certainty stay.
fn thinned(points: Vec<Point>, x: &Scale) -> Vec<Point> {
    let count = points.len();
    let mut kept: Vec<Point> = Vec::new();
    for (i, point) in points.into_iter().enumerate() {
        let apart =
            |last: &Point| x.at(point.x) - x.at(last.x) >= APART || last.undecided != point.undecided || point.x.log2().fract() == 0.0;
        if kept.last().is_none_or(apart) || i + 1 == count {
            kept.push(point);
        }
    }
    kept
}

fn band(look: &Look, points: &[Point], x: &Scale, y: &Scale) -> String {
    let edge: Vec<(f64, f64, f64)> =
        points.iter().filter_map(|p| p.band.map(|(lo, hi)| (x.at(p.x), y.clamped(lo), y.clamped(hi)))).collect();
    if edge.len() < 2 || look.style == "published" {
        return String::new();
    }
    let mut outline: Vec<(f64, f64)> = edge.iter().map(|(x, _, hi)| (*x, *hi)).collect();
    outline.extend(edge.iter().rev().map(|(x, lo, _)| (*x, *lo)));
    format!("<path class=\"band {}\" d=\"{}Z\"/>", look.class, axes::path(&outline))
}

/// The class of a line by its style: only what was measured is solid.
fn line_class(look: &Look) -> String {
    let kind = match look.style.as_str() {
        "published" => "thin",
        "model" => "dashed",
        "reference" => "dotted",
        _ if look.dashed => "line long",
        _ => "line",
    };
    format!("{kind} {}", look.class)
}

fn opacity(value: f64) -> String {
    if value >= 1.0 { String::new() } else { format!(" opacity=\"{}\"", (value * 100.0).round() / 100.0) }
}

/// The line, in stretches of equal certainty, and a dot at its last point.
fn curve(look: &Look, points: &[Point], x: &Scale, y: &Scale) -> String {
    let place = |p: &Point| (x.at(p.x), y.clamped(p.y));
    let mut out = String::new();
    let mut start = 0;
    while start < points.len() {
        let pale = points[start].undecided;
        let end = (start..points.len()).find(|i| points[*i].undecided != pale).unwrap_or(points.len());
        let stretch: Vec<(f64, f64)> = points[start..(end + 1).min(points.len())].iter().map(place).collect();
        if stretch.len() > 1 {
            let pale = if pale { " pale" } else { "" };
            out += &format!("<path class=\"{}{pale}\"{} d=\"{}\"/>", line_class(look), opacity(look.opacity), axes::path(&stretch));
        }
        start = end;
    }
    if look.style == "measured" {
        let (px, py) = place(&points[points.len() - 1]);
        out += &format!("<circle class=\"dot {}\"{} cx=\"{}\" cy=\"{}\" r=\"2.2\"/>", look.class, opacity(look.opacity), num(px), num(py));
    }
    out
}

/// Invisible targets at powers of two (or every point of a short series) that name their value when pointed at.
fn readings(look: &Look, points: &[Point], x: &Scale, y: &Scale) -> String {
    let worth = |p: &&Point| points.len() <= 12 || p.x.log2().fract() == 0.0;
    let reading = |p: &Point| {
        let band = p.band.map(|(lo, hi)| format!(" [{}, {}]", short_number(lo), short_number(hi))).unwrap_or_default();
        let says = format!("{} at {}: {}{band}", look.name, short_number(p.x), short_number(p.y));
        format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"6\"><title>{}</title></circle>",
            num(x.at(p.x)),
            num(y.clamped(p.y)),
            escape(says.trim_start())
        )
    };
    if look.style != "measured" {
        return String::new();
    }
    format!("<g class=\"hit\">{}</g>", points.iter().filter(worth).map(reading).collect::<String>())
}

/// A diamond on the zero line with its interval: the crossing point k*. An open end means "beyond the largest k".
fn marks(frame: &Frame, multiple: &Multiple, looks: &[Look], x: &Scale, y: &Scale) -> String {
    let mut out = String::new();
    for look in looks {
        let of_series = |row: &usize| frame.text(*row, "_series") == look.name;
        let Some(row) = multiple.rows.iter().copied().find(of_series) else { continue };
        let Some(at) = frame.number(row, "_mark") else { continue };
        let (from, to) = (frame.number(row, "_mark_lo").unwrap_or(x.hi), frame.number(row, "_mark_hi").unwrap_or(x.hi));
        let (px, py) = (x.clamped(at), y.at(0.0));
        out += &line(x.clamped(from), py, x.clamped(to), py, &format!("whisker {}", look.class));
        let (left, right, up, down) = (num(px - 4.5), num(px + 4.5), num(py - 4.5), num(py + 4.5));
        out += &format!(
            "<path class=\"diamond {}\" d=\"M{left} {}L{} {up}L{right} {}L{} {down}Z\"><title>{}</title></path>",
            look.class,
            num(py),
            num(px),
            num(py),
            num(px),
            escape(&format!("{}: k* = {}", look.name, short_number(at)))
        );
    }
    out
}

/// Names at the right ends of the lines, pushed apart where they would overlap.
fn direct_labels(series: &[(&Look, Vec<Point>)], area: &Area, y: &Scale) -> String {
    let mut ends: Vec<(f64, &Look)> = series.iter().map(|(look, points)| (y.clamped(points[points.len() - 1].y), *look)).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let step = TEXT + 2.0;
    for i in 1..ends.len() {
        ends[i].0 = ends[i].0.max(ends[i - 1].0 + step);
    }
    let overflow = ends.last().map_or(0.0, |(y, _)| (y - area.bottom).max(0.0));
    let label = |(y, look): &(f64, &Look)| {
        let name = fitted(&look.name, TEXT, area.width - area.right - 6.0);
        text(area.right + 4.0, y - overflow + 3.5, &format!("name {}", look.class), "start", &name)
    };
    ends.iter().map(label).collect()
}

fn key(look: &Look) -> Key {
    let sample = format!("<path class=\"{}\"{} d=\"M1 5L21 5\"/>", line_class(look), opacity(look.opacity));
    Key { text: look.name.clone(), sample }
}
