//! Folders written and read back, other people's forms, and what is said about broken ones.

mod common;

use beyond_model::{Config, Decoder, Family, Rope, Scaling, Tokenizer};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use std::path::Path;

fn tokenizer() -> Tokenizer {
    Tokenizer::laboratory(&["f(x)", "mod"]).expect("a tokenizer")
}

/// A decoder whose vocabulary has room for the tokenizer.
fn with_room(config: &Config) -> Decoder {
    common::decoder(&Config { vocab: 200, ..config.clone() }, 9)
}

#[test]
fn a_folder_is_read_back_bit_for_bit() {
    for config in common::variants() {
        let dir = tempfile::tempdir().expect("a folder");
        let decoder = with_room(&config).with_value_head(None).expect("a head");
        decoder.save(dir.path(), &tokenizer()).expect("saved");
        let loaded = Decoder::load(dir.path()).expect("loaded");
        assert_eq!(loaded.config(), decoder.config());
        assert!(loaded.weights() == &decoder.weights()[..decoder.parameters()], "the value head stays out");
        assert_eq!(loaded.digest(), decoder.digest());
        let mut other = loaded.clone();
        other.weights_mut()[5] += 1.0;
        assert_ne!(other.digest(), decoder.digest());
        assert_eq!(Tokenizer::load(dir.path()).expect("loaded").digest(), tokenizer().digest());
    }
}

#[test]
fn the_same_weights_give_the_same_bytes() {
    let (a, b) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let config = common::tiny(Family::Qwen3);
    for dir in [&a, &b] {
        with_room(&config).save(dir.path(), &tokenizer()).expect("saved");
    }
    for name in ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
        let read = |dir: &tempfile::TempDir| std::fs::read(dir.path().join(name)).expect("written");
        assert_eq!(read(&a), read(&b), "{name}");
    }
}

#[test]
fn shards_and_their_index_hold_the_same_decoder() {
    let dir = tempfile::tempdir().expect("a folder");
    let decoder = with_room(&common::tiny(Family::Llama));
    decoder.save_sharded(dir.path(), &tokenizer(), 8_000).expect("saved");
    assert!(!dir.path().join("model.safetensors").exists());
    let index = std::fs::read_to_string(dir.path().join("model.safetensors.index.json")).expect("an index");
    assert!(index.contains("model-00001-of-0000") && index.contains("weight_map"));
    assert_eq!(Decoder::load(dir.path()).expect("loaded").digest(), decoder.digest());
}

/// transformers refuses a safetensors file without this mark.
#[test]
fn the_file_says_that_it_holds_torch_tensors() {
    let dir = tempfile::tempdir().expect("a folder");
    with_room(&common::tiny(Family::Llama)).save(dir.path(), &tokenizer()).expect("saved");
    let bytes = std::fs::read(dir.path().join("model.safetensors")).expect("written");
    let (_, header) = SafeTensors::read_metadata(&bytes).expect("a header");
    assert_eq!(header.metadata().as_ref().and_then(|m| m.get("format")).map(String::as_str), Some("pt"));
}

#[test]
fn half_precision_is_widened() {
    for (dtype, bits, value) in [(Dtype::BF16, 0x3fc0u16, 1.5f32), (Dtype::F16, 0x3e00, 1.5), (Dtype::F16, 0x0001, 5.960_464_5e-8)] {
        let dir = tempfile::tempdir().expect("a folder");
        let decoder = with_room(&common::tiny(Family::Qwen2));
        decoder.save(dir.path(), &tokenizer()).expect("saved");
        rewrite(dir.path(), |name, shape, _| {
            let n: usize = shape.iter().product();
            Some((name, dtype, shape, bits.to_le_bytes().repeat(n)))
        });
        let loaded = Decoder::load(dir.path()).expect("loaded");
        assert!(loaded.weights().iter().all(|&w| w == value), "{dtype:?}");
    }
}

type Entry = (String, Dtype, Vec<usize>, Vec<u8>);

