//! Why a step would run: the first cause, old -> new, and the place in the spec.

use crate::clock;
use crate::graph::{Source, Step};
use crate::history::History;
use crate::record::Record;
use crate::survey::{Status, Survey};
use anyhow::Result;
use beyond_stage::{Digest, Ingredients, key::Difference, user_error};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque, btree_map::Entry};
use std::fmt;

/// Values longer than this are cut in texts.
const LONGEST: usize = 80;

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
    let mut walk = Walk { survey, history, seen: BTreeSet::new(), causes: Vec::new() };
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
    let ids: Vec<&str> = survey.resolver.graph.steps().iter().map(|step| step.id.as_str()).collect();
    let close: Vec<&str> = ids.iter().filter(|id| id.contains(step)).copied().collect();
    let shown = if close.is_empty() { ids } else { close };
    user_error(format!("there is no step {step:?}; perhaps you mean one of: {}", shown.join(", ")))
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

/// The sources of the inputs of a step that a difference names: `role`, or `role.index` among those of the role.
fn sources<'s>(step: &'s Step, input: &str) -> Vec<&'s Source> {
    let of_role = |role: &str| step.inputs.iter().filter(|binding| binding.role == role).map(|binding| &binding.source).collect();
    let whole: Vec<&Source> = of_role(input);
    let one = || input.rsplit_once('.').and_then(|(role, index)| of_role(role).get(index.parse::<usize>().ok()?).copied());
    if whole.is_empty() { one().into_iter().collect() } else { whole }
}

fn outside_files(step: &Step, input: &str) -> String {
    let path = |source: &Source| if let Source::Path(path) = source { Some(path.display().to_string()) } else { None };
    let paths: Vec<String> = sources(step, input).into_iter().filter_map(path).collect();
    if paths.is_empty() { String::new() } else { format!(" ({})", paths.join(", ")) }
}

struct Walk<'w> {
    survey: &'w Survey<'w>,
    history: &'w History,
    seen: BTreeSet<usize>,
    causes: Vec<(usize, Cause)>,
}

impl<'w> Walk<'w> {
    /// Collects the causes of step `i` and of the steps above it. `against` is the record to compare with, when the reader's record says
    /// which; returns the one that was used.
    fn visit(&mut self, i: usize, against: Option<&'w Record>) -> Option<&'w Record> {
        let survey = self.survey;
        if !self.seen.insert(i) {
            return None;
        }
        match &survey.statuses[i] {
            Status::Hit(record) => against.and_then(|earlier| self.compare(i, &record.ingredients, earlier)),
            Status::Blocked { reason } => {
                self.push(i, "blocked", None, None, format!("step {:?} cannot run: {reason}", survey.id(i)));
                None
            }
            Status::Run { ingredients, reason, .. } => self.visit_run(i, ingredients, reason.as_deref(), against),
            Status::Unknown { remade } => self.visit_unknown(i, remade, against),
        }
    }

    fn visit_run(&mut self, i: usize, now: &'w Ingredients, reason: Option<&str>, against: Option<&'w Record>) -> Option<&'w Record> {
        if let Some(reason) = reason {
            self.push(i, "store", None, None, format!("step {:?} was made before, but {reason}", self.survey.id(i)));
            return None;
        }
        match against.or_else(|| self.nearest(i, |record| now.differences(&record.ingredients).len())) {
            Some(earlier) => self.compare(i, now, earlier),
            None => self.first_run(i),
        }
    }

