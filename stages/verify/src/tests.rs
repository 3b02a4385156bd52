//! The stage as the runner calls it: tables in, tables out, what was judged and what was known.

use crate::{Judge, Params, Verify};
use beyond_record::{Completion, Counts, Flip, Outcome, Problem, Recorded, Table, Verdict};
use beyond_stage::{Digest, Input, Job, Stage, table, testing};
use std::path::Path;
use tempfile::TempDir;

fn problem(benchmark: &str, id: &str, judge: &str, gold: &str) -> Problem {
    Problem { benchmark: benchmark.into(), problem_id: id.into(), judge: judge.into(), gold: gold.into(), ..Default::default() }
}

fn completions(model: &str, problem: &Problem, indices: &[u32], texts: &[&str]) -> Vec<Completion> {
    let row = |(index, text): (&u32, &&str)| Completion {
        model: model.into(),
        benchmark: problem.benchmark.clone(),
        setting: "s".into(),
        problem_id: problem.problem_id.clone(),
        sample_index: *index,
        text: (*text).into(),
        token_ids: vec![],
        n_tokens: None,
        logprob_sum: None,
        entropy_mean: None,
        finish_reason: "stop".into(),
    };
    indices.iter().zip(texts).map(row).collect()
}

/// One run of the stage; its journals are shared by the runs of one folder.
struct Run {
    dir: TempDir,
    job: Job,
}

impl Run {
    fn try_new(
        journals: &Path,
        params: &Params,
        problems: &[Problem],
        completions: &[Completion],
        extra: &[(&str, &str)],
    ) -> anyhow::Result<Run> {
        let dir = tempfile::tempdir()?;
        let mut inputs =
            vec![testing::input(dir.path(), Problem::NAME, problems), testing::input(dir.path(), Completion::NAME, completions)];
        for (role, text) in extra {
            let path = dir.path().join(format!("input-{role}"));
            std::fs::write(&path, text).unwrap();
            inputs.push(Input { role: role.to_string(), digest: Digest::of(text.as_bytes()), path });
        }
        let job = Job::new((Verify::NAME, Verify::VERSION), inputs, dir.path(), dir.path(), journals);
        Stage::run(&Verify, params, &job)?;
        Ok(Run { dir, job })
    }

    fn new(journals: &Path, problems: &[Problem], completions: &[Completion]) -> Run {
        Run::try_new(journals, &Params::default(), problems, completions, &[]).unwrap()
    }

    fn rows<R: Table>(&self) -> Vec<R> {
        table::read_file(&self.dir.path().join(format!("{}.parquet", R::NAME))).unwrap()
    }

    fn outcomes(&self) -> Vec<Outcome> {
        self.rows::<Verdict>().into_iter().map(|verdict| verdict.outcome).collect()
    }

    fn measures<const N: usize>(&self, names: [&str; N]) -> [f64; N] {
        names.map(|name| self.job.measures()[name])
    }
}

use Outcome::{Correct, Incorrect, TimedOut, Unjudged, Unparsed};

#[test]
fn identical_texts_of_a_problem_are_judged_once() {
    let dir = tempfile::tempdir().unwrap();
    let problems = [problem("b", "p", "math", "2"), problem("b", "q", "math", "3")];
    let texts = ["\\boxed{2}", "\\boxed{3}", "\\boxed{2}", "\\boxed{2}"];
    let rows: Vec<Completion> = problems.iter().flat_map(|problem| completions("m", problem, &[0, 1, 2, 3], &texts)).collect();
    let run = Run::new(dir.path(), &problems, &rows);
    assert_eq!(run.outcomes(), [Correct, Incorrect, Correct, Correct, Incorrect, Correct, Incorrect, Incorrect]);
    assert_eq!(run.measures(["completions", "distinct"]), [8.0, 4.0]);
}

const ADD: &str = r#"{"id": "add", "form": "program", "cpu_seconds": 0.2,
    "test": {"kind": "assert", "entry_point": "add", "test": "assert add(1, 2) == 3"}}"#;
const RIGHT: &str = "def add(a, b): return a + b";
const WRONG: &str = "def add(a, b): return a - b";
const ENDLESS: &str = "def add(a, b):\n    while True: pass";

#[test]
fn cells_of_a_benchmark_share_verdicts_and_other_benchmarks_have_their_own_journal() {
    let dir = tempfile::tempdir().unwrap();
    let cell = |model: &str, benchmark: &str, texts: &[&str]| {
        let problem = problem(benchmark, "add", "code", ADD);
        let indices: Vec<u32> = (0..texts.len() as u32).collect();
        Run::new(dir.path(), std::slice::from_ref(&problem), &completions(model, &problem, &indices, texts))
    };
    let journals = || std::fs::read_dir(dir.path()).unwrap().count();
    let base = cell("base", "b", &[RIGHT, WRONG, RIGHT, ENDLESS]);
    assert_eq!(base.outcomes(), [Correct, Incorrect, Correct, TimedOut]);
    assert_eq!(base.measures(["completions", "distinct", "programs_run", "programs_known"]), [4.0, 3.0, 3.0, 0.0]);
    let counts = &base.rows::<Counts>()[0];
    assert_eq!((counts.n, counts.correct, counts.timed_out, counts.unjudged, counts.unparsed), (4, 2, 1, 0, 0));
    let rl = cell("rl", "b", &[WRONG, ENDLESS, "def add(a, b): return 3"]);
    assert_eq!(rl.outcomes(), [Incorrect, TimedOut, Correct]);
    assert_eq!((rl.measures(["programs_run", "programs_known"]), journals()), ([1.0, 2.0], 1));
    let other = cell("base", "c", &[RIGHT]);
    assert_eq!((other.measures(["programs_run"]), journals()), ([1.0], 2));
}

