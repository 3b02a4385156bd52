//! `beyond query`.

use super::{print_json, print_line};
use crate::args::{Cli, QueryArgs, SpecArgs};
use crate::context::{self, Context};
use crate::table;
use anyhow::Result;
use beyond_report::Database;
use beyond_report::frame::Cell;
use beyond_runner::{Kind, Record, Store};
use beyond_stage::user_error;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs SQL over views of the artifacts.
pub fn query(cli: &Cli, args: &QueryArgs) -> Result<ExitCode> {
    let database = Database::open(&tables(cli, args)?)?;
    if args.json {
        let frame = database.frame(&args.sql).map_err(|error| user_error(format!("the query failed: {error:#}")))?;
        let rows = frame.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        return print_json(&table::json(&frame.columns, rows));
    }
    let (columns, rows) = database.query_table(&args.sql)?;
    print_line(&if args.csv { table::csv(&columns, &rows) } else { table::aligned(&columns, &rows) })
}

fn cell(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => json!(value),
        Cell::Int(value) => i64::try_from(*value).map_or_else(|_| json!(value.to_string()), |value| json!(value)),
        Cell::Real(value) => json!(value),
        Cell::Text(text) => json!(text),
    }
}

/// Files of every table: those of one spec, or the newest of every step.
fn tables(cli: &Cli, args: &QueryArgs) -> Result<Vec<(String, Vec<PathBuf>)>> {
    match &args.spec {
        Some(spec) => {
            let context = Context::load(cli, &SpecArgs { spec: spec.clone(), preset: args.preset.clone() })?;
            let survey = context.survey()?;
            Ok(files(&context.store, survey.records()))
        }
        None => {
            let store = context::store(cli)?;
            let records = store.records()?;
            let newest: BTreeMap<(&str, &str), &Record> =
                records.iter().map(|record| ((record.spec(), record.step.as_str()), record)).collect();
            Ok(files(&store, newest.into_values()))
        }
    }
}

fn files<'r>(store: &Store, records: impl Iterator<Item = &'r Record>) -> Vec<(String, Vec<PathBuf>)> {
    let mut tables: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for record in records {
        for (name, output) in record.outputs.iter().filter(|(_, output)| output.kind == Kind::Table) {
            let path = store.content(output);
            if path.exists() {
                tables.entry(name.clone()).or_default().insert(path);
            }
        }
    }
    tables.into_iter().map(|(name, paths)| (name, paths.into_iter().collect())).collect()
}
