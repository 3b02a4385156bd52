//! Benchmark files as problems: checksum first, then row by row, with errors that name file, line and field.

use crate::manifest::{Format, Manifest, Take};
use anyhow::{Context, Result, bail, ensure};
use beyond_record::Problem;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;

type Row = Map<String, Value>;

/// The problems of a local copy of a benchmark's file, in file order, under the manifest's own name.
///
/// Errs when the file is missing or its checksum is another, when a row lacks a field or holds it in another form,
/// when an id occurs twice, and when the number of rows differs.
pub fn load_benchmark(manifest: &Manifest, file: &Path) -> Result<Vec<Problem>> {
    load(manifest, file, &manifest.name)
}

/// Whether a visual problem is multiple choice: the study leaves these out.
pub fn is_multiple_choice(problem: &Problem) -> bool {
    let gold: Option<Value> = serde_json::from_str(&problem.gold).ok();
    let options = gold.as_ref().and_then(|gold| gold.get("options")?.as_array());
    options.is_some_and(|options| !options.is_empty())
}

pub(crate) fn load(manifest: &Manifest, file: &Path, benchmark: &str) -> Result<Vec<Problem>> {
    let text = checked_text(manifest, file)?;
    let mut problems = Vec::with_capacity(manifest.rows);
    for (place, raw) in rows(manifest.format, &text).with_context(|| format!("{}", file.display()))? {
        let number = problems.len();
        let problem = problem(manifest, &raw, number).with_context(|| format!("{}, {place}", file.display()))?;
        problems.push(Problem { benchmark: benchmark.to_string(), ..problem });
    }
    let (found, rows) = (problems.len(), manifest.rows);
    ensure!(found == rows, "{}: expected {rows} rows as the manifest says, found {found}", file.display());
    let mut ids: Vec<&str> = problems.iter().map(|problem| problem.problem_id.as_str()).collect();
    ids.sort_unstable();
    if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        bail!("{}: the id {} occurs twice", file.display(), twice[0]);
    }
    Ok(problems)
}

/// The file's text, unpacked, once its checksum is the manifest's.
fn checked_text(manifest: &Manifest, file: &Path) -> Result<String> {
    let source = &manifest.source.url;
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}: download it from {source}", file.display()))?;
    let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let wanted = manifest.sha256.to_lowercase();
    ensure!(
        found == wanted,
        "{} is not the file of {}: expected sha256 {wanted}, found {found}; download it from {source}",
        file.display(),
        manifest.name
    );
    let mut text = String::new();
    match bytes.starts_with(&[0x1f, 0x8b]) {
        true => flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text),
        false => (&bytes[..]).read_to_string(&mut text),
    }
    .with_context(|| format!("{} is not UTF-8 text", file.display()))?;
    Ok(text)
}

/// Where each row stands, and its JSON as written in the file.
fn rows(format: Format, text: &str) -> Result<Vec<(String, String)>> {
    if format == Format::Jsonl {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        return Ok(lines.map(|(i, line)| (format!("line {}", i + 1), line.to_string())).collect());
    }
    let object: Row = serde_json::from_str(text).context("expected one JSON object that holds the rows")?;
    Ok(object.into_iter().map(|(key, row)| (format!("row \"{key}\""), row.to_string())).collect())
}

/// Python writes NaN and Infinity where JSON has no such numbers: replaced by null, outside of strings.
fn standard(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut rest, mut quoted) = (json, false);
    while let Some(c) = rest.chars().next() {
        let odd = ["NaN", "-Infinity", "Infinity"].into_iter().find(|word| !quoted && rest.starts_with(word));
        if let Some(word) = odd {
            out += "null";
            rest = &rest[word.len()..];
            continue;
        }
        let escape = quoted && c == '\\';
        quoted ^= c == '"';
        let used = if escape { 1 + rest[1..].chars().next().map_or(0, char::len_utf8) } else { c.len_utf8() };
        out += &rest[..used];
        rest = &rest[used..];
    }
    out
}

