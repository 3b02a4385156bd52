//! The smallest thing we accept: per problem, n samples of which `correct` were judged correct.

use super::Source;
use super::row::Row;
use crate::ImportParams;
use anyhow::Result;
use beyond_record::Counts;
use beyond_stage::user_error;
use std::collections::BTreeMap;

const FIELDS: &[&str] =
    &["problem_id", "id", "problem", "n", "n_samples", "correct", "c", "unparsed", "timed_out", "stratum", "source", "level"];

/// Rows of all files that pass `where`, sorted by problem id. Errs on correct > n, duplicate ids, and unequal n unless `allow_ragged`.
pub fn read(source: &Source) -> Result<Vec<Counts>> {
    let params = source.params;
    let mut found: BTreeMap<String, (String, Counts)> = BTreeMap::new();
    for file in source.files {
        for row in source.rows(file, FIELDS)? {
            let counts = counts(params, &row)?;
            if let Some((first, _)) = found.get(&counts.problem_id) {
                return Err(row.error(&format!("problem {:?} stands already in {first}; each problem has one row", counts.problem_id)));
            }
            found.insert(counts.problem_id.clone(), (row.place, counts));
        }
    }
    let rows: Vec<Counts> = found.into_values().map(|(_, counts)| counts).collect();
    if rows.is_empty() {
        return Err(source.files[0].error(&format!("has no row with {:?}", params.only)));
    }
    check_equal_n(params, &rows)?;
    Ok(rows)
}

fn counts(params: &ImportParams, row: &Row) -> Result<Counts> {
    let problem_id = row.text(&["problem_id", "id", "problem"])?;
    let n = row.whole(&["n", "n_samples"])?;
    let correct = row.whole(&["correct", "c"])?;
    if n == 0 {
        return Err(row.error(&format!("problem {problem_id:?} has n = 0: leave a problem without samples out")));
    }
    if correct > n {
        return Err(row.error(&format!("problem {problem_id:?} has {correct} correct of {n} samples: expected correct <= n")));
    }
    Ok(Counts {
        model: params.model.clone(),
        benchmark: params.benchmark.clone(),
        setting: params.setting.clone(),
        problem_id,
        n,
        correct,
        unparsed: row.optional_whole(&["unparsed"])?.unwrap_or(0),
        timed_out: row.optional_whole(&["timed_out"])?.unwrap_or(0),
        stratum: row.optional_text(&["stratum", "source", "level"])?.unwrap_or_default(),
        ..Default::default()
    })
}

fn check_equal_n(params: &ImportParams, rows: &[Counts]) -> Result<()> {
    let first = &rows[0];
    match rows.iter().find(|row| row.n != first.n) {
        Some(other) if !params.allow_ragged => Err(user_error(format!(
            "model {}, benchmark {}: problem {:?} has n = {} and problem {:?} has n = {}; set `allow_ragged: true` to compare them up to the smallest n",
            params.model, params.benchmark, first.problem_id, first.n, other.problem_id, other.n
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::SourceFile;
    use super::*;

    fn import(name: &str, text: &str) -> Result<Vec<Counts>> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        let params = ImportParams {
            model: "m".into(),
            benchmark: "b".into(),
            setting: "s".into(),
            format: "counts".into(),
            only: if text.contains("model") { [("model".to_string(), "x".to_string())].into() } else { BTreeMap::new() },
            columns: BTreeMap::new(),
            allow_ragged: false,
        };
        read(&Source::new(&params, &[SourceFile { path }]))
    }

    fn message(name: &str, text: &str) -> String {
        import(name, text).unwrap_err().to_string()
    }

    #[test]
    fn json_lines_and_csv_are_read_sorted_and_filtered() {
        let rows =
            import("a.jsonl", "{\"id\": \"q2\", \"n\": 8, \"c\": 1, \"source\": \"aime\"}\n\n{\"id\": \"q1\", \"n\": 8, \"c\": 0}\n")
                .unwrap();
        assert_eq!(
            rows.iter().map(|row| (row.problem_id.as_str(), row.correct, row.stratum.as_str())).collect::<Vec<_>>(),
            [("q1", 0, ""), ("q2", 1, "aime")]
        );
        let rows = import("a.csv", "model,problem,n,correct\nx,0,8,3\ny,0,8,4\nx,1,8,5\n").unwrap();
        assert_eq!(rows.iter().map(|row| row.correct).collect::<Vec<_>>(), [3, 5]);
    }

    #[test]
    fn bad_rows_name_file_line_and_remedy() {
        assert!(message("a.csv", "problem,n,correct\n0,8,9\n").contains("a.csv:2: problem \"0\" has 9 correct of 8"));
        assert!(message("a.csv", "problem,n,correct\n0,8,1\n0,8,2\n").contains("a.csv:3: problem \"0\" stands already in"));
        assert!(message("a.csv", "problem,n,correct\n0,8,1\n1,9,2\n").contains("allow_ragged"));
        assert!(message("a.jsonl", "{\"id\": 1, \"n\": 8, \"c\": 1}\n{\"id\": 2, \"n\"").contains("a.jsonl:2: the line is not whole JSON"));
        assert!(message("a.jsonl", "{\"id\": 1, \"n\": 8}\n").contains("expected a field correct or c; the row has id, n"));
        assert!(message("a.jsonl", "").contains("is empty"));
        assert!(message("a.txt", "x").contains(".jsonl, .json, .csv or .parquet"));
        assert!(message("a.csv", "problem,n,correct\n0,8,-1\n").contains("whole number"));
        assert!(message("a.parquet", "PAR1").contains("a.parquet"));
    }
}
