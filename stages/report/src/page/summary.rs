//! The few numbers that matter, for the end of a run.

use crate::content::Content;
use crate::database::Database;
use crate::frame::Frame;
use anyhow::Result;

const ENDS: &str =
    "SELECT benchmark, setting, model, pass_at_1, k_large, pass_at_k FROM ends WHERE _role = 'base' OR _headline ORDER BY _bi, _mi";
const CROSSINGS: &str = "SELECT benchmark, model, k_star, k_lo, k_hi, k_max FROM shown_crossings WHERE _main AND _headline AND subset = 'all' AND (base = _trained_from OR _trained_from = '') ORDER BY _bi, _mi";
const COVERAGE: &str = "SELECT benchmark, model, n, \"both\", base_only, model_only, neither FROM shown_coverage WHERE _main AND _headline AND subset = 'all' AND (base = _trained_from OR _trained_from = '') ORDER BY _bi, _mi, n";

/// A few lines of plain text.
pub fn text(content: &Content, database: &Database) -> Result<String> {
    let mut out = format!("{}\n", content.params.heading());
    if content.is_blocked() {
        for row in content.blocking() {
            out += &format!("  BLOCKED by audit {}: {}\n", content.audits.text(row, "audit"), content.audits.text(row, "message"));
        }
        return Ok(out);
    }
    for row in 0..content.claims.rows.len() {
        out += &format!("  {:<13} {}\n", content.claims.text(row, "verdict"), content.claims.text(row, "statement"));
    }
    out += &ends(&database.frame(ENDS)?);
    out += &crossings(&database.frame(CROSSINGS)?);
    out += &coverage(&database.frame(COVERAGE)?);
    for (id, title) in &content.missing {
        out += &format!("  no data for {id} ({title})\n");
    }
    Ok(out)
}

fn short(frame: &Frame, row: usize, column: &str) -> String {
    frame.number(row, column).map_or("–".to_string(), |value| format!("{value:.3}"))
}

fn ends(frame: &Frame) -> String {
    let line = |row: usize| {
        let text = |column| frame.text(row, column);
        format!(
            "  {:<24} {:<24} pass@1 {}  pass@{} {}\n",
            text("benchmark"),
            text("model"),
            short(frame, row, "pass_at_1"),
            text("k_large"),
            short(frame, row, "pass_at_k")
        )
    };
    (0..frame.rows.len()).map(line).collect()
}

fn crossings(frame: &Frame) -> String {
    let line = |row: usize| {
        let k = |column: &str| frame.number(row, column).map(|value| format!("{value:.1}"));
        let beyond = format!("beyond {}", frame.text(row, "k_max"));
        let found = k("k_star").map_or(format!("no crossing up to k = {}", frame.text(row, "k_max")), |at| {
            format!("base overtakes at k* = {at} [{}, {}]", k("k_lo").unwrap_or(beyond.clone()), k("k_hi").unwrap_or(beyond.clone()))
        });
        format!("  {:<24} {:<24} {found}\n", frame.text(row, "benchmark"), frame.text(row, "model"))
    };
    (0..frame.rows.len()).map(line).collect()
}

fn coverage(frame: &Frame) -> String {
    let line = |row: usize| {
        let text = |column| frame.text(row, column);
        format!(
            "  {:<24} {:<24} solved at n = {}: both {}, base only {}, model only {}, neither {}\n",
            text("benchmark"),
            text("model"),
            text("n"),
            text("both"),
            text("base_only"),
            text("model_only"),
            text("neither")
        )
    };
    (0..frame.rows.len()).map(line).collect()
}
