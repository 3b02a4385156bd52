//! Arguments. The help texts are the manual.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Does a model trained by RLVR reason beyond its base model? A spec goes in, a report comes out.
///
/// Exit status: 0 all is there, 1 something failed, 2 a mistake in the spec, the data or the arguments, 130 stopped.
#[derive(Debug, Parser)]
#[command(name = "beyond", version, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Folder of the artifacts [default: data/artifacts beside the spec's experiments folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub artifacts: Option<PathBuf>,
}

/// A spec and how to read it.
#[derive(Clone, Debug, Args)]
pub struct SpecArgs {
    /// Spec file, for example experiments/lab.yaml
    pub spec: PathBuf,
    /// Preset of the spec [default: the spec's own default]
    #[arg(long)]
    pub preset: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make everything that a spec asks for and is not there yet
    Run(RunArgs),
    /// Show what a run would do and what it would cost; starts no work
    Plan(PlanArgs),
    /// Say why a step would run: first cause, old and new value, place in the spec
    Explain(ExplainArgs),
    /// Print the graph of steps with their state
    Graph(GraphArgs),
    /// Ask in SQL over all artifacts (problems, completions, verdicts, counts, curves, train_log, ...)
    Query(QueryArgs),
    /// Remove what no experiment reaches; shows what would go unless --delete is given
    Gc(GcArgs),
    /// Re-execute pure stages and compare bytes with what is stored
    Check(CheckArgs),
    /// Print what the data say of the claims of a spec
    Claims(ClaimsArgs),
    /// Show where an artifact comes from, up to raw inputs
    Why(WhyArgs),
    /// Show which verdicts changed, and which numbers moved, since the verifier or its policy was another one
    Flips(FlipsArgs),
    /// Print the JSON schema of specs, for editors
    Schema,
    /// Print token log-probabilities of given ids under a checkpoint, as JSON
    Logprobs(LogprobsArgs),
    /// Draw completions of one prompt from a checkpoint
    Sample(SampleArgs),
    /// Judge answers: JSON lines in, JSON lines out, in order
    Grade(GradeArgs),
    /// How many problems and samples a comparison needs, from a pilot's counts
    PlanSamples(PlanSamplesArgs),
    /// Export the correct answers to the hardest solved problems for reading, or compute CoT-pass@k from the marks
    Review(ReviewArgs),
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Threads for all steps together; results do not depend on it [default: all cores]
    #[arg(long, short = 'j')]
    pub threads: Option<usize>,
    /// Give up when another run holds a step for longer than this many seconds [default: wait]
    #[arg(long, value_name = "SECONDS")]
    pub lock_timeout: Option<u64>,
    /// Print a JSON summary on standard output instead of text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Exit with status 1 when a run would do anything
    #[arg(long)]
    pub check: bool,
    /// Threads of the run to be planned [default: all cores]
    #[arg(long, short = 'j')]
    pub threads: Option<usize>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Step id, as `beyond plan` shows it
    pub step: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Form of a printed graph.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum GraphFormat {
    /// For Markdown and GitHub
    Mermaid,
    /// For Graphviz
    Dot,
    /// For programs
    Json,
}

/// Arguments of `graph`.
#[derive(Debug, Args)]
pub struct GraphArgs {
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Form
    #[arg(long, value_enum, default_value = "mermaid")]
    pub format: GraphFormat,
}

/// Arguments of `query`.
#[derive(Debug, Args)]
pub struct QueryArgs {
    /// SQL in DuckDB's dialect
    pub sql: String,
    /// Only artifacts of this spec; otherwise the newest of every step of every spec that ever ran
    #[arg(long, value_name = "SPEC")]
    pub spec: Option<PathBuf>,
    /// Preset of the spec
    #[arg(long, requires = "spec")]
    pub preset: Option<String>,
    /// Print a JSON array of objects
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV
    #[arg(long)]
    pub csv: bool,
}

/// Arguments of `gc`.
#[derive(Debug, Args)]
pub struct GcArgs {
    /// Specs whose artifacts are kept, with all their presets [default: experiments/*.yaml]
    pub specs: Vec<PathBuf>,
    /// Remove, instead of showing what would go
    #[arg(long)]
    pub delete: bool,
    /// Remove journals and scratch folders too: raising n or resuming then starts from nothing
    #[arg(long)]
    pub journals: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Only these steps, or all steps of these stages [default: all]
    pub steps: Vec<String>,
    /// Threads [default: all cores]
    #[arg(long, short = 'j')]
    pub threads: Option<usize>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `claims`.
#[derive(Debug, Args)]
pub struct ClaimsArgs {
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Exit with status 1 when a claim is refuted
    #[arg(long)]
    pub check: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `why`.
#[derive(Debug, Args)]
pub struct WhyArgs {
    /// At least 4 digits of a digest, or STEP/OUTPUT
    pub artifact: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `flips`.
#[derive(Debug, Args)]
pub struct FlipsArgs {
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Only steps whose verify/MODEL/BENCHMARK/SETTING holds this text
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print one line per changed verdict as CSV
    #[arg(long)]
    pub csv: bool,
}

/// Arguments of `logprobs`.
#[derive(Debug, Args)]
pub struct LogprobsArgs {
    /// Checkpoint folder (config.json, model.safetensors)
    #[arg(long, value_name = "DIR")]
    pub model: PathBuf,
    /// JSON file {"ids": [...]}; - for standard input
    #[arg(long, value_name = "FILE")]
    pub ids: PathBuf,
}

/// Arguments of `sample`.
#[derive(Debug, Args)]
pub struct SampleArgs {
    /// Checkpoint folder (config.json, model.safetensors, tokenizer.json)
    #[arg(long, value_name = "DIR")]
    pub model: PathBuf,
    /// Text before the completions; no template is added
    #[arg(long, value_name = "TEXT")]
    pub prompt: String,
    /// Number of completions
    #[arg(short, long, default_value_t = 1)]
    pub n: u32,
    /// 0 is greedy
    #[arg(long, default_value_t = 0.6, allow_negative_numbers = true)]
    pub temperature: f32,
    /// Nucleus, in (0, 1]
    #[arg(long, default_value_t = 0.95)]
    pub top_p: f32,
    /// Tokens kept; 0 keeps all
    #[arg(long, default_value_t = 0)]
    pub top_k: u32,
    /// Longest completion
    #[arg(long, default_value_t = 256)]
    pub max_tokens: u32,
    /// Seed: the same seed gives the same completions
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Threads [default: all cores]
    #[arg(long, short = 'j')]
    pub threads: Option<usize>,
    /// Print JSON lines
    #[arg(long)]
    pub json: bool,
}

/// What answers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Domain {
    /// {"gold", "pred"}: a full response or a bare answer
    Math,
    /// {"task", "completion"} or {"task_id", "solution"}, with --tests
    Code,
    /// {"gold", "pred", "options", "question_type", "answer_type", "precision"}
    Visual,
}

/// Under which rules two answers are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PolicyName {
    /// The whole answer is read, equality is proved
    Strict,
    /// The grader released with arXiv 2504.13837
    Paper,
}

/// Arguments of `grade`.
#[derive(Debug, Args)]
pub struct GradeArgs {
    /// JSON lines [default: standard input]
    pub file: Option<PathBuf>,
    /// What the answers are
    #[arg(long, value_enum)]
    pub domain: Domain,
    /// Rules of equality; code has none
    #[arg(long, value_enum, default_value = "strict")]
    policy: PolicyName,
    /// Benchmark file with the tests of code
    #[arg(long, value_name = "FILE")]
    pub tests: Option<PathBuf>,
    /// Print what the grader does with each pair, step by step (mathematics)
    #[arg(long)]
    pub explain: bool,
    /// Run programs even where the sandbox lacks layers: only for programs that you trust
    #[arg(long)]
    pub allow_weak_sandbox: bool,
    /// Threads [default: all cores]
    #[arg(long, short = 'j')]
    pub threads: Option<usize>,
}

impl GradeArgs {
    /// The policy as the verifier knows it.
    pub fn policy(&self) -> beyond_verifier::Policy {
        match self.policy {
            PolicyName::Strict => beyond_verifier::Policy::Strict,
            PolicyName::Paper => beyond_verifier::Policy::Paper,
        }
    }
}

/// Arguments of `plan-samples`.
#[derive(Debug, Args)]
pub struct PlanSamplesArgs {
    /// Counts of the base: JSON lines, CSV or Parquet of problem, n, correct
    #[arg(long, value_name = "FILE")]
    pub base: PathBuf,
    /// Counts of the model, on the same problems
    #[arg(long, value_name = "FILE")]
    pub model: PathBuf,
    /// Only rows of the base's file where a column has this value
    #[arg(long, value_name = "COLUMN=VALUE")]
    pub base_where: Option<String>,
    /// Only rows of the model's file where a column has this value
    #[arg(long, value_name = "COLUMN=VALUE")]
    pub model_where: Option<String>,
    /// Values of k
    #[arg(short, long = "k", value_delimiter = ',', default_value = "1,16,64")]
    pub k: Vec<u32>,
    /// Wanted half-width of the 95 % interval of the difference
    #[arg(long, default_value_t = 0.02)]
    pub half_width: f64,
    /// Further samples to divide among the problems where they help most
    #[arg(long, value_name = "SAMPLES")]
    pub budget: Option<u32>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Page to write
    #[arg(long, value_name = "FILE", default_value = "review.html")]
    pub out: PathBuf,
    /// Marks that the page saved: prints CoT-pass@k instead of writing the page
    #[arg(long, value_name = "FILE")]
    pub marks: Option<PathBuf>,
    /// Only cells whose MODEL/BENCHMARK/SETTING holds this text
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
    /// A problem is hard when it was solved, with an accuracy below this
    #[arg(long, default_value_t = 0.05)]
    pub below: f64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
