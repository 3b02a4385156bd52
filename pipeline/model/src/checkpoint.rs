//! Checkpoints as plain Hugging Face folders: `config.json`, `model.safetensors` (or shards and their index), and the
//! tokenizer's files. What is written here opens in transformers, vLLM and llama.cpp's converter unchanged.

use crate::config::{Config, ids_from_json, ids_json};
use crate::decoder::Decoder;
use crate::layout::{Layout, Tensor};
use crate::tokenizer::Tokenizer;
use anyhow::{Context, Result, bail, ensure};
use candle_core::{DType, Device};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
/// Largest file written, as in transformers.
const SHARD_BYTES: usize = 5_000_000_000;

impl Decoder {
    /// Reads a checkpoint folder; f32, f16 and bf16 weights, each widened to f32.
    ///
    /// End tokens come from `generation_config.json` when it names some, else from `config.json`. Errs with the file,
    /// the tensor and both shapes when something is missing, cut off, or of another shape.
    pub fn load(dir: &Path) -> Result<Self> {
        let config = load_config(dir)?;
        let layout = Layout::new(&config);
        let files = weight_files(dir)?;
        let mut weights = vec![f32::NAN; layout.checkpoint];
        let mut missing: HashMap<&str, &Tensor> = layout.tensors.iter().map(|t| (t.name.as_str(), t)).collect();
        for file in &files {
            let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            let parsed = SafeTensors::deserialize(&bytes)
                .with_context(|| format!("{} is not a complete safetensors file ({} bytes): copy it again", file.display(), bytes.len()))?;
            // by name, so that the same damage gives the same message
            let tensors: BTreeMap<_, _> = parsed.iter().collect();
            for (name, view) in tensors {
                match missing.remove(name) {
                    Some(tensor) => copy(tensor, &view, &mut weights).with_context(|| format!("in {}", file.display()))?,
                    None => ensure!(
                        ignorable(name, &config),
                        "{}: unexpected tensor `{name}`: this decoder would ignore it and give other numbers; is `model_type` right?",
                        file.display()
                    ),
                }
            }
        }
        if let Some(tensor) = layout.tensors.iter().find(|t| missing.contains_key(t.name.as_str())) {
            bail!("{}: tensor `{}` {:?} is missing{}", dir.display(), tensor.name, tensor.shape, remedy(&tensor.name));
        }
        Ok(Decoder { config, layout: Arc::new(layout), weights })
    }

    /// Writes a checkpoint folder with the files of `tokenizer`. The value head is not part of it.
    pub fn save(&self, dir: &Path, tokenizer: &Tokenizer) -> Result<()> {
        self.save_sharded(dir, tokenizer, SHARD_BYTES)
    }

    /// The same with at most `shard_bytes` of weights per file: several files and an index when they do not fit into one.
    pub fn save_sharded(&self, dir: &Path, tokenizer: &Tokenizer, shard_bytes: usize) -> Result<()> {
        ensure!(
            tokenizer.vocab_size() <= self.config.vocab,
            "the tokenizer has {} tokens, but the decoder only {}: build the decoder with at least that vocabulary",
            tokenizer.vocab_size(),
            self.config.vocab
        );
        std::fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
        write(&dir.join("config.json"), self.config.to_json().as_bytes())?;
        write(&dir.join("generation_config.json"), generation_config(&self.config).as_bytes())?;
        tokenizer.save(dir)?;
        let shards = shards(&self.layout.tensors, shard_bytes);
        if let [tensors] = shards.as_slice() {
            return self.write_weights(&dir.join(SINGLE), tensors);
        }
        let mut map = BTreeMap::new();
        for (i, tensors) in shards.iter().enumerate() {
            let file = format!("model-{:05}-of-{:05}.safetensors", i + 1, shards.len());
            map.extend(tensors.iter().map(|t| (t.name.clone(), file.clone())));
            self.write_weights(&dir.join(file), tensors)?;
        }
        let index = json!({"metadata": {"total_size": 4 * self.layout.checkpoint}, "weight_map": map});
        write(&dir.join(INDEX), format!("{}\n", serde_json::to_string_pretty(&index)?).as_bytes())
    }

