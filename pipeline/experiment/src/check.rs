//! Cross-references, checked before anything runs.

use crate::document::{Document, unknown_name};
use crate::spec::{Benchmark, Evaluate, Model, Spec};
use anyhow::Result;
use beyond_claims::Kind;

/// Errs at the first reference to something that is not there, or entry that says two things at once.
pub fn check(spec: &Spec, document: &Document) -> Result<()> {
    let at = |path: &str, result: Result<()>| result.map_err(|error| document.error(path, &format!("{error:#}")));
    at("name", safe_name(&spec.name))?;
    for (id, benchmark) in &spec.benchmarks {
        at(&format!("benchmarks.{id}"), safe_name(id).and_then(|()| check_benchmark(spec, id, benchmark)))?;
    }
    for (id, model) in &spec.models {
        at(&format!("models.{id}"), safe_name(id).and_then(|()| check_model(spec, id, model)))?;
    }
    at("training_seeds", distinct(&spec.training_seeds))?;
    for (id, setting) in &spec.settings {
        at(&format!("settings.{id}"), safe_name(id))?;
        at(&format!("settings.{id}.template"), setting.template.as_deref().map_or(Ok(()), known_template))?;
        if let Some(other) = &setting.match_entropy {
            at(
                &format!("settings.{id}.match_entropy"),
                known_model(spec, &other.model).and_then(|()| known_setting(spec, &other.setting)),
            )?;
        }
    }
    for (i, cells) in spec.evaluate.iter().enumerate() {
        let path = format!("evaluate.{i}");
        at(&format!("{path}.models"), cells.models.iter().try_for_each(|id| known_model(spec, id)))?;
        at(&format!("{path}.benchmarks"), cells.benchmarks.iter().try_for_each(|id| known_benchmark(spec, id)))?;
        at(&format!("{path}.settings"), known_settings(spec, cells).and_then(|()| nothing_forbidden_to_servers(spec, cells)))?;
    }
    for (i, compare) in spec.compare.iter().enumerate() {
        let path = format!("compare.{i}");
        at(&format!("{path}.base"), known_model(spec, &compare.base))?;
        at(&format!("{path}.models"), compare.models.iter().try_for_each(|id| known_model(spec, id)))?;
        at(&format!("{path}.benchmarks"), compare.benchmarks.iter().try_for_each(|id| known_benchmark(spec, id)))?;
    }
    for (i, scoring) in spec.perplexity.iter().enumerate() {
        let path = format!("perplexity.{i}");
        let authors = scoring.authors.iter().filter(|id| *id != "reference");
        at(&format!("{path}.scorer"), known_model(spec, &scoring.scorer))?;
        at(&format!("{path}.authors"), authors.into_iter().try_for_each(|id| known_model(spec, id)))?;
        at(&format!("{path}.benchmarks"), scoring.benchmarks.iter().try_for_each(|id| known_benchmark(spec, id)))?;
        at(&format!("{path}.setting"), known_setting(spec, &scoring.setting))?;
    }
    for (i, exact) in spec.exact.iter().enumerate() {
        let path = format!("exact.{i}");
        at(&format!("{path}.models"), exact.models.iter().try_for_each(|id| known_model(spec, id)))?;
        at(&format!("{path}.benchmarks"), exact.benchmarks.iter().try_for_each(|id| known_benchmark(spec, id)))?;
        at(&format!("{path}.setting"), untouched(spec, &exact.setting))?;
    }
    at("verify.policy", check_policy(&spec.verify.policy))?;
    spec.claims.iter().try_for_each(|(id, kind)| at(&format!("claims.{id}"), check_claim(spec, kind)))
}

fn known_template(name: &str) -> Result<()> {
    let known: Vec<&str> = beyond_problems::template::names().map(|(name, _)| name).collect();
    anyhow::ensure!(known.contains(&name), unknown_name("template", name, known.into_iter()));
    Ok(())
}

