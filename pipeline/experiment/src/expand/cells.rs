//! Which cells a spec asks for.

use super::Cell;
use crate::replica::{further_seeds, is_replica, replica};
use crate::spec::{Evaluate, Spec};
use indexmap::IndexMap;

/// Every cell with the largest n asked for it, in the order of the spec.
pub(super) fn cells(spec: &Spec) -> IndexMap<Cell, u32> {
    let mut cells = IndexMap::new();
    for block in &spec.evaluate {
        add_block(&mut cells, spec, block, &block.models);
    }
    cells
}

/// The cells of further training runs.
pub(super) fn replicas(spec: &Spec) -> IndexMap<Cell, u32> {
    let mut cells = IndexMap::new();
    for block in &spec.evaluate {
        for seed in further_seeds(spec, Some(block)) {
            let models: Vec<_> = block.models.iter().map(|id| replica(spec, id, *seed).into_owned()).filter(|id| is_replica(id)).collect();
            add_block(&mut cells, spec, block, &models);
        }
    }
    cells
}

fn add_block(cells: &mut IndexMap<Cell, u32>, spec: &Spec, block: &Evaluate, models: &[String]) {
    for model in models {
        for benchmark in &block.benchmarks {
            for setting in &block.settings {
                let results = spec.models[model].results.as_ref();
                if results.is_some_and(|results| !results.contains_key(benchmark)) {
                    continue;
                }
                let n = cells.entry((model.clone(), benchmark.clone(), setting.clone())).or_insert(0);
                *n = (*n).max(block.n.unwrap_or(spec.n));
            }
        }
    }
}
