//! Training runs besides the first: the same arms from other training seeds, so that an interval can include the training run.

use crate::spec::{Evaluate, Model, Spec};
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// Stands between a model and its training seed; refused in the names of a spec.
const MARK: char = '@';

/// The spec with one more model per trained model and further training seed, named `<model>@<seed>`.
pub fn with_replicas(spec: &Spec) -> Spec {
    let mut spec = spec.clone();
    let (trained, seeds): (IndexMap<_, _>, Vec<_>) = (trained(&spec), further_seeds(&spec, None).to_vec());
    for seed in seeds {
        let named = |id: &String| if trained.contains_key(id) { format!("{id}{MARK}{seed}") } else { id.clone() };
        for (id, model) in &trained {
            let (from, teacher) = (model.from.as_ref().map(named), model.teacher.as_ref().map(named));
            spec.models.insert(named(id), Model { seed: Some(seed), from, teacher, ..model.clone() });
        }
    }
    let wanted = wanted(&spec);
    spec.models.retain(|id, _| !is_replica(id) || wanted.contains(id));
    spec
}

/// The further training runs that a block of cells asks for, and those they start or learn from.
fn wanted(spec: &Spec) -> BTreeSet<String> {
    let asked = |block: &Evaluate| {
        let seeds = further_seeds(spec, Some(block)).to_vec();
        let run = |(id, seed): (&String, u64)| replica(spec, id, seed).into_owned();
        block.models.iter().flat_map(|id| seeds.iter().map(move |seed| (id, *seed))).map(run).collect::<Vec<_>>()
    };
    let (mut open, mut wanted) = (spec.evaluate.iter().flat_map(asked).collect::<Vec<_>>(), BTreeSet::new());
    while let Some(id) = open.pop() {
        let model = &spec.models[&id];
        open.extend([&model.from, &model.teacher].into_iter().flatten().filter(|other| !wanted.contains(*other)).cloned());
        wanted.insert(id);
    }
    wanted
}

fn trained(spec: &Spec) -> IndexMap<String, Model> {
    let is_trained = |model: &Model| model.pretrain.is_some() || model.supervised.is_some() || model.reinforce.is_some();
    let whole = |model: &Model| match (&model.snapshot, &model.from) {
        (Some(_), Some(from)) => is_trained(&spec.models[from]),
        _ => is_trained(model),
    };
    spec.models.iter().filter(|(_, model)| whole(model)).map(|(id, model)| (id.clone(), model.clone())).collect()
}

/// The training seeds after the first that a block of cells asks for.
pub fn further_seeds<'a>(spec: &'a Spec, block: Option<&Evaluate>) -> &'a [u64] {
    let wanted = block.and_then(|block| block.training_seeds).unwrap_or(usize::MAX);
    let seeds = &spec.training_seeds[..wanted.min(spec.training_seeds.len())];
    seeds.get(1..).unwrap_or_default()
}

/// The model as trained from another seed; itself when it is not trained here.
pub fn replica<'a>(spec: &Spec, id: &'a str, seed: u64) -> std::borrow::Cow<'a, str> {
    let name = format!("{id}{MARK}{seed}");
    if spec.models.contains_key(&name) { name.into() } else { id.into() }
}

/// Whether a model is a further training run of another one.
pub fn is_replica(id: &str) -> bool {
    id.contains(MARK)
}

/// The model as the spec names it.
pub fn original(id: &str) -> &str {
    id.split(MARK).next().unwrap_or(id)
}
