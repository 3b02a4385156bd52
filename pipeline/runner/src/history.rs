//! What earlier runs cost, for estimates, and which earlier record a step resembles.

use crate::record::Record;
use beyond_stage::{Digest, Ingredients, key::Difference};
use serde_json::Value;
use std::collections::HashMap;

/// All records of a store, oldest first.
pub struct History {
    records: Vec<Record>,
    by_key: HashMap<Digest, usize>,
}

/// What earlier runs of a stage needed, in the units in which the stage reports its progress.
#[derive(Clone, Debug, PartialEq)]
pub struct Rate {
    /// Unit of progress, for example `samples`.
    pub unit: String,
    /// Units of progress per unit of [`beyond_stage::Stage::work`].
    pub units: f64,
    /// Thread-seconds per unit of progress.
    pub seconds: f64,
    /// Tokens per unit of progress; 0 where tokens mean nothing.
    pub tokens: f64,
}

impl History {
    /// A history of these records, oldest first.
    pub fn new(records: Vec<Record>) -> Self {
        let by_key = records.iter().enumerate().map(|(i, record)| (record.key, i)).collect();
        History { records, by_key }
    }

    /// All records, oldest first.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The earlier record that a step most resembles: of those of the same step id, else of the same stage, the one with the fewest
    /// differences, the newest of several.
    pub fn nearest(&self, step: &str, stage: &str, differences: impl Fn(&Record) -> usize) -> Option<&Record> {
        let of_stage = || self.records.iter().rev().filter(|record| record.ingredients.stage == stage);
        let of_step = of_stage().filter(|record| record.step == step);
        of_step.min_by_key(|record| differences(record)).or_else(|| of_stage().min_by_key(|record| differences(record)))
    }

    /// The record of a key.
    pub fn record(&self, key: Digest) -> Option<&Record> {
        self.by_key.get(&key).map(|&i| &self.records[i])
    }

    /// Medians over earlier runs of the same step, else of the same stage, that reported progress. `work` is the amount of work of a
    /// record's step.
    pub fn rate(&self, step: &str, stage: &str, work: impl Fn(&Record) -> Option<u64>) -> Option<Rate> {
        let amount = |record: &Record| work(record).filter(|amount| *amount > 0 && record.effort.done > 0);
        let chosen: Vec<(&Record, f64)> = self.of(step, stage, |record| Some((record, amount(record)? as f64)));
        let per_unit =
            |value: fn(&Record) -> f64| median(chosen.iter().map(|(record, _)| value(record) / record.effort.done as f64).collect());
        Some(Rate {
            unit: chosen.last()?.0.effort.unit.clone(),
            units: median(chosen.iter().map(|(record, amount)| record.effort.total as f64 / amount).collect())?,
            seconds: per_unit(thread_seconds)?,
            tokens: per_unit(|record| record.effort.tokens as f64)?,
        })
    }

    /// Thread-seconds of a whole step: median over earlier runs of the same step, else of the same stage.
    pub fn whole(&self, step: &str, stage: &str) -> Option<f64> {
        median(self.of(step, stage, |record| Some(thread_seconds(record))))
    }

    /// A value of every record of a step, or of its stage when the step has none; oldest first.
    fn of<'r, T>(&'r self, step: &str, stage: &str, value: impl Fn(&'r Record) -> Option<T>) -> Vec<T> {
        let of_stage = || self.records.iter().filter(|record| record.ingredients.stage == stage);
        let same: Vec<T> = of_stage().filter(|record| record.step == step).filter_map(&value).collect();
        if same.is_empty() { of_stage().filter_map(&value).collect() } else { same }
    }
}

fn thread_seconds(record: &Record) -> f64 {
    record.provenance.seconds * record.provenance.threads as f64
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Whether a step only asks for more of the same: its numbers grew, nothing else changed. Then a stage that keeps a journal re-uses what
/// the earlier run drew.
pub fn extends(now: &Ingredients, earlier: &Ingredients) -> bool {
    let grew = |difference: &Difference| {
        let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_u64);
        difference.path.starts_with("params.") && number(&difference.new) > number(&difference.old) && difference.old.is_some()
    };
    now.differences(earlier).iter().all(grew)
}
