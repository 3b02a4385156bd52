//! The spec's words as SQL tables, and views that join them to the artifacts, so that a figure's query is a few lines.
//!
//! Columns of the notes start with `_`, hence are hidden from a figure's table: `_benchmark`, `_domain`, `_split`, `_filtered_from`, `_label`,
//! `_arm`, `_role`, `_trained_from`, `_family`, `_algorithm`, `_ablation`, `_step`, `_seed`, `_headline`, `_run`, `_final`, `_equal`, `_steps`, `_algorithms`,
//! `_setting`, `_purpose`, `_main` (the primary setting), `_lead` (the first family that has the benchmark), `_usual` (a benchmark that grids show unasked) and the positions `_bi`, `_mi`, `_si`.

use crate::database::{Database, literal};
use crate::params::{FigureSpec, Params, or};
use anyhow::{Context, Result};

const SETUP: &str = include_str!("../figures/shared/notes.sql");
const VIEWS: &str = include_str!("../figures/shared/views.sql");

/// Tables with a benchmark, a model and a setting in every row; `shown_<table>` joins them to the notes and the choice of a figure.
const KEYED: &[&str] = &[
    "curves",
    "paired",
    "crossings",
    "histogram",
    "coverage",
    "problem_changes",
    "extrapolation",
    "counts",
    "examples",
    "exact_curves",
    "exact_rates",
];

/// Tables that figures read besides the keyed ones.
const OTHERS: &[&str] =
    &["train_log", "perplexity", "controls", "flips", "recorded", "seeds", "perplexity_boxes", "likelihood", "contrasts", "guessing"];

/// Reads the artifacts once into memory and creates the tables of notes and the views. Call [`choose`] before the first query.
pub fn prepare(database: &Database, params: &Params) -> Result<()> {
    for table in KEYED.iter().chain(OTHERS) {
        database.execute(&format!("CREATE TEMP TABLE {table} AS SELECT * FROM main.{table}")).with_context(|| format!("table {table}"))?;
    }
    database.execute(&notes(params)).context("cannot write down the notes")?;
    database.execute(SETUP).context("notes.sql")?;
    choose(database, &FigureSpec::default())?;
    for table in KEYED {
        let cells = format!("CREATE TEMP TABLE cells_of_{table} AS SELECT DISTINCT benchmark, model, setting FROM {table}");
        database.execute(&cells).with_context(|| format!("cells of {table}"))?;
        database.execute(&shown(table)).with_context(|| format!("view shown_{table}"))?;
    }
    database.execute(VIEWS).context("views.sql")
}

/// Restricts the `shown_` views to what a figure asks for.
pub fn choose(database: &Database, spec: &FigureSpec) -> Result<()> {
    let mut sql = format!("SET VARIABLE metric = {};\n", literal(or(&spec.metric, "pass@k")));
    sql += &chosen("models", "all_models", "model", &spec.models);
    sql += &chosen("benchmarks", "all_benchmarks", "benchmark", &spec.benchmarks);
    sql += &chosen("settings", "all_settings", "setting", &spec.settings);
    sql += MAIN_SETTINGS;
    database.execute(&sql).context("cannot apply the choice of a figure")
}

/// For every benchmark the first chosen setting that has data.
const MAIN_SETTINGS: &str = "CREATE OR REPLACE TEMP TABLE main_settings AS
SELECT benchmark, arg_min(setting, position) AS setting FROM setting_in_use JOIN settings USING (setting) GROUP BY benchmark ORDER BY benchmark;";

fn chosen(table: &str, all: &str, id: &str, ids: &[String]) -> String {
    let source = if ids.is_empty() {
        format!("SELECT *, false AS chosen FROM {all}")
    } else {
        let list: Vec<String> = ids.iter().map(|id| literal(id)).collect();
        let list = list.join(", ");
        format!("SELECT * REPLACE (list_position([{list}], {id}) AS position), true AS chosen FROM {all} WHERE {id} IN ({list})")
    };
    format!("CREATE OR REPLACE TEMP TABLE {table} AS {source} ORDER BY position;\n")
}

