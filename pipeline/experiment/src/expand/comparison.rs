//! Models against bases, over training runs, and the claims about them.

use super::training::trained;
use super::{Cell, Expansion, cell_id, output, plain};
use crate::replica::is_replica;
use crate::spec::Compare;
use beyond_runner::graph::Binding;

impl Expansion<'_> {
    pub(super) fn comparisons(&mut self) {
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

    pub(super) fn claims(&mut self) {
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
}
