//! Whether the two sides of the comparison differ in more than the model: other problems, other prompts, other limits, another format.

use crate::{Pairing, Params};
use anyhow::Result;
use beyond_record::{Audit, Counts};
use beyond_stage::{Digest, Job, table};
use beyond_statistics::Count;
use beyond_statistics::audit::{Finding, Marked, pairing, prompts, share_gap};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One row per audit, of the model against its base. Problems that one side lacks are left out of every number and listed. Different prompts
/// stop the report unless the spec says that they are meant; where one side has counts only, its prompts are not known and there is no row.
/// A gap in shares is shown beside the results and never stops them: a model that was trained badly does run on, and that is a result.
pub fn audits(pair: &Pairing, params: &Params, job: &Job) -> Result<Vec<Audit>> {
    let mut found = vec![row(pair, pairing(pair.rows.base.len(), &pair.rows.only_base, &pair.rows.only_model))];
    found.extend(asked(pair, params, job)?);
    if pair.rows.base.len() > 1 {
        found.push(share(pair, Marked::Truncated, |row| row.truncated)?);
        found.push(share(pair, Marked::Unparsed, |row| row.unparsed)?);
    }
    Ok(found)
}

fn share(pair: &Pairing, marked: Marked, of: fn(&Counts) -> u32) -> Result<Audit> {
    let marks = |rows: &[Counts]| rows.iter().map(|row| Ok(Count::new(row.n, of(row))?)).collect::<Result<Vec<_>>>();
    let finding = share_gap(marked, &marks(&pair.rows.base)?, &marks(&pair.rows.model)?)?;
    Ok(Audit { blocks: false, ..row(pair, finding) })
}

/// What a model was shown.
#[derive(Deserialize)]
struct Shown {
    problem_id: String,
    prompt: String,
    image: String,
}

/// The audit of the prompts; None where those of one side are not known.
fn asked(pair: &Pairing, params: &Params, job: &Job) -> Result<Option<Audit>> {
    let base = digests(job, "base_problems", &params.base_template)?;
    let model = digests(job, "model_problems", &params.model_template)?;
    let both = |row: &Counts| Some((row.problem_id.clone(), *base.get(&row.problem_id)?, *model.get(&row.problem_id)?));
    let rows: Vec<(String, u64, u64)> = pair.rows.base.iter().filter_map(both).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let found = row(pair, prompts(&rows));
    if !found.passed && params.unequal_prompts {
        let message = format!("{}. The spec says so: unequal_prompts", found.message);
        return Ok(Some(Audit { blocks: false, message, ..found }));
    }
    let remedy = if found.passed { "" } else { ": `unequal_prompts: true` in this entry of `compare`" };
    Ok(Some(Audit { message: format!("{}{remedy}", found.message), ..found }))
}

/// By problem id, of the template, the prompt and the image.
fn digests(job: &Job, role: &str, template: &str) -> Result<BTreeMap<String, u64>> {
    let mut out = BTreeMap::new();
    for input in job.inputs_of(role) {
        for shown in table::read_columns::<Shown>(&input.path)? {
            let parts = [template, &shown.prompt, &shown.image].map(|part| Digest::of(part.as_bytes()).to_string());
            out.insert(shown.problem_id, word(Digest::of(parts.concat().as_bytes())));
        }
    }
    Ok(out)
}

fn word(digest: Digest) -> u64 {
    u64::from_le_bytes(digest.bytes()[..8].try_into().expect("a digest has 32 bytes"))
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
        blocks: finding.blocks,
        message: finding.message,
    }
}
