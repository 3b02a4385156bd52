//! Values as JSON, both ways: the tagged form of our own tasks, and the dialect that Python's `json` writes.
//!
//! Tagged: what JSON has is itself (`1` is an int, `1.0` a float); the rest is an object with one key: `{"$tuple":
//! [..]}`, `{"$set": [..]}`, `{"$int": "digits"}`, `{"$float": "nan"}`, `{"$dict": [[k, v], ..]}` and so on.

use crate::value::Value;
use num_bigint::BigInt;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Number, Value as Json, json};

impl From<&Value> for Json {
    fn from(value: &Value) -> Json {
        let list = |items: &[Value]| Json::Array(items.iter().map(Json::from).collect());
        match value {
            Value::None => Json::Null,
            Value::Ellipsis => json!({"$ellipsis": true}),
            Value::Bool(b) => Json::Bool(*b),
            Value::Int(n) => Json::from(*n),
            Value::Big(n) => json!({"$int": n.to_string()}),
            Value::Float(x) => float(*x),
            Value::Complex(re, im) => json!({"$complex": [float(*re), float(*im)]}),
            Value::Str(s) => Json::from(s.as_str()),
            Value::Surrogates(s) => json!({"$wtf8": s}),
            Value::Bytes(b) => json!({"$bytes": b}),
            Value::List(items) => list(items),
            Value::Tuple(items) => json!({"$tuple": list(items)}),
            Value::Set(items) => json!({"$set": list(items)}),
            Value::FrozenSet(items) => json!({"$frozenset": list(items)}),
            Value::Dict(pairs) => dict(pairs),
            Value::Ratio(class, p) => json!({"$ratio": [class, p.0.to_string(), p.1.to_string()]}),
            Value::Instance(class, base) => json!({"$instance": [class, Json::from(&**base)]}),
            Value::Iterable(class, items) => json!({"$iterable": [class, list(items)]}),
            Value::Opaque(class) => json!({"$opaque": class}),
            Value::Digest(b) => json!({"$digest": b}),
        }
    }
}

fn float(x: f64) -> Json {
    Number::from_f64(x).map_or_else(|| json!({"$float": x.to_string().to_lowercase()}), Json::Number)
}

/// An object where the keys are plain strings, else a list of pairs.
fn dict(pairs: &[(Value, Value)]) -> Json {
    let plain = |k: &Value| matches!(k, Value::Str(s) if !s.starts_with('$'));
    if pairs.iter().all(|(k, _)| plain(k)) {
        let entry = |(k, v): &(Value, Value)| match k {
            Value::Str(s) => (s.clone(), Json::from(v)),
            _ => unreachable!("only strings are plain keys"),
        };
        return Json::Object(pairs.iter().map(entry).collect());
    }
    json!({"$dict": pairs.iter().map(|(k, v)| json!([Json::from(k), Json::from(v)])).collect::<Vec<_>>()})
}

impl TryFrom<Json> for Value {
    type Error = String;

    fn try_from(json: Json) -> Result<Value, String> {
        Ok(match json {
            Json::Null => Value::None,
            Json::Bool(b) => Value::Bool(b),
            Json::Number(n) => number(&n),
            Json::String(s) => Value::Str(s),
            Json::Array(items) => Value::List(list(items)?),
            Json::Object(map) => object(map)?,
        })
    }
}

fn number(n: &Number) -> Value {
    match (n.as_i64(), n.as_u64()) {
        (Some(n), _) => Value::Int(n),
        (_, Some(n)) => Value::int(BigInt::from(n)),
        _ => Value::Float(n.as_f64().unwrap_or(f64::NAN)),
    }
}

fn list(items: Vec<Json>) -> Result<Vec<Value>, String> {
    items.into_iter().map(Value::try_from).collect()
}

fn object(mut map: Map<String, Json>) -> Result<Value, String> {
    let tag = map.keys().next().filter(|k| k.starts_with('$') && map.len() == 1).cloned();
    match tag {
        Some(tag) => {
            let content = map.remove(&tag).unwrap_or_default();
            tagged(&tag, content).ok_or_else(|| format!("{tag} does not hold what it should"))
        }
        None => map.into_iter().map(|(k, v)| Ok((Value::Str(k), Value::try_from(v)?))).collect::<Result<_, _>>().map(Value::Dict),
    }
}

