//! The stage end to end, on counts whose answer is known.

use beyond_distill::{Distill, Params};
use beyond_record::{Completion, Counts, Crossing, Curve, Outcome, Paired, Process, Verdict};
use beyond_stage::Input;
use beyond_stage::testing::{input, output, run};
use std::path::Path;

fn counts(model: &str, correct: &[u32]) -> Vec<Counts> {
    let row = |(i, &correct): (usize, &u32)| Counts {
        model: model.into(),
        benchmark: "sums".into(),
        setting: "t1".into(),
        problem_id: format!("{i:03}"),
        n: 8,
        correct,
        stratum: if i.is_multiple_of(2) { "even".into() } else { "odd".into() },
        ..Default::default()
    };
    correct.iter().enumerate().map(row).collect()
}

fn compare(folder: &Path, gap_of: &[&str], inputs: Vec<Input>) {
    let gap_of = gap_of.iter().map(|id| id.to_string()).collect();
    run(&Distill, &Params { band_draws: 1000, replicates: 100, gap_of, ..Default::default() }, inputs, folder).unwrap();
}

fn gaps(folder: &Path, gap_of: &[&str], tables: &[Vec<Counts>]) -> Vec<Curve> {
    compare(folder, gap_of, tables.iter().map(|rows| input(folder, "counts", rows)).collect());
    output(folder)
}

#[test]
fn the_gap_is_base_pass_at_k_minus_model_pass_at_1_with_a_paired_interval() {
    let folder = tempfile::tempdir().unwrap();
    let tables = [counts("base", &[1, 4, 0, 2]), counts("grpo", &[4, 8, 0, 4]), counts("sft", &[2, 2, 2, 2])];
    let rows = gaps(folder.path(), &["grpo"], &tables);
    assert!(rows.iter().all(|row| row.model == "grpo" && row.metric == "delta_se"), "only the model whose base this is");
    let whole: Vec<&Curve> = rows.iter().filter(|row| row.subset == "all").collect();
    assert_eq!(whole.iter().map(|row| row.k).collect::<Vec<_>>(), [1, 2, 4, 8]);
    // At K = n three of four problems are solved by the base; the model's pass@1 is 16/32.
    let last = whole[3];
    assert!((last.value - 0.25).abs() < 1e-12 && last.lo < last.value && last.value < last.hi, "{last:?}");
    assert_eq!(last.method, "plus-half; pass@8 of base minus pass@1 of grpo");
    assert_eq!((last.se_benchmark, last.n_problems, last.n_samples), (None, 4, 8));
    // K = 1 is the paired difference of pass@1 with the sign turned.
    assert!((whole[0].value + 9.0 / 32.0).abs() < 1e-12 && whole[0].se_benchmark.is_some());
    assert_eq!(rows.iter().filter(|row| row.subset == "stratum=odd").count(), 4);
}

#[test]
fn without_a_model_of_this_base_the_table_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    assert!(gaps(folder.path(), &[], &[counts("base", &[1, 4]), counts("grpo", &[4, 8])]).is_empty());
}

