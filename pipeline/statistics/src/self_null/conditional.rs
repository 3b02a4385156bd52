//! The null at full n, conditional on each problem's total number of successes.

use crate::counts::Count;
use crate::coverage::{Cell, cells};
use crate::error::Result;
use crate::hypergeometric;
use crate::matrix::compensated_sum;

/// The cells at full n if the two success rates were equal on every problem, given each problem's total successes.
///
/// Given s = c_b + c_r the base's share is hypergeometric, so P(model-only) = P(c_b = 0 | s); no prior is involved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConditionalNull {
    /// Expected number of base-only problems.
    pub expected_base_only: f64,
    /// Expected number of model-only problems (equal to the former when all n are equal).
    pub expected_model_only: f64,
    /// Standard deviation of the number of base-only problems under the null.
    pub sd_base_only: f64,
    /// Standard deviation of the number of model-only problems under the null.
    pub sd_model_only: f64,
    /// P(base-only >= observed), exact Poisson-binomial: small = the model lost problems.
    pub p_base_only_ge: f64,
    /// P(base-only <= observed).
    pub p_base_only_le: f64,
    /// P(model-only >= observed): small = the model gained problems.
    pub p_model_only_ge: f64,
    /// P(model-only <= observed): small = fewer "unlocked" problems than chance alone gives.
    pub p_model_only_le: f64,
}

/// The conditional null at full n; the n of the two models may differ and may be ragged.
///
/// # Errors
/// Different numbers of problems.
pub fn conditional_null(base: &[Count], model: &[Count]) -> Result<ConditionalNull> {
    let cells = cells(base, model)?;
    let observed = |cell: Cell| cells.iter().filter(|c| **c == cell).count();
    let (mut base_only, mut model_only) = (vec![], vec![]);
    for (b, m) in base.iter().zip(model) {
        let (total, successes) = (b.n() + m.n(), b.c() + m.c());
        if successes > 0 {
            base_only.push(hypergeometric::none(total, successes, m.n()));
            model_only.push(hypergeometric::none(total, successes, b.n()));
        }
    }
    let (base_law, model_law) = (poisson_binomial(&base_only), poisson_binomial(&model_only));
    let (at_base, at_model) = (observed(Cell::BaseOnly), observed(Cell::ModelOnly));
    Ok(ConditionalNull {
        expected_base_only: compensated_sum(base_only.iter().copied()),
        expected_model_only: compensated_sum(model_only.iter().copied()),
        sd_base_only: compensated_sum(base_only.iter().map(|p| p * (1.0 - p))).sqrt(),
        sd_model_only: compensated_sum(model_only.iter().map(|p| p * (1.0 - p))).sqrt(),
        p_base_only_ge: from(&base_law, at_base),
        p_base_only_le: up_to(&base_law, at_base),
        p_model_only_ge: from(&model_law, at_model),
        p_model_only_le: up_to(&model_law, at_model),
    })
}

/// Law of a sum of independent 0/1 variables with the given chances: P(sum = x), x = 0..=len.
pub fn poisson_binomial(chances: &[f64]) -> Vec<f64> {
    let mut law = vec![1.0];
    for p in chances {
        law.push(0.0);
        for x in (0..law.len()).rev() {
            let below = if x > 0 { law[x - 1] } else { 0.0 };
            law[x] = law[x] * (1.0 - p) + below * p;
        }
    }
    law
}

fn from(law: &[f64], x: usize) -> f64 {
    law.iter().skip(x).rev().sum::<f64>().min(1.0)
}

fn up_to(law: &[f64], x: usize) -> f64 {
    law.iter().take(x + 1).sum::<f64>().min(1.0)
}
