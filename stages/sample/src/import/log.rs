//! What a format makes of its files, and the rules that every log has to keep before anything of it is imported.

use super::row::Row;
use super::source::SourceFile;
use crate::ImportParams;
use anyhow::Result;
use beyond_record::{Completion, Problem};
use beyond_stage::{Digest, user_error};
use std::collections::{BTreeMap, BTreeSet};

/// One sample as a log tells it; what the log does not say is None or empty.
#[derive(Clone, Debug, Default)]
pub struct Sampled {
    pub text: String,
    /// Its sample index, where the log says; else samples are counted in the order of rows and files.
    pub index: Option<u32>,
    pub finish_reason: String,
    pub token_ids: Vec<u32>,
    pub n_tokens: Option<u32>,
    pub logprob_sum: Option<f64>,
    pub entropy_mean: Option<f64>,
    /// The log's own verdict. It is compared with ours, never used.
    pub recorded: Option<bool>,
}

impl Sampled {
    /// A sample of which only the text is known.
    pub fn new(text: String) -> Self {
        Sampled { text, ..Default::default() }
    }
}

/// Consecutive samples of one problem.
#[derive(Debug)]
struct Block {
    file: usize,
    place: String,
    samples: Vec<Sampled>,
}

/// Problems and samples as they stand in the files.
#[derive(Debug, Default)]
pub struct Log {
    problems: BTreeMap<String, (String, Problem)>,
    blocks: BTreeMap<String, Vec<Block>>,
    notes: BTreeSet<String>,
}

/// What is written.
#[derive(Debug)]
pub struct Imported {
    /// Sorted by id; empty when the log does not hold them.
    pub problems: Vec<Problem>,
    /// Sorted by (problem, sample).
    pub completions: Vec<Completion>,
    /// The log's own verdicts by problem, in the order of samples; empty when it has none.
    pub recorded: BTreeMap<String, Vec<Option<bool>>>,
    /// Completions whose text occurred before in the same problem.
    pub repeated: usize,
    /// Lines worth reading once.
    pub notes: BTreeSet<String>,
}

impl Log {
    /// A problem. Errs when the same id stands for another problem elsewhere.
    pub fn problem(&mut self, row: &Row, problem: Problem) -> Result<()> {
        let id = problem.problem_id.clone();
        match self.problems.get(&id) {
            Some((_, known)) if *known == problem => Ok(()),
            Some((place, _)) => Err(row.error(&format!("problem {id:?} is another one than at {place}: the files do not belong together"))),
            None => {
                self.problems.insert(id, (row.place.clone(), problem));
                Ok(())
            }
        }
    }

    /// A row that holds all samples of a problem in its file. Errs when the file has a second one, or when it holds none.
    pub fn block(&mut self, file: usize, row: &Row, id: &str, samples: Vec<Sampled>) -> Result<()> {
        if let Some(first) = self.blocks.get(id).and_then(|blocks| blocks.iter().find(|block| block.file == file)) {
            return Err(row.error(&format!("problem {id:?} stands already in {}; a file has one row for each problem", first.place)));
        }
        if samples.is_empty() {
            return Err(row.error(&format!("problem {id:?} has no samples: leave it out")));
        }
        self.blocks.entry(id.to_string()).or_default().push(Block { file, place: row.place.clone(), samples });
        Ok(())
    }

    /// A row that holds one sample, or a few of many.
    pub fn samples(&mut self, file: usize, row: &Row, id: &str, samples: Vec<Sampled>) {
        self.blocks.entry(id.to_string()).or_default().push(Block { file, place: row.place.clone(), samples });
    }

    /// A line worth reading once.
    pub fn note(&mut self, line: String) {
        self.notes.insert(line);
    }

    /// The rows of the tables. Errs on repeated samples, files of equal samples, samples of unknown problems, and unequal n unless `allow_ragged`.
    pub fn finish(self, params: &ImportParams, files: &[SourceFile]) -> Result<Imported> {
        if self.blocks.is_empty() {
            return Err(files[0].error(&format!("holds no sample{}", with(params))));
        }
        self.check_problems(params)?;
        self.check_files_differ(files)?;
        check_equal_n(params, &self.blocks)?;
        let mut imported = Imported {
            problems: self.problems.into_values().map(|(_, problem)| problem).collect(),
            completions: vec![],
            recorded: BTreeMap::new(),
            repeated: 0,
            notes: self.notes,
        };
        for (id, blocks) in self.blocks {
            let samples = numbered(&id, blocks)?;
            let texts: BTreeSet<&str> = samples.values().map(|sampled| sampled.text.as_str()).collect();
            imported.repeated += samples.len() - texts.len();
            if samples.values().any(|sampled| sampled.recorded.is_some()) {
                imported.recorded.insert(id.clone(), samples.values().map(|sampled| sampled.recorded).collect());
            }
            imported.completions.extend(samples.into_iter().map(|(index, sampled)| completion(params, &id, index, sampled)));
        }
        Ok(imported)
    }

