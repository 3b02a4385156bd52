//! Shape of a decoder, as Hugging Face's `config.json` describes it.
//!
//! transformers 5 moved `rope_theta` and `rope_scaling` into `rope_parameters` and writes `sliding_window: null`; older
//! files have them at the top level. Both are read, and both are written, so that old and new readers agree.

use crate::rope::{Rope, Scaling};
use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Which published architecture a decoder follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Qwen2 and Qwen2.5: bias on q, k and v.
    Qwen2,
    /// Qwen3: no bias, RMSNorm over each head of q and k.
    Qwen3,
    /// Llama 1 to 3: neither.
    Llama,
}

impl Family {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Family::Qwen2 => ("qwen2", "Qwen2ForCausalLM"),
            Family::Qwen3 => ("qwen3", "Qwen3ForCausalLM"),
            Family::Llama => ("llama", "LlamaForCausalLM"),
        }
    }

    fn from_model_type(name: &str) -> Option<Self> {
        [Family::Qwen2, Family::Qwen3, Family::Llama].into_iter().find(|f| f.names().0 == name)
    }
}

/// Images as a prefix: `count` patches of `size` floats, each projected linearly into the hidden size.
///
/// An extension of this crate: the checkpoint gains `patch_embed.weight` [hidden, size] and `patch_embed.bias` [hidden],
/// and `config.json` a `beyond_patch` object. Other readers ignore both and see the text decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// Patches per image.
    pub count: usize,
    /// Floats per patch.
    pub size: usize,
}

/// Shape of a decoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Architecture.
    pub family: Family,
    /// Width of the residual stream.
    pub hidden: usize,
    /// Number of blocks.
    pub layers: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; divides `heads`.
    pub kv_heads: usize,
    /// Width of one head; even.
    pub head_dim: usize,
    /// Width of the feed-forward layer.
    pub ff: usize,
    /// Rows of the embedding.
    pub vocab: usize,
    /// Rotary position embedding.
    pub rope: Rope,
    /// The output head is the embedding.
    pub tie: bool,
    /// Epsilon of RMSNorm.
    pub eps: f32,
    /// Longest sequence, prompt and completion together.
    pub max_positions: usize,
    /// Ids that end a completion.
    pub eos_ids: Vec<u32>,
    /// Id that begins a text.
    pub bos_id: Option<u32>,
    /// Id that fills a batch; unused here, written for others.
    pub pad_id: Option<u32>,
    /// Image prefix.
    pub patch: Option<Patch>,
}

impl Config {
    /// Width of all query heads.
    pub fn q_dim(&self) -> usize {
        self.heads * self.head_dim
    }

    /// Width of all key heads, and of all value heads.
    pub fn kv_dim(&self) -> usize {
        self.kv_heads * self.head_dim
    }

    /// Width of the fused q, k, v projection.
    pub(crate) fn qkv_dim(&self) -> usize {
        self.q_dim() + 2 * self.kv_dim()
    }

    /// Errs when the numbers cannot describe a decoder.
    pub fn check(&self) -> Result<()> {
        let sizes = [self.hidden, self.layers, self.heads, self.kv_heads, self.head_dim, self.ff, self.vocab, self.max_positions];
        ensure!(
            sizes.iter().all(|&n| n > 0),
            "hidden, layers, heads, kv_heads, head_dim, ff, vocab and max_positions must be at least 1: {self:?}"
        );
        ensure!(
            self.heads.is_multiple_of(self.kv_heads),
            "{} heads cannot share {} key-value heads: choose a divisor",
            self.heads,
            self.kv_heads
        );
        ensure!(self.head_dim.is_multiple_of(2), "head_dim is {}; rotary embedding needs an even number", self.head_dim);
        ensure!(self.eps > 0.0, "rms_norm_eps is {}; it must be positive", self.eps);
        if let Some(patch) = self.patch {
            ensure!(patch.count > 0 && patch.size > 0, "patch needs count and size of at least 1: {patch:?}");
        }
        self.rope.check()
    }

    /// Reads the text of a `config.json`, old or new form.
    pub fn from_json(text: &str) -> Result<Self> {
        let json: Value = serde_json::from_str(text).context("config.json is not valid JSON")?;
        let fields = Fields(json.as_object().context("config.json is not a JSON object")?);
        let config = fields.config()?;
        config.check()?;
        Ok(config)
    }

