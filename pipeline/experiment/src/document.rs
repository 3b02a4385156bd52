//! A YAML document that remembers where every value stands.

use anyhow::{Result, anyhow};
use beyond_stage::user_error;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_saphyr::granit_parser::{Event, Parser};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// 1-based line and column.
pub type Position = (u32, u32);

/// See the module documentation. Paths are keys and indices joined by dots: `models.base.pretrain.steps`.
#[derive(Clone, Debug)]
pub struct Document {
    /// The spec file.
    pub file: PathBuf,
    /// The comment lines that open the file, without `#`.
    pub header: String,
    value: Value,
    positions: BTreeMap<String, Position>,
}

impl Document {
    /// Reads YAML 1.2 (`yes` and `on` are strings). Errs with line and column on malformed text and duplicate keys.
    pub fn parse(file: &Path, text: &str) -> Result<Self> {
        let options = serde_saphyr::options! { strict_booleans: true };
        let value: Value = serde_saphyr::from_str_with_options(text, options).map_err(|error| malformed(file, &error))?;
        if value.is_null() {
            return Err(user_error(format!("{}:1:1: the spec is empty; it needs name, benchmarks, models and evaluate", file.display())));
        }
        let header = text.lines().take_while(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
        Ok(Document {
            file: file.to_path_buf(),
            header: header.collect::<Vec<_>>().join("\n").trim().to_string(),
            value,
            positions: positions(text),
        })
    }

    /// Names of the presets, in order.
    pub fn presets(&self) -> Vec<String> {
        self.value.get("presets").and_then(Value::as_object).map(|map| map.keys().cloned().collect()).unwrap_or_default()
    }

    /// The document with a preset laid over it and `presets` removed; the default preset is the field `preset`.
    pub fn with_preset(mut self, wanted: Option<&str>) -> Result<(Self, String)> {
        let default = self.value.get("preset").and_then(Value::as_str).map(str::to_string);
        let Some(name) = wanted.map(str::to_string).or(default) else {
            self.remove("presets");
            return Ok((self, String::new()));
        };
        let presets = self.presets();
        let Some(overlay) = self.value.get("presets").and_then(|presets| presets.get(&name)).cloned() else {
            let remedy = if presets.is_empty() { "it has none".to_string() } else { format!("it has {}", presets.join(", ")) };
            return Err(self.error("preset", &format!("there is no preset {name:?} in this spec; {remedy}")));
        };
        let prefix = format!("presets.{name}");
        let moved = below(&self.positions, &prefix);
        merge(&mut self.value, overlay);
        self.positions.extend(moved);
        self.remove("presets");
        Ok((self, name))
    }

    fn remove(&mut self, key: &str) {
        if let Some(map) = self.value.as_object_mut() {
            map.shift_remove(key);
        }
    }

    /// The document as a type. Errs with position, the field, and the nearest valid name.
    pub fn typed<T: DeserializeOwned>(&self) -> Result<T> {
        serde_path_to_error::deserialize(&self.value).map_err(|error| {
            let path = error.path().to_string().replace('[', ".").replace(']', "");
            let message = error.inner().to_string();
            let at = unknown_field(&message).map(|field| join(&path, field)).filter(|at| self.positions.contains_key(at));
            self.error(at.as_deref().unwrap_or(&path), &format!("{}{}", in_words(&path), with_nearest(&message)))
        })
    }

    /// Where a value stands: the longest prefix of the path that is known.
    pub fn position(&self, path: &str) -> Position {
        let mut path = path;
        loop {
            if let Some(position) = self.positions.get(path) {
                return *position;
            }
            match path.rfind('.') {
                Some(dot) => path = &path[..dot],
                None => return (1, 1),
            }
        }
    }

    /// Positions below a path, as paths relative to it.
    pub fn positions_below(&self, path: &str) -> BTreeMap<String, Position> {
        below(&self.positions, path)
    }

    /// An error of the user's at a path.
    pub fn error(&self, path: &str, message: &str) -> anyhow::Error {
        let (line, column) = self.position(path);
        user_error(format!("{}:{line}:{column}: {message}", self.file.display()))
    }
}

/// `file:line:column: message` and the lines around, from the parser's `error: line 3 column 11: message`.
fn malformed(file: &Path, error: &serde_saphyr::Error) -> anyhow::Error {
    let text = error.to_string();
    let (head, around) = text.split_once('\n').unwrap_or((&text, ""));
    let head = head.trim_start_matches("error: ").trim_end_matches(", set DuplicateKeyPolicy in Options if acceptable");
    let around: String = around.lines().filter(|line| !line.trim_start().starts_with("-->")).map(|line| format!("\n{line}")).collect();
    let (place, message) = match error.location() {
        Some(at) => (format!("{}:{}", at.line(), at.column()), head.split_once(": ").map_or(head, |(_, message)| message)),
        None => ("1:1".to_string(), head),
    };
    user_error(format!("{}:{place}: {message}{around}", file.display()))
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() || path == "." { key.to_string() } else { format!("{path}.{key}") }
}

fn below(positions: &BTreeMap<String, Position>, path: &str) -> BTreeMap<String, Position> {
    let prefix = format!("{path}.");
    let inside = positions.range(prefix.clone()..).map_while(|(at, position)| Some((at.strip_prefix(&prefix)?.to_string(), *position)));
    inside.collect()
}

/// Maps are merged key by key, everything else is replaced; null removes.
fn merge(base: &mut Value, overlay: Value) {
    match (base, overlay) {
        (Value::Object(base), Value::Object(overlay)) => {
            for (key, value) in overlay {
                if value.is_null() {
                    base.shift_remove(&key);
                } else {
                    merge(base.entry(key).or_insert(Value::Null), value);
                }
            }
        }
        (base, overlay) => *base = overlay,
    }
}

fn in_words(path: &str) -> String {
    if path.is_empty() || path == "." { String::new() } else { format!("{path}: ") }
}

fn unknown_field(message: &str) -> Option<&str> {
    message.split_once("unknown field `").or_else(|| message.split_once("unknown variant `"))?.1.split('`').next()
}

/// Adds the nearest of the expected names to serde's message about an unknown one.
fn with_nearest(message: &str) -> String {
    let Some(found) = unknown_field(message) else { return message.to_string() };
    let expected = message.split("expected").nth(1).unwrap_or("");
    match nearest(found, expected.split('`').skip(1).step_by(2)) {
        Some(name) => format!("{message}; did you mean `{name}`?"),
        None => message.to_string(),
    }
}

/// The candidate with the smallest edit distance, when it is near enough to be a slip.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |candidate: &str| strsim::damerau_levenshtein(name, candidate);
    candidates.min_by_key(|candidate| distance(candidate)).filter(|best| distance(best) <= 1 + name.len() / 3)
}

