//! What people do wrong and what disks do wrong: the message, the exit status, and that nothing half-made stays.

mod project;

use project::{Project, shared};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const RUN: &[&str] = &["run", "experiments/tiny.yaml"];

#[test]
fn mistakes_of_the_user_exit_with_2_and_name_the_place() {
    let project = Project::new();
    project.write("rl.csv", "problem,n,correct\np0,8,9\n");
    let out = project.out(2, RUN);
    assert!(out.contains("failed   import/rl/quiz/published") && out.contains("rl.csv:2") && out.contains("9 correct of 8"), "{out}");
    assert!(out.contains("blocked  report: reads what import/rl/quiz/published should have made"), "{out}");
    project.edit("title:", "titel:");
    let error = project.err(2, RUN);
    assert!(error.contains("tiny.yaml:2:") && error.contains("did you mean `title`?"), "{error}");
    assert!(project.err(2, &["run", "experiments/none.yaml"]).contains("experiments/none.yaml"));
    assert!(project.err(2, &["rum"]).contains("run"));
}

#[test]
fn a_failure_of_the_world_exits_with_1() {
    let project = Project::new();
    project.write("file", "");
    let error = project.err(1, &["run", "experiments/tiny.yaml", "--artifacts", "file/store"]);
    assert!(error.contains("file/store") && error.contains("Not a directory"), "{error}");
}

#[test]
fn a_malformed_spec_is_refused_with_its_line() {
    let project = Project::new();
    project.edit("title: Two models, six problems", "title: [Two models");
    let error = project.err(2, RUN);
    assert!(
        error.starts_with("error: experiments/tiny.yaml:3:11: illegal placement of ':'") && error.contains("title: [Two models"),
        "{error}"
    );
    assert!(!project.path("data").exists(), "nothing has run");
}

#[test]
fn a_name_that_is_not_there_is_refused_with_its_place() {
    let project = Project::new();
    project.edit("compare:\n  - {base: base,", "compare:\n  - {base: bsae,");
    let error = project.err(2, RUN);
    assert!(error.contains("experiments/tiny.yaml:16:12: there is no model \"bsae\"; did you mean \"base\"?"), "{error}");
}

#[test]
fn models_that_start_from_each_other_are_refused() {
    let project = Project::new();
    project.write(
        "experiments/tiny.yaml",
        "name: tiny
benchmarks: {b: {family: {family: program}, level: 2}}
models:
  one: {from: other, reinforce: &rl {algorithm: grpo, problems: [], steps: 1}}
  other: {from: one, reinforce: *rl}
settings: {s: {}}
evaluate: [{models: [one], benchmarks: [b], settings: [s]}]
",
    );
    let error = project.err(2, RUN);
    assert!(error.contains("tiny.yaml:") && error.contains("train/one") && error.contains("train/other"), "{error}");
}

#[test]
fn an_id_that_occurs_twice_names_both_lines() {
    let project = Project::new();
    project.write("rl.csv", "problem,n,correct\np0,8,1\np1,8,1\np0,8,2\n");
    let out = project.out(2, RUN);
    assert!(out.contains("rl.csv:4") && out.contains("rl.csv:2") && out.contains("p0"), "{out}");
}

#[test]
fn a_truncated_parquet_file_is_refused_by_name() {
    let project = Project::new();
    project.out(0, RUN);
    let whole = fs::read(tables(&project, "counts").remove(0)).unwrap();
    for (length, name) in [(whole.len() / 2, "half.parquet"), (0, "empty.parquet")] {
        fs::write(project.path(name), &whole[..length]).unwrap();
        let spec = fs::read_to_string(project.path("experiments/tiny.yaml")).unwrap();
        project.edit("../rl.csv", &format!("../{name}"));
        let out = project.out(2, RUN);
        assert!(out.contains("failed   import/rl/quiz/published") && out.contains(name), "{out}");
        project.write("experiments/tiny.yaml", &spec);
    }
}

/// Files of a table in the store.
fn tables(project: &Project, name: &str) -> Vec<PathBuf> {
    let summary = project.json(&["run", "experiments/tiny.yaml", "--json"]);
    let steps = summary["steps"].as_array().unwrap();
    let digests = steps.iter().filter_map(|step| step["outputs"][name]["digest"].as_str());
    digests.map(|digest| project.path(&format!("data/artifacts/content/{}/{digest}.parquet", &digest[..2]))).collect()
}

