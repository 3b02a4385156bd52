//! Rows to Parquet and back: the only writer of artifacts. Same rows, same bytes.
//!
//! Fixed writer string, compression, row-group size and column order; no timestamps. The schema comes from the row type alone, so that an
//! empty table has its columns too.

use anyhow::{Context, Result, ensure};
use arrow::datatypes::FieldRef;
use beyond_record::Table;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde::de::DeserializeOwned;
use serde_arrow::schema::{SchemaLike, TracingOptions};
use std::fs;
use std::path::Path;
use std::sync::Arc;

const ROWS_PER_GROUP: usize = 1 << 17;

/// Columns of a row type, from the type alone.
pub fn schema<R: DeserializeOwned>() -> Result<Vec<FieldRef>> {
    let options = TracingOptions::default()
        .enums_without_data_as_strings(true)
        .strings_as_large_utf8(false)
        .sequence_as_large_list(false)
        .string_dictionary_encoding(false);
    Ok(Vec::<FieldRef>::from_type::<R>(options)?)
}

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_created_by("beyond".to_string())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).expect("3 is a zstd level")))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .build()
}

/// The Parquet bytes of a table.
pub fn encode<R: Table>(rows: &[R]) -> Result<Vec<u8>> {
    let fields = schema::<R>().with_context(|| format!("schema of table {}", R::NAME))?;
    let arrow_schema = Arc::new(arrow::datatypes::Schema::new(fields.clone()));
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, arrow_schema, Some(properties()))?;
    for chunk in rows.chunks(ROWS_PER_GROUP) {
        writer.write(&serde_arrow::to_record_batch(&fields, &chunk)?)?;
    }
    writer.close()?;
    Ok(bytes)
}

/// The rows of Parquet bytes. Errs when they are truncated or have other columns than `R`.
pub fn decode<R: Table>(bytes: Vec<u8>) -> Result<Vec<R>> {
    let mut rows = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))?.with_batch_size(ROWS_PER_GROUP).build()? {
        rows.extend(serde_arrow::from_record_batch::<Vec<R>>(&batch?)?);
    }
    Ok(rows)
}

/// The rows of a Parquet file. Errs with the path, the table and what to do.
pub fn read_file<R: Table>(path: &Path) -> Result<Vec<R>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    decode(bytes).with_context(|| {
        format!("{} is not an intact Parquet file of table {:?}: it is truncated, damaged or has other columns", path.display(), R::NAME)
    })
}

/// Some columns of a Parquet file: the fields of `R`, by their names, in the types of the table. Errs with the path.
pub fn read_columns<R: DeserializeOwned>(path: &Path) -> Result<Vec<R>> {
    let read = || -> Result<Vec<R>> {
        let fields = schema::<R>()?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path)?)?;
        for field in &fields {
            ensure!(builder.schema().index_of(field.name()).is_ok(), "it has no column {:?}", field.name());
        }
        let wanted = ProjectionMask::columns(builder.parquet_schema(), fields.iter().map(|field| field.name().as_str()));
        let mut rows = Vec::new();
        for batch in builder.with_projection(wanted).with_batch_size(ROWS_PER_GROUP).build()? {
            rows.extend(serde_arrow::from_record_batch::<Vec<R>>(&batch?)?);
        }
        Ok(rows)
    };
    read().with_context(|| format!("{} is not an intact Parquet file with the columns that are needed", path.display()))
}

/// The rows of any Parquet file as JSON objects, for files that others wrote. Errs with the path.
pub fn read_objects(path: &Path) -> Result<Vec<serde_json::Map<String, serde_json::Value>>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let read = || -> Result<Vec<_>> {
        let mut rows = Vec::new();
        for batch in ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))?.build()? {
            rows.extend(serde_arrow::from_record_batch::<Vec<serde_json::Map<String, serde_json::Value>>>(&batch?)?);
        }
        Ok(rows)
    };
    read().with_context(|| format!("{} is not an intact Parquet file", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use beyond_record::{Completion, Outcome, Process, Verdict};

    fn verdict(i: u32) -> Verdict {
        Verdict {
            model: "m".into(),
            benchmark: "b".into(),
            setting: "t0.6".into(),
            problem_id: format!("p{}", i / 4),
            sample_index: i % 4,
            outcome: if i.is_multiple_of(2) { Outcome::Correct } else { Outcome::TimedOut },
            extracted: i.is_multiple_of(3).then(|| i.to_string()),
            reason: "exact".into(),
            process: Process::Unchecked,
            paper_outcome: None,
        }
    }

    #[test]
    fn rows_round_trip_and_bytes_repeat() {
        let rows: Vec<_> = (0..300_000).map(verdict).collect();
        let bytes = encode(&rows).unwrap();
        assert_eq!(bytes, encode(&rows).unwrap());
        assert_eq!(decode::<Verdict>(bytes).unwrap(), rows);
    }

    #[test]
    fn lists_and_options_round_trip() {
        let row = Completion {
            model: "m".into(),
            benchmark: "b".into(),
            setting: "s".into(),
            problem_id: "p".into(),
            sample_index: 0,
            text: "7*3".into(),
            token_ids: vec![1, 2, 3],
            n_tokens: Some(3),
            logprob_sum: None,
            entropy_mean: Some(0.25),
            finish_reason: "stop".into(),
        };
        let other = Completion { token_ids: vec![], n_tokens: None, ..row.clone() };
        let rows = vec![row, other];
        assert_eq!(decode::<Completion>(encode(&rows).unwrap()).unwrap(), rows);
        assert_eq!(decode::<Completion>(encode::<Completion>(&[]).unwrap()).unwrap(), []);
    }

    #[test]
    fn columns_are_read_alone() {
        #[derive(serde::Deserialize, Debug, PartialEq)]
        struct Part {
            outcome: Outcome,
            sample_index: u32,
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("verdicts.parquet");
        fs::write(&path, encode(&[verdict(0), verdict(1)]).unwrap()).unwrap();
        let parts: Vec<Part> = read_columns(&path).unwrap();
        assert_eq!(parts, [(Outcome::Correct, 0), (Outcome::TimedOut, 1)].map(|(outcome, sample_index)| Part { outcome, sample_index }));
        fs::write(&path, encode::<beyond_record::Control>(&[]).unwrap()).unwrap();
        let message = format!("{:#}", read_columns::<Part>(&path).unwrap_err());
        assert!(message.contains("verdicts.parquet"), "{message}");
    }

    #[test]
    fn truncated_bytes_are_an_error_that_names_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("verdicts.parquet");
        let bytes = encode(&[verdict(0)]).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
        let message = format!("{:#}", read_file::<Verdict>(&path).unwrap_err());
        assert!(message.contains("verdicts.parquet") && message.contains("truncated"), "{message}");
    }
}
