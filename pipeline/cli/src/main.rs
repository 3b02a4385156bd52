//! The program `beyond`: asks the runner, draws progress, prints. Floor 3.

mod args;
mod command;
mod context;
mod export;
mod flips;
mod interrupt;
mod progress;
mod registry;
mod table;
mod text;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    match command::dispatch(&cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if beyond_runner::is_users(&error) { 2 } else { 1 })
        }
    }
}
