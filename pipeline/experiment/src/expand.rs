//! From a checked spec to steps. The only place that knows which stage feeds which.

use crate::document::Document;
use crate::replica::{further_seeds, is_replica, original, replica, with_replicas};
use crate::spec::{Benchmark, Compare, Evaluate, Model, Results, Setting, Spec};
use anyhow::Result;
use beyond_report::{BenchmarkNote, ModelNote, SettingNote};
use beyond_runner::graph::{Binding, Origin, Source, Step};
use beyond_train::Recipe;
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// One cell: a model on a benchmark under a setting.
type Cell = (String, String, String);

/// All steps, and the id of the report step.
pub fn expand(spec: &Spec, document: &Document, preset: &str, root: &Path) -> Result<(Vec<Step>, Option<String>)> {
    let spec = &with_replicas(spec);
    let (cells, replicas) = (cells(spec), replicas(spec));
    let mut expansion = Expansion { spec, document, root, folder: folder_of(&document.file), steps: Vec::new(), cells, replicas };
    expansion.benchmarks();
    expansion.training();
    expansion.filters();
    expansion.evaluation()?;
    expansion.comparisons();
    expansion.scorings();
    expansion.exact();
    expansion.claims();
    expansion.report(preset);
    Ok((expansion.steps, Some("report".to_string())))
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Every cell with the largest n asked for it, in the order of the spec.
fn cells(spec: &Spec) -> IndexMap<Cell, u32> {
    let mut cells = IndexMap::new();
    for block in &spec.evaluate {
        add_block(&mut cells, spec, block, &block.models);
    }
    cells
}

/// The cells of further training runs.
fn replicas(spec: &Spec) -> IndexMap<Cell, u32> {
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

struct Expansion<'a> {
    spec: &'a Spec,
    document: &'a Document,
    root: &'a Path,
    folder: PathBuf,
    steps: Vec<Step>,
    cells: IndexMap<Cell, u32>,
    /// Cells of further training runs: sampled and counted, for the intervals over runs only.
    replicas: IndexMap<Cell, u32>,
}

fn output(role: &str, step: impl Into<String>, name: &str) -> Binding {
    Binding { role: role.to_string(), source: Source::Output { step: step.into(), name: name.to_string() } }
}

fn file(role: &str, path: PathBuf) -> Binding {
    Binding { role: role.to_string(), source: Source::Path(path) }
}

fn plain(params: impl Serialize) -> Value {
    serde_json::to_value(params).expect("stage parameters are plain data and serialise")
}

fn cell_id(stage: &str, (model, benchmark, setting): &Cell) -> String {
    format!("{stage}/{model}/{benchmark}/{setting}")
}

impl Expansion<'_> {
    /// Adds a step that stands at `path` in the spec; `fields` pairs a params prefix with the spec path it comes from.
    fn step(&mut self, id: String, stage: &str, params: Value, inputs: Vec<Binding>, path: &str, fields: &[(&str, &str)]) {
        let (line, column) = self.document.position(path);
        let mut origin = Origin { file: self.document.file.clone(), line, column, ..Default::default() };
        for (prefix, from) in fields {
            origin.fields.insert(prefix.to_string(), self.document.position(from));
            for (below, position) in self.document.positions_below(from) {
                let name = if prefix.is_empty() { below } else { format!("{prefix}.{below}") };
                origin.fields.insert(name, position);
            }
        }
        self.steps.push(Step { id, stage: stage.to_string(), params, inputs, origin });
    }

    fn benchmarks(&mut self) {
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
    fn filters(&mut self) {
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

    fn training(&mut self) {
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

    fn training_seed(&self, model: &Model) -> u64 {
        model.seed.or(self.spec.training_seeds.first().copied()).unwrap_or(self.spec.seed)
    }

    /// Where the weights of a model are.
    fn checkpoint(&self, role: &str, id: &str) -> Option<Binding> {
        let model = &self.spec.models[id];
        if let Some(path) = &model.path {
            return Some(file(role, self.folder.join(path)));
        }
        match (model.snapshot, &model.from) {
            (Some(step), Some(from)) => Some(output(role, format!("train/{from}"), &format!("checkpoint-{step}"))),
            _ => recipe_of(model).map(|_| output(role, format!("train/{id}"), "checkpoint")),
        }
    }

    fn evaluation(&mut self) -> Result<()> {
        for (cell, n) in self.cells.clone() {
            if let Some(results) = self.spec.models[&cell.0].results.clone() {
                self.import(&cell, &results[&cell.1])?;
            } else {
                self.sample(&cell, n);
                self.verify(&cell);
            }
            self.estimate(&cell);
        }
        for (cell, n) in self.replicas.clone() {
            self.sample(&cell, n);
            self.verify(&cell);
        }
        Ok(())
    }

    fn import(&mut self, cell: &Cell, results: &Results) -> Result<()> {
        let (model, benchmark, setting) = cell.clone();
        let path = format!("models.{model}.results.{benchmark}");
        let params = beyond_sample::ImportParams {
            model,
            benchmark,
            setting,
            format: results.format.clone(),
            only: results.only.clone(),
            columns: results.columns.clone(),
            allow_ragged: results.allow_ragged,
        };
        let files: Vec<_> = results.files.paths().iter().map(|path| self.folder.join(path)).collect();
        if let Some(missing) = files.iter().find(|path| !path.exists()) {
            let source = if results.source.is_empty() { String::new() } else { format!("; get it from {}", results.source) };
            return Err(self.document.error(&path, &format!("{} is not there{source}", missing.display())));
        }
        let inputs = files.into_iter().map(|path| file("file", path)).collect();
        self.step(cell_id("import", cell), "import", plain(params), inputs, &path, &[("", &path)]);
        if results.format != "counts" {
            self.verify(cell);
        }
        Ok(())
    }

    /// The step that holds a cell's completions.
    fn completions_of(&self, cell: &Cell) -> String {
        cell_id(if self.spec.models[&cell.0].results.is_some() { "import" } else { "sample" }, cell)
    }

    /// The step that holds a cell's counts.
    fn counts_of(&self, cell: &Cell) -> String {
        let results = self.spec.models[&cell.0].results.as_ref();
        let counted = results.is_some_and(|results| results[&cell.1].format == "counts");
        cell_id(if counted { "import" } else { "verify" }, cell)
    }

    /// The step that holds a benchmark's problems.
    fn problems_of(&self, benchmark: &str) -> String {
        match &self.spec.benchmarks[benchmark].results_of {
            None if self.spec.benchmarks[benchmark].without_guessable.is_some() => format!("filter/{benchmark}"),
            None => format!("problems/{benchmark}"),
            Some(model) => {
                let cell = self.cells.keys().find(|cell| cell.0 == *model && cell.1 == benchmark);
                cell.map(|cell| cell_id("import", cell)).unwrap_or_default()
            }
        }
    }

    fn sample(&mut self, cell: &Cell, n: u32) {
        let (model_id, benchmark, setting_id) = cell;
        let (model, setting) = (&self.spec.models[model_id], &self.spec.settings[setting_id]);
        let params = beyond_sample::Params {
            model: model_id.clone(),
            setting: setting_id.clone(),
            n,
            sampling: sampling_of(setting, self.spec.seed),
            template: setting.template.as_ref().unwrap_or(&model.template).clone(),
            endpoint: model.endpoint.clone(),
        };
        let mut inputs = vec![output("problems", self.problems_of(benchmark), "problems")];
        inputs.extend(self.checkpoint("checkpoint", model_id));
        let path = format!("settings.{setting_id}");
        if let Some(other) = &setting.match_entropy {
            let met = self.cell_of_run(&(other.model.clone(), benchmark.clone(), other.setting.clone()), model.seed);
            inputs.push(self.matching(cell, &params, met));
        }
        let asks = |block: &Evaluate| {
            block.n == Some(n)
                && block.models.iter().any(|id| id == original(model_id))
                && block.benchmarks.contains(benchmark)
                && block.settings.contains(setting_id)
        };
        let n_path = self.spec.evaluate.iter().position(asks).map_or("n".to_string(), |block| format!("evaluate.{block}.n"));
        let endpoint = format!("models.{model_id}.endpoint");
        let fields = [("n", n_path.as_str()), ("sampling", &path), ("endpoint", &endpoint)];
        self.step(cell_id("sample", cell), "sample", plain(params), inputs, &path, &fields);
    }

    /// The same cell of the training run with this seed, where there is one.
    fn cell_of_run(&self, cell: &Cell, seed: Option<u64>) -> Cell {
        let of_run = seed.map(|seed| (replica(self.spec, &cell.0, seed).into_owned(), cell.1.clone(), cell.2.clone()));
        of_run.filter(|of_run| self.replicas.contains_key(of_run)).unwrap_or_else(|| cell.clone())
    }

    /// The step that finds the temperature of an entropy-matched cell.
    fn matching(&mut self, cell: &Cell, params: &beyond_sample::Params, other: Cell) -> Binding {
        let params =
            beyond_sample::MatchParams { sampling: params.sampling.clone(), template: params.template.clone(), ..Default::default() };
        let mut inputs = vec![output("problems", self.problems_of(&cell.1), "problems")];
        inputs.extend(self.checkpoint("checkpoint", &cell.0));
        inputs.push(output("completions", self.completions_of(&other), "completions"));
        let path = format!("settings.{}.match_entropy", cell.2);
        self.step(cell_id("match", cell), "match", plain(params), inputs, &path, &[]);
        output("temperature", cell_id("match", cell), "temperature.json")
    }

    fn verify(&mut self, cell: &Cell) {
        let verify = &self.spec.verify;
        let results = self.spec.models[&cell.0].results.as_ref();
        let params = beyond_verify::Params {
            verifier: beyond_verify::verifier_version(),
            policy: verify.policy.clone(),
            cpu_seconds: verify.cpu_seconds,
            allow_weak_sandbox: verify.allow_weak_sandbox,
            judge: results.map_or_else(Default::default, |results| results[&cell.1].judge),
        };
        let mut inputs = vec![
            output("problems", self.problems_of(&cell.1), "problems"),
            output("completions", self.completions_of(cell), "completions"),
        ];
        if results.is_some() {
            inputs.push(output("recorded", cell_id("import", cell), "recorded.json"));
        }
        inputs.extend(self.spec.verify.marks.as_ref().map(|marks| file("marks", self.folder.join(marks))));
        let judge = format!("models.{}.results.{}.judge", cell.0, cell.1);
        self.step(cell_id("verify", cell), "verify", plain(params), inputs, "verify", &[("", "verify"), ("judge", &judge)]);
    }

    fn estimate(&mut self, cell: &Cell) {
        let asked = &self.spec.estimate;
        let params =
            beyond_estimate::Params { k_max: asked.k_max, extrapolate: asked.extrapolate, seed: self.spec.seed, audit: asked.audit };
        let mut inputs = vec![output("counts", self.counts_of(cell), "counts")];
        let verified = cell_id("verify", cell);
        if self.counts_of(cell) == verified {
            inputs.push(output("verdicts", verified, "verdicts"));
            inputs.push(output("completions", self.completions_of(cell), "completions"));
            inputs.push(output("problems", self.problems_of(&cell.1), "problems"));
        }
        self.step(cell_id("estimate", cell), "estimate", plain(params), inputs, "estimate", &[("", "estimate")]);
    }

    fn comparisons(&mut self) {
        for (i, compare) in self.spec.compare.iter().enumerate() {
            let path = format!("compare.{i}");
            for benchmark in &compare.benchmarks {
                for setting in &compare.settings {
                    let cell = |model: &String| (model.clone(), benchmark.clone(), setting.clone());
                    let base = cell(&compare.base);
                    let others: Vec<_> = compare.models.iter().map(cell).filter(|cell| self.cells.contains_key(cell)).collect();
                    if self.cells.contains_key(&base) && !others.is_empty() {
                        self.comparison(i, &path, &base, &others);
                    }
                }
            }
        }
    }

    fn comparison(&mut self, i: usize, path: &str, base: &Cell, others: &[Cell]) {
        let estimate = &self.spec.estimate;
        let gap_of = others.iter().filter(|other| self.measures_gap(i, other)).map(|other| other.0.clone()).collect();
        let params =
            beyond_distill::Params { band_draws: estimate.band_draws, replicates: estimate.replicates, seed: self.spec.seed, gap_of };
        let sides = std::iter::once(base).chain(others).enumerate().flat_map(|(at, cell)| self.side(at, cell)).collect();
        let id = format!("distill/{i}/{}/{}/{}", base.0, base.1, base.2);
        self.step(id, "distill", plain(params), sides, path, &[("", "estimate")]);
        for other in others {
            self.training_runs(base, other, path);
            let id = format!("coverage/{}/{}", base.0, &cell_id("", other)[1..]);
            if self.steps.iter().any(|step| step.id == id) {
                continue;
            }
            self.coverage(i, id, base, other);
        }
    }

    /// Counts of the side at this place of a comparison, and its samples where there are some.
    fn side(&self, at: usize, cell: &Cell) -> Vec<Binding> {
        let mut inputs = vec![output("counts", self.counts_of(cell), "counts")];
        let verified = cell_id("verify", cell);
        if self.counts_of(cell) == verified {
            inputs.push(output(&format!("verdicts-{at}"), verified, "verdicts"));
            inputs.push(output(&format!("completions-{at}"), self.completions_of(cell), "completions"));
        }
        inputs
    }

    fn coverage(&mut self, i: usize, id: String, base: &Cell, other: &Cell) {
        let template = |cell: &Cell| self.spec.models[&cell.0].template.clone();
        let params = beyond_coverage::Params {
            base_template: template(base),
            model_template: template(other),
            unequal_prompts: self.spec.compare[i].unequal_prompts,
            ..Default::default()
        };
        let mut inputs = [base, other].map(|cell| output("counts", self.counts_of(cell), "counts")).to_vec();
        inputs.extend(self.shown_to("base_problems", base));
        inputs.extend(self.shown_to("model_problems", other));
        let path = format!("compare.{i}");
        self.step(id, "coverage", plain(params), inputs, &path, &[("", &path)]);
    }

    /// The problems as a model saw them: those of its own log where it has one; None where only counts are known.
    fn shown_to(&self, role: &str, cell: &Cell) -> Option<Binding> {
        match &self.spec.models[&cell.0].results {
            Some(results) if results[&cell.1].format == "counts" => None,
            Some(_) => Some(output(role, cell_id("import", cell), "problems")),
            None => Some(output(role, self.problems_of(&cell.1), "problems")),
        }
    }

    /// Whether Delta_SE of a cell is measured in the i-th comparison: the first one with the model it was trained from, or the first one
    /// at all where that is unknown.
    fn measures_gap(&self, i: usize, other: &Cell) -> bool {
        let from = trained(self.spec, &self.spec.models[&other.0]).from.as_ref();
        let measures = |compare: &Compare| {
            from.is_none_or(|from| *from == compare.base)
                && compare.models.contains(&other.0)
                && compare.benchmarks.contains(&other.1)
                && compare.settings.contains(&other.2)
        };
        self.spec.compare.iter().position(measures) == Some(i)
    }

    /// The two arms over all their training runs, where there is more than one.
    fn training_runs(&mut self, base: &Cell, other: &Cell, path: &str) {
        let id = format!("seeds/{}/{}", base.0, &cell_id("", other)[1..]);
        let runs = |cell: &Cell| {
            let further = self.spec.training_seeds.iter().skip(1).map(|seed| (*seed, self.cell_of_run(cell, Some(*seed))));
            let first = (self.spec.training_seeds.first().copied().unwrap_or_default(), cell.clone());
            std::iter::once(first).chain(further).collect::<Vec<_>>()
        };
        let (bases, models) = (runs(base), runs(other));
        let complete = models.len() > 1 && models[1..].iter().all(|(_, cell)| is_replica(&cell.0));
        if !complete || self.steps.iter().any(|step| step.id == id) {
            return;
        }
        let params = plain(beyond_seeds::Params {
            arm: other.0.clone(),
            base: Some(base.0.clone()),
            benchmark: other.1.clone(),
            setting: other.2.clone(),
        });
        let role = |side: &str, runs: &[(u64, Cell)]| {
            runs.iter().map(|(seed, cell)| output(&format!("{side}-{seed}"), self.counts_of(cell), "counts")).collect::<Vec<_>>()
        };
        let inputs = [role("base", &bases), role("model", &models)].concat();
        self.step(id, "seeds", params, inputs, path, &[]);
    }

    fn scorings(&mut self) {
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

    fn exact(&mut self) {
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

    fn claims(&mut self) {
        if self.spec.claims.is_empty() && !self.steps.iter().any(|step| step.stage == "distill") {
            return;
        }
        let claim = |(id, kind): (&String, &beyond_claims::Kind)| {
            let line = self.document.position(&format!("claims.{id}")).0;
            beyond_claims::Claim { id: id.clone(), line, kind: kind.clone() }
        };
        let params = plain(beyond_claims::Params { claims: self.spec.claims.iter().map(claim).collect() });
        let inputs = self.outputs_of(&[
            ("estimate", &["curves"]),
            ("distill", &["paired", "crossings"]),
            ("coverage", &["coverage", "problem_changes"]),
            ("seeds", &["seeds"]),
            ("verify", &["counts"]),
            ("import", &["counts"]),
        ]);
        self.step("claims".into(), "claims", params, inputs, "claims", &[]);
    }

    /// The named outputs of every step of these stages, further training runs left out; the role is the name.
    fn outputs_of(&self, wanted: &[(&str, &[&str])]) -> Vec<Binding> {
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

    fn report(&mut self, preset: &str) {
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

/// The training run that a model is, or is a snapshot of.
fn trained<'a>(spec: &'a Spec, model: &'a Model) -> &'a Model {
    model.snapshot.and(model.from.as_ref()).map_or(model, |from| &spec.models[from])
}

fn recipe_of(model: &Model) -> Option<(&'static str, Recipe)> {
    let pretrain = model.pretrain.clone().map(|recipe| ("pretrain", Recipe::Pretrain(recipe)));
    let supervised = || model.supervised.clone().map(|recipe| ("supervised", Recipe::Supervised(recipe)));
    let reinforce = || model.reinforce.clone().map(|recipe| ("reinforce", Recipe::Reinforce(recipe)));
    pretrain.or_else(supervised).or_else(reinforce)
}

/// Whether recorded log-probabilities (temperature 1, whole vocabulary) are those of the law that drew the samples.
fn is_untempered(setting: &Setting) -> bool {
    setting.temperature == 1.0 && setting.top_p == 1.0 && setting.top_k == 0 && setting.power.is_none() && setting.match_entropy.is_none()
}

fn sampling_of(setting: &Setting, seed: u64) -> beyond_sample::Sampling {
    beyond_sample::Sampling {
        temperature: setting.temperature,
        top_p: setting.top_p,
        top_k: setting.top_k,
        max_tokens: setting.max_tokens,
        seed: setting.seed.unwrap_or(seed),
        power: setting.power,
        forbid: setting.forbid.clone(),
    }
}

fn benchmark_note(id: &str, benchmark: &Benchmark) -> BenchmarkNote {
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

fn setting_note(id: &str, setting: &Setting, seed: u64) -> SettingNote {
    SettingNote {
        id: id.to_string(),
        label: setting.label.clone(),
        seed: Some(setting.seed.unwrap_or(seed)),
        purpose: setting.purpose.clone(),
    }
}
