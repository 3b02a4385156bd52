//! Every specification, and which of them the shown values of a prompt leave open.

use super::spec::{Aggregate, Filter, Map, Outputs, SHOWN, exposure, maps, outputs};
use super::{Exposure, prompt};
use crate::{Fold, fold};
use std::collections::{HashMap, HashSet};

/// Smallest and largest output of a problem; also the start of `max` and `min` loops.
pub(super) const LIMITS: (i64, i64) = (-99, 999);

/// One admissible specification.
#[derive(Clone, Copy)]
pub(super) struct Spec {
    pub aggregate: Aggregate,
    pub filter: Filter,
    /// Position in [`Index::maps`].
    pub map: usize,
    pub outputs: Outputs,
}

impl Spec {
    /// Of its combination.
    pub fn exposure(&self) -> Exposure {
        exposure(self.aggregate, self.filter)
    }

    /// Whether the words are true of it.
    fn says(&self, words: Words) -> bool {
        self.aggregate == words.0 && words.1.is_none_or(|filter| filter == self.filter)
    }
}

/// What a prompt tells in words: the aggregate and, below level 3, the filter.
pub(super) type Words = (Aggregate, Option<Filter>);

/// What the specifications of one depth say of shown values.
struct Reading {
    first: Outputs,
    agree: bool,
    exposure: Exposure,
}

/// All specifications by depth of their map, and their readings by (simple?, words, shown values).
pub(super) struct Index {
    pub maps: Vec<Map>,
    specs: [Vec<Spec>; 2],
    readings: HashMap<(bool, Words, [i64; SHOWN]), Reading>,
    /// Functions that solve a prompt outside of the corpus fold.
    held_out: HashSet<Outputs>,
}

/// Outputs in range and not all equal.
fn admissible(outputs: &Outputs) -> bool {
    let in_range = outputs.iter().all(|value| (LIMITS.0..=LIMITS.1).contains(value));
    in_range && outputs.iter().any(|value| *value != outputs[0])
}

fn head(outputs: &Outputs) -> [i64; SHOWN] {
    std::array::from_fn(|i| outputs[i])
}

impl Index {
    pub fn new() -> Self {
        let maps = maps();
        let mut index = Index { maps, specs: Default::default(), readings: HashMap::new(), held_out: HashSet::new() };
        for aggregate in Aggregate::ALL {
            for filter in Filter::ALL {
                for map in 0..index.maps.len() {
                    let outputs = outputs(aggregate, filter, &index.maps[map]);
                    if admissible(&outputs) {
                        index.add(Spec { aggregate, filter, map, outputs });
                    }
                }
            }
        }
        index
    }

    fn add(&mut self, spec: Spec) {
        let Spec { aggregate, filter, outputs, .. } = spec;
        let simple = self.simple(&spec);
        self.specs[usize::from(!simple)].push(spec);
        for words in [(aggregate, Some(filter)), (aggregate, None)] {
            let known = spec.exposure();
            let new = Reading { first: outputs, agree: true, exposure: known };
            let reading = self.readings.entry((simple, words, head(&outputs))).or_insert(new);
            reading.agree &= reading.first == outputs;
            reading.exposure = reading.exposure.min(known);
            if fold(&prompt(words, &outputs)) != Fold::Corpus {
                self.held_out.insert(outputs);
            }
        }
    }

    /// Whether a function solves a prompt outside of the corpus fold. The same function is the answer of several prompts:
    /// with its filter as a word, without, and with other words that happen to fit.
    pub fn is_held_out(&self, outputs: &Outputs) -> bool {
        self.held_out.contains(outputs)
    }

    /// Whether the map has at most one operator.
    fn simple(&self, spec: &Spec) -> bool {
        self.maps[spec.map].depth < 2
    }

    /// The specifications with simple maps (level 1) or with maps of two operators (levels 2 and 3).
    pub fn specs(&self, level: u32) -> &[Spec] {
        &self.specs[usize::from(level > 1)]
    }

    /// Exposure of the most exposed reading of a problem; None when its words and shown values leave it open: a simpler
    /// map explains them, or one as simple gives other hidden values.
    pub fn exposure(&self, spec: &Spec, words: Words) -> Option<Exposure> {
        let simple = self.simple(spec);
        let key = |simple| (simple, words, head(&spec.outputs));
        if !simple && self.readings.contains_key(&key(true)) {
            return None;
        }
        self.readings.get(&key(simple)).filter(|reading| reading.agree).map(|reading| reading.exposure)
    }

    /// Specifications of a level that fit the words, and how many of them have these outputs.
    pub fn fits(&self, level: u32, words: Words, wanted: &Outputs) -> (usize, usize) {
        let specs = self.specs(level).iter().filter(|spec| spec.says(words));
        specs.fold((0, 0), |(all, hits), spec| (all + 1, hits + usize::from(spec.outputs == *wanted)))
    }

    /// A simplest and most exposed specification with these words and outputs.
    pub fn solve(&self, words: Words, wanted: &Outputs) -> Option<&Spec> {
        let fits = |spec: &&Spec| spec.says(words) && spec.outputs == *wanted;
        let best = |specs: &'_ Vec<Spec>| (0..specs.len()).filter(|i| fits(&&specs[*i])).min_by_key(|i| specs[*i].exposure());
        self.specs.iter().find_map(|specs| best(specs).map(|i| &specs[i]))
    }
}