fn tagged(tag: &str, content: Json) -> Option<Value> {
    if let Json::String(text) = &content {
        return match tag {
            "$int" => text.parse().ok().map(Value::int),
            "$float" => text.parse().ok().map(Value::Float),
            "$opaque" => Some(Value::Opaque(text.clone())),
            _ => None,
        };
    }
    if let ("$ellipsis", Json::Bool(true)) = (tag, &content) {
        return Some(Value::Ellipsis);
    }
    let Json::Array(items) = content else { return None };
    match tag {
        "$tuple" => list(items).ok().map(Value::Tuple),
        "$set" => list(items).ok().map(Value::Set),
        "$frozenset" => list(items).ok().map(Value::FrozenSet),
        "$bytes" => bytes(items).map(Value::Bytes),
        "$wtf8" => bytes(items).map(Value::Surrogates),
        "$digest" => bytes(items).map(Value::Digest),
        "$dict" => items.into_iter().map(pair).collect::<Option<_>>().map(Value::Dict),
        _ => parts(tag, list(items).ok()?),
    }
}

fn parts(tag: &str, items: Vec<Value>) -> Option<Value> {
    match (tag, items.as_slice()) {
        ("$complex", [re, im]) => Some(Value::Complex(re.as_f64()?, im.as_f64()?)),
        ("$instance", [Value::Str(class), base]) => Some(Value::Instance(class.clone(), Box::new(base.clone()))),
        ("$iterable", [Value::Str(class), Value::List(items)]) => Some(Value::Iterable(class.clone(), items.clone())),
        ("$ratio", [Value::Str(class), Value::Str(n), Value::Str(d)]) => {
            Some(Value::Ratio(class.clone(), Box::new((n.parse().ok()?, d.parse().ok()?))))
        }
        _ => None,
    }
}

fn bytes(items: Vec<Json>) -> Option<Vec<u8>> {
    items.into_iter().map(|b| b.as_u64().and_then(|b| u8::try_from(b).ok())).collect()
}

