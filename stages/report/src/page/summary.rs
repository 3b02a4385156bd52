//! The few numbers that matter, for the end of a run.

use crate::content::Content;
use crate::database::Database;
use crate::frame::Frame;
use anyhow::Result;

/// Benchmarks named in the summary; the report has all.
const MOST_LINES: usize = 12;

/// Per benchmark the first family's base and the RL model that stands for its run.
const PAIRS: &str = "SELECT m._benchmark AS benchmark, m._arm AS model, b.pass_at_1 AS base_1, b.pass_at_k AS base_k, m.pass_at_1, m.pass_at_k, m.k_large AS k,
  c.k_star, c.k_max, v.base_only, v.model_only
FROM ends m JOIN ends b ON b.benchmark = m.benchmark AND b.setting = m.setting AND b.model = m._trained_from
LEFT JOIN shown_crossings c ON c.benchmark = m.benchmark AND c.setting = m.setting AND c.model = m.model AND c.base = b.model AND c.metric = 'pass@k' AND c.subset = 'all'
LEFT JOIN shown_coverage v ON v.benchmark = m.benchmark AND v.setting = m.setting AND v.model = m.model AND v.base = b.model AND v.subset = 'all'
WHERE m._headline AND m._lead AND m._usual ORDER BY m._bi, m._mi";

/// A few lines of plain text, claims first.
pub fn text(content: &Content, database: &Database) -> Result<String> {
    let mut out = format!("{}\n", content.params.heading());
    if content.is_blocked() {
        for row in content.blocking() {
            out += &format!("  BLOCKED by audit {}: {}\n", content.audits.text(row, "audit"), content.audits.text(row, "message"));
        }
        return Ok(out);
    }
    out += &claims(&content.claims);
    out += &pairs(&database.frame(PAIRS)?);
    for (id, title) in &content.missing {
        out += &format!("  no data for {id} ({title})\n");
    }
    Ok(out)
}

fn claims(frame: &Frame) -> String {
    let line = |row: usize| format!("  {:<13} {}\n", frame.text(row, "verdict"), frame.text(row, "statement"));
    (0..frame.rows.len()).map(line).collect()
}

fn pairs(frame: &Frame) -> String {
    let mut out: String = (0..frame.rows.len().min(MOST_LINES)).map(|row| pair(frame, row)).collect();
    if frame.rows.len() > MOST_LINES {
        out += &format!("  and {} more pairs in the report\n", frame.rows.len() - MOST_LINES);
    }
    out
}

/// `easy: GRPO against its base: pass@1 .150 -> .340, pass@256 .810 -> .700; base overtakes at k = 14; solved by one only: base 5, GRPO 1`.
fn pair(frame: &Frame, row: usize) -> String {
    let text = |column| frame.text(row, column);
    let share = |column: &str| frame.number(row, column).map_or("–".to_string(), |value| format!("{value:.3}"));
    let crossing = match (frame.number(row, "k_star"), frame.number(row, "k_max")) {
        (Some(at), _) => format!("; base overtakes at k = {at:.0}"),
        (None, Some(most)) => format!("; no crossing up to k = {most}"),
        _ => String::new(),
    };
    let only = if text("base_only").is_empty() {
        String::new()
    } else {
        format!("; solved by one only: base {}, {} {}", text("base_only"), text("model"), text("model_only"))
    };
    format!(
        "  {}: base -> {}: pass@1 {} -> {}, pass@{} {} -> {}{crossing}{only}\n",
        text("benchmark"),
        text("model"),
        share("base_1"),
        share("pass_at_1"),
        text("k"),
        share("base_k"),
        share("pass_at_k")
    )
}
