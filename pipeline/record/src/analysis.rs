//! What the analysis stages conclude. Every interval is two-sided 95 % unless `method` says otherwise.

use serde::{Deserialize, Serialize};

/// One value of one metric of one model on one benchmark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    pub benchmark: String,
    pub model: String,
    pub setting: String,
    /// `pass@k`, `cot-pass@k`, `pass^k`, `g-pass@k(0.5)`, `cover`, `maj@k`, ... (docs/statistics.md).
    pub metric: String,
    /// `all`, or a stratum such as `stratum=depth 2`, `exposure=rare`.
    pub subset: String,
    pub k: u32,
    /// Threshold of metrics that have one (Cover@tau), else None.
    pub tau: Option<f64>,
    pub value: f64,
    /// Interval for the population of problems (unit: the problem).
    pub lo: f64,
    pub hi: f64,
    /// Standard error for the population of problems (SE_P), and for these very problems (SE_B; None when 2k > n).
    pub se_population: Option<f64>,
    pub se_benchmark: Option<f64>,
    /// Interval method by name.
    pub method: String,
    pub n_problems: u32,
    pub n_samples: u32,
}

/// The paired difference model - base of one metric at one k.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    pub benchmark: String,
    pub base: String,
    pub model: String,
    pub setting: String,
    pub metric: String,
    pub subset: String,
    /// Samples per problem; for `pass@tokens` the budget in generated tokens.
    pub k: u32,
    /// Threshold of metrics that have one (Cover@tau), else None.
    pub tau: Option<f64>,
    pub diff: f64,
    /// Pointwise interval.
    pub lo: f64,
    pub hi: f64,
    /// Simultaneous band over all k of this panel.
    pub band_lo: f64,
    pub band_hi: f64,
    /// `gain`, `loss` or `undecided` by the band.
    pub region: String,
    /// Standard error for the population of problems (unit P) and for these very problems (unit B; pass@k only, None when 2k > n): the square
    /// of their ratio is the share of the variance that more samples remove.
    pub se_population: Option<f64>,
    pub se_benchmark: Option<f64>,
    /// Problems on which the model (the base) has the larger value: beside the mean, never in its place.
    pub model_wins: u32,
    pub base_wins: u32,
    pub method: String,
    pub n_problems: u32,
}

/// Where the base overtakes: the crossing point k* and the first-loss confidence set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    pub benchmark: String,
    pub base: String,
    pub model: String,
    pub setting: String,
    /// What crosses, and with it the unit of every k here: samples for `pass@k`, samples of the model for `pass@k(equal tokens)`, generated
    /// tokens for `pass@tokens`.
    pub metric: String,
    pub subset: String,
    /// Largest k looked at.
    pub k_max: u32,
    /// First change of sign of the mean difference from + to -, linear in ln k; None: no crossing up to k_max.
    pub k_star: Option<f64>,
    /// Bootstrap interval of k*; None stands for "beyond k_max".
    pub k_lo: Option<f64>,
    pub k_hi: Option<f64>,
    /// Share of bootstrap replicates without a crossing up to k_max.
    pub p_no_crossing: f64,
    /// First-loss confidence set [first_loss_lo, first_loss_hi]; hi None: not established by k_max. Only for k = 1, 2, 3, ...; else [1, None].
    pub first_loss_lo: u32,
    pub first_loss_hi: Option<u32>,
    /// Largest k of the initial gain region; 0 when there is none.
    pub gain_until: u32,
    /// Changes of sign of the mean difference: above 1, k* alone does not describe the curves.
    pub sign_changes: u32,
    /// How the interval of k* was made: `bootstrap`, or `inverted` where few problems carry the difference.
    pub method: String,
    /// Multiplier of the standard errors of the panel's band, and its Monte-Carlo error.
    pub critical: f64,
    pub critical_error: f64,
}