/// Flips a bit of an artifact and returns the bytes it had.
fn damage(path: &Path) -> Vec<u8> {
    let whole = fs::read(path).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    fs::remove_file(path).unwrap();
    fs::write(path, &damaged).unwrap();
    whole
}

#[test]
fn a_corrupted_artifact_is_found_when_it_is_read_and_rebuilt() {
    let project = Project::new();
    project.out(0, RUN);
    let path = tables(&project, "counts").remove(0);
    let whole = damage(&path);
    project.edit("extrapolate: 0", "extrapolate: 0\n  k_max: 4");
    let notes = project.err(0, RUN);
    assert!(notes.contains("is damaged"), "{notes}");
    assert_eq!(fs::read(&path).unwrap(), whole);
}

#[test]
fn a_check_finds_what_no_run_reads_and_the_next_run_makes_it_again() {
    let project = Project::new();
    project.out(0, RUN);
    let path = tables(&project, "paired").remove(0);
    let whole = damage(&path);
    assert!(!project.out(0, RUN).contains("done"), "nothing reads it");
    let checked = project.out(1, &["check", "experiments/tiny.yaml"]);
    assert!(checked.contains("DIFFERENT distill/0/base/quiz/published: paired (damaged in the store and forgotten"), "{checked}");
    assert!(checked.contains("skipped   claims: what it reads of distill/0/base/quiz/published is damaged"), "{checked}");
    assert_eq!(project.ran("done"), ["distill/0/base/quiz/published"]);
    assert_eq!(fs::read(&path).unwrap(), whole);
}

#[test]
fn a_full_disk_stops_the_run_and_leaves_nothing_half_made() {
    let project = Project::new();
    // files longer than one or two blocks cannot be written, as on a full disk; without the trap the signal would end the program
    let script = format!("trap '' XFSZ; ulimit -f 1; exec {} run experiments/tiny.yaml", env!("CARGO_BIN_EXE_beyond"));
    let done = Command::new("sh").args(["-c", &script]).current_dir(project.path(".")).output().unwrap();
    let (out, error) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert_eq!(done.status.code(), Some(1), "{out}\n{error}");
    assert!(out.contains("failed   import/base/quiz/published: cannot write") && out.contains("File too large"), "{out}");
    let left = |folder: &str| files(&project.path("data/artifacts").join(folder));
    assert!(left("actions").is_empty() && left("content").is_empty() && left("temporary").is_empty());
    project.out(0, RUN);
    assert!(project.out(0, &["check", "experiments/tiny.yaml"]).lines().all(|line| line.starts_with("same ")));
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn checkpoints_that_do_not_fit_are_the_users_mistake() {
    let Some(folder) = shared("data/parity/tiny-qwen2") else { return };
    let project = Project::new();
    let model = project.path("model");
    fs::create_dir(&model).unwrap();
    let copy = |name: &str| fs::write(model.join(name), fs::read(folder.join(name)).unwrap()).unwrap();
    let sample = |project: &Project| project.err(2, &["sample", "--model", "model", "--prompt", "x", "-n", "1"]);
    assert!(sample(&project).contains("a checkpoint is a folder with config.json, model.safetensors and tokenizer.json"));
    ["config.json", "model.safetensors"].iter().for_each(|name| copy(name));
    let error = sample(&project);
    assert!(error.contains("cannot read model/tokenizer.json") && error.contains("save_pretrained"), "{error}");
    ["tokenizer.json", "tokenizer_config.json"].iter().for_each(|name| copy(name));
    let config = fs::read_to_string(model.join("config.json")).unwrap();
    project.write("model/config.json", &config.replace("\"hidden_size\": 256", "\"hidden_size\": 128"));
    let error = sample(&project);
    assert!(error.contains("has shape") && error.contains("by config.json: the two files belong to different models"), "{error}");
    project.write("model/config.json", &config);
    assert!(project.err(2, &["sample", "--model", "model", "--prompt", "x", "--temperature", "-1"]).contains("temperature is -1"));
}
