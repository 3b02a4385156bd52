//! Stage `import`: results made elsewhere enter at their own layer. One file per format; a format is a function from files to rows.
//!
//! Outputs: `counts` for the format `counts`; otherwise `completions`, `problems` (empty when the log holds none), and `recorded.json`, the verdicts it
//! holds: `{problem: [true, false, null, ...]}` in the order of samples, to be compared with ours (`verify`) and never used as ours.
//! The rules every importer keeps (docs/import.md): a missing field is None, never a default; (problem, sample) is unique; nothing depends on
//! the names of files; every error names file, line and what was expected, and nothing is half imported.

mod codet;
mod counts;
mod evalplus;
mod gold;
mod humaneval;
mod limit_of_rlvr;
mod livecodebench;
mod lm_eval;
mod log;
mod monkeys;
mod nemo;
mod normalised;
mod openai_batch;
mod rollouts;
mod row;
mod source;
mod tasks;
#[cfg(test)]
mod testing;
mod verl;

use crate::ImportParams;
use anyhow::{Result, ensure};
use beyond_record::Problem;
use beyond_stage::{Job, Stage, user_error};
use log::{Imported, Log};
use row::Row;
use source::SourceFile;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The stage.
pub struct Import;

/// A format of completions: its name, and how it reads.
type Format = (&'static str, fn(&Source) -> Result<Log>);

const FORMATS: &[Format] = &[
    ("codet", codet::read),
    ("evalplus", evalplus::read),
    ("humaneval", humaneval::read),
    ("limit-of-rlvr", limit_of_rlvr::read),
    ("livecodebench", livecodebench::read),
    ("lm-eval", lm_eval::read),
    ("monkeys", monkeys::read),
    ("nemo", nemo::read),
    ("normalised", normalised::read),
    ("openai-batch", openai_batch::read),
    ("rollouts", rollouts::read),
    ("verl", verl::read),
];

impl Stage for Import {
    const NAME: &'static str = "import";
    const VERSION: u32 = 2;
    type Params = ImportParams;

    fn run(&self, params: &ImportParams, job: &Job) -> Result<()> {
        let files: Vec<SourceFile> = job.inputs_of("file").map(|input| SourceFile::new(&input.path)).collect();
        ensure!(!files.is_empty(), user_error("an import needs at least one file"));
        let source = Source::new(params, &files);
        if params.format == "counts" {
            let rows = counts::read(&source)?;
            source.ignored().iter().for_each(|line| job.progress().note(line));
            return job.write(&rows);
        }
        let imported = read(&source)?;
        imported.notes.iter().for_each(|line| job.progress().note(line));
        job.measure("completions", imported.completions.len() as f64);
        job.measure("repeated_texts", imported.repeated as f64);
        job.write(&imported.problems)?;
        job.write_file("recorded.json", &serde_json::to_vec(&imported.recorded)?)?;
        job.write(&imported.completions)
    }
}

/// Reads the files by the format that the params name. Errs as [`Log::finish`], on an unknown format, and on everything a format refuses.
fn read(source: &Source) -> Result<Imported> {
    let Some((_, read)) = FORMATS.iter().find(|(name, _)| *name == source.params.format) else {
        let names: Vec<_> = FORMATS.iter().map(|(name, _)| *name).collect();
        return Err(user_error(format!(
            "there is no import format {:?}; the formats are counts, {}",
            source.params.format,
            names.join(", ")
        )));
    };
    let mut log = read(source)?;
    source.ignored().into_iter().for_each(|line| log.note(line));
    log.finish(source.params, source.files)
}

/// The files of an import and what the spec says about them.
pub struct Source<'a> {
    params: &'a ImportParams,
    files: &'a [SourceFile],
    ignored: RefCell<BTreeSet<String>>,
}

impl<'a> Source<'a> {
    fn new(params: &'a ImportParams, files: &'a [SourceFile]) -> Self {
        Source { params, files, ignored: RefCell::default() }
    }

