//! The two arms of a comparison must differ in the model only: same problems, same prompts, same limits, same grader.

use super::Finding;
use crate::counts::{Count, is_ragged, min_n};
use crate::error::{Result, same_length};
use crate::interval::{clopper_pearson, student_t};
use crate::matrix::mean;

/// A gap of shares below this is not worth a warning; above [`LARGE_GAP`] the comparison is of limits, not of models.
const SMALL_GAP: f64 = 0.02;
const LARGE_GAP: f64 = 0.10;

/// Which share is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// Samples that hit the token limit.
    Truncated,
    /// Samples without an extracted answer, or empty.
    Unparsed,
}

impl Marked {
    fn audit(self) -> &'static str {
        match self {
            Marked::Truncated => "truncation",
            Marked::Unparsed => "unparsed",
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Marked::Truncated => (
                "samples at the token limit",
                "pass@k then compares lengths: raise the limit, or report the bounds with truncated samples as unknown",
            ),
            Marked::Unparsed => (
                "samples without an answer",
                "part of the difference is format: report the bounds with them as unknown, and the curve of the parsed ones",
            ),
        }
    }
}

/// Share of marked samples, *model minus base*, mean over problems with its 95 % t interval (lo, hi). `(n, marked)` per
/// problem as [`Count`]s. Fails when the interval excludes 0 and the gap exceeds 2 points; truncation blocks above 10.
///
/// # Errors
/// Different numbers of problems, or fewer than two.
pub fn share_gap(marked: Marked, base: &[Count], model: &[Count]) -> Result<Finding> {
    same_length("the base's problems", base.len(), "the model's problems", model.len())?;
    let gaps: Vec<f64> = base.iter().zip(model).map(|(b, m)| m.rate() - b.rate()).collect();
    let rate = |counts: &[Count]| mean(&counts.iter().map(|count| count.rate()).collect::<Vec<_>>());
    let interval = student_t(&gaps, 0.95)?;
    let gap = mean(&gaps);
    let passed = interval.contains(0.0) || gap.abs() <= SMALL_GAP;
    let blocks = marked == Marked::Truncated && !passed && gap.abs() > LARGE_GAP;
    let (what, remedy) = marked.words();
    let shares = format!("{what}: base {:.1} %, model {:.1} %", 100.0 * rate(base), 100.0 * rate(model));
    let message = if passed { shares } else { format!("{shares}; the shares differ, and {remedy}") };
    Ok(Finding { audit: marked.audit(), value: gap, lo: interval.lo, hi: interval.hi, passed, blocks, message })
}

/// Problems that only one arm has. Passes when there are none; blocks when none is shared.
pub fn pairing(shared: usize, only_base: &[String], only_model: &[String]) -> Finding {
    let missing = only_base.len() + only_model.len();
    let list = |ids: &[String]| match ids.len() {
        0 => "none".to_string(),
        n if n > 5 => format!("{} and {} more", ids[..5].join(", "), n - 5),
        _ => ids.join(", "),
    };
    let message = match missing {
        0 => format!("all {shared} problems were sampled from both models"),
        _ => format!(
            "{shared} problems are shared; only the base has {}; only the model has {}. The comparison uses the shared ones; \
             check that the ids agree and that nothing failed to be sampled",
            list(only_base),
            list(only_model)
        ),
    };
    let (value, hi) = (missing as f64, (missing + shared) as f64);
    Finding { audit: "pairing", value, lo: 0.0, hi, passed: missing == 0, blocks: shared == 0, message }
}

/// Problems whose prompt digest differs between the arms: `(id, digest in the base, digest in the model)`.
pub fn prompts(rows: &[(String, u64, u64)]) -> Finding {
    let different: Vec<&str> = rows.iter().filter(|(_, b, m)| b != m).map(|(id, _, _)| id.as_str()).collect();
    let passed = different.is_empty();
    let message = match different.len() {
        0 => format!("both models saw the same {} prompts", rows.len()),
        n => format!(
            "{n} of {} prompts differ between the models (first: {}): p is then the rate of another task. Render both with one \
             template, or say that the comparison is of model plus template",
            rows.len(),
            different[0]
        ),
    };
    Finding { audit: "prompts", value: different.len() as f64, lo: 0.0, hi: rows.len() as f64, passed, blocks: !passed, message }
}

