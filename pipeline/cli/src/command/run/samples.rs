//! Samples drawn by this run and re-used from earlier ones, per model and benchmark.

use beyond_runner::{Record, State, Summary};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Pairs that the text names at most.
const NAMED: usize = 12;

/// Drawn and re-used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Count {
    drawn: u64,
    reused: u64,
}

/// See the module documentation.
pub struct Samples {
    pairs: BTreeMap<(String, String), Count>,
}

impl Samples {
    /// A step that was there re-uses all its samples.
    pub fn count(summary: &Summary) -> Self {
        let mut samples = Samples { pairs: BTreeMap::new() };
        for (step, state) in &summary.steps {
            if let Some(record) = state.record() {
                samples.add(step, record, matches!(state, State::Done(_)));
            }
        }
        samples
    }

    /// The ids of steps that draw are stage/model/benchmark/setting.
    fn add(&mut self, step: &str, record: &Record, made_now: bool) {
        let measure = |name: &str| record.measures.get(name).map(|&value| value as u64);
        let (Some(drawn), reused) = (measure("samples_drawn"), measure("samples_reused").unwrap_or(0)) else { return };
        let part = |i: usize| step.split('/').nth(i).unwrap_or("").to_string();
        let count = self.pairs.entry((part(1), part(2))).or_default();
        let fresh = if made_now { drawn } else { 0 };
        count.drawn += fresh;
        count.reused += drawn + reused - fresh;
    }

    /// Drawn and re-used by all models.
    pub fn total(&self) -> (u64, u64) {
        self.pairs.values().fold((0, 0), |(drawn, reused), count| (drawn + count.drawn, reused + count.reused))
    }

    /// The total, and one line for each pair that drew something; nothing without samples.
    pub fn to_lines(&self) -> Vec<String> {
        let (drawn, reused) = self.total();
        if drawn + reused == 0 {
            return Vec::new();
        }
        let fresh: Vec<_> = self.pairs.iter().filter(|(_, count)| count.drawn > 0).collect();
        let named = &fresh[..fresh.len().min(NAMED)];
        let width = |part: fn(&(String, String)) -> &String| named.iter().map(|(pair, _)| part(pair).len()).max().unwrap_or(0);
        let (models, benchmarks) = (width(|pair| &pair.0), width(|pair| &pair.1));
        let mut lines = vec![format!("samples: {drawn} drawn, {reused} re-used")];
        for ((model, benchmark), Count { drawn, reused }) in named {
            lines.push(format!("  {model:<models$}  {benchmark:<benchmarks$}  {drawn:>7} drawn, {reused:>7} re-used"));
        }
        lines.extend((fresh.len() > NAMED).then(|| format!("  and {} more (--json lists them)", fresh.len() - NAMED)));
        lines
    }

    /// One object per model and benchmark.
    pub fn to_json(&self) -> Value {
        let object = |((model, benchmark), count): (&(String, String), &Count)| json!({"model": model, "benchmark": benchmark, "drawn": count.drawn, "reused": count.reused});
        self.pairs.iter().map(object).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_that_drew_nothing_count_but_are_not_named() {
        let pair = |model: &str, drawn, reused| ((model.to_string(), "quiz".to_string()), Count { drawn, reused });
        let samples = Samples { pairs: BTreeMap::from([pair("base", 192, 64), pair("rl", 0, 256)]) };
        assert_eq!(samples.to_lines(), ["samples: 192 drawn, 320 re-used", "  base  quiz      192 drawn,      64 re-used"]);
        assert_eq!(samples.to_json()[1], json!({"model": "rl", "benchmark": "quiz", "drawn": 0, "reused": 256}));
        let many = Samples { pairs: (0..14).map(|i| pair(&format!("m{i:02}"), 1, 0)).collect() };
        assert_eq!((many.to_lines().len(), many.to_lines()[13].as_str()), (14, "  and 2 more (--json lists them)"));
        assert!(Samples { pairs: BTreeMap::new() }.to_lines().is_empty());
    }
}
