//! From a spec in YAML to the graph of steps it asks for.
//!
//! [`document`] reads YAML and remembers where every value stands; [`spec`] is its typed form; [`check`] refuses references to things that
//! are not there; [`expand`] turns it into steps, [`replica`] adds further training runs. Every error names file, line, column, what was expected and the nearest valid name.

mod check;
mod document;
mod expand;
mod replica;
mod spec;

pub use document::Document;
pub use spec::*;

use anyhow::{Context, Result};
use beyond_runner::graph::Graph;
use std::path::{Path, PathBuf};

/// A spec that was read, checked and expanded.
#[derive(Debug)]
pub struct Loaded {
    /// Experiment id.
    pub name: String,
    /// The steps.
    pub graph: Graph,
    /// Id of the step that writes the report.
    pub report: Option<String>,
    /// Folder that holds `data/artifacts` and `reports`.
    pub root: PathBuf,
    /// Names of the spec's presets.
    pub presets: Vec<String>,
}

/// Reads a spec, applies a preset (the spec's default one when None), checks it and expands it. Errs with file, line and column.
pub fn load(path: &Path, preset: Option<&str>) -> Result<Loaded> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| beyond_stage::user_error(format!("cannot read the spec {}: {error}", path.display())))?;
    let document = Document::parse(path, &text)?;
    let presets = document.presets();
    let (document, preset) = document.with_preset(preset)?;
    let spec: Spec = document.typed()?;
    check::check(&spec, &document)?;
    let root = root_of(path);
    let (steps, report) = expand::expand(&spec, &document, &preset, &root)?;
    let graph = Graph::new(steps).with_context(|| format!("spec {}", path.display()))?;
    Ok(Loaded { name: spec.name, graph, report, root, presets })
}

/// The JSON schema of specs, for editors.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Spec).to_value()
}

