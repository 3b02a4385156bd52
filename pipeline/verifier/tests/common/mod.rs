//! Reference data beside the checkout; tests that need it skip without it.
#![allow(dead_code)]

use serde_json::Value;
use std::path::PathBuf;

/// `../shared/data` beside the checkout.
pub fn data() -> Option<PathBuf> {
    let crate_dir = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = crate_dir.ancestors().map(|d| d.join("../shared/data")).find(|d| d.is_dir());
    if found.is_none() {
        eprintln!("skipped: no ../shared/data beside the checkout");
    }
    found
}

/// The rows of a JSON Lines file under [`data`].
pub fn rows(name: &str) -> Option<Vec<Value>> {
    let path = data()?.join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(text.lines().map(|l| serde_json::from_str(l).expect("a JSON line")).collect())
}

/// A text field, empty when absent.
pub fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or("")
}
