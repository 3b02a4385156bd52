//! What a report says, before it is a page: the answers of all queries and the drawings made of them.

use crate::database::Database;
use crate::figure::Figure;
use crate::figures;
use crate::frame::{Cell, Frame};
use crate::params::{FigureSpec, Params, or};
use crate::published::{self, Beside};
use crate::seeds::Seeds;
use crate::selection;
use crate::svg::{self, Colours, Draw, Drawing};
use anyhow::{Context, Result, anyhow};
use beyond_stage::{Digest, Input};

/// One figure, ready for every format.
pub struct Rendered {
    /// Anchor and file stem.
    pub anchor: String,
    /// Heading.
    pub title: String,
    /// What the study showed; may be empty.
    pub paper: String,
    /// How to read it.
    pub caption: String,
    /// n, problems, seeds, method and digests, from the rows and the inputs.
    pub facts: String,
    /// How it is drawn.
    pub draw: Draw,
    /// The answer of its query; for cards, all that they show.
    pub rows: Frame,
    /// The picture; None for tables and cards.
    pub drawing: Option<Drawing>,
    /// The study's own numbers.
    pub beside: Option<Beside>,
}

/// Everything the formats need.
pub struct Content<'a> {
    /// The spec's words.
    pub params: &'a Params,
    /// Claims and verdicts.
    pub claims: Frame,
    /// Differences between methods over several training runs, at both ends of k; empty when every arm was trained once.
    pub across_runs: Frame,
    /// All audits; those that failed first.
    pub audits: Frame,
    /// Models, benchmarks and settings in use.
    pub setup: Vec<(&'static str, Frame)>,
    /// In the order of the report.
    pub figures: Vec<Rendered>,
    /// Anchors and titles of figures that were asked for and have no data.
    pub missing: Vec<(String, String)>,
    /// Role and digest of every input.
    pub inputs: Vec<(String, Digest)>,
}

const CLAIMS: &str = "SELECT claim, kind, statement, verdict, evidence, needed, line FROM claims ORDER BY line, claim";
const AUDITS: &str = "SELECT benchmark, model, setting, audit, value, lo, hi, passed, blocks, message FROM audits
ORDER BY passed, NOT blocks, benchmark, model, setting, audit";
/// One line per benchmark and model that a family leads with: its difference to the model it was trained from, at both ends of the curve.
const ACROSS_RUNS: &str = "WITH told AS (
  SELECT *, printf('%+.3f [%+.3f, %+.3f]', mean, lo, hi) AS words, max(k) OVER (PARTITION BY benchmark, base, arm, setting) AS largest
  FROM seeds WHERE estimand = 'difference' AND runs > 1
)
SELECT b.label AS benchmark, m.label AS model, one.words AS 'at k = 1', large.words AS 'at k = K', large.k AS K, large.runs, large.method
FROM told large JOIN all_benchmarks b USING (benchmark) JOIN all_models m ON m.model = large.arm AND m.headline AND m.base = large.base JOIN main_settings USING (benchmark, setting)
JOIN told one ON one.k = 1 AND one.benchmark = large.benchmark AND one.base = large.base AND one.arm = large.arm AND one.setting = large.setting
WHERE large.k = large.largest ORDER BY b.position, m.position";
const MODELS: &str =
    "SELECT m.label AS model, role, family, coalesce(b.label, '') AS trained_from, m.algorithm, m.step, m.seed, m.description
FROM all_models m LEFT JOIN (SELECT model, label FROM all_models) b ON b.model = m.base ORDER BY m.position";
const BENCHMARKS: &str = "SELECT b.label AS benchmark, domain, split, n_problems AS problems, n_samples, description
FROM all_benchmarks b LEFT JOIN (SELECT benchmark, max(n_problems) AS n_problems, max(n_samples) AS n_samples FROM curves WHERE subset = 'all' GROUP BY 1) c USING (benchmark)
ORDER BY position";
const SETTINGS: &str = "SELECT label AS setting, purpose, seed FROM all_settings ORDER BY position";

impl<'a> Content<'a> {
    /// Asks all questions. The database must be [`selection::prepare`]d.
    pub fn gather(params: &'a Params, database: &Database, inputs: &[Input]) -> Result<Self> {
        let mut content = Content {
            params,
            claims: database.frame(CLAIMS)?,
            across_runs: database.frame(ACROSS_RUNS)?,
            audits: database.frame(AUDITS)?,
            setup: vec![
                ("Models", database.frame(MODELS)?),
                ("Benchmarks", database.frame(BENCHMARKS)?),
                ("Settings", database.frame(SETTINGS)?),
            ],
            figures: Vec::new(),
            missing: Vec::new(),
            inputs: inputs.iter().map(|input| (input.role.clone(), input.digest)).collect(),
        };
        if !content.is_blocked() {
            content.draw_all(database)?;
        }
        Ok(content)
    }

    /// Digests of the inputs of every role, roles in order of first appearance.
    pub fn inputs_by_role(&self) -> Vec<(&str, Vec<Digest>)> {
        let mut roles: Vec<(&str, Vec<Digest>)> = Vec::new();
        for (role, digest) in &self.inputs {
            match roles.iter_mut().find(|(known, _)| known == role) {
                Some((_, digests)) => digests.push(*digest),
                None => roles.push((role, vec![*digest])),
            }
        }
        roles
    }

