//! A result as a candidate's process sent it, and expected results in the same form.
//!
//! Most right answers are the expected bytes: then nothing needs to be decoded. Expected results are kept as bytes too,
//! because a list of numbers takes six times as much as a tree of values.

use crate::evalplus::is_floats;
use crate::marshal;
use crate::value::Value;

/// One result: the kind of its frame and its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    kind: u8,
    body: Vec<u8>,
}

impl Output {
    /// The result in a frame, None when the frame holds none.
    pub fn of_frame(kind: u8, body: Vec<u8>) -> Option<Output> {
        matches!(kind, b'R' | b'X' | b'H').then_some(Output { kind, body })
    }

    /// The value, or why it cannot be read.
    pub fn value(&self) -> Result<Value, String> {
        let value = match self.kind {
            b'H' => return Ok(Value::Digest(self.body.clone())),
            b'X' => marshal::read(&self.body).and_then(marshal::undescribe),
            _ => marshal::read(&self.body),
        };
        value.map_err(|e| format!("returned what cannot be read: {}", e.0))
    }
}

impl From<&Value> for Output {
    fn from(value: &Value) -> Output {
        if let Value::Digest(digest) = value {
            return Output { kind: b'H', body: digest.clone() };
        }
        let plain = marshal::is_plain(value);
        let mut body = Vec::new();
        if plain {
            marshal::write(value, &mut body);
        } else {
            marshal::write(&marshal::describe(value), &mut body);
        }
        Output { kind: if plain { b'R' } else { b'X' }, body }
    }
}

/// An expected result.
#[derive(Clone, Debug)]
pub struct Known {
    output: Output,
    /// Whether the same bytes are an equal value.
    equals_itself: bool,
    /// [`is_floats`] of the value.
    pub floats: bool,
}

impl Known {
    /// The value, which is known to be readable.
    pub fn value(&self) -> Value {
        self.output.value().unwrap_or(Value::None)
    }

    /// Whether a result is this one to the byte, and plain data that equals itself.
    pub fn is_identical(&self, output: &Output) -> bool {
        self.equals_itself && self.output == *output
    }
}

impl From<Value> for Known {
    fn from(value: Value) -> Known {
        let output = Output::from(&value);
        let equals_itself = output.kind != b'X' && !value.has_nan();
        Known { output, equals_itself, floats: is_floats(&value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identical_bytes_are_equal_unless_there_is_a_nan() {
        let identical = |value: Value| Known::from(value.clone()).is_identical(&Output::from(&value));
        assert!(identical(Value::List(vec![Value::Float(1.5)])));
        assert!(identical(Value::Digest(vec![7; 16])));
        assert!(!identical(Value::List(vec![Value::Float(f64::NAN)])));
        assert!(!identical(Value::Iterable("generator".into(), vec![])));
        assert!(!Known::from(Value::Int(1)).is_identical(&Output::from(&Value::Bool(true))));
    }

    #[test]
    fn every_result_survives_its_form() {
        for value in
            [Value::Int(3), Value::Digest(vec![1]), Value::Opaque("A".into()), Value::Iterable("range".into(), vec![Value::Int(1)])]
        {
            assert_eq!(Output::from(&value).value().unwrap(), value);
            assert_eq!(Known::from(value.clone()).value(), value);
        }
        assert!(Output::of_frame(b'E', vec![]).is_none());
    }
}
