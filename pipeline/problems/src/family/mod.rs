//! The contract of a procedural family, and the registry of families.

pub mod code;
pub mod countdown;
pub mod enumerable;
pub mod modular;
mod parts;
pub mod program;
pub mod visual;

pub(crate) use parts::Marks;
pub use parts::{Document, Draft, Exposure, Judgement, Request, Split, Steps};

use crate::{Rng, fold};
use anyhow::{Result, anyhow, bail, ensure};
use beyond_record::{Control, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Registers the families: one line each, `Variant => module`. A module holds `Params` and `build(Params)`.
macro_rules! families {
    ($($variant:ident => $module:ident),* $(,)?) => {
        /// A family and its parameters as a spec writes them: `family: countdown`, then the parameters to change.
        /// Unknown parameters are refused; missing ones take the defaults stated in the family's file.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "family", rename_all = "snake_case")]
        pub enum FamilySpec {
            $(#[doc = concat!("See [`", stringify!($module), "`].")] $variant($module::Params),)*
        }

        /// The names of all families.
        pub const FAMILIES: &[&str] = &[$(stringify!($module)),*];

        impl FamilySpec {
            /// The family with these parameters. Errs when a parameter is out of its range.
            pub fn build(&self) -> Result<Box<dyn Family>> {
                match self { $(FamilySpec::$variant(params) => $module::build(params.clone()),)* }
            }
        }
    };
}

families! {
    Program => program,
    Countdown => countdown,
    Modular => modular,
    Code => code,
    Visual => visual,
    Enumerable => enumerable,
}

/// The family called `name` with its default parameters. Every family verifies problems made with *any* parameters:
/// what a judge needs stands in the problem's gold. Errs on an unknown name and lists the known ones.
pub fn family(name: &str) -> Result<Box<dyn Family>> {
    let name = name.strip_prefix("family:").unwrap_or(name);
    let spec: FamilySpec = serde_json::from_value(serde_json::json!({ "family": name }))
        .map_err(|_| anyhow!("there is no problem family `{name}`; the families are {}", FAMILIES.join(", ")))?;
    spec.build()
}

/// Which visible texts are wanted.
pub type Wanted<'a> = &'a dyn Fn(&str) -> bool;

/// A procedural family. Everything is a function of the parameters and the arguments.
pub trait Family: Send + Sync {
    /// Name in specs and in [`Problem::judge`].
    fn name(&self) -> &'static str;

    /// The difficulties that can be asked for.
    fn levels(&self) -> RangeInclusive<u32>;

    /// A difficulty in words: the stratum of its problems.
    fn stratum(&self, level: u32) -> String;

    /// One attempt at drawing a task of this level, of this exposure when one is asked for, and in `wanted`; None when the
    /// attempt failed. `wanted` judges what decides the fold and is asked before anything costly is computed.
    fn draft(&self, rng: &mut Rng, level: u32, exposure: Option<Exposure>, wanted: Wanted) -> Option<Draft>;

    /// A corpus task under the rules for problems of its level: with the exposure that a problem would be given, or None
    /// when it would not be one. So that seen and unseen problems differ in nothing else.
    fn admit(&self, draft: Draft) -> Option<Draft> {
        Some(draft)
    }

    /// Pretraining document `index` of the stream `seed`; every document's task lies in [`crate::Fold::Corpus`].
    fn document(&self, seed: u64, index: u64) -> Document;

    /// Judges a completion exactly. Reads only the problem row, never the parameters.
    fn verify(&self, problem: &Problem, completion: &str) -> Judgement;

    /// Checks every step of a completion exactly.
    fn process(&self, problem: &Problem, completion: &str) -> Steps;

    /// A correct response with valid steps, by exact search; None when there is none.
    fn solve(&self, problem: &Problem) -> Option<String>;

    /// Probability that one sample of the control policy is correct, per problem; exact.
    fn chances(&self, problems: &[Problem]) -> Result<Vec<f64>>;

    /// What the control policy does, in words.
    fn control_words(&self) -> String;

    /// Every correct completion, sorted, where they can be listed.
    fn correct_strings(&self, _problem: &Problem) -> Option<Vec<String>> {
        None
    }

    /// The Python program that a completion stands for, where completions are code; the problem's gold is then a task
    /// that the sandbox judges.
    fn python_program(&self, _problem: &Problem, _completion: &str) -> Option<String> {
        None
    }

    /// What decides the fold of a problem.
    fn visible(&self, problem: &Problem) -> String {
        problem.prompt.clone()
    }

    /// `request.count` distinct problems of one fold, sorted by id. The id is the digest of what decides the fold, so
    /// equal prompts have equal ids in every benchmark. Errs when the fold does not hold that many.
    fn problems(&self, request: &Request) -> Result<Vec<Problem>> {
        self.check(request)?;
        let split = request.split.fold();
        let wanted = |visible: &str| fold(visible) == split;
        let domain = format!("{}/{}", self.name(), request.exposure.map_or("any", Exposure::as_str));
        let mut rng = Rng::keyed(&domain, request.seed, u64::from(request.level));
        let attempts = 200_000 + 500 * request.count;
        let draft = |_| self.draft(&mut rng, request.level, request.exposure, &wanted);
        collect(self, request, (0..attempts).filter_map(draft))
    }

    /// Like [`Family::problems`], but of prompts that pretraining really saw with a correct answer: tasks of the
    /// documents 0..`documents` of stream `corpus_seed`. The "seen" row beside the unseen one.
    fn seen(&self, request: &Request, corpus_seed: u64, documents: u64) -> Result<Vec<Problem>> {
        self.check(request)?;
        let mut rng = Rng::keyed("seen", request.seed, u64::from(request.level));
        let attempts = documents.min(50_000 + 200 * request.count as u64);
        let drawn = (0..attempts).map(|_| self.document(corpus_seed, rng.below(documents as usize) as u64));
        let fits = |draft: &Draft| request.exposure.is_none_or(|asked| asked == draft.exposure);
        let drafts = drawn.filter(|document| document.correct && document.draft.level == request.level);
        collect(self, request, drafts.filter_map(|document| self.admit(document.draft)).filter(fits))
    }

    /// pass@k of the control policy: the mean over problems of 1 - (1 - p)^k, exact in p.
    fn control(&self, problems: &[Problem], ks: &[u32]) -> Result<Vec<Control>> {
        let chances = self.chances(problems)?;
        let pass = |k: u32| chances.iter().map(|p| -(k as f64 * (-p).ln_1p()).exp_m1()).sum::<f64>() / chances.len() as f64;
        let benchmark = problems.first().map(|problem| problem.benchmark.clone()).unwrap_or_default();
        let row = |k: &u32| Control { benchmark: benchmark.clone(), control: self.control_words(), k: *k, pass_at_k: pass(*k) };
        ensure!(!problems.is_empty(), "a control needs at least one problem");
        Ok(ks.iter().map(row).collect())
    }

    /// The problem row of a draft.
    fn row(&self, draft: Draft, benchmark: &str) -> Result<Problem> {
        Ok(Problem {
            benchmark: benchmark.to_string(),
            problem_id: format!("{}-{}", self.name(), &blake3::hash(draft.visible.as_bytes()).to_hex()[..16]),
            judge: format!("family:{}", self.name()),
            prompt: draft.prompt,
            gold: draft.gold,
            stratum: self.stratum(draft.level),
            exposure: draft.exposure.as_str().to_string(),
            image: draft.picture.map(|picture| picture.base64()).transpose()?.unwrap_or_default(),
            solution: draft.solution,
        })
    }

    /// Errs when the level is not one of the family's.
    fn check(&self, request: &Request) -> Result<()> {
        let (levels, level) = (self.levels(), request.level);
        ensure!(levels.contains(&level), "{}: level {level} is outside {levels:?}", request.benchmark);
        Ok(())
    }
}

/// The first `request.count` drafts with distinct visible texts, as rows sorted by id.
fn collect<F: Family + ?Sized>(family: &F, request: &Request, drafts: impl Iterator<Item = Draft>) -> Result<Vec<Problem>> {
    let mut found = BTreeMap::new();
    for draft in drafts {
        if found.len() == request.count {
            break;
        }
        if !found.contains_key(&draft.visible) {
            found.insert(draft.visible.clone(), family.row(draft, &request.benchmark)?);
        }
    }
    if found.len() < request.count {
        let Request { benchmark, count, level, .. } = request;
        let exposure = request.exposure.map_or("any", Exposure::as_str);
        let held = found.len();
        bail!(
            "{benchmark}: {count} problems asked, the fold holds about {held} of {} level {level}, exposure {exposure}; \
             ask for fewer or mix levels",
            family.name()
        );
    }
    let mut rows: Vec<Problem> = found.into_values().collect();
    rows.sort_by(|a, b| a.problem_id.cmp(&b.problem_id));
    Ok(rows)
}
