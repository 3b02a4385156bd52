//! Models that are trained here, and where weights are.

use super::{Expansion, file, output, plain};
use crate::replica::original;
use crate::spec::{Model, Spec};
use beyond_runner::graph::Binding;
use beyond_train::Recipe;

impl Expansion<'_> {
    pub(super) fn training(&mut self) {
        for (id, model) in &self.spec.models {
            let Some((kind, recipe)) = recipe_of(model) else { continue };
            let path = format!("models.{}", original(id));
            let params = plain(beyond_train::Params { run: id.clone(), seed: self.training_seed(model), recipe });
            let mut inputs = Vec::new();
            if let Some(from) = &model.from {
                inputs.extend(self.checkpoint("checkpoint", from));
            }
            if let Some(teacher) = &model.teacher {
                inputs.extend(self.checkpoint("teacher", teacher));
            }
            let (recipe, seed) = (format!("recipe.{kind}"), format!("{path}.seed"));
            let fields = [(recipe.as_str(), format!("{path}.{kind}")), ("seed", seed)];
            let fields: Vec<_> = fields.iter().map(|(to, from)| (*to, from.as_str())).collect();
            self.step(format!("train/{id}"), "train", params, inputs, &path, &fields);
        }
    }

    pub(super) fn training_seed(&self, model: &Model) -> u64 {
        model.seed.or(self.spec.training_seeds.first().copied()).unwrap_or(self.spec.seed)
    }

    /// Where the weights of a model are.
    pub(super) fn checkpoint(&self, role: &str, id: &str) -> Option<Binding> {
        let model = &self.spec.models[id];
        if let Some(path) = &model.path {
            return Some(file(role, self.folder.join(path)));
        }
        match (model.snapshot, &model.from) {
            (Some(step), Some(from)) => Some(output(role, format!("train/{from}"), &format!("checkpoint-{step}"))),
            _ => recipe_of(model).map(|_| output(role, format!("train/{id}"), "checkpoint")),
        }
    }
}

/// The training run that a model is, or is a snapshot of.
pub(super) fn trained<'a>(spec: &'a Spec, model: &'a Model) -> &'a Model {
    model.snapshot.and(model.from.as_ref()).map_or(model, |from| &spec.models[from])
}

pub(super) fn recipe_of(model: &Model) -> Option<(&'static str, Recipe)> {
    let pretrain = model.pretrain.clone().map(|recipe| ("pretrain", Recipe::Pretrain(recipe)));
    let supervised = || model.supervised.clone().map(|recipe| ("supervised", Recipe::Supervised(recipe)));
    let reinforce = || model.reinforce.clone().map(|recipe| ("reinforce", Recipe::Reinforce(recipe)));
    pretrain.or_else(supervised).or_else(reinforce)
}