/// pass@k of a training *method*, or its difference to the base's method, over several training runs (estimand T of
/// docs/statistics.md): the interval holds for new runs on new problems.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedEffect {
    pub benchmark: String,
    /// Arm whose runs these are.
    pub arm: String,
    /// Arm of the bases; empty for `pass_at_k`.
    pub base: String,
    pub setting: String,
    pub k: u32,
    /// `pass_at_k` of the arm, or its paired `difference` to the base of the same seed (arm minus base).
    pub estimand: String,
    /// Mean over runs and problems.
    pub mean: f64,
    /// Interval over runs crossed with problems; None for a single run, which says nothing about the method.
    pub lo: Option<f64>,
    pub hi: Option<f64>,
    /// Two-sided p of "no difference", over runs and problems; None for `pass_at_k` and for a single run.
    pub p: Option<f64>,
    /// Training runs.
    pub runs: u32,
    /// Variance components of one (run, problem): between runs, between problems, interaction plus sampling; None for one run.
    pub var_run: Option<f64>,
    pub var_problem: Option<f64>,
    pub var_rest: Option<f64>,
    /// `runs and problems` (crossed random effects, each with its own t quantile), `problems only` where that interval is wider (few runs often show no spread by chance), or `checkpoint only`.
    pub method: String,
    pub n_problems: u32,
    /// Smallest number of samples of a problem in any run.
    pub n_samples: u32,
    /// Model ids of the runs and of their bases, in the order of their seeds, joined by `, `.
    pub models: String,
    pub base_models: String,
}

/// One bar of the accuracy histogram in the paper's 12 bins (Figs 5 and 13).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    pub benchmark: String,
    pub model: String,
    pub setting: String,
    /// 0-based position of the bin: `0`, `(0..0.1]`, ..., `(0.9..1)`, `1`.
    pub bin_index: u32,
    pub bin: String,
    pub count: u32,
}

/// The 2x2 table of solved problems at n, with its null and the support metrics.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    pub benchmark: String,
    pub base: String,
    pub model: String,
    pub setting: String,
    pub subset: String,
    pub n: u32,
    pub both: u32,
    pub base_only: u32,
    pub model_only: u32,
    pub neither: u32,
    /// Exact (Clopper-Pearson) intervals of the shares base-only and model-only.
    pub base_only_lo: f64,
    pub base_only_hi: f64,
    pub model_only_lo: f64,
    pub model_only_hi: f64,
    /// Exact McNemar p of the discordant pairs, two-sided.
    pub mcnemar_p: f64,
    /// Self-null at m = n/2: "only in run A" problems that two runs of the base (model) would show (statistics 4.2).
    pub self_null_m: u32,
    pub self_null_base: f64,
    pub self_null_model: f64,
    pub base_only_at_m: f64,
    pub model_only_at_m: f64,
    /// Share of the problems the base leaves unsolved at m that the model solves, and that a rerun of the base solves; None when it leaves none.
    pub unlocked: Option<f64>,
    pub unlocked_by_rerun: Option<f64>,
    /// Sum over problems of the squared change of (1-p)^m, unbiased: 0 in expectation only where nothing changed; with its standard error.
    pub excess: Option<f64>,
    pub excess_se: Option<f64>,
    /// Expected cell at full n if nothing had changed, and the Poisson-binomial tails (statistics 4.4).
    pub null_expected: f64,
    pub null_p_base_only: f64,
    pub null_p_model_only: f64,
    /// Model-only problems minus `null_expected`; may be negative.
    pub net_expansion: f64,
    /// Self-null of the base at full n under three mixing models (beta-binomial, zero-inflated, NPMLE); None for strata and where no fit is
    /// possible. Their spread is the answer.
    pub self_null_bb: Option<f64>,
    pub self_null_zibb: Option<f64>,
    pub self_null_npmle: Option<f64>,
    /// Expected number of problems with p_base < 1/(8n) <= p_model under the same models (statistics 4.8).
    pub expansions_bb: Option<f64>,
    pub expansions_zibb: Option<f64>,
    pub expansions_npmle: Option<f64>,
    /// Model-only (base-only) problems whose success rate really changed at a false-discovery rate of 5 %.
    pub real_model_only: u32,
    pub real_base_only: u32,
    /// Support metrics of arXiv 2507.14843, None when a denominator is 0.
    pub srr: Option<f64>,
    pub ndr: Option<f64>,
    pub sds: Option<f64>,
    pub nscr: Option<f64>,
}

/// One problem that only one of the two models solved, or whose rate changed for sure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProblemChange {
    pub benchmark: String,
    pub base: String,
    pub model: String,
    pub setting: String,
    pub problem_id: String,
    pub base_correct: u32,
    pub model_correct: u32,
    pub n: u32,
    /// `base_only`, `model_only` or `both`.
    pub cell: String,
    /// One-sided conditional p that the two rates are equal, and its Benjamini-Hochberg adjusted value.
    pub p: f64,
    pub q: f64,
    /// P(the base solves it within n more samples | counts): beta-binomial, zero-inflated, NPMLE.
    pub base_solves_bb: Option<f64>,
    pub base_solves_zibb: Option<f64>,
    pub base_solves_npmle: Option<f64>,
    /// Fresh base samples that would confirm p_base < 1/(8n) at 5 % (statistics 4.7).
    pub confirm_samples: Option<u64>,
}

