//! Under which rules two answers count as equal.

use serde::{Deserialize, Serialize};

/// The two named policies; a report prints both and the verdicts that differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Ours: the whole string is read, equality is proved or refuted.
    #[default]
    Strict,
    /// The grader released with arXiv 2504.13837: relative tolerance 1e-4, percentage variants, its stripping rules.
    Paper,
}

/// How `1,22` is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalComma {
    /// A list, or a decimal number where only that reading equals the other answer.
    #[default]
    Either,
    /// Always a list.
    Never,
}

/// Options of the strict policy: formats and tolerances, never part of equality itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Which semantics; everything below is read under [`Policy::Strict`] only.
    pub policy: Policy,
    /// Numbers are equal when they agree after rounding to this many decimals (Math-Verify's `float_rounding`).
    pub decimals: Option<u32>,
    /// Absolute tolerances, one for all answers or one per gold answer in order (OlympiadBench's `error`); x1.01.
    pub tolerance: Vec<f64>,
    /// A list must be given in the gold order.
    pub ordered: bool,
    /// A unit of the gold answer must be present.
    pub units_required: bool,
    /// A gold or predicted quotient of integers must be in lowest terms and evaluated: `3245/5` is not 649.
    pub lowest_terms: bool,
    /// The answer must stand in a box.
    pub boxed_only: bool,
    /// Variables must carry the same names; otherwise they are matched by their order of first use.
    pub names_matter: bool,
    /// `x in [a,b]` as gold may be answered by the inequality `a <= x <= b`.
    pub set_as_relation: bool,
    /// `$..$` and `\(..\)` may span lines.
    pub inline_math_spans_lines: bool,
    /// How `1,22` is read.
    pub decimal_comma: DecimalComma,
    /// Arithmetic steps (one step: about one machine-word operation) before a comparison is TimedOut.
    pub budget: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            policy: Policy::Strict,
            decimals: None,
            tolerance: Vec::new(),
            ordered: false,
            units_required: false,
            lowest_terms: false,
            boxed_only: false,
            names_matter: true,
            set_as_relation: true,
            inline_math_spans_lines: true,
            decimal_comma: DecimalComma::Either,
            budget: 400_000,
        }
    }
}

impl Options {
    /// The defaults of a policy.
    pub fn of(policy: Policy) -> Self {
        Self { policy, ..Self::default() }
    }
}