    fn write_weights(&self, file: &Path, tensors: &[&Tensor]) -> Result<()> {
        let bytes: Vec<Vec<u8>> = tensors.iter().map(|t| self.slice(&t.range).iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
        let mut views = Vec::new();
        for (tensor, bytes) in tensors.iter().zip(&bytes) {
            views.push((tensor.name.as_str(), TensorView::new(Dtype::F32, tensor.shape.clone(), bytes)?));
        }
        let metadata = HashMap::from([("format".to_string(), "pt".to_string())]);
        write(file, &safetensors::serialize(views, Some(metadata))?)
    }
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
}

fn load_config(dir: &Path) -> Result<Config> {
    let file = dir.join("config.json");
    let text = std::fs::read_to_string(&file).with_context(|| {
        format!("cannot read {}: a checkpoint is a folder with config.json, model.safetensors and tokenizer.json", file.display())
    })?;
    let mut config = Config::from_json(&text).with_context(|| format!("in {}", file.display()))?;
    let generation = dir.join("generation_config.json");
    if let Ok(text) = std::fs::read_to_string(&generation) {
        let json: Value = serde_json::from_str(&text).with_context(|| format!("{} is not valid JSON", generation.display()))?;
        let ids = ids_from_json(json.get("eos_token_id"));
        if !ids.is_empty() {
            config.eos_ids = ids;
        }
    }
    Ok(config)
}

fn generation_config(config: &Config) -> String {
    let json = json!({"bos_token_id": config.bos_id, "eos_token_id": ids_json(&config.eos_ids), "pad_token_id": config.pad_id});
    format!("{}\n", serde_json::to_string_pretty(&json).expect("numbers"))
}

/// The one weight file, or all that the index names.
fn weight_files(dir: &Path) -> Result<Vec<PathBuf>> {
    let single = dir.join(SINGLE);
    if single.exists() {
        return Ok(vec![single]);
    }
    let file = dir.join(INDEX);
    let text = std::fs::read_to_string(&file).with_context(|| {
        format!("{} has neither {SINGLE} nor {INDEX}; convert .bin or .gguf weights to safetensors first", dir.display())
    })?;
    let index: Value = serde_json::from_str(&text).with_context(|| format!("{} is not valid JSON", file.display()))?;
    let map = index.get("weight_map").and_then(Value::as_object).with_context(|| format!("{} has no `weight_map`", file.display()))?;
    let names: std::collections::BTreeSet<&str> = map.values().filter_map(Value::as_str).collect();
    Ok(names.into_iter().map(|name| dir.join(name)).collect())
}

/// One tensor of a file into its place, widened by candle.
fn copy(tensor: &Tensor, view: &TensorView, weights: &mut [f32]) -> Result<()> {
    ensure!(
        view.shape() == tensor.shape,
        "tensor `{}` has shape {:?}, expected {:?} by config.json: the two files belong to different models",
        tensor.name,
        view.shape(),
        tensor.shape
    );
    let dtype = match view.dtype() {
        Dtype::F32 => DType::F32,
        Dtype::F16 => DType::F16,
        Dtype::BF16 => DType::BF16,
        other => bail!("tensor `{}` is {other:?}; f32, f16 and bf16 are supported: export the checkpoint in one of these", tensor.name),
    };
    let raw = candle_core::Tensor::from_raw_buffer(view.data(), dtype, &[tensor.range.len()], &Device::Cpu)?;
    weights[tensor.range.clone()].copy_from_slice(&raw.to_dtype(DType::F32)?.to_vec1::<f32>()?);
    Ok(())
}

/// Tensors that files carry although they hold nothing that the decoder lacks.
fn ignorable(name: &str, config: &Config) -> bool {
    name.ends_with("rotary_emb.inv_freq") || (config.tie && name == "lm_head.weight")
}

fn remedy(name: &str) -> &'static str {
    match name {
        "lm_head.weight" => ": set `tie_word_embeddings` to true in config.json if the head is the embedding",
        "patch_embed.weight" | "patch_embed.bias" => ": config.json has `beyond_patch`, but the weights are those of a text decoder",
        _ => ": the file is incomplete, or config.json describes another model",
    }
}

/// Consecutive tensors of at most `limit` bytes together (a larger tensor stands alone).
fn shards(tensors: &[Tensor], limit: usize) -> Vec<Vec<&Tensor>> {
    let mut shards: Vec<Vec<&Tensor>> = vec![Vec::new()];
    let mut bytes = 0;
    for tensor in tensors {
        let size = 4 * tensor.range.len();
        if bytes > 0 && bytes + size > limit {
            shards.push(Vec::new());
            bytes = 0;
        }
        bytes += size;
        shards.last_mut().expect("never empty").push(tensor);
    }
    shards
}
