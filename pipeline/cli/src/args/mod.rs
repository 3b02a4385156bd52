//! Arguments. The help texts are the manual.

mod grade;
mod model;
mod study;

pub use grade::{Domain, GradeArgs};
pub use model::{LogprobsArgs, SampleArgs};
pub use study::{PlanSamplesArgs, ReviewArgs};

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
