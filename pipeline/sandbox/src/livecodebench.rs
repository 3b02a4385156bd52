//! LiveCodeBench: its problem rows, and its comparison of standard outputs
//! (LiveCodeBench @28fef95, `lcb_runner/benchmarks/code_generation.py`, `lcb_runner/evaluation/testing_util.py`).

use crate::task::{Form, Task, Test};
use crate::value::Value;
use crate::value_json::read_python_json;
use base64::Engine;
use num_bigint::BigInt;
use serde::Deserialize;
use std::io::Read;

/// Names that LiveCodeBench puts in scope of every program, and its recursion limit.
pub const PRELUDE: &str = "\
from string import *
from re import *
from datetime import *
from collections import *
from heapq import *
from bisect import *
from copy import *
from math import *
from random import *
from statistics import *
from itertools import *
from functools import *
from operator import *
from io import *
from sys import *
from json import *
from builtins import *
from typing import *
import string, re, datetime, collections, heapq, bisect, copy, math, random
import statistics, itertools, functools, operator, io, sys, json
sys.setrecursionlimit(50000)
";

/// CPU seconds of one test.
pub const CPU_SECONDS: f64 = 6.0;

#[derive(Deserialize)]
struct Row {
    question_id: String,
    question_content: String,
    #[serde(default)]
    starter_code: String,
    public_test_cases: String,
    private_test_cases: String,
    #[serde(default)]
    metadata: String,
}

#[derive(Deserialize)]
struct Case {
    input: String,
    output: String,
}

/// One row of the benchmark's JSONL. Err says which field is not what it should be.
pub fn task(row: &str) -> Result<Task, String> {
    let row: Row = serde_json::from_str(row).map_err(|e| format!("a LiveCodeBench row: {e}"))?;
    let mut cases: Vec<Case> = cases(&row.public_test_cases).map_err(|e| format!("public_test_cases: {e}"))?;
    cases.extend(private(&row.private_test_cases).map_err(|e| format!("private_test_cases: {e}"))?);
    let function = serde_json::from_str::<serde_json::Value>(&row.metadata).unwrap_or_default();
    let test = match function["func_name"].as_str() {
        Some(name) => calls(name, &cases)?,
        None => Test::Stdin {
            prelude: PRELUDE.into(),
            inputs: cases.iter().map(|c| c.input.clone()).collect(),
            outputs: cases.into_iter().map(|c| c.output).collect(),
        },
    };
    let prompt = match row.starter_code.is_empty() {
        true => row.question_content,
        false => format!("{}\n\n{}", row.question_content, row.starter_code),
    };
    Ok(Task { id: row.question_id, prompt, form: Form::Program, cpu_seconds: Some(CPU_SECONDS), memory_bytes: None, test })
}

fn cases(json: &str) -> Result<Vec<Case>, String> {
    serde_json::from_str(json).map_err(|e| e.to_string())
}

/// Private cases are JSON, or base64 of zlib of a pickled string of JSON.
fn private(text: &str) -> Result<Vec<Case>, String> {
    if let Ok(cases) = cases(text) {
        return Ok(cases);
    }
    let packed = base64::engine::general_purpose::STANDARD.decode(text.trim()).map_err(|e| format!("base64: {e}"))?;
    let mut pickle = Vec::new();
    flate2::read::ZlibDecoder::new(&packed[..]).read_to_end(&mut pickle).map_err(|e| format!("zlib: {e}"))?;
    cases(pickled_text(&pickle).ok_or("a pickle of anything but one string")?)
}

/// The string in a pickle of one string; nothing is ever unpickled.
fn pickled_text(pickle: &[u8]) -> Option<&str> {
    let mut rest = pickle;
    loop {
        let (op, tail) = rest.split_first()?;
        rest = match op {
            0x80 => tail.get(1..)?,       // PROTO
            0x95 => tail.get(8..)?,       // FRAME
            0x8c => return text(tail, 1), // SHORT_BINUNICODE
            b'X' => return text(tail, 4), // BINUNICODE
            0x8d => return text(tail, 8), // BINUNICODE8
            _ => return None,
        };
    }
}

fn text(data: &[u8], width: usize) -> Option<&str> {
    let (size, tail) = data.split_at_checked(width)?;
    let mut bytes = [0; 8];
    bytes[..width].copy_from_slice(size);
    std::str::from_utf8(tail.get(..usize::try_from(u64::from_le_bytes(bytes)).ok()?)?).ok()
}

/// Call-based tests: one JSON value per line is one argument.
fn calls(name: &str, cases: &[Case]) -> Result<Test, String> {
    let mut test = (Vec::new(), Vec::new());
    for (i, case) in cases.iter().enumerate() {
        let args: Result<Vec<Value>, String> = case.input.split('\n').map(read_python_json).collect();
        test.0.push(args.map_err(|e| format!("input {i}: {e}"))?);
        test.1.push(read_python_json(&case.output).map_err(|e| format!("output {i}: {e}"))?);
    }
    Ok(Test::Calls { prelude: PRELUDE.into(), entry_point: name.into(), inputs: test.0, outputs: test.1 })
}

