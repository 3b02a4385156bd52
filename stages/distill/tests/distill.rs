//! The stage end to end, on counts whose answer is known.

use beyond_distill::{Distill, Params};
use beyond_record::{Counts, Curve};
use beyond_stage::{Digest, Input, Job, Stage, table};
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

fn gaps(folder: &Path, gap_of: &[&str], tables: &[Vec<Counts>]) -> Vec<Curve> {
    let input = |(i, rows): (usize, &Vec<Counts>)| {
        let path = folder.join(format!("{i}.parquet"));
        let bytes = table::encode(rows).unwrap();
        std::fs::write(&path, &bytes).unwrap();
        Input { role: "counts".into(), digest: Digest::of(&bytes), path }
    };
    let job = Job::new(("distill", Distill::VERSION), tables.iter().enumerate().map(input).collect(), folder, folder, folder);
    let gap_of = gap_of.iter().map(|id| id.to_string()).collect();
    Distill.run(&Params { band_draws: 1000, replicates: 100, gap_of, ..Default::default() }, &job).unwrap();
    table::read_file(&folder.join("curves.parquet")).unwrap()
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
