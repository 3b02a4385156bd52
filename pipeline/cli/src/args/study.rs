//! Arguments of the commands that plan a study or read its answers.

use super::SpecArgs;
use clap::Args;
use std::path::PathBuf;

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