/// One row as a problem without a benchmark id.
fn problem(manifest: &Manifest, raw: &str, number: usize) -> Result<Problem> {
    let row: Row = serde_json::from_str(&standard(raw)).context("expected a JSON object")?;
    let fields = &manifest.fields;
    let id = fields.id.as_deref().map_or(Ok(number.to_string()), |field| text(&row, field))?;
    let optional = |field: &Option<String>| field.as_deref().map_or(String::new(), |field| loose(&row, field));
    Ok(Problem {
        benchmark: String::new(),
        problem_id: format!("{}/{id}", manifest.name),
        judge: manifest.judge.clone(),
        prompt: text(&row, &fields.prompt)? + &shown_options(&options(manifest, &row)),
        gold: gold(manifest, &row, raw)?,
        stratum: fields.level.as_deref().map_or(String::new(), |field| stratum(&row, field)),
        exposure: String::new(),
        image: String::new(),
        solution: optional(&fields.solution),
    })
}

fn gold(manifest: &Manifest, row: &Row, raw: &str) -> Result<String> {
    let field = &manifest.fields.gold;
    let taken = match manifest.fields.take {
        Take::Row => raw.to_string(),
        Take::Visual => visual(manifest, row)?,
        Take::Whole => text(row, field)?,
        Take::Boxed => {
            let solution = text(row, field)?;
            last_box(&solution).with_context(|| format!("field `{field}`: expected a closed \\boxed{{...}}"))?.to_string()
        }
        Take::AfterHashes => {
            let solution = text(row, field)?;
            let (_, answer) = solution.rsplit_once("####").with_context(|| format!("field `{field}`: expected `####`"))?;
            answer.trim().to_string()
        }
        Take::First => {
            let first = lookup(row, field).and_then(|list| list.as_array()?.first()?.as_str());
            let first = first.with_context(|| format!("field `{field}`: expected a list that starts with text"))?;
            first.trim_matches('$').to_string()
        }
    };
    ensure!(!taken.is_empty(), "field `{field}`: the gold is empty");
    Ok(taken)
}

/// What the visual judges read.
fn visual(manifest: &Manifest, row: &Row) -> Result<String> {
    let options = options(manifest, row);
    let kind = if options.is_empty() { "free_form" } else { "multi_choice" };
    let or = |field: &str, other: &str| Some(loose(row, field)).filter(|text| !text.is_empty()).unwrap_or(other.to_string());
    let json = serde_json::json!({
        "answer": text(row, &manifest.fields.gold)?,
        "options": options,
        "question_type": or("question_type", kind),
        "answer_type": or("answer_type", "text"),
        "precision": lookup(row, "precision").cloned().unwrap_or(Value::Null),
    });
    Ok(json.to_string())
}

/// Options of a multiple-choice row; empty where there are none.
fn options(manifest: &Manifest, row: &Row) -> Vec<String> {
    let list = manifest.fields.options.as_deref().and_then(|field| lookup(row, field)?.as_array());
    list.into_iter().flatten().map(plain).collect()
}

/// Options as MathVista shows them.
fn shown_options(options: &[String]) -> String {
    let lines = options.iter().zip('A'..).map(|(option, letter)| format!("\n({letter}) {option}"));
    if options.is_empty() { String::new() } else { format!("\nChoices:{}", lines.collect::<String>()) }
}

/// A number n becomes `level n`.
fn stratum(row: &Row, field: &str) -> String {
    match lookup(row, field) {
        Some(Value::Number(level)) => format!("level {level}"),
        _ => loose(row, field),
    }
}

/// The value of a field; a dot goes into an object.
fn lookup<'a>(row: &'a Row, field: &str) -> Option<&'a Value> {
    let mut parts = field.split('.');
    let first = row.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// Text of a required field. Errs where it is missing, or neither text nor a number.
