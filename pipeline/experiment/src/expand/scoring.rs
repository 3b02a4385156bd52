//! Likelihoods: perplexity, and true success rates.

use super::{Expansion, cell_id, output, plain};
use crate::spec::Setting;

impl Expansion<'_> {
    pub(super) fn scorings(&mut self) {
        for (i, scoring) in self.spec.perplexity.iter().enumerate() {
            let path = format!("perplexity.{i}");
            for author in &scoring.authors {
                for benchmark in &scoring.benchmarks {
                    let cell = (author.clone(), benchmark.clone(), scoring.setting.clone());
                    let reference = author == "reference";
                    if !reference && !self.cells.contains_key(&cell) {
                        continue;
                    }
                    let params = beyond_perplexity::Params {
                        scorer: scoring.scorer.clone(),
                        author: author.clone(),
                        problems: scoring.problems,
                        samples: scoring.samples,
                        untempered: !reference && self.spec.settings.get(&scoring.setting).is_some_and(is_untempered),
                        template: self.spec.models[&scoring.scorer].template.clone(),
                    };
                    let mut inputs = vec![output("problems", self.problems_of(benchmark), "problems")];
                    inputs.extend(self.checkpoint("checkpoint", &scoring.scorer));
                    if !reference {
                        inputs.push(output("completions", self.completions_of(&cell), "completions"));
                        inputs.push(output("verdicts", cell_id("verify", &cell), "verdicts"));
                    }
                    let id = format!("perplexity/{}/{}", scoring.scorer, &cell_id("", &cell)[1..]);
                    self.step(id, "perplexity", plain(params), inputs, &path, &[("", &path)]);
                }
            }
        }
    }

    pub(super) fn exact(&mut self) {
        for (i, exact) in self.spec.exact.iter().enumerate() {
            for model in &exact.models {
                for benchmark in &exact.benchmarks {
                    let cell = (model.clone(), benchmark.clone(), exact.setting.clone());
                    if !self.cells.contains_key(&cell) {
                        continue;
                    }
                    let params = plain(beyond_exact::Params { template: self.spec.models[model].template.clone() });
                    let mut inputs = vec![output("problems", self.problems_of(benchmark), "problems")];
                    inputs.extend(self.checkpoint("checkpoint", model));
                    inputs.push(output("counts", self.counts_of(&cell), "counts"));
                    self.step(cell_id("exact", &cell), "exact", params, inputs, &format!("exact.{i}"), &[]);
                }
            }
        }
    }
}

/// Whether recorded log-probabilities (temperature 1, whole vocabulary) are those of the law that drew the samples.
fn is_untempered(setting: &Setting) -> bool {
    setting.temperature == 1.0 && setting.top_p == 1.0 && setting.top_k == 0 && setting.power.is_none() && setting.match_entropy.is_none()
}
