//! The vocabulary of models that are trained from nothing: small, and with numbers as single tokens.
//!
//! ASCII characters, and numbers and words as added tokens, which every reader cuts out of a text first: leftmost, and
//! the longest there, so `x+12=345` is `x + 12 = 34 5`. What remains falls into characters whatever the reader's
//! pre-tokenizer does. That matters: transformers 5 ignores the pre-tokenizer in the file when `model_type` is qwen2 and
//! puts Qwen's own there. Characters stand in the byte-level alphabet of GPT-2 for the same reason (newline is `Ċ`,
//! space is `Ġ`); the merges spell the numbers, because llama.cpp refuses a BPE vocabulary without merges.

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

/// A character as the byte-level alphabet writes it.
fn written(token: &str) -> &str {
    match token {
        "\n" => "Ċ",
        " " => "Ġ",
        other => other,
    }
}

/// Content of tokenizer.json.
pub(crate) fn tokenizer_json(words: &[&str]) -> Vec<u8> {
    let vocabulary = laboratory_vocabulary(words);
    let ids: serde_json::Map<String, Value> = vocabulary.iter().zip(0..).map(|(t, id)| (written(t).into(), json!(id))).collect();
    let merges: Vec<[String; 2]> = (10..100).map(|n| [(n / 10).to_string(), (n % 10).to_string()]).collect();
    let added: Vec<Value> = vocabulary.iter().zip(0..).filter(|(token, _)| token.len() > 1).map(|(token, id)| added(token, id)).collect();
    let bytes = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false});
    let json = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added,
        "normalizer": null,
        "pre_tokenizer": bytes,
        "post_processor": null,
        "decoder": bytes,
        "model": {
            "type": "BPE",
            "dropout": null,
            "unk_token": SPECIAL[3],
            "continuing_subword_prefix": null,
            "end_of_word_suffix": null,
            "fuse_unk": false,
            "byte_fallback": false,
            "ignore_merges": false,
            "vocab": ids,
            "merges": merges,
        },
    });
    let mut bytes = serde_json::to_vec_pretty(&json).expect("strings and numbers");
    bytes.push(b'\n');
    bytes
}

fn added(token: &str, id: u32) -> Value {
    let special = SPECIAL.contains(&token);
    json!({"id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": special})
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
