//! What earlier runs cost, for estimates, and which earlier record a step resembles.

use crate::record::Record;
use beyond_stage::{Ingredients, key::Difference};
use serde_json::Value;

/// All records of a store, oldest first.
pub struct History {
    records: Vec<Record>,
}

/// Measured cost of one unit of work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Thread-seconds per unit.
    pub seconds: f64,
    /// Tokens per unit; 0 where tokens mean nothing.
    pub tokens: f64,
}

impl History {
    /// A history of these records, oldest first.
    pub fn new(records: Vec<Record>) -> Self {
        History { records }
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

    /// Cost of one unit: median over earlier runs of the same step in this unit, else over those of the same stage.
    pub fn rate(&self, step: &str, stage: &str, unit: &str) -> Option<Rate> {
        let useful = |record: &&Record| record.ingredients.stage == stage && record.effort.unit == unit && record.effort.done > 0;
        let all: Vec<&Record> = self.records.iter().filter(useful).collect();
        let same: Vec<&Record> = all.iter().filter(|record| record.step == step).copied().collect();
        let chosen = if same.is_empty() { all } else { same };
        let per_unit = |value: fn(&Record) -> f64| median(chosen.iter().map(|record| value(record) / record.effort.done as f64).collect());
        Some(Rate { seconds: per_unit(thread_seconds)?, tokens: per_unit(|record| record.effort.tokens as f64)? })
    }

    /// Thread-seconds of a whole step: median over earlier runs of the same step, else of the same stage.
    pub fn whole(&self, step: &str, stage: &str) -> Option<f64> {
        let of_stage: Vec<&Record> = self.records.iter().filter(|record| record.ingredients.stage == stage).collect();
        let same: Vec<&Record> = of_stage.iter().filter(|record| record.step == step).copied().collect();
        let chosen = if same.is_empty() { of_stage } else { same };
        median(chosen.into_iter().map(thread_seconds).collect())
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
