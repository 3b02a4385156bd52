//! From a cell to its counts and curves.

use super::{Cell, Expansion, cell_id, file, output, plain};
use crate::replica::{original, replica};
use crate::spec::{Evaluate, Results, Setting};
use anyhow::Result;
use beyond_runner::graph::Binding;

impl Expansion<'_> {
    pub(super) fn evaluation(&mut self) -> Result<()> {
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
    pub(super) fn completions_of(&self, cell: &Cell) -> String {
        cell_id(if self.spec.models[&cell.0].results.is_some() { "import" } else { "sample" }, cell)
    }

    /// The step that holds a cell's counts.
    pub(super) fn counts_of(&self, cell: &Cell) -> String {
        let results = self.spec.models[&cell.0].results.as_ref();
        let counted = results.is_some_and(|results| results[&cell.1].format == "counts");
        cell_id(if counted { "import" } else { "verify" }, cell)
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
    pub(super) fn cell_of_run(&self, cell: &Cell, seed: Option<u64>) -> Cell {
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
