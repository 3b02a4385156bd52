//! From documents, problems and pairs to token sequences.

use crate::{CorpusPart, ProblemSource};
use anyhow::{Context, Result, ensure};
use beyond_model::{Sequence, Tokenizer, philox};
use beyond_problems::{Document, Family, Fold, Request, Split, fold};
use beyond_prompt::Prompt;
use beyond_record::Problem;
use std::sync::Arc;

/// `<bos>` prompt response `<eos>`; the loss is on the response and the end token.
pub fn sequence(tokenizer: &Tokenizer, prompt: &str, response: &str, image: Option<Arc<[f32]>>) -> Result<Sequence> {
    let mut ids: Vec<u32> = tokenizer.bos_id().into_iter().collect();
    ids.extend(tokenizer.encode(prompt)?);
    let response_start = ids.len();
    ids.extend(tokenizer.encode(response)?);
    ids.extend(tokenizer.eos_ids().first());
    Ok(Sequence { ids, response_start, image })
}

/// The sequence of a document.
pub fn document_sequence(tokenizer: &Tokenizer, document: &Document) -> Result<Sequence> {
    let image = document.draft.picture.as_ref().map(|picture| picture.patches().into());
    sequence(tokenizer, &document.draft.prompt, &document.response, image)
}

/// A prompt and the tokens that answer it.
pub fn answered(prompt: &Prompt, answer: &[u32]) -> Sequence {
    Sequence { ids: [&prompt.ids, answer].concat(), response_start: prompt.ids.len(), image: prompt.image.clone() }
}

/// A mixture of procedural families as an endless, seeded stream of documents.
pub struct Corpus {
    /// A family and its share among itself and the families after it.
    parts: Vec<(Box<dyn Family>, f64)>,
    seed: u64,
}

impl Corpus {
    /// Builds the families. Errs on an empty corpus, bad weights or parameters out of range.
    pub fn new(parts: &[CorpusPart], seed: u64) -> Result<Self> {
        let weights: Vec<f64> = parts.iter().map(|part| part.weight).collect();
        let fine = weights.iter().all(|weight| *weight >= 0.0 && weight.is_finite()) && weights.iter().sum::<f64>() > 0.0;
        ensure!(fine, "the corpus needs at least one part; weights are at least 0 and not all 0, they are {weights:?}");
        let share = |at: usize| weights[at] / weights[at..].iter().sum::<f64>();
        let build = |(at, part): (usize, &CorpusPart)| Ok((part.family.build()?, share(at)));
        Ok(Corpus { parts: parts.iter().enumerate().map(build).collect::<Result<_>>()?, seed })
    }

    /// Document `index` of the stream. Asserts that its prompt lies in the corpus fold: no test or RL prompt is ever trained on.
    pub fn document(&self, index: u64) -> Result<Document> {
        let (part, index) = self.place(index);
        checked(self.parts[part].0.document(self.seed, index))
    }

    /// Part of document `index`, and its index within the part. The parts take turns in proportion to their weights, so that every
    /// document 0, 1, 2, ... of a part's own stream occurs, in order: this is what makes "seen in pretraining" a statement about an index.
    fn place(&self, index: u64) -> (usize, u64) {
        let mut left = index;
        for (part, (_, share)) in self.parts.iter().enumerate() {
            let among = |documents: u64| (documents as f64 * share) as u64;
            if among(left + 1) > among(left) {
                return (part, among(left));
            }
            left -= among(left);
        }
        (self.parts.len() - 1, left)
    }

    /// The sequences of documents `first..first + count`, made on `threads` threads, this one included.
    pub fn sequences(&self, tokenizer: &Tokenizer, first: u64, count: u64, threads: usize) -> Result<Vec<Sequence>> {
        let make = |index: u64| document_sequence(tokenizer, &self.document(index)?);
        let (end, share) = (first + count, count.div_ceil(threads as u64).max(1));
        let run = |start: u64| (start..(start + share).min(end)).map(make).collect::<Result<Vec<_>>>();
        std::thread::scope(|scope| {
            let later = (first + share..end).step_by(share as usize);
            let others: Vec<_> = later.map(|start| scope.spawn(move || run(start))).collect();
            let mut all = run(first)?;
            for run in others {
                all.extend(run.join().expect("making documents does not panic")?);
            }
            Ok(all)
        })
    }
}

/// The document, if its prompt may be trained on.
fn checked(document: Document) -> Result<Document> {
    let found = fold(&document.draft.visible);
    ensure!(found == Fold::Corpus, "the document of {:?} lies in fold {found:?}, not in the corpus", document.draft.prompt);
    Ok(document)
}

/// Problems of the RL fold, each with the family that judges it.
pub struct Problems {
    /// The problems, source after source.
    pub rows: Vec<Problem>,
    /// What the decoder is shown of each.
    pub prompts: Vec<Prompt>,
    families: Vec<Box<dyn Family>>,
    of: Vec<usize>,
}