/// pass@k beyond n, never part of a measured series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extrapolation {
    pub benchmark: String,
    pub model: String,
    pub setting: String,
    pub k: u32,
    /// `bb`, `zibb`, `npmle`, `dkw_lo`, `dkw_hi`.
    pub method: String,
    pub value: f64,
    /// Whether the thinning back-test of this model and benchmark holds.
    pub backtest_holds: bool,
    /// What the back-test found, in words.
    pub backtest: String,
    /// Why this k must not be used for a claim; empty when nothing speaks against it.
    pub refused: String,
}

/// One audit of the input; `blocks` stops the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    pub benchmark: String,
    pub model: String,
    pub setting: String,
    /// `dispersion`, `duplicates`, `truncation`, `unparsed`, `undecided`, `ragged`, or `truncation against <base>`, ...
    pub audit: String,
    pub value: f64,
    pub lo: f64,
    pub hi: f64,
    pub passed: bool,
    pub blocks: bool,
    /// What it means and what to do, in a sentence.
    pub message: String,
}

/// One claim of the spec and what the data say of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Claim id in the spec.
    pub claim: String,
    /// `crossing`, `expands`, `narrows`, `similar`, `subset`, `gain`.
    pub kind: String,
    /// The claim in words.
    pub statement: String,
    /// `supported`, `refuted` or `inconclusive`.
    pub verdict: String,
    /// The numbers it rests on, with intervals.
    pub evidence: String,
    /// What would decide an inconclusive claim; empty otherwise.
    pub needed: String,
    /// YAML line of the claim, 1-based; 0 when unknown.
    pub line: u32,
}

/// One of the contrasts of a panel (a model against a base on a benchmark in a setting) that were fixed before looking, with its p adjusted
/// over all panels of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contrast {
    pub benchmark: String,
    pub base: String,
    pub model: String,
    pub setting: String,
    /// `first k` (difference of pass@1), `last k` (of pass@n), `crossing` (gain at the first k and loss at the last), `coverage` (McNemar).
    pub contrast: String,
    /// The k of the difference; the last one for `crossing`, n for `coverage`.
    pub k: u32,
    /// Mean difference, model - base, at `k`; None for `crossing`.
    pub diff: Option<f64>,
    /// Unadjusted p, two-sided but for `crossing`.
    pub p: f64,
    /// Holm: reject at or below .05 and no false claim is made in any panel, with probability .95.
    pub p_holm: f64,
    /// Benjamini-Hochberg: reject at or below .05 and 5 % of what is rejected is false, on average.
    pub q: f64,
    /// Contrasts adjusted together.
    pub contrasts: u32,
}

/// How much of a model's coverage answers that ignore the problem would reach: the answers to *other* problems, shuffled (statistics 7.6).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guessing {
    pub benchmark: String,
    pub model: String,
    pub setting: String,
    pub subset: String,
    /// Samples per problem, the smallest of the subset.
    pub n: u32,
    pub n_problems: u32,
    /// Problems whose rate is known: others of the same type of answer were answered. The rest counts as rate 0.
    pub known: u32,
    /// Mean over problems of the guessing rate g, in [0, 1].
    pub mean_rate: f64,
    /// Expected number of problems that n guesses solve: sum of 1 - (1 - g)^n.
    pub expected_solved: f64,
    /// Problems that the model solved at n.
    pub solved: u32,
    /// Of these, problems whose successes do not exceed Binomial(n, g) at a false-discovery rate of 5 %.
    pub guessable: u32,
}

/// The true success rate of one problem: a sum over all correct answers, temperature 1, no truncation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExactRate {
    pub benchmark: String,
    pub model: String,
    pub setting: String,
    pub problem_id: String,
    /// How many answers are correct.
    pub answers: u32,
    /// Probability of a correct answer, in [0, 1].
    pub rate: f64,
    /// What was sampled from the same model.
    pub n: u32,
    pub correct: u32,
}

/// Exact pass@k of a benchmark's problems beside the estimate from samples and its interval for these problems.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExactCurve {
    pub benchmark: String,
    pub model: String,
    pub setting: String,
    pub k: u32,
    /// Mean over problems of 1 - (1 - p)^k.
    pub exact: f64,
    /// Unbiased estimate from the counts; (lo, hi) from its SE_B.
    pub estimate: f64,
    pub lo: f64,
    pub hi: f64,
    /// Whether (lo, hi) holds the exact value.
    pub inside: bool,
}
