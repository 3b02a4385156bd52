//! The stage end to end, on samples whose answer is known.

use beyond_estimate::{Agreement, Estimate, Params, VerifierAudit};
use beyond_record::{Audit, Completion, Counts, Curve, Guessing, Outcome, Problem, Process, Verdict};
use beyond_stage::Input;
use beyond_stage::testing::{input, output, run};
use std::path::Path;

const N: u32 = 4;

fn counts(problem: &str, correct: u32, timed_out: u32) -> Counts {
    Counts {
        model: "m".into(),
        benchmark: "sums".into(),
        setting: "t1".into(),
        problem_id: problem.into(),
        n: N,
        correct,
        timed_out,
        ..Default::default()
    }
}

/// Answer, outcome and length of one sample.
type Drawn = (Option<&'static str>, Outcome, u32);

fn samples(problem: &str, drawn: [Drawn; N as usize]) -> (Vec<Verdict>, Vec<Completion>) {
    let verdict = |(i, (answer, outcome, _)): (u32, &Drawn)| Verdict {
        model: "m".into(),
        benchmark: "sums".into(),
        setting: "t1".into(),
        problem_id: problem.into(),
        sample_index: i,
        outcome: *outcome,
        extracted: answer.map(str::to_string),
        reason: String::new(),
        process: Process::Unchecked,
        paper_outcome: None,
    };
    let completion = |(i, (_, _, tokens)): (u32, &Drawn)| Completion {
        model: "m".into(),
        benchmark: "sums".into(),
        setting: "t1".into(),
        problem_id: problem.into(),
        sample_index: i,
        text: String::new(),
        token_ids: vec![7; *tokens as usize],
        n_tokens: Some(*tokens),
        logprob_sum: None,
        entropy_mean: None,
        finish_reason: "stop".into(),
    };
    ((0..).zip(&drawn).map(verdict).collect(), (0..).zip(&drawn).map(completion).collect())
}

fn curves(folder: &Path, inputs: Vec<Input>) -> anyhow::Result<Vec<Curve>> {
    run(&Estimate, &Params { extrapolate: 0, ..Default::default() }, inputs, folder)?;
    Ok(output(folder))
}

fn values(rows: &[Curve], metric: &str) -> Vec<(u32, f64)> {
    rows.iter().filter(|row| row.metric == metric && row.subset == "all").map(|row| (row.k, row.value)).collect()
}

#[test]
fn the_samples_give_majority_votes_and_token_budgets() {
    use Outcome::{Correct, Incorrect, Unparsed};
    let folder = tempfile::tempdir().unwrap();
    // Two texts of the right answer are one class; the wrong ones are two.
    let first = samples("a", [(Some("1/2"), Correct, 4), (Some("0.5"), Correct, 4), (Some("3"), Incorrect, 4), (Some("4"), Incorrect, 4)]);
    let second = samples("b", [(Some("9"), Correct, 8), (Some("8"), Incorrect, 2), (Some("8"), Incorrect, 2), (None, Unparsed, 4)]);
    let (verdicts, completions) = ([first.0, second.0].concat(), [first.1, second.1].concat());
    let rows = [counts("a", 2, 0), counts("b", 1, 0)];
    let inputs = vec![
        input(folder.path(), "counts", &rows),
        input(folder.path(), "verdicts", &verdicts),
        input(folder.path(), "completions", &completions),
    ];
    let found = curves(folder.path(), inputs).unwrap();
    // k = 1: c/n. k = 4: a wins 2:1:1, b loses 1:2. k = 2 on a: of 6 pairs 1 is right twice, 4 are ties; on b: (9,8) twice ties, (9,none) wins.
    let majority = values(&found, "maj@k");
    let expected = [(1, 0.375), (2, 0.5 * ((1.0 + 4.0 * 0.5) / 6.0 + (2.0 * 0.5 + 1.0) / 6.0)), (4, 0.5)];
    for ((k, value), (wanted_k, wanted)) in majority.iter().zip(expected) {
        assert!(*k == wanted_k && (value - wanted).abs() < 1e-12, "{majority:?}");
    }
    assert!(found.iter().filter(|row| row.metric == "maj@k").all(|row| row.method.ends_with("accepted answers are one class")));
    // Both have 16 tokens in all. On a every success needs a multiple of 4; on b the right answer alone takes 8.
    let budgets = values(&found, "pass@tokens");
    assert_eq!(budgets.iter().map(|(budget, _)| *budget).collect::<Vec<_>>(), [2, 4, 8, 16]);
    assert_eq!((budgets[0].1, budgets[3].1), (0.0, 1.0));
    assert!((budgets[1].1 - 0.25).abs() < 0.06 && (budgets[2].1 - 0.5 * (5.0 / 6.0 + 0.25)).abs() < 0.06, "{budgets:?}");
}

#[test]
fn undecided_verdicts_bound_pass_at_k_where_there_are_any() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [counts("a", 1, 2), counts("b", 2, 0)];
    let found = curves(folder.path(), vec![input(folder.path(), "counts", &rows)]).unwrap();
    assert_eq!(values(&found, "pass@k")[0], (1, 0.375));
    assert_eq!(values(&found, "pass@k(undecided right)")[0], (1, 0.625));
    // Of two decided samples one is right, and so pass@2 is the last that both problems have.
    let dropped = values(&found, "pass@k(undecided dropped)");
    assert!(dropped.len() == 2 && dropped[0] == (1, 0.5) && (dropped[1].1 - 0.5 * (1.0 + 5.0 / 6.0)).abs() < 1e-12, "{dropped:?}");
    let decided = curves(folder.path(), vec![input(folder.path(), "counts", &[counts("a", 1, 0), counts("b", 2, 0)])]).unwrap();
    assert!(decided.iter().all(|row| !row.metric.contains("undecided") && row.metric != "maj@k" && row.metric != "pass@tokens"));
}