    /// The text of a `config.json` that transformers 4 and 5, vLLM, candle and llama.cpp's converter read.
    pub fn to_json(&self) -> String {
        let (model_type, architecture) = self.family.names();
        let mut json = json!({
            "architectures": [architecture],
            "attention_dropout": 0.0,
            "bos_token_id": self.bos_id,
            "dtype": "float32",
            "eos_token_id": ids_json(&self.eos_ids),
            "head_dim": self.head_dim,
            "hidden_act": "silu",
            "hidden_size": self.hidden,
            "initializer_range": 0.02,
            "intermediate_size": self.ff,
            "max_position_embeddings": self.max_positions,
            "model_type": model_type,
            "num_attention_heads": self.heads,
            "num_hidden_layers": self.layers,
            "num_key_value_heads": self.kv_heads,
            "pad_token_id": self.pad_id,
            "rms_norm_eps": shortest(self.eps),
            "rope_parameters": self.rope.parameters_json(),
            "rope_scaling": self.rope.scaling_json(),
            "rope_theta": shortest(self.rope.theta),
            "tie_word_embeddings": self.tie,
            "torch_dtype": "float32",
            "use_cache": true,
            "vocab_size": self.vocab,
        });
        self.family_fields(json.as_object_mut().expect("an object literal"));
        format!("{}\n", serde_json::to_string_pretty(&json).expect("strings and numbers"))
    }

    fn family_fields(&self, json: &mut Map<String, Value>) {
        if self.family != Family::Qwen2 {
            json.insert("attention_bias".into(), false.into());
        }
        if self.family == Family::Llama {
            json.insert("mlp_bias".into(), false.into());
        } else {
            // transformers 4 and candle want a number even when the window is unused.
            json.insert("sliding_window".into(), self.max_positions.into());
            json.insert("use_sliding_window".into(), false.into());
            json.insert("max_window_layers".into(), self.layers.into());
        }
        if let Some(patch) = self.patch {
            json.insert("beyond_patch".into(), json!({"count": patch.count, "size": patch.size}));
        }
    }
}

/// The f64 with the same shortest decimal form: 1e-6f32 is written as 1e-6, not as 9.99999997475e-7.
pub(crate) fn shortest(x: f32) -> f64 {
    x.to_string().parse().expect("a float prints as a float")
}

/// How transformers writes a list of end tokens: null, one id, or several.
pub(crate) fn ids_json(ids: &[u32]) -> Value {
    match ids {
        [] => Value::Null,
        [id] => json!(id),
        ids => json!(ids),
    }
}

