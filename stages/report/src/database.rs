//! In-memory DuckDB over views of artifacts: what the report's figures and `beyond query` ask.
//!
//! Single-threaded and without extensions from the network, so that the same query over the same artifacts gives the same rows.

use crate::frame::{Cell, Frame};
use anyhow::{Context, Result, anyhow};
use beyond_record as record;
use beyond_stage::{table, user_error};
use duckdb::arrow::datatypes::{DataType, FieldRef};
use duckdb::types::{Value, ValueRef};
use duckdb::{Config, Connection};
use std::path::PathBuf;

/// Columns of the published CSV files (`data/published`), by the name of their view.
const PUBLISHED: &[(&str, &str)] = &[
    (
        "published_curves",
        "figure VARCHAR, panel VARCHAR, benchmark VARCHAR, n_problems BIGINT, n_samples BIGINT, model VARCHAR, role VARCHAR, setting VARCHAR, \
         k BIGINT, pass_at_k DOUBLE, source VARCHAR",
    ),
    ("published_accuracy_histograms", "benchmark VARCHAR, model VARCHAR, role VARCHAR, bin VARCHAR, count BIGINT"),
    (
        "published_perplexity_boxes",
        "problem VARCHAR, \"group\" VARCHAR, scoring_model VARCHAR, responses_from VARCHAR, n_stated BIGINT, n_points_visible BIGINT, \
         whisker_low DOUBLE, q1 DOUBLE, median DOUBLE, q3 DOUBLE, whisker_high DOUBLE, points VARCHAR",
    ),
    ("published_training_dynamics", "figure VARCHAR, quantity VARCHAR, run VARCHAR, step BIGINT, value DOUBLE"),
    ("published_solvable_indices", "\"table\" VARCHAR, model VARCHAR, problem_index BIGINT"),
    ("published_tables", "\"table\" VARCHAR, \"row\" VARCHAR, \"column\" VARCHAR, \"value\" VARCHAR, unit VARCHAR"),
];

/// A database whose views are the tables of the pipeline.
pub struct Database {
    connection: Connection,
}

impl Database {
    /// Views over lists of files: Parquet artifacts by table name, CSV files under `published_<file stem>`.
    /// Every known table without files is an empty view with the right columns.
    pub fn open(tables: &[(String, Vec<PathBuf>)]) -> Result<Self> {
        let config = Config::default()
            .threads(1)?
            .with("autoinstall_known_extensions", "false")?
            .with("autoload_known_extensions", "false")?
            .with("preserve_insertion_order", "true")?;
        let connection = Connection::open_in_memory_with_flags(config).context("cannot start DuckDB")?;
        let database = Database { connection };
        for (name, files) in tables.iter().filter(|(_, files)| !files.is_empty()) {
            database.execute(&view_over_files(name, files)).with_context(|| format!("table {name:?}"))?;
        }
        let is_empty = |name: &str| !tables.iter().any(|(n, files)| n == name && !files.is_empty());
        for name in record::TABLES.iter().filter(|name| is_empty(name)) {
            database.execute(&empty_view(name, &columns_of(name)?))?;
        }
        for (name, columns) in PUBLISHED.iter().filter(|(name, _)| is_empty(name)) {
            database.execute(&format!("CREATE TABLE {} ({columns})", quoted(name)))?;
        }
        Ok(database)
    }

    /// Runs any query. Errs, as the user's mistake, with what DuckDB says of it.
    pub fn query_table(&self, sql: &str) -> Result<(Vec<String>, Vec<Vec<String>>)> {
        let frame = self.frame(sql).map_err(|error| user_error(format!("the query failed: {error:#}")))?;
        Ok((frame.columns, frame.rows.iter().map(|row| row.iter().map(Cell::to_string).collect()).collect()))
    }

    /// Runs a query and keeps the types of its cells.
    pub fn frame(&self, sql: &str) -> Result<Frame> {
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let columns = rows.as_ref().map(|statement| statement.column_names()).unwrap_or_default();
        let mut frame = Frame { columns, rows: Vec::new() };
        while let Some(row) = rows.next()? {
            frame.rows.push((0..frame.columns.len()).map(|i| Ok(cell(row.get_ref(i)?))).collect::<Result<_>>()?);
        }
        Ok(frame)
    }

    /// Runs statements that give no rows.
    pub fn execute(&self, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(|error| anyhow!("{error}"))
    }
}

/// A text literal.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A quoted identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn view_over_files(name: &str, files: &[PathBuf]) -> String {
    let list: Vec<String> = files.iter().map(|file| literal(&file.to_string_lossy())).collect();
    let list = list.join(", ");
    match PUBLISHED.iter().find(|(known, _)| *known == name) {
        Some((_, columns)) => {
            let columns: Vec<String> = columns.split(", ").map(column_entry).collect();
            let columns = columns.join(", ");
            format!(
                "CREATE VIEW {} AS SELECT * FROM read_csv([{list}], header = true, delim = ',', quote = '\"', columns = {{{columns}}})",
                quoted(name)
            )
        }
        None => format!("CREATE VIEW {} AS SELECT * FROM read_parquet([{list}])", quoted(name)),
    }
}

/// `model VARCHAR` as an entry of `read_csv`'s columns.
fn column_entry(column: &str) -> String {
    let (name, kind) = column.trim().split_once(' ').expect("each published column is a name and a type");
    format!("{}: '{kind}'", literal(name.trim_matches('"')))
}

