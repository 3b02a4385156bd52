//! Audits that need the samples in order: are they independent draws, or was a seed used twice? (docs/statistics.md)

use crate::Group;
use anyhow::Result;
use beyond_record::{Audit, Verdict};
use beyond_stage::Digest;
use beyond_statistics::Count;
use beyond_statistics::audit::{DispersionOptions, Finding, dispersion, duplicates};

/// Batches into which the samples of a problem are cut; samples of different seeds usually follow each other in blocks.
const BATCHES: usize = 4;
/// Completions below this many tokens on average repeat legitimately: collisions of short answers are no evidence.
const LONG_TOKENS: f64 = 64.0;

/// One row per audit; none when a problem has too few samples to be cut into batches.
pub fn audits(groups: &[Group], verdicts: &[Vec<Verdict>]) -> Result<Vec<Audit>> {
    let enough = groups.iter().all(|group| group.completions.len() >= 2 * BATCHES && group.completions.len() % BATCHES == 0);
    let Some(first) = verdicts.first().filter(|_| enough).and_then(|verdicts| verdicts.first()) else { return Ok(Vec::new()) };
    let mut findings = vec![duplicates(&texts(groups))?.finding];
    if verdicts.iter().any(|verdicts| has_both_outcomes(verdicts)) {
        findings.push(dispersion(&batches(verdicts)?, DispersionOptions::default())?.finding);
    }
    let long = mean_tokens(groups).is_none_or(|tokens| tokens >= LONG_TOKENS);
    Ok(findings.into_iter().map(|finding| row(first, finding, long)).collect())
}

fn row(cell: &Verdict, finding: Finding, long: bool) -> Audit {
    Audit {
        benchmark: cell.benchmark.clone(),
        model: cell.model.clone(),
        setting: cell.setting.clone(),
        audit: finding.audit.to_string(),
        value: finding.value,
        lo: finding.lo,
        hi: finding.hi,
        passed: finding.passed,
        blocks: finding.blocks && (long || finding.audit == "duplicates"),
        message: finding.message,
    }
}

/// Problems that are always or never solved carry no information on dispersion.
fn has_both_outcomes(verdicts: &[Verdict]) -> bool {
    let correct = verdicts.iter().filter(|verdict| verdict.outcome.is_correct()).count();
    correct > 0 && correct < verdicts.len()
}

fn batches(verdicts: &[Vec<Verdict>]) -> Result<Vec<Vec<Count>>> {
    let count = |batch: &[Verdict]| {
        let correct = batch.iter().filter(|verdict| verdict.outcome.is_correct()).count();
        Ok(Count::new(batch.len() as u32, correct as u32)?)
    };
    verdicts.iter().map(|verdicts| verdicts.chunks(verdicts.len() / BATCHES).map(count).collect()).collect()
}

fn texts(groups: &[Group]) -> Vec<Vec<Vec<u64>>> {
    let word = |text: &str| u64::from_le_bytes(Digest::of(text.as_bytes()).bytes()[..8].try_into().expect("a digest has 32 bytes"));
    let batches = |group: &Group| {
        let size = group.completions.len() / BATCHES;
        group.completions.chunks(size).map(|batch| batch.iter().map(|completion| word(&completion.text)).collect()).collect()
    };
    groups.iter().map(batches).collect()
}

fn mean_tokens(groups: &[Group]) -> Option<f64> {
    let tokens: Option<Vec<u32>> = groups.iter().flat_map(|group| &group.completions).map(|completion| completion.n_tokens).collect();
    tokens.map(|tokens| tokens.iter().sum::<u32>() as f64 / tokens.len().max(1) as f64)
}
