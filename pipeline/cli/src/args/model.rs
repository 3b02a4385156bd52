//! Arguments of the commands that look into a checkpoint.

use clap::Args;
use std::path::PathBuf;

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