    /// Rows of the audits that stop the report.
    pub fn blocking(&self) -> Vec<usize> {
        let says = |row, column| self.audits.cell(row, column) == Some(&Cell::Bool(true));
        (0..self.audits.rows.len()).filter(|row| says(*row, "blocks") && !says(*row, "passed")).collect()
    }

    /// Whether an explanation takes the place of the analysis.
    pub fn is_blocked(&self) -> bool {
        !self.blocking().is_empty()
    }

    fn draw_all(&mut self, database: &Database) -> Result<()> {
        let colours = colours(self.params, database)?;
        let seeds = Seeds::of(database)?;
        let asked = !self.params.figures.is_empty();
        let specs: Vec<FigureSpec> =
            if asked { self.params.figures.clone() } else { figures::ids().into_iter().map(FigureSpec::of).collect() };
        for spec in &specs {
            let figure = figures::find(&spec.kind).ok_or_else(|| anyhow!("figure {:?} is not in the registry", spec.kind))?;
            let rendered = self.render(figure, spec, database, &colours, &seeds)?;
            match rendered {
                Some(rendered) => self.figures.push(rendered),
                None if asked => self.missing.push((spec.anchor().to_string(), or(&spec.title, &figure.words().title).to_string())),
                None => {}
            }
        }
        Ok(())
    }

    fn render(
        &self,
        figure: &Figure,
        spec: &FigureSpec,
        database: &Database,
        colours: &Colours,
        seeds: &Seeds,
    ) -> Result<Option<Rendered>> {
        let words = figure.words();
        let rows = figure.rows(database, spec)?;
        if rows.rows.is_empty() {
            return Ok(None);
        }
        let published = or(&spec.published, &words.published);
        let drawing = svg::draw(figure.draw, &rows, &words.labels, colours);
        Ok(Some(Rendered {
            anchor: spec.anchor().to_string(),
            title: or(&spec.title, &words.title).to_string(),
            caption: caption(&[&words.caption, drawing.as_ref().map_or("", |d| d.remark.as_str()), &spec.note]),
            facts: [facts(&rows), seeds.of_rows(&rows), self.digests(&words.tables)]
                .into_iter()
                .filter(|f| !f.is_empty())
                .collect::<Vec<_>>()
                .join(" · "),
            drawing,
            beside: published::beside(published, figure, database)
                .with_context(|| format!("published numbers of figure {:?}", figure.id))?,
            paper: words.paper,
            draw: figure.draw,
            rows,
        }))
    }

    /// One digest per table that a figure reads: of the artifact, or of the list of its artifacts.
    fn digests(&self, tables: &[String]) -> String {
        let of = |table: &String| {
            let found: Vec<Digest> = self.inputs.iter().filter(|(role, _)| role == table).map(|(_, digest)| *digest).collect();
            match found.as_slice() {
                [] => None,
                [one] => Some(format!("{table} {}", one.short())),
                many => Some(format!("{table} {} ({} artifacts)", Digest::of_value(&many).short(), many.len())),
            }
        };
        let found: Vec<String> = tables.iter().filter_map(of).collect();
        if found.is_empty() { String::new() } else { format!("artifacts: {}", found.join(", ")) }
    }
}

/// Described models first, then the others of the artifacts.
fn colours(params: &Params, database: &Database) -> Result<Colours> {
    let frame = database.frame("SELECT model, role = 'base' AS is_base FROM all_models WHERE position >= 100000 ORDER BY position")?;
    let ids: Vec<(String, bool)> =
        (0..frame.rows.len()).map(|row| (frame.text(row, "model"), frame.text(row, "is_base") == "true")).collect();
    Ok(Colours::of(params).extend(&ids))
}

fn caption(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

/// n, problems and methods of the rows, in words.
fn facts(rows: &Frame) -> String {
    let mut facts = Vec::new();
    if let Some(range) = range(rows, "n_samples") {
        facts.push(format!("n = {range} samples per problem"));
    }
    if rows.position("n_problems").is_some() {
        facts.push(problems(rows));
    }
    if let Some(range) = range(rows, "runs") {
        facts.push(format!("training runs: {range}"));
    }
    let methods = rows.distinct("method");
    if !methods.is_empty() {
        facts.push(format!("intervals: {}", methods.join(", ")));
    }
    facts.join(" · ")
}

fn range(rows: &Frame, column: &str) -> Option<String> {
    let values: Vec<f64> = (0..rows.rows.len()).filter_map(|row| rows.number(row, column)).collect();
    let (lo, hi) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(*v), hi.max(*v)));
    match lo.total_cmp(&hi) {
        _ if values.is_empty() => None,
        std::cmp::Ordering::Equal => Some(format!("{lo}")),
        _ => Some(format!("{lo} to {hi}")),
    }
}

/// `problems: d2 150, d3 30`.
fn problems(rows: &Frame) -> String {
    let mut per_benchmark: Vec<(String, f64)> = Vec::new();
    for row in 0..rows.rows.len() {
        let (name, Some(count)) = (rows.text(row, "benchmark"), rows.number(row, "n_problems")) else { continue };
        match per_benchmark.iter_mut().find(|(known, _)| *known == name) {
            Some((_, most)) => *most = most.max(count),
            None => per_benchmark.push((name, count)),
        }
    }
    let parts: Vec<String> = per_benchmark.iter().map(|(name, count)| format!("{name} {count}")).collect();
    format!("problems: {}", parts.join(", "))
}

/// Restores the choice of "everything", for queries that follow the figures.
pub fn choose_all(database: &Database) -> Result<()> {
    selection::choose(database, &FigureSpec::default())
}