#[test]
fn every_metric_of_the_counts_is_compared_by_the_same_machinery() {
    let folder = tempfile::tempdir().unwrap();
    let (base, model) = (counts("base", &[1, 4, 0, 2, 8, 5]), counts("grpo", &[4, 8, 0, 4, 7, 1]));
    compare(folder.path(), &[], vec![input(folder.path(), "counts", &base), input(folder.path(), "counts", &model)]);
    let rows: Vec<Paired> = output(folder.path());
    let of = |metric: &str| rows.iter().filter(|row| row.metric == metric && row.subset == "all").collect::<Vec<_>>();
    for metric in ["pass^k", "g-pass@k(0.5)", "mg-pass@k", "maj@k(binary)"] {
        let found = of(metric);
        assert_eq!(found.iter().map(|row| row.k).collect::<Vec<_>>(), [1, 2, 4, 8], "{metric}");
        assert!(found.iter().all(|row| row.method.contains("band") && row.band_lo <= row.lo + 1e-12), "{metric}");
    }
    // At k = n all of n are right on problem 1 of the model and problem 4 of the base.
    assert_eq!(of("pass^k")[3].diff, 0.0);
    let thresholds: Vec<Option<f64>> = of("cover@tau").iter().map(|row| row.tau).collect();
    assert_eq!(thresholds, [Some(0.01), Some(0.1), Some(0.5), Some(0.9)]);
    // c >= 4 of 8: base 4, 8, 5; model 4, 8, 4, 7.
    assert!((of("cover@tau")[2].diff - 1.0 / 6.0).abs() < 1e-15);
    assert!((of("bayes@n")[0].diff - (24.0 - 20.0) / 10.0 / 6.0).abs() < 1e-15);
    assert!(of("auc@k").len() == 1 && of("sharpening@k")[0].method == "t" && of("maj@k").is_empty());
    // Three problems go up, two down; SE_B ends where 2k exceeds n.
    let pass = of("pass@k");
    assert_eq!((pass[0].model_wins, pass[0].base_wins, pass[0].se_benchmark.is_some(), pass[7].se_benchmark), (3, 2, true, None));
    assert!(of("pass^k")[0].se_benchmark.is_none() && pass[0].se_population.unwrap() > 0.0);
    let crossings: Vec<Crossing> = output(folder.path());
    assert!(crossings[0].critical > 1.96 && crossings[0].critical_error > 0.0 && crossings[0].method == "inverted", "{:?}", crossings[0]);
}

/// Verdicts and completions of these counts: the first `correct` samples are right, all of one length.
fn sampled(rows: &[Counts], tokens: u32) -> (Vec<Verdict>, Vec<Completion>) {
    let verdict = |row: &Counts, i: u32| Verdict {
        model: row.model.clone(),
        benchmark: row.benchmark.clone(),
        setting: row.setting.clone(),
        problem_id: row.problem_id.clone(),
        sample_index: i,
        outcome: if i < row.correct { Outcome::Correct } else { Outcome::Incorrect },
        extracted: Some(if i < row.correct { "1".into() } else { format!("{}", 2 + i % 2) }),
        reason: String::new(),
        process: Process::Unchecked,
        paper_outcome: None,
    };
    let completion = |row: &Counts, i: u32| Completion {
        model: row.model.clone(),
        benchmark: row.benchmark.clone(),
        setting: row.setting.clone(),
        problem_id: row.problem_id.clone(),
        sample_index: i,
        text: String::new(),
        token_ids: Vec::new(),
        n_tokens: Some(tokens),
        logprob_sum: None,
        entropy_mean: None,
        finish_reason: "stop".into(),
    };
    let each = || rows.iter().flat_map(|row| (0..row.n).map(move |i| (row, i)));
    (each().map(|(row, i)| verdict(row, i)).collect(), each().map(|(row, i)| completion(row, i)).collect())
}

