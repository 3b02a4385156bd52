//! Stage `claims`: each claim of the spec held against the results -> supported, refuted or inconclusive, with the evidence.
//!
//! Outputs: `claims`, in the order of the spec, and `contrasts`, adjusted over all panels. The rules stand in `beyond_statistics::claims`; this
//! crate finds the numbers. Where a pair was trained from several seeds, *gain*, *expands*, *narrows* and *crossing* are about the method
//! (interval over runs); *subset* and *similar* are about the first run and say so. Verdicts that have a p-value carry Holm's adjustment over
//! all such claims of the spec.

mod contrasts;
mod evidence;
mod method;
mod params;
mod words;

pub use params::*;

use anyhow::Result;
use beyond_record::Claim as Row;
use beyond_stage::{Job, Stage};
use beyond_statistics::claims::Judgement;
use beyond_statistics::claims::tested::with_adjusted;
use beyond_statistics::multiplicity::holm;
use evidence::Evidence;

/// The stage.
pub struct Claims;

impl Stage for Claims {
    const NAME: &'static str = "claims";
    const VERSION: u32 = 3;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let evidence = Evidence { paired: job.read()?, coverage: job.read()?, counts: job.read()?, seeds: job.read()? };
        let tested: Vec<Tested> = params.claims.iter().map(|claim| evidence.test(claim)).collect::<Result<_>>()?;
        let rows: Vec<Row> = params.claims.iter().zip(adjusted(tested)).map(|(claim, judgement)| row(claim, judgement)).collect();
        job.write(&contrasts::contrasts(&evidence.paired, &evidence.coverage))?;
        job.write(&rows)
    }
}

/// A judgement and its p-value; None for rules that are not tests of one hypothesis.
struct Tested {
    judgement: Judgement,
    p: Option<f64>,
}

/// With Holm's note on every judgement that has a p, where there are several.
fn adjusted(tested: Vec<Tested>) -> Vec<Judgement> {
    let p: Vec<f64> = tested.iter().filter_map(|tested| tested.p).collect();
    let (claims, mut holm) = (p.len(), holm(&p).into_iter());
    let note = |tested: Tested| match tested.p.and_then(|_| holm.next()) {
        Some(adjusted) if claims > 1 => with_adjusted(tested.judgement, adjusted, claims),
        _ => tested.judgement,
    };
    tested.into_iter().map(note).collect()
}

fn row(claim: &Claim, judgement: Judgement) -> Row {
    Row {
        claim: claim.id.clone(),
        kind: words::kind(&claim.kind).to_string(),
        statement: words::statement(&claim.kind),
        verdict: judgement.verdict.as_str().to_string(),
        evidence: judgement.evidence,
        needed: judgement.needed,
        line: claim.line,
    }
}
