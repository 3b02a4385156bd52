//! What decides a result: one value, hashed for the key and compared for `explain`.

use crate::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything the result of a step depends on. The key is the digest of this value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ingredients {
    /// [`crate::Stage::NAME`].
    pub stage: String,
    /// [`crate::Stage::VERSION`].
    pub version: u32,
    /// Params normalised through the stage's type.
    pub params: Value,
    /// (role, content digest) in the order of the step; roles may repeat.
    pub inputs: Vec<(String, Digest)>,
}

/// One ingredient that differs between two keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// `stage`, `version`, `params.<path>` with dots (`params.sampling.temperature`), `inputs.<role>.<i>` for the i-th input of a role, or
    /// `inputs.<role>` when there are more or fewer of them.
    pub path: String,
    /// Value in the older key; None when it was absent.
    pub old: Option<Value>,
    /// Value in the newer key; None when it is absent.
    pub new: Option<Value>,
}

impl Ingredients {
    /// The key: blake3 of the canonical JSON of this value.
    pub fn key(&self) -> Digest {
        Digest::of_value(self)
    }

    /// What differs between an older value and this one: version first, then params in their order, then inputs.
    pub fn differences(&self, older: &Ingredients) -> Vec<Difference> {
        let mut found = Vec::new();
        compare("stage", Some(&older.stage.as_str().into()), Some(&self.stage.as_str().into()), &mut found);
        compare("version", Some(&older.version.into()), Some(&self.version.into()), &mut found);
        compare("params", Some(&older.params), Some(&self.params), &mut found);
        compare_inputs(&older.inputs, &self.inputs, &mut found);
        found
    }
}

fn compare(path: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Difference>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let names = b.keys().chain(a.keys().filter(|name| !b.contains_key(*name)));
            for name in names {
                compare(&format!("{path}.{name}"), a.get(name), b.get(name), found);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) if a.len() == b.len() => {
            for i in 0..a.len() {
                compare(&format!("{path}.{i}"), a.get(i), b.get(i), found);
            }
        }
        _ => found.push(Difference { path: path.to_string(), old: old.cloned(), new: new.cloned() }),
    }
}

fn compare_inputs(old: &[(String, Digest)], new: &[(String, Digest)], found: &mut Vec<Difference>) {
    let digests = |inputs: &[(String, Digest)], role: &str| -> Vec<Value> {
        inputs.iter().filter(|(r, _)| r == role).map(|(_, digest)| digest.to_string().into()).collect()
    };
    let mut roles: Vec<&String> = Vec::new();
    for (role, _) in new.iter().chain(old) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    for role in roles {
        let (a, b) = (digests(old, role), digests(new, role));
        compare(&format!("inputs.{role}"), Some(&a.into()), Some(&b.into()), found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample(params: Value) -> Ingredients {
        Ingredients { stage: "sample".into(), version: 1, params, inputs: vec![("problems".into(), Digest::of(b"p"))] }
    }

    #[test]
    fn every_ingredient_changes_the_key() {
        let base = sample(json!({"n": 8, "sampling": {"temperature": 0.6}}));
        let mut others = vec![sample(json!({"n": 9, "sampling": {"temperature": 0.6}})), base.clone(), base.clone(), base.clone()];
        others[1].stage = "verify".into();
        others[2].version = 2;
        others[3].inputs[0].1 = Digest::of(b"q");
        for other in others {
            assert_ne!(other.key(), base.key());
            assert_eq!(other.differences(&base).len(), 1);
        }
    }

    #[test]
    fn a_difference_names_the_innermost_field() {
        let (old, new) = (
            sample(json!({"sampling": {"temperature": 0.6, "top_p": 1.0}})),
            sample(json!({"sampling": {"temperature": 1.0, "top_p": 1.0}})),
        );
        let found = new.differences(&old);
        assert_eq!(found, [Difference { path: "params.sampling.temperature".into(), old: Some(json!(0.6)), new: Some(json!(1.0)) }]);
    }
}