/// Whether two standard outputs agree: as many lines after trimming, each equal as text or, token by token, as decimal
/// numbers, without tolerance.
pub fn outputs_agree(output: &str, expected: &str) -> bool {
    let lines = |s: &'_ str| python_strip(s).split('\n').map(|l| python_strip(l).to_owned()).collect::<Vec<_>>();
    let (a, b) = (lines(output), lines(expected));
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || same_decimals(a, b))
}

/// `str.strip()`: also the separators U+001C to U+001F, which Rust does not call white space.
fn python_strip(s: &str) -> &str {
    s.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}

fn same_decimals(a: &str, b: &str) -> bool {
    let numbers = |s: &str| s.split_whitespace().map(decimal).collect::<Option<Vec<_>>>();
    matches!((numbers(a), numbers(b)), (Some(a), Some(b)) if a == b)
}

/// A decimal number as (digits without trailing zeros, exponent of ten); zero is (0, 0). Infinities are kept by name,
/// NaN equals nothing and is not read.
#[derive(PartialEq)]
enum Decimal {
    Finite(BigInt, i64),
    Infinite(bool),
}

fn decimal(token: &str) -> Option<Decimal> {
    let plain = token.replace('_', "");
    let (negative, body) = match plain.as_bytes().first()? {
        b'-' => (true, &plain[1..]),
        b'+' => (false, &plain[1..]),
        _ => (false, &plain[..]),
    };
    if matches!(body.to_ascii_lowercase().as_str(), "inf" | "infinity") {
        return Some(Decimal::Infinite(negative));
    }
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(i) => (&body[..i], body[i + 1..].parse::<i64>().ok()?),
        None => (body, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let kept = digits.trim_end_matches('0');
    if kept.is_empty() {
        return Some(Decimal::Finite(BigInt::from(0), 0));
    }
    let value: BigInt = kept.parse().ok()?;
    let scale = exponent - fraction.len() as i64 + (digits.len() - kept.len()) as i64;
    Some(Decimal::Finite(if negative { -value } else { value }, scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn outputs_agree_by_line_and_by_decimal_token() {
        for (a, b) in
            [("1 2\n3\n", "1  2 \n3"), ("1.0", "1"), ("1e2", "100.00"), ("\n a \n", "a"), ("-0", "0"), ("inf", "Infinity"), ("0.10", ".1")]
        {
            assert!(outputs_agree(a, b), "{a:?} {b:?}");
        }
        for (a, b) in [
            ("1\n\n2", "1\n2"),
            ("1.0000001", "1"),
            ("a b", "a  b"),
            ("nan", "NaN"),
            ("1 2", "1"),
            ("", "0"),
            ("0x1", "1"),
            ("50000000000000000", "50000000000000001"),
        ] {
            assert!(!outputs_agree(a, b), "{a:?} {b:?}");
        }
    }

    fn row(private: &str, metadata: &str, input: &str) -> String {
        serde_json::json!({
            "question_id": "q", "question_content": "Add.", "starter_code": "class Solution:",
            "public_test_cases": serde_json::json!([{"input": input, "output": "3", "testtype": "x"}]).to_string(),
            "private_test_cases": private, "metadata": metadata,
        })
        .to_string()
    }

    #[test]
    fn call_based_rows_hold_values() {
        let task = task(&row("[]", r#"{"func_name": "add"}"#, "[1, 2]\n{\"a\": 1.0}")).unwrap();
        let Test::Calls { entry_point, inputs, outputs, .. } = task.test else { panic!("calls") };
        assert_eq!((entry_point.as_str(), outputs), ("add", vec![Value::Int(3)]));
        assert_eq!(Value::List(inputs[0].clone()).to_string(), "[[1, 2], {\"a\": 1.0}]");
        assert_eq!(task.prompt, "Add.\n\nclass Solution:");
    }

    /// `base64.b64encode(zlib.compress(pickle.dumps(text)))`, made here byte by byte: protocol 4, one frame.
    #[test]
    fn private_cases_are_unpacked_without_unpickling() {
        let json = r#"[{"input": "5", "output": "6", "testtype": "stdin"}]"#;
        let mut pickle = vec![0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, 0x8c, json.len() as u8];
        pickle.extend(json.as_bytes());
        pickle.extend([0x94, b'.']);
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(&pickle).unwrap();
        let packed = base64::engine::general_purpose::STANDARD.encode(zlib.finish().unwrap());
        let Test::Stdin { inputs, outputs, .. } = task(&row(&packed, "{}", "1 2")).unwrap().test else { panic!("stdin") };
        assert_eq!((inputs, outputs), (vec!["1 2".to_owned(), "5".into()], vec!["3".to_owned(), "6".into()]));
        assert!(task(&row("!", "{}", "1")).unwrap_err().contains("private_test_cases"));
        assert!(pickled_text(&[0x80, 4, b'c', b'o', b's']).is_none(), "a global is refused");
    }
}
