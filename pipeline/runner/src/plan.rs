//! What a run would do and what that would cost, from the measured history. Starts no work.

use crate::clock;
use crate::estimate::{Estimate, Work};
use crate::history::History;
use crate::survey::{Status, Survey};
use anyhow::Result;
use beyond_stage::Digest;
use serde::Serialize;
use std::fmt;

/// Steps that a reason names at most.
const NAMED: usize = 3;

/// One step of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct Planned {
    /// Step id.
    pub step: String,
    /// Its stage.
    pub stage: String,
    /// `hit`, `run`, `unknown` (an input will be re-made, so its key is not known yet; it may turn out to be a hit) or `blocked`.
    pub status: &'static str,
    /// Its key, where known.
    pub key: Option<Digest>,
    /// Why, in words.
    pub reason: String,
    /// Expected work.
    pub work: Option<Work>,
    /// Expected thread-seconds, from history; None without history, 0 for a hit.
    pub seconds: Option<f64>,
    /// Expected tokens, from history.
    pub tokens: Option<f64>,
}

/// A plan for a graph.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// In the order of the graph.
    pub steps: Vec<Planned>,
    /// Threads that a run would use.
    pub threads: usize,
}

impl Plan {
    /// Plans a surveyed graph for this many threads.
    pub fn new(survey: &Survey, history: &History, threads: usize) -> Result<Self> {
        let steps = (0..survey.statuses.len()).map(|i| planned(survey, history, i)).collect::<Result<_>>()?;
        Ok(Plan { steps, threads })
    }

    /// Whether a run would do anything, or cannot.
    pub fn would_run(&self) -> bool {
        self.steps.iter().any(|step| step.status != "hit")
    }

    /// Number of steps with a status.
    pub fn count(&self, status: &str) -> usize {
        self.steps.iter().filter(|step| step.status == status).count()
    }

    /// Expected wall seconds when all threads are busy, and the number of steps to run that have no history.
    pub fn seconds(&self) -> (f64, usize) {
        let known: f64 = self.steps.iter().filter_map(|step| step.seconds).fold(0.0, |sum, seconds| sum + seconds);
        let unknown = self.steps.iter().filter(|step| step.seconds.is_none() && step.status != "blocked").count();
        (known / self.threads.max(1) as f64, unknown)
    }

    /// Expected amount in a unit over all steps to be made, without what will be re-used.
    pub fn amount(&self, unit: &str) -> u64 {
        self.steps.iter().filter_map(|step| step.work.as_ref()).filter(|work| work.unit == unit).map(|work| work.amount - work.reused).sum()
    }

    /// Expected tokens of all steps to be made that have a history.
    pub fn tokens(&self) -> f64 {
        self.steps.iter().filter_map(|step| step.tokens).fold(0.0, |sum, tokens| sum + tokens)
    }
}

fn planned(survey: &Survey, history: &History, i: usize) -> Result<Planned> {
    let step = &survey.resolver.graph.steps()[i];
    let (key, reason) = describe(survey, i);
    let again = survey.statuses[i].record().is_some_and(|record| record.provisional.is_some());
    let status = if again { "run" } else { survey.statuses[i].word() };
    let mut planned =
        Planned { step: step.id.clone(), stage: step.stage.clone(), status, key, reason, work: None, seconds: None, tokens: None };
    match status {
        "hit" => planned.seconds = Some(0.0),
        "blocked" => {}
        _ => {
            let Estimate { work, seconds, tokens } = Estimate::new(survey, history, i)?;
            planned = Planned { work, seconds, tokens, ..planned };
        }
    }
    Ok(planned)
}

fn describe(survey: &Survey, i: usize) -> (Option<Digest>, String) {
    match &survey.statuses[i] {
        Status::Hit(record) => {
            let made = format!("made {}", clock::utc(record.provenance.started));
            (Some(record.key), record.provisional.clone().unwrap_or(made))
        }
        Status::Run { key, reason, .. } => (Some(*key), reason.clone().unwrap_or_else(|| "not in the store".to_string())),
        Status::Unknown { remade } => (None, format!("key not known yet: {} will be made first", first_names(survey, remade))),
        Status::Blocked { reason } => (None, reason.clone()),
    }
}

/// The first few of many steps.
fn first_names(survey: &Survey, steps: &[usize]) -> String {
    let names: Vec<&str> = steps.iter().take(NAMED).map(|&step| survey.id(step)).collect();
    let rest = steps.len() - names.len();
    if rest == 0 { names.join(", ") } else { format!("{} and {rest} more", names.join(", ")) }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.steps.iter().map(|step| step.step.len()).max().unwrap_or(0);
        for step in &self.steps {
            writeln!(f, "{:<8} {:<width$}  {}{}", step.status, step.step, cost(step), step.reason)?;
        }
        let counts: Vec<String> = ["hit", "run", "unknown", "blocked"].map(|status| format!("{} {status}", self.count(status))).to_vec();
        write!(f, "{}", counts.join(", "))?;
        if self.would_run() { write!(f, "; {}", self.total()) } else { write!(f, ": nothing to do") }
    }
}

impl Plan {
    /// `about 25600 samples, 1200000 tokens, 10 min 47 s on 2 thread(s), and 3 step(s) that have no history`.
    fn total(&self) -> String {
        let (seconds, unknown) = self.seconds();
        let to_make = self.steps.iter().filter(|step| step.status == "run" || step.status == "unknown").count();
        let mut parts = Vec::new();
        let (samples, tokens) = (self.amount("samples"), self.tokens());
        parts.extend((samples > 0).then(|| format!("{samples} samples")));
        parts.extend((tokens > 0.0).then(|| format!("{tokens:.0} tokens")));
        parts.push(match unknown == to_make {
            true => "time unknown: nothing like it has run yet".to_string(),
            false => format!("{} on {} thread(s)", clock::human(seconds), self.threads),
        });
        parts.extend((unknown > 0 && unknown < to_make).then(|| format!("and {unknown} step(s) that have no history")));
        format!("about {}", parts.join(", ")).replacen("about time", "time", 1)
    }
}

fn cost(step: &Planned) -> String {
    if step.status == "hit" || step.status == "blocked" {
        return String::new();
    }
    let mut parts = Vec::new();
    if let Some(Work { unit, amount, reused }) = &step.work {
        parts.push(if *reused > 0 { format!("{amount} {unit} ({reused} of them probably re-used)") } else { format!("{amount} {unit}") });
    }
    parts.extend(step.tokens.map(|tokens| format!("{tokens:.0} tokens")));
    parts.push(step.seconds.map_or_else(|| "time unknown".to_string(), |seconds| format!("{} of a thread", clock::human(seconds))));
    format!("{}; ", parts.join(", "))
}