/// A server does not tell its tokens, so none can be forbidden there.
fn nothing_forbidden_to_servers(spec: &Spec, cells: &Evaluate) -> Result<()> {
    let forbids = cells.settings.iter().find(|id| spec.settings.get(*id).is_some_and(|setting| !setting.forbid.is_empty()));
    let server = cells.models.iter().find(|id| spec.models[*id].endpoint.is_some());
    if let (Some(setting), Some(model)) = (forbids, server) {
        anyhow::bail!(
            "{setting:?} has `forbid`, which needs the tokens of the model, and {model:?} is a server: ask for the bare answer with `template: qwen-direct` instead"
        );
    }
    Ok(())
}

fn check_policy(policy: &str) -> Result<()> {
    let known = ["strict", "paper", "both"];
    anyhow::ensure!(known.contains(&policy), unknown_name("policy", policy, known.into_iter()));
    Ok(())
}

fn safe_name(id: &str) -> Result<()> {
    let safe = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+=".contains(c));
    anyhow::ensure!(safe, "{id:?} names files and steps: use letters, digits and - _ . + = only");
    Ok(())
}

fn distinct(seeds: &[u64]) -> Result<()> {
    let twice = seeds.iter().enumerate().find(|(i, seed)| seeds[..*i].contains(seed));
    anyhow::ensure!(
        twice.is_none(),
        "training seed {} stands here twice; the same run twice says nothing about training",
        twice.map_or(0, |t| *t.1)
    );
    Ok(())
}

fn known_model(spec: &Spec, id: &str) -> Result<()> {
    anyhow::ensure!(spec.models.contains_key(id), unknown_name("model", id, spec.models.keys().map(String::as_str)));
    Ok(())
}

fn known_benchmark(spec: &Spec, id: &str) -> Result<()> {
    anyhow::ensure!(spec.benchmarks.contains_key(id), unknown_name("benchmark", id, spec.benchmarks.keys().map(String::as_str)));
    Ok(())
}

fn known_setting(spec: &Spec, id: &str) -> Result<()> {
    anyhow::ensure!(spec.settings.contains_key(id), unknown_name("setting", id, spec.settings.keys().map(String::as_str)));
    Ok(())
}

/// Exact rates are those of the model itself.
fn untouched(spec: &Spec, id: &str) -> Result<()> {
    known_setting(spec, id)?;
    let setting = &spec.settings[id];
    let plain = setting.temperature == 1.0 && setting.top_p == 1.0 && setting.top_k == 0 && setting.power.is_none();
    anyhow::ensure!(
        plain && setting.match_entropy.is_none(),
        "exact rates need a setting with temperature 1 and no truncation; {id:?} is another one"
    );
    Ok(())
}

/// Results made elsewhere may name a setting that the spec does not define.
fn known_settings(spec: &Spec, cells: &Evaluate) -> Result<()> {
    anyhow::ensure!(!cells.settings.is_empty(), "name at least one setting");
    let sampled = cells.models.iter().any(|id| spec.models[id].results.is_none());
    if sampled { cells.settings.iter().try_for_each(|id| known_setting(spec, id)) } else { Ok(()) }
}

fn exactly_one(what: &str, given: &[(&str, bool)]) -> Result<()> {
    let named: Vec<_> = given.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    let all: Vec<_> = given.iter().map(|(name, _)| *name).collect();
    anyhow::ensure!(named.len() == 1, "a {what} has exactly one of {}; this one has {}", all.join(", "), list(&named));
    Ok(())
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "none".into() } else { names.join(" and ") }
}

