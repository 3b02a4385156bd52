//! What the spec tells the report: names, words and the choice of figures. Everything else is a column of an artifact.

use anyhow::{Result, ensure};
use beyond_stage::user_error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Parameters of the stage. Only `name` is needed; ids that occur in the artifacts and are not described here are shown as they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Id of the experiment (the stem of its spec).
    pub name: String,
    /// Heading of the report; the name when empty.
    pub title: String,
    /// Which preset was run; empty when the spec has none.
    pub preset: String,
    /// A few sentences under the heading. Paragraphs are separated by an empty line.
    pub description: String,
    /// The comment that opens the spec, verbatim: what was fixed beforehand and why.
    pub header: String,
    /// Caveats and remarks, one list item each.
    pub notes: Vec<String>,
    /// In the order in which they are to be listed, drawn and given colours.
    pub models: Vec<ModelNote>,
    /// In the order in which they are to be listed and drawn.
    pub benchmarks: Vec<BenchmarkNote>,
    /// The first one that has data for a benchmark is that benchmark's primary setting: figures that are not about settings show it alone.
    pub settings: Vec<SettingNote>,
    /// What to draw, in this order. Empty: every figure of the registry whose data are there, in the order of the paper.
    pub figures: Vec<FigureSpec>,
}

/// One model in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelNote {
    /// The id in every table (`model`, `base`, `scorer`, `author`, `run`).
    pub id: String,
    /// Name on figures that mix families; the id when empty.
    pub label: String,
    /// Short name within a family (`base`, `GRPO`, `GRPO, KL 0.01`, `distilled`). Models that share an arm share a colour; label when empty.
    pub arm: String,
    /// `base`, `rl`, `instruct`, `distilled`, `teacher` or `control`. Figure selections rest on it.
    pub role: String,
    /// Id of the model it was trained from; empty for a base model.
    pub base: String,
    /// Column of the mathematics grid: size and architecture, for example `Qwen2-style, 0.16 M`. The base's label when empty.
    pub family: String,
    /// `grpo`, `ppo`, `rloo`, ...; empty when not trained by RL.
    pub algorithm: String,
    /// What this arm changes against the plain one, for Fig 15 (`n=32`, `kl=0.001`); empty for a plain arm.
    pub ablation: String,
    /// Training step of this checkpoint; None when it is not one of a series.
    pub step: Option<u32>,
    /// Training seed; None when unknown.
    pub seed: Option<u64>,
    /// One sentence for the setup table: data, steps, parameters, source.
    pub description: String,
}

/// One benchmark in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BenchmarkNote {
    /// The id in every table.
    pub id: String,
    /// Name on figures; the id when empty.
    pub label: String,
    /// `math`, `code` or `visual`.
    pub domain: String,
    /// `test` (in domain), `ood` (out of the training distribution), `train` (the RL training problems) or `seen` (problems of the
    /// pretraining corpus); empty when unknown.
    pub split: String,
    /// Id of the benchmark of which this one is the part left after removing guessable problems (Fig 12); empty otherwise.
    pub filtered_from: String,
    /// Figure and panel of `data/published/curves.csv`, for example `Fig2 MATH500 Qwen2.5-7B`, when benchmark and models are the study's own:
    /// its curves are drawn thin and dashed in our panel of Fig 2. Empty for none.
    pub published_panel: String,
    /// One sentence for the setup table.
    pub description: String,
}

/// One sampling setting in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SettingNote {
    /// The id in every table.
    pub id: String,
    /// Name on figures (`T = 0.6, top-p 0.95`); the id when empty.
    pub label: String,
    /// Sampling seed; None when unknown.
    pub seed: Option<u64>,
    /// `temperature` (a point of the sweep of Fig 16), `entropy-matched` (Fig 17), or empty.
    pub purpose: String,
}