/// Whether all problems have the same number of samples; never blocks, because k <= min n is unbiased all the same.
/// `lo` and `hi` are the smallest and the largest n.
pub fn ragged(counts: &[Count]) -> Finding {
    let (lo, hi) = (min_n(counts), counts.iter().map(|count| count.n()).max().unwrap_or(0));
    let passed = !is_ragged(counts);
    let message = match passed {
        true => format!("every problem has n = {lo} samples"),
        false => format!("problems have {lo} to {hi} samples: k is limited to {lo}, and problems with failed samples may be the hard ones"),
    };
    Finding { audit: "ragged", value: f64::from(hi) - f64::from(lo), lo: f64::from(lo), hi: f64::from(hi), passed, blocks: false, message }
}

/// Share of verdicts that change between two policies or versions of the verifier, with its Clopper-Pearson interval.
/// Passes when at most `tolerance` change.
///
/// # Errors
/// No verdicts, or more changes than verdicts.
pub fn agreement(changed: u32, verdicts: u32, tolerance: f64) -> Result<Finding> {
    let interval = clopper_pearson(changed, verdicts, 0.95)?;
    let value = f64::from(changed) / f64::from(verdicts);
    let passed = value <= tolerance;
    let share = format!("{changed} of {verdicts} verdicts ({:.2} %) change with the verifier's policy", 100.0 * value);
    let message = match passed {
        true => share,
        false => format!("{share}: read the flips, and report every curve under both policies"),
    };
    Ok(Finding { audit: "agreement", value, lo: interval.lo, hi: interval.hi, passed, blocks: false, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rows: &[(u32, u32)]) -> Vec<Count> {
        rows.iter().map(|&(n, c)| Count::new(n, c).unwrap()).collect()
    }

    #[test]
    fn unequal_truncation_blocks_and_equal_does_not() {
        let base = counts(&[(10, 0), (10, 1), (10, 0), (10, 0), (10, 1)]);
        let model = counts(&[(10, 4), (10, 5), (10, 3), (10, 4), (10, 5)]);
        let found = share_gap(Marked::Truncated, &base, &model).unwrap();
        assert!((found.value - 0.38).abs() < 1e-12 && found.blocks && found.message.contains("lengths"));
        assert!(share_gap(Marked::Truncated, &base, &base).unwrap().passed);
        let unparsed = share_gap(Marked::Unparsed, &base, &model).unwrap();
        assert!(!unparsed.passed && !unparsed.blocks && unparsed.audit == "unparsed");
    }

    #[test]
    fn missing_problems_are_listed() {
        let ids: Vec<String> = (0..7).map(|i| format!("p{i}")).collect();
        let found = pairing(3, &ids, &[]);
        assert!(!found.passed && !found.blocks && found.message.contains("p4 and 2 more"));
        assert!(pairing(0, &ids, &ids).blocks && pairing(3, &[], &[]).passed);
    }

    #[test]
    fn different_prompts_block() {
        let rows = [("a".to_string(), 1, 1), ("b".to_string(), 2, 3)];
        let found = prompts(&rows);
        assert!(found.blocks && found.value == 1.0 && found.message.contains("first: b"));
        assert!(prompts(&rows[..1]).passed);
    }

    #[test]
    fn ragged_counts_limit_k() {
        let found = ragged(&counts(&[(8, 1), (5, 2)]));
        assert!(!found.passed && !found.blocks && found.message.contains("k is limited to 5"));
    }

    #[test]
    fn flips_beyond_the_tolerance_fail() {
        assert!(agreement(1, 1000, 0.005).unwrap().passed);
        assert!(!agreement(10, 1000, 0.005).unwrap().passed);
        assert!(agreement(1, 0, 0.005).is_err());
    }
}
