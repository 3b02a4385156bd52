//! The report, and what it is told of models, benchmarks and settings.

use super::problems::benchmark_note;
use super::training::{recipe_of, trained};
use super::{Expansion, file, output, plain};
use crate::replica::is_replica;
use crate::spec::{Model, Setting};
use beyond_report::{ModelNote, SettingNote};
use beyond_runner::graph::Binding;

impl Expansion<'_> {
    /// The named outputs of every step of these stages, further training runs left out; the role is the name.
    pub(super) fn outputs_of(&self, wanted: &[(&str, &[&str])]) -> Vec<Binding> {
        let mut bindings = Vec::new();
        for (stage, names) in wanted {
            for step in self.steps.iter().filter(|step| step.stage == *stage && !is_replica(&step.id)) {
                let counted = step.params.get("format").is_none_or(|format| format == "counts");
                if counted {
                    bindings.extend(names.iter().map(|name| output(name, &step.id, name)));
                }
            }
        }
        bindings
    }

    pub(super) fn report(&mut self, preset: &str) {
        let params = beyond_report::Params {
            name: self.spec.name.clone(),
            title: self.spec.title.clone(),
            preset: preset.to_string(),
            description: self.spec.description.clone(),
            header: self.document.header.clone(),
            notes: self.spec.notes.clone(),
            models: self.spec.models.iter().filter(|(id, _)| !is_replica(id)).map(|(id, model)| self.model_note(id, model)).collect(),
            benchmarks: self.spec.benchmarks.iter().map(|(id, benchmark)| benchmark_note(id, benchmark)).collect(),
            settings: self.spec.settings.iter().map(|(id, setting)| setting_note(id, setting, self.spec.seed)).collect(),
            figures: self.spec.report.figures.clone(),
        };
        let mut inputs = self.outputs_of(&[
            ("claims", &["claims", "contrasts"]),
            ("benchmark", &["problems", "controls"]),
            ("train", &["train_log"]),
            ("verify", &["counts", "audits", "flips", "recorded", "examples"]),
            ("import", &["counts"]),
            ("estimate", &["curves", "guessing", "histogram", "extrapolation", "audits"]),
            ("distill", &["paired", "crossings", "curves"]),
            ("coverage", &["coverage", "problem_changes", "audits"]),
            ("perplexity", &["perplexity", "perplexity_boxes", "likelihood"]),
            ("exact", &["exact_rates", "exact_curves"]),
            ("seeds", &["seeds"]),
        ]);
        let published = [
            "curves.csv",
            "accuracy_histograms.csv",
            "tables.csv",
            "perplexity_boxes.csv",
            "solvable_indices.csv",
            "training_dynamics.csv",
        ];
        let published = published.map(|name| self.root.join("data/published").join(name));
        inputs.extend(published.into_iter().filter(|path| path.exists()).map(|path| file("published", path)));
        self.step("report".into(), "report", plain(params), inputs, "report", &[("", "report")]);
    }

    fn model_note(&self, id: &str, model: &Model) -> ModelNote {
        let trained = trained(self.spec, model);
        let reinforce = trained.reinforce.as_ref();
        ModelNote {
            id: id.to_string(),
            label: model.label.clone(),
            arm: model.arm.clone(),
            role: model.role.clone(),
            base: trained.from.clone().unwrap_or_default(),
            family: model.size.clone(),
            algorithm: reinforce.map(|recipe| plain(recipe.algorithm).as_str().unwrap_or_default().to_string()).unwrap_or_default(),
            ablation: model.ablation.clone(),
            step: model.snapshot.or(reinforce.map(|recipe| recipe.steps)),
            seed: recipe_of(trained).map(|_| self.training_seed(trained)),
            description: model.description.clone(),
        }
    }
}

fn setting_note(id: &str, setting: &Setting, seed: u64) -> SettingNote {
    SettingNote {
        id: id.to_string(),
        label: setting.label.clone(),
        seed: Some(setting.seed.unwrap_or(seed)),
        purpose: setting.purpose.clone(),
    }
}
