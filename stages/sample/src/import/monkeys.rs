//! `monkeys`: Large Language Monkeys, one YAML file per problem, `question | prompt, samples[n], gt_answer | test_cases, [is_corrects]`.
//!
//! The input is the folder (or single files); the file's name without `.yaml` is the problem's id. Evaluated CodeContests files lack the suffix.

use super::log::{Log, Sampled};
use super::row::{Row, kind, verdict};
use super::source::SourceFile;
use super::{Source, gold};
use anyhow::Result;
use beyond_record::Problem;
use beyond_sandbox::{Form, Task, Test};
use beyond_stage::user_error;
use serde_json::Value;

/// The log in files of this format. Errs on proofs, which no judge here checks.
pub fn read(source: &Source) -> Result<Log> {
    let mut log = Log::default();
    for (file, from) in source.files.iter().enumerate() {
        let files = if from.path.is_dir() { from.entries()? } else { vec![from.clone()] };
        for problem_file in files.iter().filter(|entry| entry.path.is_file()) {
            let mut row = parse(problem_file)?;
            let id = problem_file.name().trim_end_matches(".yaml").to_string();
            log.problem(&row, problem(source, &row, &id)?)?;
            let texts = row.take_texts(&["samples"])?;
            let correct = row.parallel("is_corrects", texts.len())?;
            let sample = |(j, text)| Sampled { recorded: correct.and_then(|correct| verdict(&correct[j])), ..Sampled::new(text) };
            log.block(file, &row, &id, texts.into_iter().enumerate().map(sample).collect())?;
        }
    }
    Ok(log)
}

fn parse(file: &SourceFile) -> Result<Row> {
    match serde_saphyr::from_str::<Value>(&file.text()?) {
        Ok(Value::Object(fields)) => Ok(Row { place: file.path.display().to_string(), fields }),
        Ok(other) => Err(file.error(&format!("is {}, expected a mapping with samples", kind(&other)))),
        Err(error) => Err(user_error(format!("{} is not YAML: {error}", file.path.display()))),
    }
}

fn problem(source: &Source, row: &Row, id: &str) -> Result<Problem> {
    let prompt = row.optional_text(&["question", "prompt"])?.unwrap_or_default();
    if let Some(solution) = row.optional_text(&["gt_answer"])? {
        return Ok(Problem { solution: solution.clone(), ..source.problem(id, "math", prompt, gold::of_solution(&solution)) });
    }
    let Some(cases) = row.get(&["test_cases"]) else { return Err(row.missing(&["gt_answer", "test_cases"])) };
    let texts = |name: &str| serde_json::from_value(cases[name].clone()).map_err(|error| row.error(&format!("test_cases.{name}: {error}")));
    let test = Test::Stdin { prelude: String::new(), inputs: texts("input")?, outputs: texts("output")? };
    let cpu_seconds = row.get(&["timeout"]).and_then(Value::as_f64);
    let task = Task { id: id.to_string(), prompt: prompt.clone(), form: Form::Program, cpu_seconds, memory_bytes: None, test };
    Ok(source.problem(id, "code", prompt, serde_json::to_string(&task)?))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Fixture;

    #[test]
    fn a_folder_of_problems_is_read() {
        let math =
            "question: 1+1?\ngt_answer: |\n  Two.\n  #### 2\nsamples:\n- '2'\n- |-\n  three\n  lines: [\nis_corrects: [true, false]\n";
        let code = "prompt: p\ntest_cases:\n  input: ['1']\n  output: ['2']\ntimeout: 4\nsamples: [a, b]\n";
        let fixture = Fixture::new("monkeys");
        let imported = fixture.read(&[("run/7.yaml", math), ("run/8", code)]).unwrap();
        assert_eq!(
            imported.problems.iter().map(|problem| (problem.problem_id.as_str(), problem.judge.as_str())).collect::<Vec<_>>(),
            [("7", "math"), ("8", "code")]
        );
        assert_eq!((imported.problems[0].gold.as_str(), imported.completions[1].text.as_str()), ("2", "three\nlines: ["));
        assert_eq!(imported.recorded["7"], [Some(true), Some(false)]);
        assert!(imported.problems[1].gold.contains("\"kind\":\"stdin\""));
        fixture.refuses(&[("run/7.yaml", "theorem_name: x\nsamples: [a]\n")], "expected a field gt_answer or test_cases");
        fixture.refuses(&[("run/7.yaml", "a: [")], "7.yaml is not YAML");
    }
}
