//! The difference at equal tokens instead of equal samples: a model that writes more gets fewer samples for the same budget.

use crate::Comparison;
use anyhow::Result;
use beyond_record::Counts;
use beyond_statistics::counts::dense_ks;
use beyond_statistics::family::readings::Reading;
use beyond_statistics::matrix::mean;
use beyond_statistics::paired::common_k;
use beyond_statistics::token_budget::equal_token_differences;

/// Largest k of the curves that are compared, as for pass@k.
const DENSE: u32 = 256;

/// `pass@tokens` where both models have the length of every sample; else `pass@k(equal tokens)` from mean lengths; None without those.
pub fn at_equal_tokens(pair: &Comparison, positions: &[usize], (base, model): (&[Counts], &[Counts])) -> Result<Option<Reading>> {
    match &pair.budgets {
        Some(budgets) => Ok(within_budget(budgets, positions)),
        None => in_samples(base, model),
    }
}

/// Budgets from the first at which some difference is not 0: below it no sample is complete.
fn within_budget(budgets: &Reading, positions: &[usize]) -> Option<Reading> {
    let part = budgets.of(positions);
    let first = (0..part.ks.len()).find(|&j| part.values.column(j).iter().any(|value| *value != 0.0))?;
    Some(part.columns(|j, _| j >= first))
}

/// k samples of the model against k L_model / L_base of the base, L = mean tokens per sample over these problems.
fn in_samples(base: &[Counts], model: &[Counts]) -> Result<Option<Reading>> {
    let (Some(of_base), Some(of_model)) = (tokens_per_sample(base), tokens_per_sample(model)) else { return Ok(None) };
    let (base, model) = (beyond_frame::counts(base)?, beyond_frame::counts(model)?);
    let ks = dense_ks(common_k(&base, &model).min(DENSE));
    let (kept, values) = equal_token_differences(&base, &model, &ks, of_model / of_base)?;
    Ok((!kept.is_empty()).then(|| Reading::over_k("pass@k(equal tokens)", kept, values)))
}

/// None where a problem's mean length is not known.
fn tokens_per_sample(rows: &[Counts]) -> Option<f64> {
    let lengths: Vec<f64> = rows.iter().map(|row| row.mean_tokens).collect::<Option<_>>()?;
    Some(mean(&lengths)).filter(|length| *length > 0.0)
}
