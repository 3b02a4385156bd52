//! `beyond grade`: JSON lines in, JSON lines out, in order.

mod code;
mod math;
mod visual;

use super::{failed_if, print_line};
use crate::args::{Domain, GradeArgs};
use crate::context::threads;
use anyhow::{Context, Result};
use beyond_record::Outcome;
use beyond_stage::user_error;
use serde::{Serialize, de::DeserializeOwned};
use std::io::Read;
use std::process::ExitCode;

/// One verdict.
#[derive(Serialize)]
struct Graded {
    outcome: Outcome,
    extracted: Option<String>,
    reason: String,
}

impl From<beyond_verifier::Judgement> for Graded {
    fn from(judgement: beyond_verifier::Judgement) -> Self {
        Graded { outcome: judgement.outcome, extracted: judgement.extracted, reason: judgement.reason }
    }
}

/// Judges every line. Exits with 1 when one could not be judged.
pub fn grade(args: &GradeArgs) -> Result<ExitCode> {
    if args.explain {
        return match args.domain {
            Domain::Math => math::explain(args),
            _ => Err(user_error("--explain traces mathematics only; code and visual verdicts carry their whole reason")),
        };
    }
    let graded = match args.domain {
        Domain::Math => math::grade(args)?,
        Domain::Code => code::grade(args)?,
        Domain::Visual => visual::grade(args)?,
    };
    let unjudged = graded.iter().any(|verdict| verdict.outcome == Outcome::Unjudged);
    let lines = graded.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    if !lines.is_empty() {
        print_line(&lines.join("\n"))?;
    }
    Ok(failed_if(unjudged))
}

/// A row of the input and where it stands: `file:line`.
struct Placed<T> {
    row: T,
    place: String,
}

/// All lines of the input. Errs, before anything is judged, with the line that does not fit and what is expected.
fn placed_rows<T: DeserializeOwned>(args: &GradeArgs, expected: &str) -> Result<Vec<Placed<T>>> {
    let (name, text) = input(args)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let row = |(i, line): (usize, &str)| {
        let place = format!("{name}:{}", i + 1);
        match serde_json::from_str(line) {
            Ok(row) => Ok(Placed { row, place }),
            Err(error) => Err(user_error(format!("{place}: expected {expected}: {error}"))),
        }
    };
    lines.map(row).collect()
}

/// [`placed_rows`] without their places.
fn rows<T: DeserializeOwned>(args: &GradeArgs, expected: &str) -> Result<Vec<T>> {
    Ok(placed_rows(args, expected)?.into_iter().map(|placed| placed.row).collect())
}

fn input(args: &GradeArgs) -> Result<(String, String)> {
    let Some(path) = &args.file else {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        return Ok(("standard input".to_string(), text));
    };
    let text = std::fs::read_to_string(path).map_err(|error| user_error(format!("cannot read {}: {error}", path.display())))?;
    Ok((path.display().to_string(), text))
}

/// Maps rows on all threads; the result has their order.
fn in_parallel<T: Sync, U: Send>(args: &GradeArgs, rows: &[T], map: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let size = rows.len().div_ceil(threads(args.threads)).max(1);
    std::thread::scope(|scope| {
        let map = &map;
        let workers: Vec<_> = rows.chunks(size).map(|chunk| scope.spawn(move || chunk.iter().map(map).collect::<Vec<_>>())).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("graders do not panic")).collect()
    })
}
