//! The problems that only one of the two models solved, each with what is known about it.

use crate::{Fitted, Pairing, threshold};
use anyhow::Result;
use beyond_record::ProblemChange;
use beyond_statistics::coverage::{Cell, cells};
use beyond_statistics::extrapolate::{Fits, Mixing, posterior::solved_within};
use beyond_statistics::self_null::{Better, Tested, changes};
use beyond_statistics::{Count, confirm, counts::min_n};

/// One row per discordant problem, in the order of the problem id.
pub fn changes_of(pair: &Pairing, fits: &Fitted) -> Result<Vec<ProblemChange>> {
    let (base, model) = (beyond_frame::counts(&pair.rows.base)?, beyond_frame::counts(&pair.rows.model)?);
    let cells = cells(&base, &model)?;
    let (for_base, for_model) = (changes(&base, &model, Better::Base)?, changes(&base, &model, Better::Model)?);
    let candidates = cells.iter().filter(|cell| **cell == Cell::ModelOnly).count();
    let n = min_n(&base);
    let plan = confirm::plan(threshold(n), 0.05, candidates.max(1))?;
    let mut out = Vec::new();
    for i in 0..cells.len() {
        let tested = match cells[i] {
            Cell::ModelOnly => for_model[i],
            Cell::BaseOnly => for_base[i],
            _ => continue,
        };
        let chance = (cells[i] == Cell::ModelOnly).then_some(fits.base.as_ref()).flatten();
        out.push(ProblemChange {
            confirm_samples: (cells[i] == Cell::ModelOnly).then_some(plan.samples_each),
            ..row(pair, i, cells[i], tested, chance, base[i])
        });
    }
    Ok(out)
}

fn row(pair: &Pairing, i: usize, cell: Cell, tested: Tested, fits: Option<&Fits>, base: Count) -> ProblemChange {
    let within = |model: &dyn Mixing| solved_within(model, base, base.n());
    ProblemChange {
        benchmark: pair.benchmark.clone(),
        base: pair.base.clone(),
        model: pair.model.clone(),
        setting: pair.setting.clone(),
        problem_id: pair.rows.base[i].problem_id.clone(),
        base_correct: pair.rows.base[i].correct,
        model_correct: pair.rows.model[i].correct,
        n: base.n(),
        cell: cell.as_str().to_string(),
        p: tested.p,
        q: tested.q,
        base_solves_bb: fits.map(|fits| within(&fits.bb)),
        base_solves_zibb: fits.map(|fits| within(&fits.zibb)),
        base_solves_npmle: fits.map(|fits| within(&fits.npmle)),
        confirm_samples: None,
    }
}
