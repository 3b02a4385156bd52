//! The walk up the graph that collects causes.

use super::Cause;
use crate::graph::{Source, Step};
use crate::history::History;
use crate::record::Record;
use crate::survey::{Status, Survey};
use beyond_stage::{Digest, Ingredients, key::Difference};
use serde_json::Value;
use std::collections::BTreeSet;

/// Values longer than this are cut in texts.
const LONGEST: usize = 80;

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

/// Collects causes from a step upwards.
pub struct Walk<'w> {
    survey: &'w Survey<'w>,
    history: &'w History,
    seen: BTreeSet<usize>,
    /// Position of the step of each cause, and the cause.
    pub causes: Vec<(usize, Cause)>,
}

impl<'w> Walk<'w> {
    /// A walk that has seen nothing.
    pub fn new(survey: &'w Survey<'w>, history: &'w History) -> Self {
        Walk { survey, history, seen: BTreeSet::new(), causes: Vec::new() }
    }

    /// Collects the causes of step `i` and of the steps above it. `against` is the record to compare with, when the reader's record says
    /// which; returns the one that was used.
    pub fn visit(&mut self, i: usize, against: Option<&'w Record>) -> Option<&'w Record> {
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
