//! Writes a report of made-up numbers into a folder, for looking at the rendering: `cargo run -p beyond-report --example demo -- FOLDER [--blocked]`.

#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

use beyond_report::Report;
use beyond_stage::{Job, Stage};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("usage: demo FOLDER [--blocked]")?);
    let blocked = arguments.next().as_deref() == Some("--blocked");
    let artifacts = folder.join("artifacts");
    std::fs::create_dir_all(&artifacts)?;
    let inputs = synthetic::inputs(&artifacts, blocked);
    let job = Job::new((Report::NAME, Report::VERSION), inputs, &folder, &folder.join("scratch"), &folder.join("journals"));
    Stage::run(&Report, &synthetic::params(), &job)?;
    print!("{}", std::fs::read_to_string(folder.join("summary.txt"))?);
    println!("made-up numbers, for looking at: {}", folder.join("report/index.html").display());
    Ok(())
}
