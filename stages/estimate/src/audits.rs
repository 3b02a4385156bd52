//! Audits that need only counts. Those that need the samples in order (dispersion, duplicates) are made where the samples are: in `verify`.

use crate::Cell;
use beyond_record::{Audit, Counts};

/// Share of samples that hit the limit, or could not be parsed, above which a reader must be told.
const NOTICE: f64 = 0.05;

/// One row per audit.
pub fn audits(cell: &Cell, rows: &[Counts]) -> Vec<Audit> {
    let total: u64 = rows.iter().map(|row| u64::from(row.n)).sum();
    let share = |of: fn(&Counts) -> u32| rows.iter().map(|row| u64::from(of(row))).sum::<u64>() as f64 / total as f64;
    let least = rows.iter().map(|row| row.n).min().unwrap_or(0);
    let most = rows.iter().map(|row| row.n).max().unwrap_or(0);
    let audit = |name: &str, value: f64, limit: f64, message: String| Audit {
        benchmark: cell.benchmark.clone(),
        model: cell.model.clone(),
        setting: cell.setting.clone(),
        audit: name.to_string(),
        value,
        lo: 0.0,
        hi: limit,
        passed: value <= limit,
        blocks: false,
        message,
    };
    let percent = |value: f64| format!("{:.1} %", 100.0 * value);
    let truncated = share(|row| row.truncated);
    let unparsed = share(|row| row.unparsed);
    let undecided = share(|row| row.timed_out + row.unjudged);
    vec![
        audit("truncation", truncated, NOTICE, format!("{} of the samples ended at the token limit", percent(truncated))),
        audit("unparsed", unparsed, NOTICE, format!("{} of the samples held no answer that could be read", percent(unparsed))),
        audit(
            "undecided",
            undecided,
            0.0,
            format!("{} of the samples timed out or could not be judged; they count as not correct", percent(undecided)),
        ),
        audit("ragged", f64::from(most - least), 0.0, format!("samples per problem: {least} to {most}; pass@k stops at the smallest")),
    ]
}