fn empty_view(name: &str, columns: &[FieldRef]) -> String {
    let columns: Vec<String> =
        columns.iter().map(|field| format!("CAST(NULL AS {}) AS {}", sql_type(field.data_type()), quoted(field.name()))).collect();
    format!("CREATE VIEW {} AS SELECT {} WHERE false", quoted(name), columns.join(", "))
}

fn sql_type(kind: &DataType) -> String {
    match kind {
        DataType::Boolean => "BOOLEAN".to_string(),
        DataType::UInt32 => "UINTEGER".to_string(),
        DataType::UInt64 => "UBIGINT".to_string(),
        DataType::Int32 => "INTEGER".to_string(),
        DataType::Int64 => "BIGINT".to_string(),
        DataType::Float32 => "FLOAT".to_string(),
        DataType::Float64 => "DOUBLE".to_string(),
        DataType::List(item) | DataType::LargeList(item) => format!("{}[]", sql_type(item.data_type())),
        _ => "VARCHAR".to_string(),
    }
}

/// Columns of a table of the pipeline, from its row type.
fn columns_of(name: &str) -> Result<Vec<FieldRef>> {
    macro_rules! by_name {
        ($($row:ty),* $(,)?) => {
            $(if name == <$row as record::Table>::NAME { return table::schema::<$row>(); })*
        };
    }
    by_name!(
        record::Problem,
        record::Completion,
        record::Verdict,
        record::Flip,
        record::Recorded,
        record::Counts,
        record::TrainLog,
        record::Control,
        record::Curve,
        record::Paired,
        record::Crossing,
        record::Histogram,
        record::Coverage,
        record::ProblemChange,
        record::Extrapolation,
        record::Audit,
        record::Perplexity,
        record::PerplexityBox,
        record::Likelihood,
        record::Claim,
        record::Contrast,
        record::Guessing,
        record::Example,
        record::SeedEffect,
        record::ExactRate,
        record::ExactCurve,
    );
    Err(anyhow!("table {name:?} has no row type here; add it to columns_of"))
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Boolean(value) => Cell::Bool(value),
        ValueRef::TinyInt(value) => Cell::Int(value.into()),
        ValueRef::SmallInt(value) => Cell::Int(value.into()),
        ValueRef::Int(value) => Cell::Int(value.into()),
        ValueRef::BigInt(value) => Cell::Int(value.into()),
        ValueRef::HugeInt(value) => Cell::Int(value),
        ValueRef::UTinyInt(value) => Cell::Int(value.into()),
        ValueRef::USmallInt(value) => Cell::Int(value.into()),
        ValueRef::UInt(value) => Cell::Int(value.into()),
        ValueRef::UBigInt(value) => Cell::Int(value.into()),
        ValueRef::Float(value) => Cell::Real(value.into()),
        ValueRef::Double(value) => Cell::Real(value),
        ValueRef::Text(value) => Cell::Text(String::from_utf8_lossy(value).into_owned()),
        other => owned_cell(&other.to_owned()),
    }
}

fn owned_cell(value: &Value) -> Cell {
    match value {
        Value::Decimal(decimal) => decimal.to_string().parse().map_or_else(|_| Cell::Text(decimal.to_string()), Cell::Real),
        other => Cell::Text(value_text(other)),
    }
}

/// Lists in brackets, other nested values in their debug form.
fn value_text(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_string(),
        Value::Text(text) => text.clone(),
        Value::Enum(text) => text.clone(),
        Value::List(items) | Value::Array(items) => format!("[{}]", items.iter().map(value_text).collect::<Vec<_>>().join(", ")),
        Value::UInt(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::BigInt(value) => value.to_string(),
        Value::UBigInt(value) => value.to_string(),
        Value::HugeInt(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        Value::Boolean(value) => value.to_string(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beyond_record::{Histogram, Table};

    fn bar(bin_index: u32, count: u32) -> Histogram {
        Histogram { benchmark: "b'c".into(), model: "m".into(), setting: "s".into(), bin_index, bin: format!("({bin_index}"), count }
    }

    fn files(rows: &[Histogram]) -> (tempfile::TempDir, Vec<(String, Vec<PathBuf>)>) {
        let dir = tempfile::tempdir().unwrap();
        let mut paths = Vec::new();
        for (i, row) in rows.iter().enumerate() {
            let path = dir.path().join(format!("it's {i}"));
            std::fs::write(&path, table::encode(std::slice::from_ref(row)).unwrap()).unwrap();
            paths.push(path);
        }
        (dir, vec![(Histogram::NAME.to_string(), paths)])
    }

    #[test]
    fn a_view_unites_its_files_and_missing_tables_are_empty_but_typed() {
        let (_dir, tables) = files(&[bar(0, 3), bar(1, 4)]);
        let database = Database::open(&tables).unwrap();
        let (columns, rows) =
            database.query_table("SELECT benchmark, sum(count) AS n, 0.5 AS half, [1, 2] AS list FROM histogram GROUP BY 1").unwrap();
        assert_eq!(columns, ["benchmark", "n", "half", "list"]);
        assert_eq!(rows, [["b'c", "7", "0.5", "[1, 2]"]]);
        for name in record::TABLES {
            database.query_table(&format!("SELECT * FROM {name} ORDER BY ALL")).unwrap();
        }
        assert_eq!(database.query_table("SELECT len(token_ids) + n_tokens FROM completions").unwrap().1.len(), 0);
    }

    #[test]
    fn a_wrong_query_is_the_users_mistake_and_says_what_duckdb_says() {
        let error = Database::open(&[]).unwrap().query_table("SELECT colour FROM curves").unwrap_err();
        assert!(error.downcast_ref::<beyond_stage::UserError>().is_some());
        assert!(error.to_string().contains("colour"), "{error}");
    }
}