fn pair(item: Json) -> Option<(Value, Value)> {
    match <[Value; 2]>::try_from(list(item.as_array()?.clone()).ok()?) {
        Ok([k, v]) => Some((k, v)),
        Err(_) => None,
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Json::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        Value::try_from(Json::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Reads what Python's `json.dumps` writes: JSON with integers of any size, `NaN`, `Infinity` and lone surrogates.
/// Err says at which byte it stopped.
pub fn read_python_json(text: &str) -> Result<Value, String> {
    let mut reader = Reader { text: text.as_bytes(), at: 0 };
    let value = reader.value(0)?;
    reader.space();
    if reader.at == text.len() { Ok(value) } else { Err(reader.stop("the end")) }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn stop(&self, wanted: &str) -> String {
        format!("JSON: expected {wanted} at byte {}", self.at)
    }

    fn space(&mut self) {
        while self.text.get(self.at).is_some_and(|c| b" \t\n\r".contains(c)) {
            self.at += 1;
        }
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.text[self.at..].starts_with(word.as_bytes());
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > 200 {
            return Err(self.stop("shallower nesting"));
        }
        self.space();
        let words = [
            ("null", Value::None),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ];
        if let Some((_, value)) = words.into_iter().find(|(word, _)| self.eat(word)) {
            return Ok(value);
        }
        match self.text.get(self.at) {
            Some(b'"') => self.string(),
            Some(b'[') => self.sequence(b']', |r| r.value(depth + 1)).map(Value::List),
            Some(b'{') => self.sequence(b'}', |r| r.entry(depth + 1)).map(Value::Dict),
            _ => self.number(),
        }
    }

    fn sequence<T>(&mut self, close: u8, mut item: impl FnMut(&mut Self) -> Result<T, String>) -> Result<Vec<T>, String> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space();
            match self.text.get(self.at) {
                Some(c) if *c == close && items.is_empty() => break,
                _ => items.push(item(self)?),
            }
            self.space();
            match self.text.get(self.at) {
                Some(b',') => self.at += 1,
                Some(c) if *c == close => break,
                _ => return Err(self.stop("a comma or a closing bracket")),
            }
        }
        self.at += 1;
        Ok(items)
    }

    fn entry(&mut self, depth: usize) -> Result<(Value, Value), String> {
        self.space();
        if self.text.get(self.at) != Some(&b'"') {
            return Err(self.stop("a string as key"));
        }
        let key = self.string()?;
        self.space();
        if !self.eat(":") {
            return Err(self.stop("a colon"));
        }
        Ok((key, self.value(depth)?))
    }

    fn number(&mut self) -> Result<Value, String> {
        let rest = &self.text[self.at..];
        let end = rest.iter().position(|c| !b"+-.0123456789eE".contains(c)).unwrap_or(rest.len());
        let word = std::str::from_utf8(&rest[..end]).expect("ASCII");
        let value = match word.contains(['.', 'e', 'E']) {
            true => word.parse().ok().map(Value::Float),
            false => word.parse().ok().map(Value::int),
        };
        self.at += end;
        value.ok_or_else(|| self.stop("a value before"))
    }

    /// A string; bytes are collected as WTF-8, since an escape may name a lone surrogate.
    fn string(&mut self) -> Result<Value, String> {
        self.at += 1;
        let mut units = Vec::new();
        loop {
            match self.text.get(self.at) {
                None => return Err(self.stop("a closing quote")),
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut units)?,
                Some(c) => units.push(*c),
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(match String::from_utf8(units) {
            Ok(s) => Value::Str(s),
            Err(e) => Value::Surrogates(e.into_bytes()),
        })
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        self.at += 1;
        let plain = match self.text.get(self.at) {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(c @ (b'"' | b'\\' | b'/')) => *c,
            Some(b'u') => return self.unicode(out),
            _ => return Err(self.stop("an escape")),
        };
        out.push(plain);
        Ok(())
    }

    fn unicode(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        let high = self.four_digits(self.at + 1).ok_or_else(|| self.stop("four hexadecimal digits"))?;
        self.at += 4;
        let next = self.text.get(self.at + 1..self.at + 3) == Some(b"\\u");
        let low = self.four_digits(self.at + 3).filter(|low| next && (0xdc00..0xe000).contains(low));
        let code = match low {
            Some(low) if (0xd800..0xdc00).contains(&high) => {
                self.at += 6;
                0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
            }
            _ => high,
        };
        match char::from_u32(code) {
            Some(c) => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            None => out.extend([0xe0 | (code >> 12) as u8, 0x80 | (code >> 6 & 0x3f) as u8, 0x80 | (code & 0x3f) as u8]),
        }
        Ok(())
    }

    fn four_digits(&self, from: usize) -> Option<u32> {
        let digits = self.text.get(from..from + 4)?;
        digits.iter().try_fold(0, |n, c| Some(n * 16 + (*c as char).to_digit(16)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tagged_json_round_trips_every_kind() {
        let value = Value::Tuple(vec![
            Value::None,
            Value::Ellipsis,
            Value::Bool(true),
            Value::Int(-3),
            Value::int(BigInt::from(1) << 90),
            Value::Float(2.0),
            Value::Float(f64::NEG_INFINITY),
            Value::Complex(0.5, f64::INFINITY),
            Value::Str("é".into()),
            Value::Surrogates(vec![0xed, 0xa0, 0x80]),
            Value::Bytes(vec![0, 255]),
            Value::List(vec![]),
            Value::Set(vec![Value::Int(1)]),
            Value::FrozenSet(vec![]),
            Value::Dict(vec![(Value::Int(1), Value::Int(2))]),
            Value::Dict(vec![(Value::Str("a".into()), Value::Int(2))]),
            Value::Dict(vec![(Value::Str("$tuple".into()), Value::Int(2))]),
            Value::Ratio("Fraction".into(), Box::new((1.into(), 3.into()))),
            Value::Instance("Counter".into(), Box::new(Value::Dict(vec![]))),
            Value::Iterable("range".into(), vec![Value::Int(0)]),
            Value::Opaque("Match".into()),
            Value::Digest(vec![1, 2]),
        ]);
        let text = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value, "{text}");
        assert!(serde_json::from_str::<Value>(r#"{"$int": "x"}"#).unwrap_err().to_string().contains("$int"));
    }

    #[test]
    fn python_json_keeps_big_integers_floats_and_surrogates() {
        let text = r#" [123456789012345678901234567890, -1.50, 1e3, NaN, -Infinity, "\ud83d\ude00\ud800\n\u00e9", {"a": []}, {}] "#;
        let Value::List(items) = read_python_json(text).unwrap() else { panic!("a list") };
        assert_eq!(items[0].to_string(), "123456789012345678901234567890");
        assert_eq!((&items[1], &items[2]), (&Value::Float(-1.5), &Value::Float(1000.0)));
        assert!(matches!(items[3], Value::Float(x) if x.is_nan()));
        assert_eq!(items[4], Value::Float(f64::NEG_INFINITY));
        let Value::Surrogates(bytes) = &items[5] else { panic!("a lone surrogate") };
        assert_eq!(bytes, &["😀".as_bytes(), &[0xed, 0xa0, 0x80], "\né".as_bytes()].concat());
        assert_eq!(items[6], Value::Dict(vec![(Value::Str("a".into()), Value::List(vec![]))]));
    }

    #[test]
    fn broken_json_says_where() {
        for (text, at) in [("[1,", "byte 3"), ("[1 2]", "byte 3"), ("{\"a\" 1}", "byte 5"), ("\"\\x\"", "byte 2"), ("1 1", "byte 2")] {
            assert!(read_python_json(text).unwrap_err().contains(at), "{text}: {:?}", read_python_json(text));
        }
        assert!(read_python_json(&"[".repeat(100_000)).is_err());
    }
}