fn shown(table: &str) -> String {
    format!(
        "CREATE TEMP VIEW shown_{table} AS
SELECT t.*,
  b.label AS _benchmark, b.domain AS _domain, b.split AS _split, b.filtered_from AS _filtered_from, b.position AS _bi,
  (b.chosen OR (b.filtered_from = '' AND b.split NOT IN ('train', 'seen'))) AS _usual, b.chosen AS _benchmark_chosen,
  m.label AS _label, m.arm AS _arm, m.role AS _role, m.base AS _trained_from, m.family AS _family, m.algorithm AS _algorithm, m.ablation AS _ablation,
  m.step AS _step, m.seed AS _seed, (m.headline OR (m.chosen AND m.role <> 'base')) AS _headline, m.run AS _run, m.final AS _final, m.equal AS _equal, m.steps AS _steps, m.algorithms AS _algorithms,
  m.position AS _mi, m.model AS _model, m.chosen AS _model_chosen,
  m.family = lead.family AS _lead,
  s.label AS _setting, s.purpose AS _purpose, s.position AS _si, s.chosen AS _setting_chosen, (main.setting IS NOT NULL) AS _main
FROM {table} t
JOIN benchmarks b ON b.benchmark = t.benchmark
JOIN models m ON m.model = t.model
JOIN settings s ON s.setting = t.setting
JOIN (
  SELECT c.benchmark, arg_min(m.family, m.position) AS family
  FROM cells_of_{table} c JOIN benchmarks USING (benchmark) JOIN models m USING (model) JOIN settings USING (setting) GROUP BY c.benchmark
) lead ON lead.benchmark = t.benchmark
LEFT JOIN main_settings main ON main.benchmark = t.benchmark AND main.setting = t.setting;"
    )
}

fn notes(params: &Params) -> String {
    let number = |value: Option<u64>| value.map_or("NULL".to_string(), |v| v.to_string());
    let mut models = Vec::new();
    for (i, m) in params.models.iter().enumerate() {
        let words = [&m.id, m.label(), m.arm(), &m.role, &m.base, &m.family, &m.algorithm, &m.ablation, &m.description].map(literal);
        models.push(format!("({i}, {}, {}, {})", words.join(", "), number(m.step.map(u64::from)), number(m.seed)));
    }
    let benchmarks = params.benchmarks.iter().enumerate().map(|(i, b)| {
        let words = [&b.id, or(&b.label, &b.id), &b.domain, &b.split, &b.filtered_from, &b.published_panel, &b.description].map(literal);
        format!("({i}, {})", words.join(", "))
    });
    let settings = params.settings.iter().enumerate().map(|(i, s)| {
        let words = [&s.id, or(&s.label, &s.id), &s.purpose].map(literal);
        format!("({i}, {}, {})", words.join(", "), number(s.seed))
    });
    let insert = |table: &str, rows: Vec<String>| {
        if rows.is_empty() { String::new() } else { format!("INSERT INTO {table} VALUES {};\n", rows.join(",\n")) }
    };
    format!(
        "{TABLES}{}{}{}",
        insert("noted_models", models),
        insert("noted_benchmarks", benchmarks.collect()),
        insert("noted_settings", settings.collect())
    )
}

const TABLES: &str = "
CREATE TABLE noted_models (position BIGINT, model VARCHAR, label VARCHAR, arm VARCHAR, role VARCHAR, base VARCHAR, family VARCHAR, algorithm VARCHAR,
  ablation VARCHAR, description VARCHAR, step BIGINT, seed UBIGINT);
CREATE TABLE noted_benchmarks (position BIGINT, benchmark VARCHAR, label VARCHAR, domain VARCHAR, split VARCHAR, filtered_from VARCHAR,
  published_panel VARCHAR, description VARCHAR);
CREATE TABLE noted_settings (position BIGINT, setting VARCHAR, label VARCHAR, purpose VARCHAR, seed UBIGINT);
";