/// Replaces the tensors of a folder's weight file.
fn rewrite(dir: &Path, change: impl Fn(String, Vec<usize>, Vec<u8>) -> Option<Entry>) {
    let file = dir.join("model.safetensors");
    let bytes = std::fs::read(&file).expect("written");
    let parsed = SafeTensors::deserialize(&bytes).expect("complete");
    let entries: Vec<Entry> = parsed.iter().filter_map(|(n, v)| change(n.into(), v.shape().into(), v.data().into())).collect();
    let views: Vec<_> = entries.iter().map(|(n, d, s, b)| (n.as_str(), TensorView::new(*d, s.clone(), b).expect("fits"))).collect();
    std::fs::write(file, safetensors::serialize(views, None).expect("serialised")).expect("written");
}

fn error(dir: &Path) -> String {
    format!("{:#}", Decoder::load(dir).expect_err("must fail"))
}

#[test]
fn broken_folders_are_explained() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path();
    let contains = |words: &[&str]| {
        let text = error(path);
        assert!(words.iter().all(|w| text.contains(w)), "{text}");
    };
    contains(&["config.json", "a checkpoint is a folder"]);
    let save = || with_room(&common::tiny(Family::Llama)).save(path, &tokenizer()).expect("saved");
    save();
    rewrite(path, |n, s, b| (n != "lm_head.weight").then_some((n, Dtype::F32, s, b)));
    contains(&["`lm_head.weight` [200, 12] is missing", "tie_word_embeddings"]);
    save();
    rewrite(
        path,
        |n, s, b| if n == "model.norm.weight" { Some((n, Dtype::F32, vec![6], b[..24].to_vec())) } else { Some((n, Dtype::F32, s, b)) },
    );
    contains(&["model.safetensors", "`model.norm.weight` has shape [6], expected [12]"]);
    save();
    rewrite(path, |n, s, b| {
        if n == "model.norm.weight" {
            Some(("model.layers.0.self_attn.q_proj.bias".into(), Dtype::F32, s, b))
        } else {
            Some((n, Dtype::F32, s, b))
        }
    });
    contains(&["unexpected tensor `model.layers.0.self_attn.q_proj.bias`", "model_type"]);
    save();
    rewrite(path, |n, s, b| Some((n, Dtype::I32, s, b)));
    contains(&["I32", "f32, f16 and bf16"]);
    save();
    let bytes = std::fs::read(path.join("model.safetensors")).expect("written");
    std::fs::write(path.join("model.safetensors"), &bytes[..bytes.len() / 2]).expect("cut");
    contains(&["not a complete safetensors file", "copy it again"]);
    std::fs::remove_file(path.join("model.safetensors")).expect("removed");
    contains(&["neither model.safetensors nor model.safetensors.index.json"]);
    std::fs::remove_file(path.join("tokenizer.json")).expect("removed");
    let text = format!("{:#}", Tokenizer::load(path).expect_err("must fail"));
    assert!(text.contains("tokenizer.json") && text.contains("save_pretrained"), "{text}");
    let small = common::decoder(&common::tiny(Family::Llama), 1);
    assert!(small.save(path, &tokenizer()).expect_err("must fail").to_string().contains("the decoder only 23"));
}