/// One open collection while the events pass by.
enum Open {
    Map { path: String, key: Option<String> },
    List { path: String, next: usize },
}

/// The position of every value, from the parser's events. Values reached through an alias stand where the alias stands.
fn positions(text: &str) -> BTreeMap<String, Position> {
    let mut found = BTreeMap::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        let here = (span.start.line() as u32, span.start.col() as u32 + 1);
        match event {
            Event::Scalar(text, ..) => {
                if let Some(Open::Map { key: key @ None, .. }) = open.last_mut() {
                    *key = Some(text.into_owned());
                } else {
                    place(&mut open, &mut found, here);
                }
            }
            Event::Alias(..) => {
                place(&mut open, &mut found, here);
            }
            Event::MappingStart(..) => {
                let path = place(&mut open, &mut found, here);
                open.push(Open::Map { path, key: None });
            }
            Event::SequenceStart(..) => {
                let path = place(&mut open, &mut found, here);
                open.push(Open::List { path, next: 0 });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                open.pop();
            }
            _ => {}
        }
    }
    found
}

/// The path of the value that begins here, recorded.
fn place(open: &mut [Open], found: &mut BTreeMap<String, Position>, here: Position) -> String {
    let path = match open.last_mut() {
        None => String::new(),
        Some(Open::Map { path, key }) => join(path, &key.take().unwrap_or_default()),
        Some(Open::List { path, next }) => {
            *next += 1;
            join(path, &(*next - 1).to_string())
        }
    };
    found.insert(path.clone(), here);
    path
}

/// An error about a reference to a name that is not there.
pub fn unknown_name<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> anyhow::Error {
    let hint = nearest(name, known.clone()).map(|best| format!("; did you mean {best:?}?"));
    let list = || match known.clone().collect::<Vec<_>>().as_slice() {
        [] => "; there is none".to_string(),
        names => format!("; there are {}", names.join(", ")),
    };
    anyhow!("there is no {what} {name:?}{}", hint.unwrap_or_else(list))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# what\n# why\nname: lab\npreset: small\nmodels:\n  base: {pretrain: {steps: 10}}\n  list: [1, {a: 2}]\npresets:\n  small: {}\n  smoke:\n    models: {base: {pretrain: {steps: 2}}}\n";

    #[test]
    fn every_value_has_its_place() {
        let document = Document::parse(Path::new("lab.yaml"), TEXT).unwrap();
        assert_eq!(document.header, "what\nwhy");
        assert_eq!(document.position("models.base.pretrain.steps"), (6, 28));
        assert_eq!(document.position("models.list.1.a"), (7, 17));
        assert_eq!(document.position("models.base.pretrain.steps.deeper"), (6, 28));
    }

    #[test]
    fn a_preset_moves_values_and_their_places() {
        let (document, name) = Document::parse(Path::new("lab.yaml"), TEXT).unwrap().with_preset(Some("smoke")).unwrap();
        assert_eq!(name, "smoke");
        assert_eq!(document.value["models"]["base"]["pretrain"]["steps"], 2);
        assert_eq!(document.position("models.base.pretrain.steps"), (11, 39));
        let wrong = Document::parse(Path::new("lab.yaml"), TEXT).unwrap().with_preset(Some("big")).unwrap_err().to_string();
        assert!(wrong.contains("lab.yaml:4:9") && wrong.contains("small, smoke"), "{wrong}");
    }

    #[test]
    fn malformed_yaml_and_duplicate_keys_are_refused_with_their_place() {
        let cases = [
            ("name: [1, 2", "bad.yaml:1:7: unclosed bracket '['\n"),
            ("name: a\nname: b\n", "bad.yaml:2:1: duplicate mapping key: name\n"),
            ("a: 1\n\tb: 2\n", "bad.yaml:1:4: while scanning a plain scalar, found a tab\n"),
            ("", "bad.yaml:1:1: the spec is empty"),
        ];
        for (text, expected) in cases {
            let message = Document::parse(Path::new("bad.yaml"), text).unwrap_err().to_string();
            assert!(message.starts_with(expected) && !message.contains("error:"), "{message}");
        }
    }
}
