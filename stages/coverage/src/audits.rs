//! Whether the two models differ in how often they were cut off or gave no answer: part of the difference is then not about reasoning.

use crate::Pairing;
use anyhow::Result;
use beyond_record::{Audit, Counts};
use beyond_statistics::Count;
use beyond_statistics::audit::{Finding, Marked, share_gap};

/// One row per share, of the model against its base; none for fewer than two problems. A gap is shown beside the results and never stops
/// them: a model that was trained badly does run on, and that is a result.
pub fn audits(pair: &Pairing) -> Result<Vec<Audit>> {
    if pair.rows.base.len() < 2 {
        return Ok(Vec::new());
    }
    let gap = |marked, of: fn(&Counts) -> u32| -> Result<Audit> {
        let marks = |rows: &[Counts]| rows.iter().map(|row| Ok(Count::new(row.n, of(row))?)).collect::<Result<Vec<_>>>();
        Ok(row(pair, share_gap(marked, &marks(&pair.rows.base)?, &marks(&pair.rows.model)?)?))
    };
    Ok(vec![gap(Marked::Truncated, |row| row.truncated)?, gap(Marked::Unparsed, |row| row.unparsed)?])
}

fn row(pair: &Pairing, finding: Finding) -> Audit {
    Audit {
        benchmark: pair.benchmark.clone(),
        model: pair.model.clone(),
        setting: pair.setting.clone(),
        audit: format!("{} against {}", finding.audit, pair.base),
        value: finding.value,
        lo: finding.lo,
        hi: finding.hi,
        passed: finding.passed,
        blocks: false,
        message: finding.message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(model: &str, truncated: u32) -> Vec<Counts> {
        let row = |problem: u32| Counts {
            model: model.into(),
            benchmark: "b".into(),
            setting: "s".into(),
            problem_id: format!("p{problem}"),
            n: 10,
            correct: 1,
            truncated: truncated + problem % 2,
            ..Default::default()
        };
        (0..20).map(row).collect()
    }

    #[test]
    fn unequal_truncation_is_told_and_never_stops_the_report() {
        let found = audits(&Pairing::new(&rows("base", 0), &rows("rl", 4)).unwrap()).unwrap();
        assert_eq!(found[0].audit, "truncation against base");
        assert!(!found[0].passed && !found[0].blocks && (found[0].value - 0.4).abs() < 1e-12, "{:?}", found[0]);
        assert!(found[0].message.contains("base 5.0 %, model 45.0 %"), "{}", found[0].message);
        assert!(found[1].passed && found[1].audit == "unparsed against base");
    }
}