/// One figure or table of the report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FigureSpec {
    /// A name of the registry: `fig2`, `table3`, `paired`, ... (`figures::ids()`).
    pub kind: String,
    /// Anchor and file stem; must be unique. The kind when empty.
    pub id: String,
    /// Replaces the registry's title.
    pub title: String,
    /// Sentence added to the caption.
    pub note: String,
    /// Ids to show, in this order; empty: all that the kind selects by itself.
    pub benchmarks: Vec<String>,
    /// As `benchmarks`.
    pub models: Vec<String>,
    /// As `benchmarks`; empty: the primary setting, or all for figures about settings.
    pub settings: Vec<String>,
    /// Metric of curve figures; empty: the kind's own, mostly `pass@k`.
    pub metric: String,
    /// The study's numbers to show below ours, in the words of a query's header (`curves Fig2`); `none` for none; empty: the kind's own.
    pub published: String,
}

impl FigureSpec {
    /// A figure of this kind with nothing changed.
    pub fn of(kind: &str) -> Self {
        FigureSpec { kind: kind.to_string(), ..Default::default() }
    }

    /// Anchor and file stem.
    pub fn anchor(&self) -> &str {
        or(&self.id, &self.kind)
    }
}

impl ModelNote {
    /// Name on figures.
    pub fn label(&self) -> &str {
        or(&self.label, &self.id)
    }

    /// Short name within a family.
    pub fn arm(&self) -> &str {
        or(&self.arm, self.label())
    }
}

/// The first of the two texts that is not empty.
pub(crate) fn or<'a>(text: &'a str, fallback: &'a str) -> &'a str {
    if text.is_empty() { fallback } else { text }
}

impl Params {
    /// Heading of the report.
    pub fn heading(&self) -> &str {
        or(&self.title, &self.name)
    }

    /// Errs when the name is missing, or an id, figure anchor or kind is wrong; names the nearest remedy.
    pub fn check(&self, kinds: &[&str]) -> Result<()> {
        ensure!(!self.name.is_empty(), user_error("the report needs a name: give the experiment an id"));
        unique("model", self.models.iter().map(|m| m.id.as_str()))?;
        unique("benchmark", self.benchmarks.iter().map(|b| b.id.as_str()))?;
        unique("setting", self.settings.iter().map(|s| s.id.as_str()))?;
        unique("figure", self.figures.iter().map(|f| f.anchor()))?;
        for figure in &self.figures {
            let known = kinds.contains(&figure.kind.as_str());
            ensure!(known, user_error(format!("unknown figure {:?}; the report knows: {}", figure.kind, kinds.join(", "))));
            let safe = figure.anchor().chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            ensure!(safe, user_error(format!("figure id {:?}: use letters, digits, - and _ only, it names a file", figure.anchor())));
        }
        Ok(())
    }
}

fn unique<'a>(what: &str, ids: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for id in ids {
        ensure!(!id.is_empty(), user_error(format!("a {what} of the report has no id")));
        ensure!(seen.insert(id), user_error(format!("the report describes {what} {id:?} twice; give each one id once")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(figures: Vec<FigureSpec>) -> Params {
        Params { name: "lab".into(), figures, ..Default::default() }
    }

    #[test]
    fn an_unknown_or_repeated_figure_is_the_users_mistake() {
        let kinds = ["fig2", "paired"];
        params(vec![FigureSpec::of("fig2"), FigureSpec { id: "again".into(), ..FigureSpec::of("fig2") }]).check(&kinds).unwrap();
        let message = |figures| params(figures).check(&kinds).unwrap_err().to_string();
        assert!(message(vec![FigureSpec::of("fig22")]).contains("the report knows: fig2, paired"));
        assert!(message(vec![FigureSpec::of("fig2"), FigureSpec::of("fig2")]).contains("\"fig2\" twice"));
        assert!(message(vec![FigureSpec { id: "../x".into(), ..FigureSpec::of("fig2") }]).contains("letters, digits"));
        assert!(Params::default().check(&kinds).unwrap_err().to_string().contains("name"));
    }

    #[test]
    fn unknown_fields_are_refused_and_defaults_are_written_out() {
        let short: Params = serde_json::from_str(r#"{"name":"lab"}"#).unwrap();
        let long = serde_json::to_string(&short).unwrap();
        assert_eq!(serde_json::from_str::<Params>(&long).unwrap(), short);
        assert!(serde_json::from_str::<Params>(r#"{"name":"lab","colour":1}"#).unwrap_err().to_string().contains("colour"));
    }
}