/// A test that fails before it calls the program says nothing of the program: it is unjudged, and run again by the next run.
#[test]
fn what_could_not_be_judged_is_not_journaled() {
    let dir = tempfile::tempdir().unwrap();
    let broken = problem("b", "add", "code", &ADD.replace("assert add", "assert nothing"));
    for _ in 0..2 {
        let run = Run::new(dir.path(), std::slice::from_ref(&broken), &completions("m", &broken, &[0], &[RIGHT]));
        assert_eq!((run.outcomes(), run.measures(["programs_run"])), (vec![Unjudged], [1.0]));
        assert_eq!(run.rows::<Counts>()[0].unjudged, 1);
        let said = run.job.provisional().expect("the next run judges again");
        assert!(said.starts_with("1 program(s) are unjudged"), "{said}");
    }
    // What no rule decides comes out the same again: nothing to run anew.
    let integral = problem("b", "i", "math", "\\int_0^1 x^x dx");
    let run = Run::new(dir.path(), std::slice::from_ref(&integral), &completions("m", &integral, &[0], &["0.78343"]));
    assert_eq!((run.outcomes(), run.job.provisional()), (vec![Unjudged], None));
}

#[test]
fn recorded_verdicts_stand_beside_ours_or_in_their_place() {
    let dir = tempfile::tempdir().unwrap();
    let problems = [problem("b", "p", "math", "2")];
    // the log lacks sample 1: its verdicts count samples, not indices
    let rows = completions("m", &problems[0], &[0, 2, 3, 4], &["\\boxed{2}", "\\boxed{3}", "\\boxed{2}", ""]);
    let log = r#"{"p": [false, false, null, false]}"#;
    let run = |judge, log| Run::try_new(dir.path(), &Params { judge, ..Params::default() }, &problems, &rows, &[("recorded", log)]);
    let ours = run(Judge::Ours, log).unwrap();
    assert_eq!(ours.outcomes(), [Correct, Incorrect, Correct, Unparsed]);
    let beside: Vec<_> = ours.rows::<Recorded>().into_iter().map(|row| (row.sample_index, row.recorded, row.ours)).collect();
    assert_eq!(beside, [(0, Incorrect, Correct), (2, Incorrect, Incorrect), (4, Incorrect, Unparsed)]);
    let flips: Vec<_> = ours.rows::<Flip>().into_iter().map(|flip| (flip.sample_index, flip.old, flip.new, flip.between)).collect();
    assert_eq!(flips, [(0, Incorrect, Correct, "recorded elsewhere, ours".to_string())]);

    let recorded = run(Judge::Recorded, log).unwrap();
    assert_eq!(recorded.outcomes(), [Incorrect, Incorrect, Unjudged, Incorrect]);
    assert!(recorded.rows::<Recorded>().is_empty() && recorded.rows::<Flip>().is_empty());
    assert_eq!(recorded.rows::<Counts>()[0].unjudged, 1);
    let error = run(Judge::Recorded, "{}").err().unwrap().to_string();
    assert!(error.contains("this log holds none"), "{error}");
}

#[test]
fn marks_of_a_reader_become_the_process_verdict() {
    let dir = tempfile::tempdir().unwrap();
    let problems = [problem("b", "easy", "math", "2"), problem("b", "hard", "math", "3")];
    let texts = ["\\boxed{2}", "\\boxed{3}", "so 3: \\boxed{3}", "hence \\boxed{3}"];
    let rows: Vec<Completion> = problems.iter().flat_map(|problem| completions("m", problem, &[0, 1, 2, 3], &texts)).collect();
    let mark = |model: &str, sample: u32, mark: &str| {
        format!(
            "{{\"model\": \"{model}\", \"benchmark\": \"b\", \"setting\": \"s\", \"problem_id\": \"hard\", \"sample_index\": {sample}, \"mark\": \"{mark}\"}}\n"
        )
    };
    let cot = |lines: &[String]| {
        let run = Run::try_new(dir.path(), &Params::default(), &problems, &rows, &[("marks", &lines.concat())]).unwrap();
        run.rows::<Counts>().into_iter().map(|row| (row.correct, row.cot_correct)).collect::<Vec<_>>()
    };
    // one valid of three correct; the problem that was not read counts as it is; another cell's marks are not ours
    assert_eq!(cot(&[mark("m", 1, "valid"), mark("m", 2, "invalid"), mark("m", 3, "unsure")]), [(1, Some(1)), (3, Some(1))]);
    assert_eq!(cot(&[mark("m", 3, "unsure")]), [(1, Some(1)), (3, Some(0))]);
    assert_eq!(cot(&[mark("other", 1, "valid")]), [(1, None), (3, None)]);
    let twice = [mark("m", 1, "valid"), mark("m", 1, "valid")].concat();
    let error = Run::try_new(dir.path(), &Params::default(), &problems, &rows, &[("marks", &twice)]).err().unwrap().to_string();
    assert!(error.contains(":2: this answer is marked twice"), "{error}");
}

#[test]
fn the_default_judge_is_left_out_of_keys() {
    let key = |judge| serde_json::to_string(&Params { judge, ..Params::default() }).unwrap();
    assert!(!key(Judge::Ours).contains("judge") && key(Judge::Recorded).contains("\"judge\":\"recorded\""));
}
