//! Problems, completions, verdicts and counts.

use crate::{Outcome, Process};
use serde::{Deserialize, Serialize};

/// One problem of a benchmark.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Benchmark id, as the spec names it.
    pub benchmark: String,
    /// Unique within the benchmark.
    pub problem_id: String,
    /// How completions are judged: `family:<name>` (a laboratory family), `math`, `code`, `mathvista`, `mathvision`, `choice`, `exact`.
    pub judge: String,
    /// Text shown to the model, before any chat template.
    pub prompt: String,
    /// What the judge compares with: an answer, or JSON with tests.
    pub gold: String,
    /// Stratum of difficulty, for example `depth 2` or `level 5`; empty when there is none.
    pub stratum: String,
    /// How often the base model saw the skill in pretraining: `none`, `rare`, `common`, or empty when unknown.
    pub exposure: String,
    /// PNG image shown to the model, base64; empty for text problems.
    pub image: String,
    /// A reference solution written by the exact solver or the benchmark's authors; empty when unknown.
    pub solution: String,
}

/// One sampled completion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    pub model: String,
    pub benchmark: String,
    /// Sampling setting id, for example `t0.6`.
    pub setting: String,
    pub problem_id: String,
    /// 0-based; (problem_id, sample_index) is unique.
    pub sample_index: u32,
    pub text: String,
    /// Generated token ids including the end token when one was drawn; empty for imported text.
    pub token_ids: Vec<u32>,
    /// Number of generated tokens; None when the source does not say.
    pub n_tokens: Option<u32>,
    /// Sum over generated tokens of ln p at temperature 1, nats.
    pub logprob_sum: Option<f64>,
    /// Mean over generated tokens of the full-vocabulary entropy at the sampling temperature, before top-p, nats.
    pub entropy_mean: Option<f64>,
    /// `stop` (end token), `length` (token limit), or what the source says.
    pub finish_reason: String,
}

/// One verdict on one completion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub model: String,
    pub benchmark: String,
    pub setting: String,
    pub problem_id: String,
    pub sample_index: u32,
    pub outcome: Outcome,
    /// The answer that was judged; None when nothing was extracted.
    pub extracted: Option<String>,
    /// Why: proof kind, witness, failing test, or what was missing.
    pub reason: String,
    /// The exact process checker's verdict.
    pub process: Process,
    /// Outcome under the `paper` policy when both policies were asked for.
    pub paper_outcome: Option<Outcome>,
}

/// A verdict that changed between two versions or policies of a verifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flip {
    pub model: String,
    pub benchmark: String,
    pub setting: String,
    pub problem_id: String,
    pub sample_index: u32,
    pub extracted: Option<String>,
    /// `policy: paper, strict`, or `recorded elsewhere, ours`; where two runs of the verifier are compared, what changed between them.
    pub between: String,
    pub old: Outcome,
    pub new: Outcome,
}

/// A verdict that came with an imported log, beside ours on the same sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    pub model: String,
    pub benchmark: String,
    pub setting: String,
    pub problem_id: String,
    pub sample_index: u32,
    /// What the log says: `correct` or `incorrect`, which may stand for anything that is not correct.
    pub recorded: Outcome,
    pub ours: Outcome,
}

/// Per-problem counts of verdicts: all that pass@k needs. The default knows nothing: no samples, no names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    pub model: String,
    pub benchmark: String,
    pub setting: String,
    pub problem_id: String,
    /// Samples drawn, of any outcome.
    pub n: u32,
    pub correct: u32,
    pub unparsed: u32,
    pub timed_out: u32,
    pub unjudged: u32,
    /// Correct answers whose every step is valid; None where there is no process checker.
    pub cot_correct: Option<u32>,
    /// Samples that hit the token limit.
    pub truncated: u32,
    /// Distinct completion texts; None when texts are not known.
    pub distinct: Option<u32>,
    /// Samples whose extracted answer is the most frequent one, and whether that answer is correct (maj@n); None without answers.
    pub modal_correct: Option<bool>,
    /// Mean tokens per sample; None when unknown.
    pub mean_tokens: Option<f64>,
    /// Mean over samples of the mean token entropy, nats; None when unknown.
    pub mean_entropy: Option<f64>,
    /// Entropy of the distribution of extracted answers, nats; None without answers.
    pub answer_entropy: Option<f64>,
    pub stratum: String,
    pub exposure: String,
}

/// pass@k of a policy that ignores the prompt or walks at random, beside which every benchmark is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Control {
    pub benchmark: String,
    /// What the control does, in words.
    pub control: String,
    pub k: u32,
    pub pass_at_k: f64,
}

/// A completion chosen to be read by a person (paper Figs 19 and 20).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    pub model: String,
    pub benchmark: String,
    pub setting: String,
    pub problem_id: String,
    pub sample_index: u32,
    /// Correct samples of this problem and samples drawn.
    pub correct: u32,
    pub n: u32,
    pub prompt: String,
    pub image: String,
    pub gold: String,
    pub text: String,
    pub process: Process,
    /// The step checker's marks, one line per step.
    pub marks: String,
}