#[test]
fn both_forms_of_a_config_are_read() {
    let base = r#""model_type":"llama","hidden_size":64,"num_attention_heads":4,"num_hidden_layers":2,"intermediate_size":96,
        "vocab_size":50,"max_position_embeddings":128,"rms_norm_eps":1e-5,"eos_token_id":[3,4],"bos_token_id":1,"tie_word_embeddings":true"#;
    let scaling = r#""factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":32"#;
    let old = format!(
        r#"{{{base},"rope_theta":500000.0,"rope_scaling":{{"rope_type":"llama3",{scaling}}},"sliding_window":4096,"torch_dtype":"bfloat16"}}"#
    );
    let new = format!(
        r#"{{{base},"sliding_window":null,"dtype":"bfloat16","rope_parameters":{{"rope_type":"llama3","rope_theta":500000.0,{scaling}}}}}"#
    );
    let config = Config::from_json(&old).expect("the old form");
    assert_eq!(config, Config::from_json(&new).expect("the new form"));
    let want = Scaling::Llama3 { factor: 8.0, low_freq_factor: 1.0, high_freq_factor: 4.0, original_max_positions: 32 };
    assert_eq!(config.rope, Rope { theta: 5e5, scaling: Some(want) });
    assert_eq!((config.kv_heads, config.head_dim, config.eos_ids.as_slice(), config.tie), (4, 16, &[3, 4][..], true));
    assert_eq!(Config::from_json(&config.to_json()).expect("our own form"), config);
}

#[test]
fn what_would_change_the_numbers_is_refused() {
    let good = common::tiny(Family::Qwen2).to_json();
    let fails = |from: &str, to: &str, words: &[&str]| {
        assert!(good.contains(from), "{from}");
        let text = format!("{:#}", Config::from_json(&good.replace(from, to)).expect_err("must fail"));
        assert!(words.iter().all(|w| text.contains(w)), "{text}");
    };
    fails("\"model_type\": \"qwen2\"", "\"model_type\": \"gemma3\"", &["gemma3", "qwen2 (and 2.5), qwen3 and llama"]);
    fails("\"use_sliding_window\": false", "\"use_sliding_window\": true", &["use_sliding_window"]);
    fails("\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\"", &["gelu", "silu"]);
    fails("\"rope_type\": \"default\"", "\"rope_type\": \"yarn\"", &["yarn", "llama3"]);
    fails("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", &["4 heads", "3 key-value heads"]);
    fails("\"head_dim\": 6", "\"head_dim\": 5", &["even"]);
    fails("\"hidden_size\": 12", "\"hidden_size\": \"12\"", &["hidden_size", "whole number"]);
    fails("\"vocab_size\": 23,", "", &["vocab_size", "missing"]);
    fails("\"vocab_size\": 23,", "\"vocab_size\": 23,,", &["not valid JSON"]);
}

#[test]
fn the_laboratory_tokenizer_cuts_words_numbers_and_characters() {
    let tokenizer = tokenizer();
    let pieces = |text: &str| -> Vec<String> {
        let ids = tokenizer.encode(text).expect("encodes");
        assert_eq!(tokenizer.decode(&ids).expect("decodes"), text);
        ids.into_iter().map(|id| beyond_model::laboratory_vocabulary(&["f(x)", "mod"])[id as usize].clone()).collect()
    };
    assert_eq!(pieces("f(x)=12 mod 345\n"), ["f(x)", "=", "12", " ", "mod", " ", "34", "5", "\n"]);
    assert_eq!(pieces("07, 100"), ["0", "7", ",", " ", "10", "0"]);
    assert_eq!(pieces("f(y) mo"), ["f", "(", "y", ")", " ", "m", "o"]);
    assert_eq!(tokenizer.encode("é").expect("encodes"), [3, 3], "two unknown bytes");
    assert_eq!((tokenizer.pad_id(), tokenizer.bos_id(), tokenizer.eos_ids()), (Some(0), Some(1), &[2][..]));
    assert_eq!(tokenizer.vocab_size(), 4 + 96 + 90 + 2);
    assert_eq!(beyond_model::laboratory_vocabulary(&["f(x)", "mod"])[190..], ["f(x)", "mod"]);
    assert_eq!(tokenizer.encode("<eos>").expect("encodes"), [2]);
    assert_eq!(tokenizer.decode(&[2, 20]).expect("decodes").len(), 1, "special tokens have no text");
    assert!(
        Tokenizer::laboratory(&["a"]).is_err() && Tokenizer::laboratory(&["ab", "ab"]).is_err() && Tokenizer::laboratory(&["é1"]).is_err()
    );
}
