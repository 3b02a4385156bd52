//! `beyond why`.

use super::{print_json, print_line};
use crate::args::{Cli, WhyArgs};
use crate::context::store;
use anyhow::Result;
use std::process::ExitCode;

/// Prints where an artifact comes from.
pub fn why(cli: &Cli, args: &WhyArgs) -> Result<ExitCode> {
    let found = beyond_runner::why::why(&store(cli)?.records()?, &args.artifact)?;
    if args.json {
        return print_json(&found);
    }
    print_line(found.iter().map(ToString::to_string).collect::<String>().trim_end())
}