    /// Of an unknown step the params and version are known, and the inputs whose makers are hits.
    fn visit_unknown(&mut self, i: usize, remade: &[usize], against: Option<&'w Record>) -> Option<&'w Record> {
        let own = |record: &Record| self.own_differences(i, record);
        let earlier = against.or_else(|| self.nearest(i, |record| own(record).len()));
        let Some(earlier) = earlier else {
            for &parent in remade {
                self.visit(parent, None);
            }
            return self.first_run(i);
        };
        for difference in own(earlier) {
            self.push_difference(i, &difference);
        }
        for &parent in remade {
            let made = self.maker(earlier, self.survey.id(parent));
            self.visit(parent, made);
        }
        Some(earlier)
    }

    fn own_differences(&self, i: usize, earlier: &Record) -> Vec<Difference> {
        let mut now = self.survey.resolver.ingredients(i, &[]);
        now.inputs = earlier.ingredients.inputs.clone();
        now.differences(&earlier.ingredients)
    }

    fn first_run(&mut self, i: usize) -> Option<&'w Record> {
        let (step, stage) = (self.survey.id(i), self.survey.resolver.stage(i).name());
        self.push(
            i,
            "new",
            None,
            None,
            format!("step {step:?} has no earlier record, nor has any other step of stage {stage}: it never ran"),
        );
        None
    }

    fn nearest(&self, i: usize, compare: impl Fn(&Record) -> usize) -> Option<&'w Record> {
        self.history.nearest(self.survey.id(i), self.survey.resolver.stage(i).name(), compare)
    }

    /// The record from which an earlier record read a step's output.
    fn maker(&self, reader: &Record, step: &str) -> Option<&'w Record> {
        let key = reader.parents.iter().find_map(|parent| match &parent.from {
            crate::record::ParentSource::Action { step: id, key, .. } if id == step => Some(*key),
            _ => None,
        });
        self.history.records().iter().find(|record| Some(record.key) == key)
    }

    fn compare(&mut self, i: usize, now: &Ingredients, earlier: &'w Record) -> Option<&'w Record> {
        for difference in now.differences(&earlier.ingredients) {
            match difference.path.strip_prefix("inputs.") {
                Some(role) => self.input_changed(i, role, &difference, earlier),
                None => self.push_difference(i, &difference),
            }
        }
        Some(earlier)
    }

    /// An input's content changed: follow it to the step that makes it, or name the outside file.
    fn input_changed(&mut self, i: usize, input: &str, difference: &Difference, earlier: &'w Record) {
        let graph = self.survey.resolver.graph;
        let makers: BTreeSet<usize> = sources(&graph.steps()[i], input).into_iter().filter_map(|source| graph.producer(source)).collect();
        let before = self.causes.len();
        for maker in makers {
            if let Some(record) = self.maker(earlier, self.survey.id(maker)) {
                self.visit(maker, Some(record));
            }
        }
        if self.causes.len() == before {
            self.push_difference(i, difference);
        }
    }

    fn push_difference(&mut self, i: usize, difference: &Difference) {
        let (old, new) = (difference.old.clone(), difference.new.clone());
        let change = format!("{} -> {}", show(&old), show(&new));
        let step = self.survey.id(i);
        let (what, text) = match difference.path.split_once('.') {
            Some(("params", field)) => (field, format!("{field} {change}")),
            Some(("inputs", input)) => {
                let files = outside_files(&self.survey.resolver.graph.steps()[i], input);
                (difference.path.as_str(), format!("the content of its input {input:?}{files} changed: {change}"))
            }
            _ if difference.path == "version" => {
                ("version", format!("version of stage {} {change}: the program changed", self.survey.resolver.stage(i).name()))
            }
            _ => (difference.path.as_str(), format!("{} {change}", difference.path)),
        };
        self.push(i, what, old, new, format!("step {step:?}: {text}"));
    }

    fn push(&mut self, i: usize, what: &str, old: Option<Value>, new: Option<Value>, text: String) {
        let step = &self.survey.resolver.graph.steps()[i];
        let in_spec = step.origin.line > 0 && !matches!(what, "version" | "store");
        let place = in_spec.then(|| step.origin.describe(what));
        self.causes.push((i, Cause { step: step.id.clone(), what: what.to_string(), old, new, place, text }));
    }
}

/// A value in words: digests are cut, long values too.
fn show(value: &Option<Value>) -> String {
    let Some(value) = value else { return "absent".to_string() };
    if let Some(digest) = value.as_str().and_then(|text| text.parse::<Digest>().ok()) {
        return digest.short();
    }
    let text = value.to_string();
    if text.chars().count() <= LONGEST { text } else { format!("{}...", text.chars().take(LONGEST).collect::<String>()) }
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
