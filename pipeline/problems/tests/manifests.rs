//! The shipped manifests against the real files, where these are at hand: `shared/` beside the checkout.

use beyond_problems::{Manifest, is_multiple_choice, load_benchmark, template};
use std::path::{Path, PathBuf};

/// Manifest, the file's usual name, and how many problems are not multiple choice.
const BENCHMARKS: [(&str, &str, usize); 10] = [
    ("math500", "math500.jsonl", 500),
    ("aime24", "aime24.jsonl", 30),
    ("amc23", "amc23.jsonl", 40),
    ("gsm8k", "gsm8k_test.jsonl", 1319),
    ("minerva_math", "minerva_math.jsonl", 272),
    ("olympiadbench", "olympiadbench.jsonl", 675),
    ("humaneval_plus", "HumanEvalPlus-v0.1.10.jsonl.gz", 164),
    ("mbpp_plus", "MbppPlus-v0.2.0.jsonl.gz", 378),
    ("mathvista", "mathvista_testmini.json", 460),
    ("mathvision", "mathvision_testmini.jsonl", 114),
];

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

fn manifest(name: &str) -> Manifest {
    Manifest::read(&checkout().join(format!("data/manifests/{name}.yaml"))).unwrap()
}

#[test]
fn every_manifest_is_named_and_pinned() {
    for (name, _, _) in BENCHMARKS {
        let manifest = manifest(name);
        assert_eq!(manifest.name, name);
        assert!(manifest.source.url.contains(&manifest.source.commit) && manifest.source.url.ends_with(&manifest.source.path));
        assert!(template::render(&manifest.template, "?").is_ok());
    }
    let files = std::fs::read_dir(checkout().join("data/manifests")).unwrap();
    let count = files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|e| e == "yaml")).count();
    assert_eq!(count, BENCHMARKS.len(), "a manifest that this test does not know");
}

#[test]
fn every_benchmark_loads() {
    let folder = checkout().parent().unwrap().join("shared/data/benchmarks");
    if !folder.exists() {
        return eprintln!("skipped: {} is not there", folder.display());
    }
    for (name, file, kept) in BENCHMARKS {
        let problems = load_benchmark(&manifest(name), &folder.join(file)).unwrap();
        assert_eq!(problems.iter().filter(|problem| !is_multiple_choice(problem)).count(), kept, "{name}");
        assert!(problems.iter().all(|problem| !problem.prompt.is_empty() && !problem.gold.is_empty()));
        assert!(problems.iter().all(|problem| problem.problem_id.starts_with(&format!("{name}/"))));
    }
}

#[test]
fn known_rows_are_read_as_they_are() {
    let folder = checkout().parent().unwrap().join("shared/data/benchmarks");
    if !folder.exists() {
        return eprintln!("skipped: {} is not there", folder.display());
    }
    let find = |name: &str, file: &str, id: &str| {
        let problems = load_benchmark(&manifest(name), &folder.join(file)).unwrap();
        problems.into_iter().find(|problem| problem.problem_id == id).unwrap()
    };
    let algebra = find("math500", "math500.jsonl", "math500/test/algebra/101.json");
    assert_eq!((algebra.gold.as_str(), algebra.stratum.as_str()), ("x \\in [-2,7]", "level 4"));
    assert_eq!(find("amc23", "amc23.jsonl", "amc23/0").gold, "27");
    assert_eq!(find("gsm8k", "gsm8k_test.jsonl", "gsm8k/0").gold, "18");
    let vista = find("mathvista", "mathvista_testmini.json", "mathvista/3");
    assert!(vista.prompt.ends_with("\nChoices:\n(A) 135°\n(B) 140°\n(C) 145°\n(D) 150°"), "{}", vista.prompt);
    assert!(vista.gold.starts_with(r#"{"answer":"145°","options":["135°""#), "{}", vista.gold);
}

#[test]
fn another_file_is_refused_with_the_remedy() {
    let folder = tempfile();
    let path = folder.join("aime24.jsonl");
    std::fs::write(&path, "{}\n").unwrap();
    let error = format!("{:#}", load_benchmark(&manifest("aime24"), &path).unwrap_err());
    assert!(error.contains("expected sha256 af2b8bd2") && error.contains("download it from https://"), "{error}");
    let error = format!("{:#}", load_benchmark(&manifest("aime24"), &folder.join("none")).unwrap_err());
    assert!(error.contains("cannot read") && error.contains("download"), "{error}");
    std::fs::remove_dir_all(folder).unwrap();
}

/// An empty folder of this process.
fn tempfile() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("beyond-problems-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