#[test]
fn verdicts_of_other_samples_than_the_counts_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (verdicts, _) = samples("b", [(None, Outcome::Correct, 1); 4]);
    let message = format!(
        "{:#}",
        curves(folder.path(), vec![input(folder.path(), "counts", &[counts("a", 1, 0)]), input(folder.path(), "verdicts", &verdicts)])
            .unwrap_err()
    );
    assert!(message.contains("\"b\" has verdicts but no counts"), "{message}");
    let message = format!(
        "{:#}",
        curves(folder.path(), vec![input(folder.path(), "counts", &[counts("b", 1, 0)]), input(folder.path(), "verdicts", &verdicts[1..])])
            .unwrap_err()
    );
    assert!(message.contains("3 verdicts for n = 4"), "{message}");
}

#[test]
fn an_audit_of_the_verifier_corrects_pass_at_k_and_limits_k() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<Counts> = (0..200).map(|i| counts(&format!("{i:03}"), i % 5, 0)).collect();
    let agreed = |agreed| Agreement { agreed, audited: 10_000 };
    let audit = Some(VerifierAudit { correct: agreed(9_000), wrong: agreed(9_800) });
    let params = Params { extrapolate: 0, audit, ..Default::default() };
    run(&Estimate, &params, vec![input(folder.path(), "counts", &rows)], folder.path()).unwrap();
    let found: Vec<Curve> = output(folder.path());
    // Rogan-Gladen at s = .9, t = .98: (.5 - .02) / .88 = .5455.
    let first = found.iter().find(|row| row.metric == "pass@k(corrected)").unwrap();
    assert!(first.k == 1 && (first.value - 0.48 / 0.88).abs() < 1e-3 && first.lo < first.value && first.value < first.hi, "{first:?}");
    assert!(first.method.contains("9800 of 10000 wrong rejected"));
    let audits: Vec<Audit> = output(folder.path());
    let limit = audits.iter().find(|row| row.audit == "false positives").unwrap();
    assert!(!limit.passed && (limit.value - (1.0 - 0.98f64.powi(4))).abs() < 1e-3 && limit.message.contains("k = 0 only"), "{limit:?}");
}

fn problem(id: &str, gold: &str) -> Problem {
    Problem { benchmark: "sums".into(), problem_id: id.into(), judge: "math".into(), gold: gold.into(), ..Default::default() }
}

#[test]
fn guessing_is_what_the_answers_to_other_problems_would_solve() {
    use Outcome::{Correct, Incorrect, Unparsed};
    let folder = tempfile::tempdir().unwrap();
    // Gold 1 is a habit: the answers to b are 1, 1.0 (which the verifier takes for 1 on a), 9 and none.
    let a = samples("a", [(Some("1"), Correct, 1), (Some("1.0"), Correct, 1), (Some("7"), Incorrect, 1), (Some("7"), Incorrect, 1)]);
    let b = samples("b", [(Some("1"), Incorrect, 1), (Some("1.0"), Incorrect, 1), (Some("9"), Correct, 1), (None, Unparsed, 1)]);
    let c = samples("c", [(Some("1/2"), Correct, 1), (None, Unparsed, 1), (None, Unparsed, 1), (None, Unparsed, 1)]);
    let verdicts = [a.0, b.0, c.0].concat();
    let rows = [counts("a", 2, 0), counts("b", 1, 0), counts("c", 1, 0)];
    let golds = [problem("a", "1"), problem("b", "9"), problem("c", "\\frac{1}{2}")];
    let inputs =
        vec![input(folder.path(), "counts", &rows), input(folder.path(), "verdicts", &verdicts), input(folder.path(), "problems", &golds)];
    let found = curves(folder.path(), inputs).unwrap();
    let null: Vec<Guessing> = output(folder.path());
    let all = &null[0];
    // a: 2 of 4 answers to b; b: none of the answers to a is 9; c is alone with its type of answer.
    assert_eq!((all.known, all.n_problems, all.solved), (2, 3, 3));
    assert!((all.mean_rate - 0.5 / 3.0).abs() < 1e-15 && (all.expected_solved - (1.0 - 0.5f64.powi(4))).abs() < 1e-15, "{all:?}");
    assert_eq!(all.guessable, 1, "a has 2 of 4 at a guessing rate of one half");
    let guessed = values(&found, "guess@k");
    assert_eq!(guessed.iter().map(|(k, _)| *k).collect::<Vec<_>>(), [1, 2, 4]);
    assert!((guessed[0].1 - 0.5 / 3.0).abs() < 1e-15);
    // Rates beyond guessing at k = 1: (.5 - .5)/.5 = 0, .25, .25.
    assert!((values(&found, "pass@k(beyond guessing)")[0].1 - 0.5 / 3.0).abs() < 1e-15);
}
