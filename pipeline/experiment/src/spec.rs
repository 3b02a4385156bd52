//! The typed form of a spec. Maps keep their order: it is the order of tables and figures.

use beyond_claims::Kind;
use beyond_problems::{Exposure, FamilySpec};
use beyond_sample::{Endpoint, Power};
use beyond_train::{Pretrain, Reinforce, Supervised};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One experiment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Experiment id; the report goes to `reports/<name>/`.
    pub name: String,
    /// Heading of the report.
    #[serde(default)]
    pub title: String,
    /// A few sentences under the heading.
    #[serde(default)]
    pub description: String,
    /// Caveats, one list item each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Preset to use when the command line names none.
    #[serde(default)]
    pub preset: Option<String>,
    /// Seed of problem draws, training and sampling, where they do not name their own.
    #[serde(default = "one")]
    pub seed: u64,
    /// Seeds of training: every model trained here is trained once per seed. The first run is drawn in the figures, all enter the intervals over
    /// training runs. Empty: one run, with `seed`.
    #[serde(default)]
    pub training_seeds: Vec<u64>,
    /// Completions per problem, where `evaluate` names no other number.
    #[serde(default = "completions")]
    pub n: u32,
    /// Problem sets.
    pub benchmarks: IndexMap<String, Benchmark>,
    /// Models, trained here, loaded, served elsewhere, or known by their results.
    pub models: IndexMap<String, Model>,
    /// Ways to sample.
    #[serde(default)]
    pub settings: IndexMap<String, Setting>,
    /// Which models answer which benchmarks under which settings.
    pub evaluate: Vec<Evaluate>,
    /// Which models are compared with which base.
    #[serde(default)]
    pub compare: Vec<Compare>,
    /// Whose answers are scored by whom.
    #[serde(default)]
    pub perplexity: Vec<Scoring>,
    /// Where true success rates are computed and held against the samples.
    #[serde(default)]
    pub exact: Vec<Exact>,
    /// Claims to hold against the results.
    #[serde(default)]
    pub claims: IndexMap<String, Kind>,
    /// How answers are judged.
    #[serde(default)]
    pub verify: Verify,
    /// How counts are analysed.
    #[serde(default)]
    pub estimate: Estimate,
    /// What the report draws.
    #[serde(default)]
    pub report: Report,
}

/// One problem set: give exactly one of `family`, `manifest`, `results_of`, `without_guessable`, `imported`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// A procedural family of the laboratory.
    #[serde(default)]
    #[schemars(with = "Option<serde_json::Value>")]
    pub family: Option<FamilySpec>,
    /// Difficulty, for a procedural family.
    #[serde(default = "first_level")]
    pub level: u32,
    /// Only tasks of this exposure in the pretraining corpus.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub exposure: Option<Exposure>,
    /// `test`, `train` or `seen`.
    #[serde(default = "test")]
    pub split: String,
    /// Problems drawn, for a procedural family.
    #[serde(default = "problems")]
    pub problems: u32,
    /// Name of a manifest in `data/manifests`.
    #[serde(default)]
    pub manifest: Option<String>,
    /// The benchmark's file, relative to the spec.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// Only the first problems of the file.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Leave multiple-choice questions out (the paper's visual filter).
    #[serde(default)]
    pub drop_choice: bool,
    /// The problems stand in the result log of this model.
    #[serde(default)]
    pub results_of: Option<String>,
    /// Another benchmark without its guessable problems.
    #[serde(default)]
    pub without_guessable: Option<WithoutGuessable>,
    /// Only counts are known: there are no problems.
    #[serde(default)]
    pub imported: bool,
    /// `math`, `code` or `visual`.
    #[serde(default = "math")]
    pub domain: String,
    /// Name on figures.
    #[serde(default)]
    pub label: String,
    /// One sentence for the setup table.
    #[serde(default)]
    pub description: String,
    /// `ood` when outside the training distribution; else the split.
    #[serde(default)]
    pub distribution: String,
    /// Panel of the published curves to draw beside ours.
    #[serde(default)]
    pub published: String,
}