/// The nearest folder above the spec that holds `experiments/`; the current folder when there is none.
fn root_of(spec: &Path) -> PathBuf {
    let absolute = std::path::absolute(spec).unwrap_or_else(|_| spec.to_path_buf());
    let above = absolute.ancestors().skip(1).find(|folder| folder.join("experiments").is_dir());
    above.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments")
    }

    #[test]
    fn the_schema_for_editors_is_current() {
        let stored = std::fs::read_to_string(folder().join("spec.schema.json")).unwrap();
        let current = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
        assert_eq!(stored, current, "the spec changed: run `just schema`");
    }

    #[test]
    fn every_shipped_spec_loads_or_names_the_file_it_needs() {
        for entry in std::fs::read_dir(folder()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            if let Err(error) = load(&path, None) {
                let message = format!("{error:#}");
                assert!(message.contains("is not there; get it from"), "{message}");
            }
        }
    }

    #[test]
    fn every_preset_of_the_laboratory_loads() {
        let path = folder().join("lab.yaml");
        for preset in load(&path, None).unwrap().presets {
            let loaded = load(&path, Some(&preset)).unwrap();
            assert_eq!(loaded.report.as_deref(), Some("report"));
        }
    }

    #[test]
    fn delta_se_of_a_cell_is_measured_once_and_against_the_model_it_was_trained_from() {
        let loaded = load(&folder().join("lab.yaml"), Some("full")).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for step in loaded.graph.steps().iter().filter(|step| step.stage == "distill") {
            let (cell, gap_of) = (step.id.split('/').skip(2).collect::<Vec<_>>(), step.params["gap_of"].as_array().unwrap());
            for model in gap_of {
                assert!(seen.insert(format!("{model} {:?}", &cell[1..])), "{model} twice in {}", step.id);
                assert_ne!(cell[0], "grpo-100", "no model was trained from a snapshot");
            }
        }
        assert!(seen.contains(r#""grpo" ["program-2", "t0.6"]"#), "{seen:?}");
    }

    #[test]
    fn every_arm_is_trained_once_per_training_seed_and_drawn_once() {
        let path = folder().join("lab.yaml");
        let steps = |preset: &str| load(&path, Some(preset)).unwrap().graph.steps().to_vec();
        let full = steps("full");
        let find = |id: &str| full.iter().find(|step| step.id == id);
        assert_eq!(find("train/grpo").unwrap().params["seed"], 1);
        let second = find("train/grpo@2").unwrap();
        assert_eq!(second.params["seed"], 2);
        assert!(format!("{:?}", second.inputs).contains("train/base@2"), "{:?}", second.inputs);
        assert!(format!("{:?}", find("sample/grpo-100@3/program-2/t0.6").unwrap().inputs).contains("train/grpo@3"));
        assert!(find("verify/base@2/program-2/t0.6").is_some() && find("estimate/base@2/program-2/t0.6").is_none());
        let matching = format!("{:?}", find("match/grpo@2/program-2/matched").unwrap().inputs);
        assert!(matching.contains("sample/base@2/program-2/t0.6"), "a run meets the entropy of its own base: {matching}");
        let seeds = format!("{:?}", find("seeds/base/grpo/program-2/t0.6").unwrap().inputs);
        for input in
            ["base-1", "base-3", "model-2", "verify/grpo@3/program-2/t0.6", "verify/base@2/program-2/t0.6", "verify/base/program-2/t0.6"]
        {
            assert!(seeds.contains(&format!("{input:?}")), "{input} in {seeds}");
        }
        assert!(format!("{:?}", find("sample/grpo@2/modular-3-unprobed/t0.6").unwrap().inputs).contains("filter/modular-3-unprobed"));
        assert!(format!("{:?}", find("filter/modular-3-unprobed").unwrap().inputs).contains("verify/base/modular-3/probe"));
        assert!(!find("report").unwrap().params.to_string().contains('@'), "the report draws the first run");
        assert!(steps("small").iter().all(|step| !step.id.contains('@')));
    }

    #[test]
    fn runs_that_no_cell_asks_for_are_not_trained() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.yaml");
        let corpus = "{architecture: {hidden: 8, layers: 1, heads: 1, feed_forward: 8}, corpus: [{family: {family: program}}], steps: 1}";
        let text = format!(
            "name: t\ntraining_seeds: [7, 8]\nbenchmarks: {{b: {{family: {{family: program}}, level: 2}}}}\nsettings: {{s: {{}}}}\nmodels:\n  small: {{pretrain: {corpus}}}\n  large: {{pretrain: {corpus}}}\n  rl: {{from: small, reinforce: {{algorithm: grpo, problems: [], steps: 1}}}}\nevaluate:\n  - {{models: [rl], benchmarks: [b], settings: [s]}}\n  - {{models: [large], benchmarks: [b], settings: [s], training_seeds: 1}}\n"
        );
        std::fs::write(&path, text).unwrap();
        let loaded = load(&path, None).unwrap();
        let trained: Vec<_> = loaded.graph.steps().iter().filter(|step| step.stage == "train").map(|step| step.id.as_str()).collect();
        assert_eq!(trained, ["train/small", "train/large", "train/rl", "train/small@8", "train/rl@8"]);
    }

    fn message(text: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bad.yaml");
        std::fs::write(&path, text).unwrap();
        format!("{:#}", load(&path, None).unwrap_err())
    }

    const HEAD: &str = "name: t\nbenchmarks:\n  b: {imported: true}\nmodels:\n  base: {results: {}}\n  rl: {results: {}}\n";

    #[test]
    fn bad_specs_name_line_column_and_the_nearest_name() {
        let cases = [
            ("name: t\nbenchmark: {}\n", "bad.yaml:2:12: benchmark: unknown field `benchmark`", "did you mean `benchmarks`?"),
            (
                &format!("{HEAD}evaluate: [{{models: [bsae], benchmarks: [b], settings: [s]}}]\n"),
                "bad.yaml:7:21: there is no model \"bsae\"",
                "did you mean \"base\"?",
            ),
            (
                &format!("{HEAD}evaluate: []\ncompare: [{{base: base, models: [rl], benchmarks: [c], settings: [s]}}]\n"),
                "bad.yaml:8:50: there is no benchmark \"c\"",
                "b",
            ),
            ("name: t\nbenchmarks: {}\nmodels: {m: {}}\nevaluate: []\n", "bad.yaml:3:13: a model has exactly one of", "this one has none"),
            (
                "name: t\nbenchmarks: {}\nmodels: {m: {reinforce: {algorithm: grpoo, problems: [], steps: 1}}}\nevaluate: []\n",
                "bad.yaml:3:",
                "did you mean `grpo`?",
            ),
            (
                "name: t\nbenchmarks: {}\nmodels: {m: {from: m, snapshot: 3}}\nevaluate: []\n",
                "bad.yaml:3:13: a model cannot start from itself",
                "",
            ),
            ("name: a/b\nbenchmarks: {}\nmodels: {}\nevaluate: []\n", "bad.yaml:1:7: \"a/b\" names files", ""),
            (
                "name: t\nbenchmarks: {b: {family: {family: countdwn}}}\nmodels: {}\nevaluate: []\n",
                "bad.yaml:2:",
                "did you mean `countdown`?",
            ),
            (
                "name: t\nbenchmarks: {}\nmodels: {m: {path: p, seed: 3}}\ntraining_seeds: [1, 2]\nevaluate: []\n",
                "bad.yaml:3:13: `seed` of a model and `training_seeds`",
                "leave one out",
            ),
            (
                "name: t\nbenchmarks: {}\nmodels: {}\ntraining_seeds: [1, 2, 1]\nevaluate: []\n",
                "bad.yaml:4:17: training seed 1 stands here twice",
                "",
            ),
            (
                &format!(
                    "{HEAD}settings: {{cold: {{temperature: 0.6}}}}\nevaluate: []\nexact: [{{models: [base], benchmarks: [b], setting: cold}}]\n"
                ),
                "exact rates need a setting with temperature 1",
                "\"cold\"",
            ),
            (
                &format!("{HEAD}settings: {{s: {{template: qwen-boxd}}}}\nevaluate: []\n"),
                "bad.yaml:7:26: there is no template \"qwen-boxd\"",
                "did you mean \"qwen-boxed\"?",
            ),
            (
                "name: t\nbenchmarks:\n  b: {imported: true}\n  c: {without_guessable: {of: b, model: m, setting: s, solved_below: 5}}\nmodels: {m: {path: p}}\nevaluate: []\n",
                "bad.yaml:4:",
                "solved_below is 5, expected a share",
            ),
            (
                "name: t\nbenchmarks: {b: {imported: true}}\nmodels: {m: {endpoint: {url: u, model: n}}}\nsettings: {s: {forbid: \";\"}}\nevaluate: [{models: [m], benchmarks: [b], settings: [s]}]\n",
                "\"s\" has `forbid`",
                "template: qwen-direct",
            ),
        ];
        for (text, start, rest) in cases {
            let found = message(text);
            assert!(found.contains(start) && found.contains(rest), "{found}\n  expected {start} ... {rest}");
        }
    }

    #[test]
    fn a_cycle_of_models_is_named() {
        let text = "name: t\nbenchmarks: {b: {family: {family: program}, level: 2}}\nmodels:\n  a: {from: c, reinforce: &r {algorithm: grpo, problems: [], steps: 1}}\n  c: {from: a, reinforce: *r}\nsettings: {s: {}}\nevaluate: [{models: [a], benchmarks: [b], settings: [s]}]\n";
        let found = message(text);
        assert!(found.contains("train/a") && found.contains("train/c"), "{found}");
    }
}
