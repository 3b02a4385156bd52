//! `beyond logprobs`.

use super::{print_json, users};
use crate::args::LogprobsArgs;
use anyhow::{Context, Result};
use beyond_model::Decoder;
use beyond_stage::user_error;
use serde::Deserialize;
use serde_json::json;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

#[derive(Deserialize)]
struct Ids {
    ids: Vec<u32>,
}

/// Prints `token_logprobs` (the first is null) and `logits_last`.
pub fn logprobs(args: &LogprobsArgs) -> Result<ExitCode> {
    let text = read(&args.ids)?;
    let Ids { ids } = serde_json::from_str(&text)
        .map_err(|error| user_error(format!("{}: expected {{\"ids\": [token ids]}}: {error}", args.ids.display())))?;
    let decoder = Decoder::load(&args.model).map_err(users)?;
    let scores = decoder.logprobs(&ids).map_err(|error| user_error(format!("{}: {error:#}", args.ids.display())))?;
    print_json(&json!({"token_logprobs": scores.token_logprobs, "logits_last": scores.logits_last}))
}

fn read(path: &Path) -> Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(path).map_err(|error| user_error(format!("cannot read {}: {error}", path.display())))
}