    fn check_problems(&self, params: &ImportParams) -> Result<()> {
        if self.problems.is_empty() {
            return Ok(());
        }
        if let Some((id, blocks)) = self.blocks.iter().find(|(id, _)| !self.problems.contains_key(*id)) {
            return Err(user_error(format!("{}: the files have samples of problem {id:?} but not the problem", blocks[0].place)));
        }
        match self.problems.iter().find(|(id, _)| !self.blocks.contains_key(*id)) {
            Some((id, (place, _))) if !params.allow_ragged => {
                Err(user_error(format!("{place}: problem {id:?} has no sample; set `allow_ragged: true` to leave such problems out")))
            }
            _ => Ok(()),
        }
    }

    /// Two files with the same texts, sample by sample, are one seed used twice.
    fn check_files_differ(&self, files: &[SourceFile]) -> Result<()> {
        let mut texts: BTreeMap<usize, BTreeMap<&str, Vec<Digest>>> = BTreeMap::new();
        for (id, blocks) in &self.blocks {
            for block in blocks {
                let digests = block.samples.iter().map(|sampled| Digest::of(sampled.text.as_bytes()));
                texts.entry(block.file).or_default().entry(id).or_default().extend(digests);
            }
        }
        for (&a, of_a) in &texts {
            for (&b, of_b) in texts.range(a + 1..) {
                let shared: Vec<_> = of_a.iter().filter_map(|(id, texts)| Some((texts, of_b.get(id)?))).collect();
                let samples: usize = shared.iter().map(|(texts, _)| texts.len()).sum();
                if samples > 1 && shared.iter().all(|(one, other)| one == other) {
                    let (a, b) = (files[a].path.display(), files[b].path.display());
                    return Err(user_error(format!(
                        "{b} has the same texts as {a}, sample by sample: one seed used twice (or greedy decoding). Counted as independent samples they would bias pass@k; leave one out"
                    )));
                }
            }
        }
        Ok(())
    }
}

fn with(params: &ImportParams) -> String {
    if params.only.is_empty() { String::new() } else { format!(" with {:?}", params.only) }
}

fn check_equal_n(params: &ImportParams, blocks: &BTreeMap<String, Vec<Block>>) -> Result<()> {
    let count = |blocks: &Vec<Block>| blocks.iter().map(|block| block.samples.len()).sum::<usize>();
    let mut counts = blocks.iter().map(|(id, blocks)| (id, count(blocks), &blocks[0].place));
    let Some((first, n, _)) = counts.next() else { return Ok(()) };
    match counts.find(|(_, other, _)| *other != n) {
        Some((id, other, place)) if !params.allow_ragged => Err(user_error(format!(
            "{place}: problem {id:?} has {other} samples and problem {first:?} has {n}; is a file incomplete? Set `allow_ragged: true` to compare up to the smallest n"
        ))),
        _ => Ok(()),
    }
}

/// The samples of a problem by index. Errs when two rows claim the same one.
fn numbered(id: &str, blocks: Vec<Block>) -> Result<BTreeMap<u32, Sampled>> {
    let mut places: BTreeMap<u32, String> = BTreeMap::new();
    let mut samples = BTreeMap::new();
    let mut next = 0;
    for block in blocks {
        for sampled in block.samples {
            let index = sampled.index.unwrap_or(next);
            next = index.saturating_add(1);
            if let Some(first) = places.insert(index, block.place.clone()) {
                return Err(user_error(format!("{}: sample {index} of problem {id:?} stands already in {first}", block.place)));
            }
            samples.insert(index, sampled);
        }
    }
    Ok(samples)
}

fn completion(params: &ImportParams, id: &str, sample_index: u32, sampled: Sampled) -> Completion {
    Completion {
        model: params.model.clone(),
        benchmark: params.benchmark.clone(),
        setting: params.setting.clone(),
        problem_id: id.to_string(),
        sample_index,
        text: sampled.text,
        n_tokens: sampled.n_tokens,
        token_ids: sampled.token_ids,
        logprob_sum: sampled.logprob_sum,
        entropy_mean: sampled.entropy_mean,
        finish_reason: sampled.finish_reason,
    }
}
