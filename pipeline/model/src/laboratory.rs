//! The vocabulary of models that are trained from nothing: small, and with numbers as single tokens.
//!
//! A plain (not byte-level) BPE model. The pre-tokenizer cuts a text from left to right into the longest given word, a
//! two-digit number or one character; `ignore_merges` looks each piece up as a whole. So `x+12=345` is
//! `x + 12 = 34 5`, the same in every library that reads tokenizer.json.

use serde_json::{Value, json};

/// Special tokens, ids 0 to 3.
const SPECIAL: [&str; 4] = ["<pad>", "<bos>", "<eos>", "<unk>"];

/// All tokens in the order of their ids: `<pad> <bos> <eos> <unk>`, newline, the 95 printable ASCII characters, the
/// numbers 10 to 99, then `words` in the given order (those that are not already there).
pub fn laboratory_vocabulary(words: &[&str]) -> Vec<String> {
    let mut tokens: Vec<String> = SPECIAL.iter().map(|s| s.to_string()).collect();
    tokens.push("\n".into());
    tokens.extend((b' '..=b'~').map(|b| char::from(b).to_string()));
    tokens.extend((10..100).map(|n| n.to_string()));
    for word in words {
        if !tokens.iter().any(|t| t == word) {
            tokens.push(word.to_string());
        }
    }
    tokens
}

/// Content of tokenizer.json.
pub(crate) fn tokenizer_json(words: &[&str]) -> Vec<u8> {
    let vocabulary = laboratory_vocabulary(words);
    let ids: serde_json::Map<String, Value> = vocabulary.iter().enumerate().map(|(id, token)| (token.clone(), json!(id))).collect();
    let merges: Vec<[String; 2]> = (10..100).map(|n| [(n / 10).to_string(), (n % 10).to_string()]).collect();
    let special = |(id, content): (usize, &&str)| json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true});
    let json = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": SPECIAL.iter().enumerate().map(special).collect::<Vec<_>>(),
        "normalizer": null,
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": pieces(words)}, "behavior": "Isolated", "invert": false},
        "post_processor": null,
        "decoder": {"type": "Fuse"},
        "model": {
            "type": "BPE",
            "dropout": null,
            "unk_token": "<unk>",
            "continuing_subword_prefix": null,
            "end_of_word_suffix": null,
            "fuse_unk": false,
            "byte_fallback": false,
            "ignore_merges": true,
            "vocab": ids,
            "merges": merges,
        },
    });
    let mut bytes = serde_json::to_vec_pretty(&json).expect("strings and numbers");
    bytes.push(b'\n');
    bytes
}

/// The longest word first, so that `<=` is not cut into `<` and `=`.
fn pieces(words: &[&str]) -> String {
    let mut sorted = words.to_vec();
    sorted.sort_by_key(|w| (std::cmp::Reverse(w.len()), *w));
    let mut alternatives: Vec<String> = sorted.into_iter().map(escaped).collect();
    alternatives.extend(["[1-9][0-9]".to_string(), r"[\s\S]".to_string()]);
    alternatives.join("|")
}

fn escaped(word: &str) -> String {
    word.chars().flat_map(|c| (!c.is_ascii_alphanumeric() && c != ' ' && c != '_').then_some('\\').into_iter().chain([c])).collect()
}

/// Content of tokenizer_config.json.
pub(crate) fn settings_json() -> Vec<u8> {
    let json = json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": SPECIAL[0],
        "bos_token": SPECIAL[1],
        "eos_token": SPECIAL[2],
        "unk_token": SPECIAL[3],
        "clean_up_tokenization_spaces": false,
    });
    let mut bytes = serde_json::to_vec_pretty(&json).expect("strings");
    bytes.push(b'\n');
    bytes
}
