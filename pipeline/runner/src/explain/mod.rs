//! Why a step would run: the first cause, old -> new, and the place in the spec.

mod walk;

use crate::clock;
use crate::history::History;
use crate::record::Record;
use crate::survey::{Status, Survey};
use anyhow::Result;
use beyond_stage::{Digest, user_error};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque, btree_map::Entry};
use std::fmt;
use walk::Walk;

/// Steps that an error names at most.
const NAMED: usize = 8;

/// Causes that a text names at most.
const SHOWN: usize = 5;

/// Why a step would run, or that it would not.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// Step id.
    pub step: String,
    /// As [`Status::word`].
    pub status: &'static str,
    /// Its key, where known.
    pub key: Option<Digest>,
    /// Key, step and start of the earlier record that it was compared with.
    pub earlier: Option<Earlier>,
    /// Steps from this one up to the one where the first cause lies.
    pub chain: Vec<String>,
    /// All causes, the first cause first.
    pub causes: Vec<Cause>,
}

/// An earlier record of a step.
#[derive(Clone, Debug, Serialize)]
pub struct Earlier {
    /// Its key.
    pub key: Digest,
    /// Its step id.
    pub step: String,
    /// When it was made.
    pub made: String,
}

/// One thing that changed.
#[derive(Clone, Debug, Serialize)]
pub struct Cause {
    /// The step in which it changed.
    pub step: String,
    /// What, as in [`Difference::path`] without `params.`.
    pub what: String,
    /// Value before; None when there was none.
    pub old: Option<Value>,
    /// Value now; None when there is none.
    pub new: Option<Value>,
    /// `file:line:column`, for params.
    pub place: Option<String>,
    /// The change in words.
    pub text: String,
}

/// Explains one step of a surveyed graph. Errs, as the user's mistake, when there is no such step.
pub fn explain(survey: &Survey, history: &History, step: &str) -> Result<Explanation> {
    let i = survey.resolver.graph.position(step).ok_or_else(|| unknown_step(survey, step))?;
    let mut walk = Walk::new(survey, history);
    let earlier = walk.visit(i, None);
    walk.causes.sort_by_key(|(position, _)| *position);
    let chain = walk.causes.first().map_or_else(Vec::new, |(first, _)| chain(survey, i, *first));
    let causes = walk.causes.into_iter().map(|(_, cause)| cause).collect();
    let status = &survey.statuses[i];
    let key = match status {
        Status::Hit(record) => Some(record.key),
        Status::Run { key, .. } => Some(*key),
        _ => None,
    };
    let earlier = status.record().or(earlier).map(describe);
    Ok(Explanation { step: step.to_string(), status: status.word(), key, earlier, chain, causes })
}

fn unknown_step(survey: &Survey, step: &str) -> anyhow::Error {
    let shared = |id: &str| id.bytes().zip(step.bytes()).take_while(|(a, b)| a == b).count();
    let mut ids: Vec<&str> = survey.resolver.graph.steps().iter().map(|step| step.id.as_str()).collect();
    ids.sort_by_key(|id| (!id.contains(step), std::cmp::Reverse(shared(id))));
    let rest = ids.len().saturating_sub(NAMED);
    let more = if rest > 0 { format!(" and {rest} more (`beyond plan` lists them)") } else { String::new() };
    user_error(format!("there is no step {step:?}; perhaps you mean one of: {}{more}", ids[..ids.len() - rest].join(", ")))
}

fn describe(record: &Record) -> Earlier {
    Earlier { key: record.key, step: record.step.clone(), made: clock::utc(record.provenance.started) }
}

/// Shortest way up the graph from a step to one of its ancestors.
fn chain(survey: &Survey, from: usize, to: usize) -> Vec<String> {
    let mut reader = BTreeMap::from([(from, from)]);
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front().filter(|&at| at != to) {
        for parent in survey.resolver.graph.parents(at) {
            if let Entry::Vacant(entry) = reader.entry(parent) {
                entry.insert(at);
                queue.push_back(parent);
            }
        }
    }
    let mut path = vec![to];
    while let Some(&last) = path.last().filter(|&&last| last != from) {
        path.push(reader[&last]);
    }
    path.iter().rev().map(|&i| survey.id(i).to_string()).collect()
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            "hit" => write!(f, "step {:?} is up to date", self.step)?,
            "run" => write!(
                f,
                "step {:?} will run: its key {} is not in the store",
                self.step,
                self.key.map_or_else(String::new, |key| key.short())
            )?,
            "unknown" => {
                write!(f, "step {:?} waits for an input that will be re-made; it runs unless the new input has the old content", self.step)?
            }
            _ => write!(f, "step {:?} is blocked", self.step)?,
        }
        if let Some(Earlier { key, step, made }) = &self.earlier {
            write!(
                f,
                "\n  {} record {} of step {step:?}, made {made}",
                if self.status == "hit" { "its" } else { "nearest earlier" },
                key.short()
            )?;
        }
        if self.chain.len() > 1 {
            write!(f, "\n  through {}", self.chain.join(" <- "))?;
        }
        for (i, cause) in self.causes.iter().take(SHOWN).enumerate() {
            let place = cause.place.as_ref().map_or_else(String::new, |place| format!(" at {place}"));
            write!(f, "\n  {}: {}{place}", if i == 0 { "first cause" } else { "also" }, cause.text)?;
        }
        match self.causes.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more (--json lists them)"),
        }
    }
}