fn check_benchmark(spec: &Spec, id: &str, benchmark: &Benchmark) -> Result<()> {
    exactly_one(
        "benchmark",
        &[
            ("family", benchmark.family.is_some()),
            ("manifest", benchmark.manifest.is_some()),
            ("results_of", benchmark.results_of.is_some()),
            ("without_guessable", benchmark.without_guessable.is_some()),
            ("imported", benchmark.imported),
        ],
    )?;
    anyhow::ensure!(
        benchmark.manifest.is_some() == benchmark.file.is_some(),
        "manifest and file go together: a manifest says how to read the file"
    );
    anyhow::ensure!(
        ["test", "train", "seen"].contains(&benchmark.split.as_str()),
        "split is test, train or seen, not {:?}",
        benchmark.split
    );
    if let Some(filter) = &benchmark.without_guessable {
        let share = filter.solved_below.unwrap_or(1.0);
        anyhow::ensure!(share > 0.0 && share <= 1.0, "solved_below is {share}, expected a share above 0 and at most 1");
        known_benchmark(spec, &filter.of)?;
        known_model(spec, &filter.model)?;
        let evaluated = |cells: &Evaluate| {
            cells.models.contains(&filter.model) && cells.benchmarks.contains(&filter.of) && cells.settings.contains(&filter.setting)
        };
        anyhow::ensure!(
            spec.evaluate.iter().any(evaluated),
            "{:?} is not evaluated on {:?} under {:?}; add it to `evaluate`",
            filter.model,
            filter.of,
            filter.setting
        );
    }
    if let Some(model) = &benchmark.results_of {
        known_model(spec, model)?;
        let has = spec.models[model].results.as_ref().is_some_and(|results| results.contains_key(id));
        anyhow::ensure!(has, "model {model:?} has no results for {id:?}");
    }
    Ok(())
}

fn check_model(spec: &Spec, id: &str, model: &Model) -> Result<()> {
    exactly_one(
        "model",
        &[
            ("pretrain", model.pretrain.is_some()),
            ("supervised", model.supervised.is_some()),
            ("reinforce", model.reinforce.is_some()),
            ("snapshot", model.snapshot.is_some()),
            ("path", model.path.is_some()),
            ("endpoint", model.endpoint.is_some()),
            ("results", model.results.is_some()),
        ],
    )?;
    known_template(&model.template)?;
    anyhow::ensure!(
        model.seed.is_none() || spec.training_seeds.is_empty(),
        "`seed` of a model and `training_seeds` of the experiment exclude each other; leave one out"
    );
    let needs_from = model.supervised.is_some() || model.reinforce.is_some() || model.snapshot.is_some();
    anyhow::ensure!(!needs_from || model.from.is_some(), "say which model it starts from: `from: <model>`");
    for other in [&model.from, &model.teacher].into_iter().flatten() {
        known_model(spec, other)?;
        anyhow::ensure!(other != id, "a model cannot start from itself");
    }
    if let (Some(step), Some(from)) = (model.snapshot, &model.from) {
        let kept = spec.models[from].reinforce.as_ref().map(|recipe| recipe.checkpoints.clone()).unwrap_or_default();
        anyhow::ensure!(
            kept.contains(&step),
            "model {from:?} keeps checkpoints at steps {kept:?}, not at {step}; add it to its `checkpoints`"
        );
    }
    for (benchmark, results) in model.results.iter().flatten() {
        known_benchmark(spec, benchmark)?;
        let counted = results.format == "counts" && results.judge == beyond_verify::Judge::Recorded;
        anyhow::ensure!(
            !counted,
            "results for {benchmark:?}: counts are always taken as they are; `judge: recorded` is for logs with texts"
        );
    }
    Ok(())
}

fn check_claim(spec: &Spec, kind: &Kind) -> Result<()> {
    let pair = |base: &str, model: &str, benchmark: &str| {
        known_model(spec, base).and_then(|()| known_model(spec, model)).and_then(|()| known_benchmark(spec, benchmark))
    };
    match kind {
        Kind::Crossing { base, model, benchmark, .. }
        | Kind::Expands { base, model, benchmark, .. }
        | Kind::Narrows { base, model, benchmark, .. }
        | Kind::Gain { base, model, benchmark, .. }
        | Kind::Subset { base, model, benchmark, .. } => pair(base, model, benchmark),
        Kind::Similar { models, benchmark, .. } => {
            models.iter().try_for_each(|id| known_model(spec, id))?;
            known_benchmark(spec, benchmark)
        }
    }
}