/// Which problems of a benchmark are guessable (paper Fig 12), by answer shuffling or by a no-reasoning probe.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithoutGuessable {
    /// The whole benchmark.
    pub of: String,
    /// The model that guesses; evaluated on the whole benchmark.
    pub model: String,
    /// Under this setting.
    pub setting: String,
    /// The setting is a no-reasoning probe: problems that it solves in less than this share of its answers, but not never, are removed (the
    /// paper: 0.05). None: problems are removed that the model's answers to other problems solve as often as its own.
    #[serde(default)]
    pub solved_below: Option<f64>,
}

/// One model: give exactly one of `pretrain`, `supervised`, `reinforce`, `snapshot`, `path`, `endpoint`, `results`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Train from scratch.
    #[serde(default)]
    pub pretrain: Option<Pretrain>,
    /// Supervised training, starting `from` a model.
    #[serde(default)]
    pub supervised: Option<Supervised>,
    /// Reinforcement learning, starting `from` a model.
    #[serde(default)]
    pub reinforce: Option<Reinforce>,
    /// The weights of the model `from` at this step.
    #[serde(default)]
    pub snapshot: Option<u32>,
    /// A Hugging Face folder, relative to the spec.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// An OpenAI-compatible server.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
    /// Results made elsewhere, by benchmark.
    #[serde(default)]
    pub results: Option<IndexMap<String, Results>>,
    /// Model it starts from.
    #[serde(default)]
    pub from: Option<String>,
    /// Model whose answers it learns from; itself when None.
    #[serde(default)]
    pub teacher: Option<String>,
    /// Seed of this model's training; the experiment's when None.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Prompt template; `plain` shows the prompt as it is.
    #[serde(default = "plain")]
    pub template: String,
    /// `base`, `rl`, `instruct`, `distilled`, `teacher` or `control`.
    #[serde(default)]
    pub role: String,
    /// Name on figures.
    #[serde(default)]
    pub label: String,
    /// Short name within a family.
    #[serde(default)]
    pub arm: String,
    /// Column of grids: size and architecture.
    #[serde(default)]
    pub size: String,
    /// What this arm changes (Fig 15).
    #[serde(default)]
    pub ablation: String,
    /// One sentence for the setup table.
    #[serde(default)]
    pub description: String,
}

/// A result file made elsewhere.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// Path relative to the spec; several files are pooled in this order.
    #[serde(alias = "file")]
    pub files: OneOrMany,
    /// Importer: `counts`, `limit-of-rlvr`, `humaneval`, ... (docs/import.md).
    #[serde(default = "counts")]
    pub format: String,
    /// Keep only rows whose column has this value.
    #[serde(default, rename = "where")]
    pub only: BTreeMap<String, String>,
    /// Column names where they differ from the usual ones.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Accept different n per problem.
    #[serde(default)]
    pub allow_ragged: bool,
    /// `ours` (every text is judged anew, the log's verdicts stand beside ours) or `recorded` (the log's verdicts are taken as they are).
    #[serde(default)]
    pub judge: beyond_verify::Judge,
    /// Where to get the file, shown when it is not there.
    #[serde(default)]
    pub source: String,
}

/// One path or several.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One path.
    One(PathBuf),
    /// Several paths.
    Many(Vec<PathBuf>),
}

impl OneOrMany {
    /// The paths.
    pub fn paths(&self) -> &[PathBuf] {
        match self {
            OneOrMany::One(path) => std::slice::from_ref(path),
            OneOrMany::Many(paths) => paths,
        }
    }
}

/// One way to sample.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// 0 is greedy.
    #[serde(default = "unit")]
    pub temperature: f64,
    /// Nucleus mass.
    #[serde(default = "unit")]
    pub top_p: f64,
    /// Most likely tokens kept; 0: all.
    #[serde(default)]
    pub top_k: u32,
    /// Longest completion, tokens.
    #[serde(default = "max_tokens")]
    pub max_tokens: u32,
    /// Seed; the experiment's when None.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Power sampling of whole sequences.
    #[serde(default)]
    pub power: Option<Power>,
    /// Choose the temperature so that the mean token entropy equals that of another cell (Fig 17).
    #[serde(default)]
    pub match_entropy: Option<MatchEntropy>,
    /// Prompt template under this setting instead of the model's.
    #[serde(default)]
    pub template: Option<String>,
    /// Characters that no drawn token may contain (the no-reasoning probe of the laboratory).
    #[serde(default)]
    pub forbid: String,
    /// Name on figures.
    #[serde(default)]
    pub label: String,
    /// `temperature` (a point of the sweep of Fig 16), `entropy-matched` (Fig 17), `probe` (answers without reasoning, Fig 12), or empty.
    #[serde(default)]
    pub purpose: String,
}

