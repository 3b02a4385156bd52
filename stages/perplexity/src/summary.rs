//! What the scored answers of one author say together: boxes of perplexities and support by likelihood.

use anyhow::Result;
use beyond_record::{Likelihood, Perplexity, PerplexityBox};
use beyond_statistics::interval;
use beyond_statistics::likelihood::{LEAST_EFFECTIVE, Mass, Scored, correct_mass, covered, five_numbers, quantile, recurs};
use std::collections::BTreeMap;

const LEVEL: f64 = 0.95;
/// log2 of the largest k of the profiles: a string of 28 nats.
const MOST_LOG2_K: u32 = 40;

/// One row per setting: quartiles over problems of the median perplexity over a problem's answers.
pub fn boxes(rows: &[Perplexity]) -> Vec<PerplexityBox> {
    let mut problems: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for row in rows {
        problems.entry(&row.problem_id).or_default().push(row.ppl);
    }
    let medians: Vec<f64> = problems.values_mut().filter_map(|ppl| median(ppl)).collect();
    let (Some(first), Some(found)) = (rows.first(), five_numbers(&medians)) else { return Vec::new() };
    vec![PerplexityBox {
        scorer: first.scorer.clone(),
        author: first.author.clone(),
        benchmark: first.benchmark.clone(),
        setting: first.setting.clone(),
        whisker_low: found.low,
        q1: found.q1,
        median: found.median,
        q3: found.q3,
        whisker_high: found.high,
        n_problems: medians.len() as u32,
        n_answers: rows.len() as u32,
    }]
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    quantile(values, 0.5)
}

/// Profiles over k of [`covered`] and [`recurs`], and the [`correct_mass`] where the law of sampling is known.
/// `drawn` holds ln p under that law, in the order of `rows`.
pub fn support(rows: &[Perplexity], drawn: &[Option<f64>]) -> Result<Vec<Likelihood>> {
    let mut problems: BTreeMap<&str, Vec<Scored>> = BTreeMap::new();
    for (row, drawn) in rows.iter().zip(drawn) {
        let scored = Scored { logprob: row.logprob_sum, drawn: *drawn, correct: row.outcome == "correct" };
        problems.entry(&row.problem_id).or_default().push(scored);
    }
    let problems: Vec<Vec<Scored>> = problems.into_values().collect();
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for (quantity, of) in [("covered", covered as fn(&[Scored], f64) -> Option<f64>), ("recurs", recurs)] {
        for log2_k in 0..=MOST_LOG2_K {
            let values: Vec<f64> = problems.iter().filter_map(|answers| of(answers, f64::from(log2_k))).collect();
            out.extend(row(first, quantity, 1 << log2_k, &values, None)?);
        }
    }
    out.extend(mass(first, &problems)?);
    Ok(out)
}

/// Mean correct mass over problems; without a value when few strings carry the sums of most problems.
fn mass(first: &Perplexity, problems: &[Vec<Scored>]) -> Result<Option<Likelihood>> {
    if problems.iter().flatten().any(|answer| answer.drawn.is_none()) {
        return Ok(None);
    }
    let found = problems.iter().map(|answers| correct_mass(answers)).collect::<beyond_statistics::error::Result<Vec<Mass>>>()?;
    let mut shares: Vec<f64> = found.iter().zip(problems).map(|(mass, answers)| mass.effective / answers.len() as f64).collect();
    let effective = median(&mut shares).unwrap_or(0.0);
    let values: Vec<f64> = found.iter().map(|mass| mass.mass.min(1.0)).collect();
    let row = row(first, "correct mass", 1, &values, Some(effective))?;
    Ok(row.map(|row| if effective < LEAST_EFFECTIVE { Likelihood { value: None, lo: None, hi: None, ..row } } else { row }))
}

fn row(first: &Perplexity, quantity: &str, k: u64, values: &[f64], effective: Option<f64>) -> Result<Option<Likelihood>> {
    if values.is_empty() {
        return Ok(None);
    }
    let interval = if values.len() > 1 { Some(interval::curve(values, LEVEL)?) } else { None };
    Ok(Some(Likelihood {
        scorer: first.scorer.clone(),
        author: first.author.clone(),
        benchmark: first.benchmark.clone(),
        setting: first.setting.clone(),
        quantity: quantity.to_string(),
        k,
        value: Some(values.iter().sum::<f64>() / values.len() as f64),
        lo: interval.map(|interval| interval.lo),
        hi: interval.map(|interval| interval.hi),
        effective_share: effective,
        n_problems: values.len() as u32,
        method: interval.map_or("one problem", |interval| interval.method.as_str()).to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(problem: &str, logprob_sum: f64, outcome: &str) -> Perplexity {
        Perplexity {
            scorer: "base".into(),
            author: "rl".into(),
            benchmark: "b".into(),
            setting: "t1.0".into(),
            problem_id: problem.into(),
            sample_index: 0,
            outcome: outcome.into(),
            n_tokens: 2,
            logprob_sum,
            ppl: (-logprob_sum / 2.0).exp(),
        }
    }

    fn rows() -> Vec<Perplexity> {
        vec![answer("p1", 0.25f64.ln(), "correct"), answer("p1", 0.5f64.ln(), "incorrect"), answer("p2", 0.125f64.ln(), "correct")]
    }

    #[test]
    fn the_box_is_over_problems_not_over_answers() {
        let found = boxes(&rows());
        let (p1, p2) = ((2.0 + 2.0f64.sqrt()) / 2.0, 8.0f64.sqrt());
        assert_eq!((found[0].n_problems, found[0].n_answers), (2, 3));
        assert!((found[0].median - (p1 + p2) / 2.0).abs() < 1e-12 && (found[0].whisker_high - p2).abs() < 1e-12);
        assert!(boxes(&[]).is_empty());
    }

    #[test]
    fn profiles_rise_to_one_and_the_mass_needs_a_known_law() {
        let found = support(&rows(), &[None, None, None]).unwrap();
        let covered: Vec<f64> = found.iter().filter(|row| row.quantity == "covered").filter_map(|row| row.value).collect();
        assert_eq!(covered[..4], [0.0, 0.0, 0.5, 1.0]);
        assert!(covered.is_sorted() && found.iter().all(|row| row.quantity != "correct mass"));
        let known = support(&rows(), &[Some(0.25f64.ln()), Some(0.5f64.ln()), Some(0.25f64.ln())]).unwrap();
        let mass = known.iter().find(|row| row.quantity == "correct mass").unwrap();
        assert!((mass.value.unwrap() - (0.5 + 0.5) / 2.0).abs() < 1e-12 && mass.effective_share.unwrap() > 0.99);
    }

    #[test]
    fn a_mass_that_few_strings_carry_is_refused() {
        let rows: Vec<Perplexity> = (0..8).map(|i| answer("p", if i == 0 { -0.1 } else { -30.0 }, "correct")).collect();
        let found = support(&rows, &[Some(-5.0); 8]).unwrap();
        let mass = found.iter().find(|row| row.quantity == "correct mass").unwrap();
        assert!(mass.value.is_none() && mass.effective_share.unwrap() < LEAST_EFFECTIVE);
    }
}
