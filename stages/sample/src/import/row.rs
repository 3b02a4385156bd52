//! One row of a log: typed access to its fields, with errors that say where the row stands and what was expected.

use anyhow::Result;
use beyond_stage::user_error;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One row and where it stands.
#[derive(Clone, Debug)]
pub struct Row {
    /// `file:line`, for errors.
    pub place: String,
    /// Its fields.
    pub fields: Map<String, Value>,
}

impl Row {
    /// The first of the named fields that is there and not null.
    pub fn get(&self, names: &[&str]) -> Option<&Value> {
        names.iter().filter_map(|name| self.fields.get(*name)).find(|value| !value.is_null())
    }

    /// A text or number, as text. Errs when it is missing.
    pub fn text(&self, names: &[&str]) -> Result<String> {
        match self.get(names) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(other) => Err(self.error(&format!("{} is {}, expected a text or a number", names[0], kind(other)))),
            None => Err(self.missing(names)),
        }
    }

    /// As [`Row::text`]; None when it is missing.
    pub fn optional_text(&self, names: &[&str]) -> Result<Option<String>> {
        self.get(names).map(|_| self.text(names)).transpose()
    }

    /// A whole number of at least 0. Errs when it is missing or something else.
    pub fn whole(&self, names: &[&str]) -> Result<u32> {
        let Some(value) = self.get(names) else { return Err(self.missing(names)) };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| self.error(&format!("{} is {value}, expected a whole number of at least 0", names[0])))
    }

    /// As [`Row::whole`]; None when it is missing.
    pub fn optional_whole(&self, names: &[&str]) -> Result<Option<u32>> {
        self.get(names).map(|_| self.whole(names)).transpose()
    }

    /// A list. Errs when it is missing or something else.
    pub fn list(&self, names: &[&str]) -> Result<&Vec<Value>> {
        match self.get(names) {
            Some(Value::Array(list)) => Ok(list),
            Some(other) => Err(self.error(&format!("{} is {}, expected a list", names[0], kind(other)))),
            None => Err(self.missing(names)),
        }
    }

    /// A list of texts, without copying them. Errs when one is something else.
    pub fn take_texts(&mut self, names: &[&str]) -> Result<Vec<String>> {
        self.list(names)?;
        let name = names.iter().find(|name| self.fields.get(**name).is_some_and(Value::is_array)).copied().unwrap_or_default();
        let Some(Value::Array(list)) = self.fields.remove(name) else { return Err(self.missing(names)) };
        let text = |(i, value)| match value {
            Value::String(text) => Ok(text),
            other => Err(self.error(&format!("{name}[{i}] is {}, expected a text", kind(&other)))),
        };
        list.into_iter().enumerate().map(text).collect()
    }

    /// A list beside the samples: None when it is missing, an error when it has another length than `n`.
    pub fn parallel(&self, name: &str, n: usize) -> Result<Option<&Vec<Value>>> {
        match self.get(&[name]) {
            Some(Value::Array(list)) if list.len() == n => Ok(Some(list)),
            Some(Value::Array(list)) => Err(self.error(&format!("{name} has {} entries for {n} samples", list.len()))),
            _ => Ok(None),
        }
    }

    /// Whether every named column has the named value.
    pub fn has(&self, only: &BTreeMap<String, String>) -> bool {
        only.iter().all(|(column, value)| self.text(&[column]).is_ok_and(|found| found == *value))
    }

    /// The error that a field is missing.
    pub fn missing(&self, names: &[&str]) -> anyhow::Error {
        let there: Vec<_> = self.fields.keys().map(String::as_str).collect();
        self.error(&format!("expected a field {}; the row has {}", names.join(" or "), there.join(", ")))
    }

    /// An error about this row.
    pub fn error(&self, what: &str) -> anyhow::Error {
        user_error(format!("{}: {what}", self.place))
    }
}

/// What a JSON value is, in words.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A recorded verdict: true or false, or 1 or 0; anything else is no verdict.
pub fn verdict(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(verdict) => Some(*verdict),
        Value::Number(number) => match number.as_f64() {
            Some(1.0) => Some(true),
            Some(0.0) => Some(false),
            _ => None,
        },
        _ => None,
    }
}
