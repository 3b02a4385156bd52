//! A drawing as one SVG file: legend on top, panels in a grid, its own style sheet.

use super::{Drawing, Key, TEXT, escape, num, text, text_width};

const STYLE: &str = include_str!("../../../../reports/templates/figure.css");
const GAP: f64 = 12.0;

/// One self-contained SVG document that follows the reader's colour scheme.
pub fn standalone(drawing: &Drawing, title: &str) -> String {
    let columns = drawing.columns.max(1);
    let cell = drawing.panels.iter().fold((0.0_f64, 0.0_f64), |size, p| (size.0.max(p.width), size.1.max(p.height)));
    let width = columns as f64 * (cell.0 + GAP) + GAP;
    let (legend, mut y) = legend(&drawing.keys, width);
    let mut body = legend;
    for line in drawing.panels.chunks(columns) {
        for (i, panel) in line.iter().enumerate() {
            let x = GAP + i as f64 * (cell.0 + GAP);
            body += &format!("<g transform=\"translate({} {})\">{}</g>\n", num(x), num(y), panel.body);
        }
        y += line.iter().map(|p| p.height).fold(0.0, f64::max) + GAP;
    }
    let (w, h) = (num(width), num(y));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\">\n<title>{}</title>\n\
         <style>\n{STYLE}</style>\n<rect class=\"paper\" width=\"{w}\" height=\"{h}\"/>\n{body}</svg>\n",
        escape(title)
    )
}

/// The legend in as many lines as it needs, and where it ends.
fn legend(keys: &[Key], width: f64) -> (String, f64) {
    let (mut x, mut y) = (GAP, GAP);
    let mut out = String::new();
    for key in keys {
        let needed = 28.0 + text_width(&key.text, TEXT) + 16.0;
        if x + needed > width && x > GAP {
            (x, y) = (GAP, y + 16.0);
        }
        out += &format!("<g transform=\"translate({} {})\">{}</g>", num(x), num(y), key.sample);
        out += &text(x + 27.0, y + 9.0, "", "start", &key.text);
        x += needed;
    }
    if keys.is_empty() { (out, GAP) } else { (out + "\n", y + 24.0) }
}
