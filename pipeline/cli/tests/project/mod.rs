//! A small project in a temporary folder, and the program run in it.
#![allow(dead_code)] // each test file uses its part

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A project with one experiment that enters at the counts layer.
pub struct Project {
    dir: tempfile::TempDir,
}

const SPEC: &str = "\
name: tiny
title: Two models, six problems
benchmarks:
  quiz: {imported: true}
models:
  base:
    role: base
    results: {quiz: {file: ../base.csv}}
  rl:
    role: rl
    from: base
    results: {quiz: {file: ../rl.csv}}
evaluate:
  - {models: [base, rl], benchmarks: [quiz], settings: [published]}
compare:
  - {base: base, models: [rl], benchmarks: [quiz], settings: [published]}
claims:
  gain: {gain: {base: base, model: rl, benchmark: quiz}}
estimate:
  extrapolate: 0
  band_draws: 2000
  replicates: 200
";

/// A counts file of problems with 8 samples.
pub fn counts(correct: &[u32]) -> String {
    let rows: Vec<String> = correct.iter().enumerate().map(|(i, c)| format!("p{i},8,{c}")).collect();
    format!("problem,n,correct\n{}\n", rows.join("\n"))
}

impl Project {
    pub fn new() -> Self {
        let project = Project { dir: tempfile::tempdir().unwrap() };
        fs::create_dir(project.path("experiments")).unwrap();
        project.write("experiments/tiny.yaml", SPEC);
        project.write("base.csv", &counts(&[0, 1, 2, 3, 4, 8]));
        project.write("rl.csv", &counts(&[0, 0, 4, 6, 7, 8]));
        project
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Replaces a piece of the spec that stands in it once.
    pub fn edit(&self, old: &str, new: &str) {
        let spec = fs::read_to_string(self.path("experiments/tiny.yaml")).unwrap();
        assert_eq!(spec.matches(old).count(), 1, "{old}");
        self.write("experiments/tiny.yaml", &spec.replace(old, new));
    }

    pub fn beyond(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_beyond")).args(arguments).current_dir(self.dir.path()).output().unwrap()
    }

    /// Standard output of a command that must end with this status.
    pub fn out(&self, status: i32, arguments: &[&str]) -> String {
        let done = self.beyond(arguments);
        let (out, err) = (String::from_utf8_lossy(&done.stdout).into_owned(), String::from_utf8_lossy(&done.stderr).into_owned());
        assert_eq!(done.status.code(), Some(status), "{arguments:?}\n{out}\n{err}");
        out
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.out(0, arguments)).unwrap()
    }

    /// Standard error of a command that must end with this status.
    pub fn err(&self, status: i32, arguments: &[&str]) -> String {
        let done = self.beyond(arguments);
        assert_eq!(done.status.code(), Some(status), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stderr).into_owned()
    }

    /// Ids of the steps in a state after a run.
    pub fn ran(&self, state: &str) -> Vec<String> {
        let summary = self.json(&["run", "experiments/tiny.yaml", "--json"]);
        let steps = summary["steps"].as_array().unwrap().iter().filter(|step| step["state"] == state);
        steps.map(|step| step["step"].as_str().unwrap().to_string()).collect()
    }
}

/// The folder of shared reference material beside the checkout, when there is one.
pub fn shared(name: &str) -> Option<PathBuf> {
    let found =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("../shared").join(name)).find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no ../shared/{name}");
    }
    found
}