/// The cell whose entropy is to be met.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchEntropy {
    /// Its model.
    pub model: String,
    /// Its setting.
    pub setting: String,
}

/// A block of cells: every model on every benchmark under every setting.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evaluate {
    /// Model ids.
    pub models: Vec<String>,
    /// Benchmark ids.
    pub benchmarks: Vec<String>,
    /// Setting ids; results made elsewhere take the first as their name.
    pub settings: Vec<String>,
    /// Completions per problem; where a cell is asked for twice the larger counts. Results made elsewhere have their own.
    #[serde(default)]
    pub n: Option<u32>,
    /// Only the first training seeds, so many; all when None.
    #[serde(default)]
    pub training_seeds: Option<usize>,
}

/// Models held against a base on the same problems. Only cells that are evaluated are compared.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// Model id of the base.
    pub base: String,
    /// Model ids.
    pub models: Vec<String>,
    /// Benchmark ids.
    pub benchmarks: Vec<String>,
    /// Setting ids.
    pub settings: Vec<String>,
    /// The sides have different prompts or templates on purpose; without it, different prompts stop the report.
    #[serde(default)]
    pub unequal_prompts: bool,
}

/// Whose stored answers are scored by whom (Fig 6).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    /// Model whose likelihood is asked.
    pub scorer: String,
    /// Models whose answers are scored; `reference` for reference solutions.
    pub authors: Vec<String>,
    /// Benchmark ids.
    pub benchmarks: Vec<String>,
    /// Setting the answers were sampled with.
    pub setting: String,
    /// First problems; all when None.
    #[serde(default)]
    pub problems: Option<u32>,
    /// First samples of each problem.
    #[serde(default = "scored")]
    pub samples: u32,
}

/// Cells whose true success rates are computed, on benchmarks of a family whose correct answers can be listed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exact {
    /// Model ids.
    pub models: Vec<String>,
    /// Benchmark ids.
    pub benchmarks: Vec<String>,
    /// Setting of the samples: temperature 1 without truncation.
    pub setting: String,
}

/// How answers are judged.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Verify {
    /// `strict`, `paper` or `both`.
    pub policy: String,
    /// CPU seconds a candidate program may use.
    pub cpu_seconds: f64,
    /// Run programs even when the sandbox lacks layers of its floor.
    pub allow_weak_sandbox: bool,
    /// Marks that a person saved on the page of `beyond review`, relative to the spec: CoT-pass@k then follows them.
    pub marks: Option<PathBuf>,
}

impl Default for Verify {
    fn default() -> Self {
        Verify { policy: "strict".into(), cpu_seconds: 10.0, allow_weak_sandbox: false, marks: None }
    }
}

/// How counts are analysed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Estimate {
    /// Largest k; n when None.
    pub k_max: Option<u32>,
    /// Multiples of n up to which the separate extrapolation reaches; 0 switches it off.
    pub extrapolate: u32,
    /// Verdicts checked by hand: pass@k corrected for the verifier's error rates, and how large k may be.
    pub audit: Option<beyond_estimate::VerifierAudit>,
    /// Draws of the simultaneous band.
    pub band_draws: u32,
    /// Bootstrap replicates of the crossing point.
    pub replicates: u32,
}

impl Default for Estimate {
    fn default() -> Self {
        Estimate { k_max: None, extrapolate: 8, audit: None, band_draws: 200_000, replicates: 2_000 }
    }
}

/// What the report draws.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// Figures in order; empty: all whose data are there.
    #[schemars(with = "Vec<serde_json::Value>")]
    pub figures: Vec<beyond_report::FigureSpec>,
}

fn one() -> u64 {
    1
}
fn completions() -> u32 {
    128
}
fn unit() -> f64 {
    1.0
}
fn first_level() -> u32 {
    1
}
fn test() -> String {
    "test".into()
}
fn problems() -> u32 {
    100
}
fn math() -> String {
    "math".into()
}
fn plain() -> String {
    "plain".into()
}
fn counts() -> String {
    "counts".into()
}
fn max_tokens() -> u32 {
    48
}
fn scored() -> u32 {
    16
}