    /// The rows of a file that pass `where`, with columns renamed as `columns` says. Remembers fields outside `known`.
    fn rows(&self, file: &SourceFile, known: &[&str]) -> Result<Vec<Row>> {
        let mut rows = file.rows()?;
        for (usual, theirs) in &self.params.columns {
            let renamed =
                rows.iter_mut().filter_map(|row| row.fields.remove(theirs).map(|value| row.fields.insert(usual.clone(), value))).count();
            if renamed == 0 {
                return Err(rows[0].error(&format!("`columns` reads {usual} from {theirs:?}, which no row has")));
            }
        }
        rows.retain(|row| row.has(&self.params.only));
        let fields = rows.iter().flat_map(|row| row.fields.keys());
        let unknown = fields.filter(|field| !known.contains(&field.as_str()) && !self.params.only.contains_key(*field));
        self.ignored.borrow_mut().extend(unknown.cloned());
        Ok(rows)
    }

    /// One line that lists the fields nobody read, when there are any.
    fn ignored(&self) -> Option<String> {
        let names: Vec<String> = self.ignored.borrow().iter().cloned().collect();
        (!names.is_empty()).then(|| format!("{}: fields not used: {}", self.params.format, names.join(", ")))
    }

    /// A problem of the imported benchmark with these four fields.
    fn problem(&self, id: &str, judge: &str, prompt: String, gold: String) -> Problem {
        Problem {
            benchmark: self.params.benchmark.clone(),
            problem_id: id.to_string(),
            judge: judge.to_string(),
            prompt,
            gold,
            stratum: String::new(),
            exposure: String::new(),
            image: String::new(),
            solution: String::new(),
        }
    }

    /// The numbers behind `marker` in the file names (`_seed`, `-rs`), where they have one. Errs unless they ascend in the order of the spec:
    /// sample indices count files in that order, and nothing else may depend on names.
    fn seeds(&self, marker: &str) -> Result<Vec<Option<u64>>> {
        let seeds: Vec<Option<u64>> = self.files.iter().map(|file| number_after(&file.name(), marker)).collect();
        let known: Vec<(u64, &SourceFile)> = seeds.iter().zip(self.files).filter_map(|(seed, file)| Some(((*seed)?, file))).collect();
        match known.windows(2).find(|pair| pair[0].0 > pair[1].0) {
            Some(pair) => {
                Err(pair[1].1.error(&format!("has seed {} and stands after seed {}: list the files by seed", pair[1].0, pair[0].0)))
            }
            None => Ok(seeds),
        }
    }
}

fn number_after(name: &str, marker: &str) -> Option<u64> {
    let rest = &name[name.find(marker)? + marker.len()..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::testing::Fixture;
    use super::*;
    use beyond_record::Completion;
    use beyond_stage::{Digest, Input, table};

    #[test]
    fn the_stage_writes_what_the_log_holds() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jsonl");
        std::fs::write(&path, "{\"qid\": 1, \"question\": \"q\", \"gold\": \"g\", \"rollouts\": [{\"text\": \"x\", \"correct\": true}, {\"text\": \"x\", \"correct\": false}]}").unwrap();
        let input = Input { role: "file".into(), digest: Digest::of(b""), path };
        let job = Job::new(("import", 1), vec![input], dir.path(), dir.path(), dir.path());
        Stage::run(&Import, &Fixture::new("rollouts").params, &job).unwrap();
        assert_eq!(table::read_file::<Completion>(&dir.path().join("completions.parquet")).unwrap().len(), 2);
        assert_eq!(table::read_file::<Problem>(&dir.path().join("problems.parquet")).unwrap()[0].gold, "g");
        assert_eq!(std::fs::read_to_string(dir.path().join("recorded.json")).unwrap(), "{\"1\":[true,false]}");
        assert_eq!(job.measures()["repeated_texts"], 1.0);
    }

    #[test]
    fn formats_are_sorted_and_an_unknown_one_is_answered_with_all() {
        assert!(FORMATS.is_sorted_by_key(|(name, _)| *name));
        Fixture::new("limit-of-rvlr").refuses(&[("a.jsonl", "{}")], "the formats are counts, codet, evalplus");
    }

    #[test]
    fn numbers_in_file_names_are_found() {
        assert_eq!(number_after("test_qwen_-1_seed12_t0.6.jsonl", "_seed"), Some(12));
        assert_eq!(number_after("output-rs.jsonl", "-rs"), None);
        assert_eq!(number_after("output.jsonl", "-rs"), None);
    }
}