/// The inverse of [`ids_json`].
pub(crate) fn ids_from_json(value: Option<&Value>) -> Vec<u32> {
    let id = |v: &Value| v.as_u64().and_then(|n| u32::try_from(n).ok());
    match value {
        Some(Value::Array(ids)) => ids.iter().filter_map(id).collect(),
        Some(one) => id(one).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Typed access to the fields of a config.json.
struct Fields<'a>(&'a Map<String, Value>);

impl Fields<'_> {
    fn present(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|v| !v.is_null())
    }

    fn optional(&self, name: &str) -> Result<Option<usize>> {
        let read =
            |v: &Value| v.as_u64().map(|n| n as usize).ok_or_else(|| anyhow!("config.json: `{name}` is {v}, expected a whole number"));
        self.present(name).map(read).transpose()
    }

    fn size(&self, name: &str) -> Result<usize> {
        self.optional(name)?.with_context(|| format!("config.json: `{name}` is missing"))
    }

    fn flag(&self, name: &str) -> bool {
        self.present(name).and_then(Value::as_bool).unwrap_or(false)
    }

    fn config(&self) -> Result<Config> {
        let family = self.family()?;
        self.refuse_unsupported()?;
        let (hidden, heads) = (self.size("hidden_size")?, self.size("num_attention_heads")?);
        let default_head = hidden.checked_div(heads).unwrap_or(0);
        let default_head = if family == Family::Qwen3 { 128 } else { default_head };
        Ok(Config {
            family,
            hidden,
            layers: self.size("num_hidden_layers")?,
            heads,
            kv_heads: self.optional("num_key_value_heads")?.unwrap_or(heads),
            head_dim: self.optional("head_dim")?.unwrap_or(default_head),
            ff: self.size("intermediate_size")?,
            vocab: self.size("vocab_size")?,
            rope: Rope::from_fields(self.0)?,
            tie: self.flag("tie_word_embeddings"),
            eps: self.present("rms_norm_eps").and_then(Value::as_f64).unwrap_or(1e-6) as f32,
            max_positions: self.size("max_position_embeddings")?,
            eos_ids: ids_from_json(self.present("eos_token_id")),
            bos_id: ids_from_json(self.present("bos_token_id")).first().copied(),
            pad_id: ids_from_json(self.present("pad_token_id")).first().copied(),
            patch: self.patch()?,
        })
    }

    fn family(&self) -> Result<Family> {
        let name = self.present("model_type").and_then(Value::as_str).context("config.json: `model_type` is missing")?;
        Family::from_model_type(name)
            .with_context(|| format!("config.json: `model_type` is `{name}`; this decoder covers qwen2 (and 2.5), qwen3 and llama: convert the model, or sample it through an endpoint"))
    }

    fn patch(&self) -> Result<Option<Patch>> {
        let read = |v: &Value| serde_json::from_value(v.clone()).context("config.json: `beyond_patch` needs `count` and `size`");
        self.present("beyond_patch").map(read).transpose()
    }

    /// Options of these architectures that change the numbers and are not implemented: refuse, never ignore.
    fn refuse_unsupported(&self) -> Result<()> {
        for name in ["attention_bias", "mlp_bias"] {
            ensure!(!self.flag(name), "config.json: `{name}: true` is not supported; no released Qwen or Llama uses it");
        }
        let activation = self.present("hidden_act").and_then(Value::as_str).unwrap_or("silu");
        ensure!(activation == "silu", "config.json: `hidden_act` is `{activation}`; only `silu` is supported");
        if self.flag("use_sliding_window") {
            bail!("config.json: `use_sliding_window: true` is not supported; set it to false if your texts are shorter than the window");
        }
        if self.present("quantization_config").is_some() {
            bail!("config.json: quantised weights are not supported; export the checkpoint in f32, f16 or bf16");
        }
        Ok(())
    }
}

impl Rope {
    fn from_fields(fields: &Map<String, Value>) -> Result<Self> {
        let object = |name: &str| fields.get(name).and_then(Value::as_object);
        let (new, old) = (object("rope_parameters"), object("rope_scaling"));
        let theta = new.and_then(|o| o.get("rope_theta")).or_else(|| fields.get("rope_theta")).and_then(Value::as_f64);
        let scaling = match new.or(old) {
            Some(o) => Scaling::from_fields(o)?,
            None => None,
        };
        Ok(Rope { theta: theta.unwrap_or(10_000.0) as f32, scaling })
    }

    fn parameters_json(&self) -> Value {
        let mut json = self.scaling_json();
        if json.is_null() {
            json = json!({"rope_type": "default"});
        }
        json["rope_theta"] = json!(shortest(self.theta));
        json
    }

    fn scaling_json(&self) -> Value {
        match self.scaling {
            None => Value::Null,
            Some(Scaling::Linear { factor }) => json!({"rope_type": "linear", "factor": shortest(factor)}),
            Some(Scaling::Llama3 { factor, low_freq_factor, high_freq_factor, original_max_positions }) => json!({
                "rope_type": "llama3",
                "factor": shortest(factor),
                "low_freq_factor": shortest(low_freq_factor),
                "high_freq_factor": shortest(high_freq_factor),
                "original_max_position_embeddings": original_max_positions,
            }),
        }
    }
}

impl Scaling {
    fn from_fields(fields: &Map<String, Value>) -> Result<Option<Self>> {
        let kind = fields.get("rope_type").or_else(|| fields.get("type")).and_then(Value::as_str).unwrap_or("default");
        let number = |name: &str| {
            let value = fields.get(name).and_then(Value::as_f64);
            value.map(|x| x as f32).with_context(|| format!("config.json: rope scaling `{kind}` needs the number `{name}`"))
        };
        Ok(match kind {
            "default" => None,
            "linear" => Some(Scaling::Linear { factor: number("factor")? }),
            "llama3" => Some(Scaling::Llama3 {
                factor: number("factor")?,
                low_freq_factor: number("low_freq_factor")?,
                high_freq_factor: number("high_freq_factor")?,
                original_max_positions: number("original_max_position_embeddings")? as usize,
            }),
            other => bail!("config.json: rope scaling `{other}` is not supported; this decoder covers `default`, `linear` and `llama3`"),
        })
    }
}