impl Problems {
    /// Draws every source. Errs when a fold holds fewer problems than asked.
    pub fn new(sources: &[ProblemSource], seed: u64, tokenizer: &Tokenizer) -> Result<Self> {
        let (mut rows, mut families, mut of) = (Vec::new(), Vec::new(), Vec::new());
        for (at, source) in sources.iter().enumerate() {
            let family = source.family.build()?;
            let drawn = family.problems(&source.request(seed)).with_context(|| format!("problems source {at}"))?;
            let visible = drawn.iter().map(|problem| family.visible(problem));
            ensure!(visible.into_iter().all(|text| fold(&text) == Fold::RlTrain), "problems source {at} left the RL fold");
            of.extend(std::iter::repeat_n(at, drawn.len()));
            rows.extend(drawn);
            families.push(family);
        }
        ensure!(!rows.is_empty(), "there are no problems to train on: `problems` is empty");
        let prompts = beyond_prompt::prompts(&rows, "plain", tokenizer)?;
        Ok(Problems { rows, prompts, families, of })
    }

    /// The family of problem `i`.
    pub fn family(&self, i: usize) -> &dyn Family {
        self.families[self.of[i]].as_ref()
    }
}

impl ProblemSource {
    fn request(&self, seed: u64) -> Request {
        Request {
            benchmark: "rl-train".into(),
            split: Split::RlTrain,
            level: self.level,
            exposure: self.exposure,
            count: self.problems as usize,
            seed,
        }
    }
}

/// Items `first..first + count` of an endless stream over `0..size`: every epoch visits each item once, in an order of its own.
pub fn stream(size: usize, first: u64, count: usize, seed: u64) -> Vec<usize> {
    let (size, mut chosen, mut position) = (size as u64, Vec::with_capacity(count), first);
    while chosen.len() < count {
        let order = shuffled(size as usize, seed, position / size);
        let rest = &order[(position % size) as usize..];
        let taken = rest.len().min(count - chosen.len());
        chosen.extend(&rest[..taken]);
        position += taken as u64;
    }
    chosen
}

/// A permutation of 0..n, a function of (seed, epoch).
fn shuffled(n: usize, seed: u64, epoch: u64) -> Vec<usize> {
    let key = |i: usize| philox([i as u32, epoch as u32, 0x6f72, 0x6465], [seed as u32, (seed >> 32) as u32]);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_cached_key(|&i| (key(i), i));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use beyond_problems::FamilySpec;

    fn part(name: &str, weight: f64) -> CorpusPart {
        let family: FamilySpec = serde_json::from_value(serde_json::json!({ "family": name })).unwrap();
        CorpusPart { family, weight }
    }

    #[test]
    fn an_epoch_visits_every_problem_once() {
        let order = stream(100, 300, 100, 7);
        let mut sorted = order.clone();
        sorted.sort();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
        assert_ne!(order, stream(100, 400, 100, 7));
        assert_eq!(order[60..], stream(100, 360, 40, 7));
        assert_eq!(stream(3, 1, 8, 7).len(), 8);
    }

    #[test]
    fn every_part_is_read_from_its_beginning_without_gaps() {
        let corpus =
            Corpus::new(&[part("program", 2.0), part("countdown", 0.0), part("modular", 1.0), part("enumerable", 1.0)], 5).unwrap();
        let mut next = [0; 4];
        for index in 0..4001 {
            let (part, local) = corpus.place(index);
            assert_eq!(local, next[part], "document {index} of part {part}");
            next[part] += 1;
        }
        assert!(next[0].abs_diff(2000) <= 1 && next[1] == 0 && next[2].abs_diff(1000) <= 1 && next[3].abs_diff(1000) <= 1, "{next:?}");
    }

    #[test]
    fn a_prompt_outside_the_corpus_fold_is_refused() {
        let mut document = Corpus::new(&[part("countdown", 1.0)], 1).unwrap().document(0).unwrap();
        assert!(checked(document.clone()).is_ok());
        document.draft.visible = (0..).map(|i| i.to_string()).find(|text| fold(text) == Fold::Test).unwrap();
        let message = checked(document).unwrap_err().to_string();
        assert!(message.contains("Test") && message.contains("corpus"), "{message}");
    }

    #[test]
    fn sequences_do_not_depend_on_threads_and_continue_the_stream() {
        let corpus = Corpus::new(&[part("countdown", 1.0), part("modular", 1.0)], 3).unwrap();
        let tokenizer = Tokenizer::laboratory(beyond_problems::WORDS).unwrap();
        let ids = |first, count, threads| -> Vec<Vec<u32>> {
            corpus.sequences(&tokenizer, first, count, threads).unwrap().into_iter().map(|sequence| sequence.ids).collect()
        };
        let all = ids(0, 9, 1);
        assert_eq!(all, ids(0, 9, 4));
        assert_eq!(all[4..], ids(4, 5, 2));
    }

    #[test]
    fn a_corpus_without_weight_is_refused() {
        for parts in [vec![], vec![part("modular", 0.0)], vec![part("modular", -1.0), part("program", 2.0)]] {
            assert!(Corpus::new(&parts, 0).is_err());
        }
    }
}
