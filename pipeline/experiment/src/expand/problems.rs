//! Problem sets, and what is left of them.

use super::{Expansion, cell_id, file, output, plain};
use crate::spec::Benchmark;
use beyond_report::BenchmarkNote;

impl Expansion<'_> {
    pub(super) fn benchmarks(&mut self) {
        for (id, benchmark) in &self.spec.benchmarks {
            let path = format!("benchmarks.{id}");
            let (source, inputs) = if let Some(family) = &benchmark.family {
                (self.procedural(family, benchmark), vec![])
            } else if let (Some(manifest), Some(data)) = (&benchmark.manifest, &benchmark.file) {
                let manifest = self.root.join("data/manifests").join(format!("{manifest}.yaml"));
                let source = beyond_benchmark::Source::File { limit: benchmark.limit, drop_choice: benchmark.drop_choice };
                (source, vec![file("manifest", manifest), file("file", self.folder.join(data))])
            } else {
                continue;
            };
            let params = plain(beyond_benchmark::Params { benchmark: id.clone(), source });
            let fields = [("source.procedural", path.as_str()), ("source.file", path.as_str())];
            self.step(format!("problems/{id}"), "benchmark", params, inputs, &path, &fields);
        }
    }

    /// Benchmarks that are what is left of another one.
    pub(super) fn filters(&mut self) {
        for (id, benchmark) in &self.spec.benchmarks {
            let Some(filter) = &benchmark.without_guessable else { continue };
            let cell = (filter.model.clone(), filter.of.clone(), filter.setting.clone());
            let params = plain(beyond_verify::FilterParams { benchmark: id.clone(), texts: 2000, solved_below: filter.solved_below });
            let inputs = vec![
                output("problems", self.problems_of(&filter.of), "problems"),
                output("completions", self.completions_of(&cell), "completions"),
                output("counts", self.counts_of(&cell), "counts"),
            ];
            let path = format!("benchmarks.{id}.without_guessable");
            self.step(format!("filter/{id}"), "filter", params, inputs, &path, &[]);
        }
    }

    fn procedural(&self, family: &beyond_problems::FamilySpec, benchmark: &Benchmark) -> beyond_benchmark::Source {
        beyond_benchmark::Source::Procedural {
            family: family.clone(),
            level: benchmark.level,
            exposure: benchmark.exposure,
            split: benchmark.split.clone(),
            problems: benchmark.problems,
            seed: self.spec.seed,
        }
    }

    /// The step that holds a benchmark's problems.
    pub(super) fn problems_of(&self, benchmark: &str) -> String {
        match &self.spec.benchmarks[benchmark].results_of {
            None if self.spec.benchmarks[benchmark].without_guessable.is_some() => format!("filter/{benchmark}"),
            None => format!("problems/{benchmark}"),
            Some(model) => {
                let cell = self.cells.keys().find(|cell| cell.0 == *model && cell.1 == benchmark);
                cell.map(|cell| cell_id("import", cell)).unwrap_or_default()
            }
        }
    }
}

pub(super) fn benchmark_note(id: &str, benchmark: &Benchmark) -> BenchmarkNote {
    let split = if benchmark.distribution.is_empty() && benchmark.family.is_some() { &benchmark.split } else { &benchmark.distribution };
    BenchmarkNote {
        id: id.to_string(),
        label: benchmark.label.clone(),
        domain: benchmark.domain.clone(),
        split: split.clone(),
        filtered_from: benchmark.without_guessable.as_ref().map(|filter| filter.of.clone()).unwrap_or_default(),
        published_panel: benchmark.published.clone(),
        description: benchmark.description.clone(),
    }
}