fn text(row: &Row, field: &str) -> Result<String> {
    match lookup(row, field) {
        Some(value @ (Value::String(_) | Value::Number(_))) => Ok(plain(value)),
        Some(other) => bail!("field `{field}`: expected text or a number, found {other}"),
        None => {
            let found: Vec<&str> = row.keys().map(String::as_str).collect();
            bail!("field `{field}` is missing; the row has {}", found.join(", "))
        }
    }
}

/// Text of an optional field; lists are joined by blank lines.
fn loose(row: &Row, field: &str) -> String {
    match lookup(row, field) {
        Some(Value::Array(items)) => items.iter().map(plain).collect::<Vec<_>>().join("\n\n"),
        Some(value) => plain(value),
        None => String::new(),
    }
}

/// Text as it is, whole floats without their fraction (AMC23 writes 27.0), null as nothing.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => format!("{float:.0}"),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// Content of the last `\boxed{...}` with balanced braces.
fn last_box(text: &str) -> Option<&str> {
    let start = text.rfind("\\boxed{")? + "\\boxed{".len();
    let mut depth = 1;
    for (i, c) in text[start..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&text[start..start + i]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(take: &str) -> Manifest {
        let text = format!(
            "name: toy\nsource: {{repository: a/b, path: c, commit: '{}', url: 'https://x'}}\nsha256: '{}'\nlicence: MIT\nrows: 1\n\
             format: jsonl\njudge: math\ntemplate: plain\nfields: {{id: id, prompt: q, gold: a, take: {take}, level: level}}\n",
            "0".repeat(40),
            "0".repeat(64)
        );
        Manifest::parse(&text).unwrap()
    }

    fn row(take: &str, raw: &str) -> Result<Problem> {
        problem(&manifest(take), raw, 0)
    }

    #[test]
    fn golds_are_taken_as_the_manifest_says() {
        let gold = |take, raw| row(take, raw).unwrap().gold;
        assert_eq!(gold("whole", r#"{"id":1,"q":"?","a":27.0}"#), "27");
        assert_eq!(gold("whole", r#"{"id":1,"q":"?","a":"025"}"#), "025");
        assert_eq!(gold("boxed", r#"{"id":1,"q":"?","a":"\\boxed{1} so \\boxed{\\frac{1}{2}}."}"#), "\\frac{1}{2}");
        assert_eq!(gold("after_hashes", "{\"id\":1,\"q\":\"?\",\"a\":\"#### 1 #### 1,000\"}"), "1,000");
        assert_eq!(gold("first", r#"{"id":1,"q":"?","a":["$2n$"]}"#), "2n");
        assert_eq!(gold("row", r#"{"id":1, "q":"?","a":[NaN, "NaN\" NaN"]}"#), r#"{"id":1, "q":"?","a":[NaN, "NaN\" NaN"]}"#);
    }

    #[test]
    fn errors_name_the_field() {
        let error = |take, raw| format!("{:#}", row(take, raw).unwrap_err());
        assert!(error("whole", r#"{"id":1,"q":"?","b":2}"#).contains("field `a` is missing; the row has id, q, b"));
        assert!(error("whole", r#"{"id":1,"q":null,"a":2}"#).contains("field `q`: expected text or a number, found null"));
        assert!(error("boxed", r#"{"id":1,"q":"?","a":"\\boxed{1"}"#).contains("closed"));
        assert!(error("whole", "[1]").contains("expected a JSON object"));
    }

    #[test]
    fn python_s_numbers_outside_strings_become_null() {
        assert_eq!(standard(r#"[NaN,-Infinity,"NaN \" NaN",Infinity]"#), r#"[null,null,"NaN \" NaN",null]"#);
        assert_eq!(row("whole", r#"{"id":1,"q":"\u00e9 é \\","a":1,"level":3}"#).unwrap().stratum, "level 3");
    }

    #[test]
    fn manifests_refuse_unknown_fields() {
        let error = Manifest::parse("name: x\nsha: y\n").unwrap_err().to_string();
        assert!(error.contains("sha") && error.contains("line 2"), "{error}");
    }
}