#[test]
fn within_a_token_budget_the_model_that_writes_twice_as_much_gets_half_the_samples() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let (base, model) = (counts("base", &[1, 4, 2, 2, 8, 5]), counts("grpo", &[4, 8, 0, 4, 8, 6]));
    let (of_base, of_model) = (sampled(&base, 16), sampled(&model, 32));
    let inputs = vec![
        input(path, "counts", &base),
        input(path, "verdicts-0", &of_base.0),
        input(path, "completions-0", &of_base.1),
        input(path, "counts", &model),
        input(path, "verdicts-1", &of_model.0),
        input(path, "completions-1", &of_model.1),
    ];
    compare(path, &[], inputs);
    let rows: Vec<Paired> = output(path);
    let of = |metric: &str| rows.iter().filter(|row| row.metric == metric && row.subset == "all").collect::<Vec<_>>();
    let budgets = of("pass@tokens");
    assert_eq!(budgets.iter().map(|row| row.k).collect::<Vec<_>>(), [16, 22, 32, 45, 64, 90, 128], "from one base sample to all eight");
    // 16 tokens: one sample of the base, none of the model. 64: four of the base, two of the model.
    let pass = |c: &[f64], k: i32| {
        c.iter()
            .map(|c| (0..k).map(|j| (8.0 - c - f64::from(j)).max(0.0) / (8.0 - f64::from(j))).product::<f64>())
            .map(|q| 1.0 - q)
            .sum::<f64>()
            / 6.0
    };
    assert!((budgets[0].diff + 22.0 / 48.0).abs() < 0.03, "{}", budgets[0].diff);
    let expected = pass(&[4.0, 8.0, 0.0, 4.0, 8.0, 6.0], 2) - pass(&[1.0, 4.0, 2.0, 2.0, 8.0, 5.0], 4);
    assert!((budgets[4].diff - expected).abs() < 0.04, "{} is not {expected}", budgets[4].diff);
    assert!(budgets.iter().all(|row| row.method.contains("band")));
    // maj@1 is pass@1.
    assert!((of("maj@k")[0].diff - 8.0 / 48.0).abs() < 1e-12);
    let crossings: Vec<Crossing> = output(path);
    let metrics: Vec<(&str, &str)> = crossings.iter().map(|row| (row.metric.as_str(), row.subset.as_str())).collect();
    assert!(metrics.contains(&("pass@tokens", "all")) && metrics.contains(&("pass@tokens", "stratum=odd")), "{metrics:?}");
}

#[test]
fn mean_lengths_stand_in_where_there_are_only_counts() {
    let folder = tempfile::tempdir().unwrap();
    let with = |mut rows: Vec<Counts>, tokens: f64| {
        rows.iter_mut().for_each(|row| row.mean_tokens = Some(tokens));
        rows
    };
    let (base, model) = (with(counts("base", &[1, 4, 0, 2]), 100.0), with(counts("grpo", &[4, 8, 0, 0]), 200.0));
    compare(folder.path(), &[], vec![input(folder.path(), "counts", &base), input(folder.path(), "counts", &model)]);
    let rows: Vec<Paired> = output(folder.path());
    let found: Vec<&Paired> = rows.iter().filter(|row| row.metric == "pass@k(equal tokens)" && row.subset == "all").collect();
    assert_eq!(found.iter().map(|row| row.k).collect::<Vec<_>>(), [1, 2, 3, 4], "k of the model costs 2 k of the base, which has 8");
    // k = 4 against all 8 of the base: model 1 - C(4,4)/C(8,4), 1, 0, 0; base 1, 1, 0, 1.
    assert!((found[3].diff - (1.0 - 1.0 / 70.0 - 2.0) / 4.0).abs() < 1e-12, "{}", found[3].diff);
    let crossings: Vec<Crossing> = output(folder.path());
    assert!(crossings.iter().any(|row| row.metric == "pass@k(equal tokens)" && row.subset == "all" && row.k_max == 4));
}

#[test]
fn the_shift_by_difficulty_has_an_interval_in_every_stratum() {
    let folder = tempfile::tempdir().unwrap();
    let (base, model) = (counts("base", &[0, 0, 1, 4, 5, 8, 8, 3]), counts("grpo", &[0, 1, 4, 8, 8, 8, 8, 0]));
    compare(folder.path(), &[], vec![input(folder.path(), "counts", &base), input(folder.path(), "counts", &model)]);
    let rows: Vec<Paired> = output(folder.path());
    let shift: Vec<&Paired> = rows.iter().filter(|row| row.subset.starts_with("difficulty=") && row.k == 1).collect();
    assert!(shift.len() >= 3, "{shift:?}");
    for row in &shift {
        assert!(row.lo < row.diff && row.diff < row.hi && row.lo > -1.0 && row.method.contains("cross-fitted"), "{row:?}");
    }
    assert!(shift.iter().map(|row| row.n_problems).sum::<u32>() >= 7, "{shift:?}");
}
