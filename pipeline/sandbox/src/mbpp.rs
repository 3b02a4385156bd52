//! MBPP+ arguments as its authors mean them: the file holds JSON, the functions want tuples, sets, complex numbers.
//! Rules by task number, after `mbpp_deserialize_inputs` (evalplus @26d6d00, `evalplus/data/mbpp.py`).

use crate::value::Value;

/// Turns the arguments of one call of task `Mbpp/<number>` into what the task's function takes.
/// Err names an argument that does not have the form its rule expects.
pub fn arguments(number: u32, args: Vec<Value>) -> Result<Vec<Value>, String> {
    match number {
        2 | 116 | 132 | 143 | 222 | 261 | 273 | 394 | 399 | 421 | 424 | 429 | 470 | 560 | 579 | 596 | 616 | 630 | 726 | 740 | 744 | 809 => {
            each(args, tuple)
        }
        63 | 64 | 70 | 94 | 120 | 237 | 272 | 299 | 400 | 409 | 417 | 438 | 473 | 614 | 780 => {
            each(args, |arg| each(items(arg)?, tuple).map(Value::List))
        }
        75 | 413 | 444 | 753 => at(args, 0, |arg| each(items(arg)?, tuple).map(Value::List)),
        106 | 750 => at(args, 1, tuple),
        115 => at(args, 0, |arg| each(items(arg)?, set_or_dict).map(Value::List)),
        124 => at(at(args, 0, real)?, 1, complex),
        250 | 307 | 405 | 446 | 617 | 720 | 763 | 808 => at(args, 0, tuple),
        259 | 401 | 445 => each(args, |arg| each(items(arg)?, tuple).map(Value::Tuple)),
        278 => at(args, 0, |arg| each(items(arg)?, |item| Ok(tupled(item))).map(Value::Tuple)),
        722 => at(args, 0, dict_of_tuples),
        252 => at(args, 0, complex),
        580 | 615 | 791 => Ok(args.into_iter().map(deep).collect()),
        _ => Ok(args),
    }
}

fn each(args: Vec<Value>, rule: impl Fn(Value) -> Result<Value, String>) -> Result<Vec<Value>, String> {
    args.into_iter().map(rule).collect()
}

fn at(mut args: Vec<Value>, i: usize, rule: impl Fn(Value) -> Result<Value, String>) -> Result<Vec<Value>, String> {
    let arg = args.get_mut(i).ok_or_else(|| format!("no argument {i}"))?;
    *arg = rule(std::mem::replace(arg, Value::None))?;
    Ok(args)
}

fn items(value: Value) -> Result<Vec<Value>, String> {
    value.iterate().ok_or_else(|| format!("expected a list, found {}", value.class()))
}

/// `tuple(x)`: text becomes a tuple of its characters.
fn tuple(value: Value) -> Result<Value, String> {
    items(value).map(Value::Tuple)
}

fn tupled(value: Value) -> Value {
    match value {
        Value::List(items) => Value::Tuple(items),
        other => other,
    }
}

/// A non-empty list is a set; everything else an empty dict.
fn set_or_dict(value: Value) -> Result<Value, String> {
    match value {
        Value::List(items) if !items.is_empty() => Ok(Value::Set(items)),
        _ => Ok(Value::Dict(vec![])),
    }
}

fn dict_of_tuples(value: Value) -> Result<Value, String> {
    let Value::Dict(pairs) = value else { return Err(format!("expected a dict, found {}", value.class())) };
    pairs.into_iter().map(|(k, v)| Ok((k, tuple(v)?))).collect::<Result<_, String>>().map(Value::Dict)
}

fn deep(value: Value) -> Value {
    match value {
        Value::List(items) => Value::Tuple(items.into_iter().map(deep).collect()),
        other => other,
    }
}

/// `float(x)` of a text or number.
fn real(value: Value) -> Result<Value, String> {
    let number = match &value {
        Value::Str(s) => s.trim().parse().ok(),
        other => other.as_f64(),
    };
    number.map(Value::Float).ok_or_else(|| format!("expected a number, found {value}"))
}

/// `complex(x)` of a text or number: `2`, `3j`, `(1+2j)`, `(-0-1e-16j)`.
fn complex(value: Value) -> Result<Value, String> {
    let bad = || format!("expected a complex number, found {value}");
    let Value::Str(text) = &value else {
        return value.as_f64().map(|re| Value::Complex(re, 0.0)).ok_or_else(bad);
    };
    let text = text.trim();
    let text = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text);
    let Some(body) = text.strip_suffix(['j', 'J']) else {
        return text.parse().map(|re| Value::Complex(re, 0.0)).map_err(|_| bad());
    };
    // the imaginary part starts at the last sign that is not an exponent's
    let bytes = body.as_bytes();
    let sign = (1..bytes.len()).rev().find(|i| b"+-".contains(&bytes[*i]) && !b"eE".contains(&bytes[i - 1])).unwrap_or(0);
    let (re, im) = body.split_at(sign);
    let imaginary = match im {
        "" | "+" => Ok(1.0),
        "-" => Ok(-1.0),
        digits => digits.parse(),
    };
    match (if re.is_empty() { Ok(0.0) } else { re.parse() }, imaginary) {
        (Ok(re), Ok(im)) => Ok(Value::Complex(re, im)),
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value_json::read_python_json;

    /// `mbpp_deserialize_inputs` on one call, written as Python.
    #[test]
    fn arguments_take_the_form_of_their_task() {
        let rows = [
            (2, "[[1, 2], [3]]", "[(1, 2), (3,)]"),
            (63, "[[[1, 2], [3, 4]]]", "[[(1, 2), (3, 4)]]"),
            (75, "[[[1, 2]], 3]", "[[(1, 2)], 3]"),
            (106, "[[1], [2]]", "[[1], (2,)]"),
            (115, "[[[1], []]]", "[[{1}, {}]]"),
            (124, r#"["2", "1j"]"#, "[2.0, (0.0+1.0j)]"),
            (252, r#"["(-3+4j)"]"#, "[(-3.0+4.0j)]"),
            (252, "[1]", "[(1.0+0.0j)]"),
            (252, r#"["(-0-1e-16j)"]"#, "[(-0.0-1e-16j)]"),
            (259, "[[[1], [2]], [[3]]]", "[((1,), (2,)), ((3,),)]"),
            (278, "[[1, [2], 3]]", "[(1, (2,), 3)]"),
            (307, "[[1], 2, 3]", "[(1,), 2, 3]"),
            (722, r#"[{"a": [1, 2]}, 3]"#, r#"[{"a": (1, 2)}, 3]"#),
            (580, "[[1, [2, [3]]]]", "[(1, (2, (3,)))]"),
            (3, "[[1]]", "[[1]]"),
        ];
        for (number, json, want) in rows {
            let Value::List(args) = read_python_json(json).unwrap() else { panic!("a list") };
            let got = Value::List(arguments(number, args).unwrap()).to_string();
            assert_eq!(got, want, "Mbpp/{number}");
        }
        assert!(arguments(2, vec![Value::Int(1)]).unwrap_err().contains("expected a list, found int"));
        assert!(arguments(252, vec![Value::Str("x".into())]).is_err());
    }
}
