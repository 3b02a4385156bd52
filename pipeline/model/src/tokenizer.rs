//! Text to token ids and back, by the `tokenizers` crate, with the files that travel with a checkpoint.

use crate::config::ids_from_json;
use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;
use std::path::Path;

const MAIN: &str = "tokenizer.json";
const SETTINGS: &str = "tokenizer_config.json";
/// Files beside tokenizer.json that other readers use; carried along unchanged.
const COMPANIONS: [&str; 6] = [SETTINGS, "chat_template.jinja", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt"];

/// A tokenizer and the files it came from.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    files: Vec<(String, Vec<u8>)>,
    eos: Vec<u32>,
    bos: Option<u32>,
    pad: Option<u32>,
}

impl Tokenizer {
    /// Reads `tokenizer.json` of a checkpoint folder.
    ///
    /// End tokens are those of `generation_config.json`, else of `config.json`, else the `eos_token` of
    /// `tokenizer_config.json`; begin and pad tokens likewise.
    pub fn load(dir: &Path) -> Result<Self> {
        let main = dir.join(MAIN);
        let bytes = std::fs::read(&main).with_context(|| {
            format!(
                "cannot read {}: export the tokenizer in its fast form (AutoTokenizer.from_pretrained(..).save_pretrained(..))",
                main.display()
            )
        })?;
        let mut files = vec![(MAIN.to_string(), bytes)];
        for name in COMPANIONS {
            if let Ok(bytes) = std::fs::read(dir.join(name)) {
                files.push((name.to_string(), bytes));
            }
        }
        let mut tokenizer = Self::from_files(files).with_context(|| format!("in {}", dir.display()))?;
        for name in ["generation_config.json", "config.json"] {
            tokenizer.adopt_ids(&dir.join(name));
        }
        tokenizer.fall_back_to_settings();
        Ok(tokenizer)
    }

    /// From the content of `tokenizer.json` (first) and its companions.
    pub(crate) fn from_files(files: Vec<(String, Vec<u8>)>) -> Result<Self> {
        let inner = tokenizers::Tokenizer::from_bytes(&files[0].1).map_err(|e| anyhow!("{MAIN} cannot be read: {e}"))?;
        Ok(Tokenizer { inner, files, eos: Vec::new(), bos: None, pad: None })
    }

    /// Takes the special ids of a JSON file where none are known yet.
    fn adopt_ids(&mut self, file: &Path) {
        let Some(json) = std::fs::read(file).ok().and_then(|b| serde_json::from_slice::<Value>(&b).ok()) else { return };
        if self.eos.is_empty() {
            self.eos = ids_from_json(json.get("eos_token_id"));
        }
        self.bos = self.bos.or(ids_from_json(json.get("bos_token_id")).first().copied());
        self.pad = self.pad.or(ids_from_json(json.get("pad_token_id")).first().copied());
    }

    /// Takes the special tokens that tokenizer_config.json names where none are known yet.
    pub(crate) fn fall_back_to_settings(&mut self) {
        let settings = self.files.iter().find(|(name, _)| name == SETTINGS).and_then(|(_, b)| serde_json::from_slice::<Value>(b).ok());
        let Some(settings) = settings else { return };
        let id = |field: &str| {
            let token = settings.get(field)?;
            let text = token.as_str().or_else(|| token.get("content")?.as_str())?;
            self.inner.token_to_id(text)
        };
        let (eos, bos, pad) = (id("eos_token"), id("bos_token"), id("pad_token"));
        if self.eos.is_empty() {
            self.eos = eos.into_iter().collect();
        }
        self.bos = self.bos.or(bos);
        self.pad = self.pad.or(pad);
    }

    /// Writes the files it came from.
    pub fn save(&self, dir: &Path) -> Result<()> {
        for (name, bytes) in &self.files {
            let file = dir.join(name);
            std::fs::write(&file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }

    /// Ids of a text; no special token is added.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.inner.encode_fast(text, false).map_err(|e| anyhow!("cannot encode {text:?}: {e}"))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// Text of ids, special tokens left out. Ids without a token have no text.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        self.inner.decode(ids, true).map_err(|e| anyhow!("cannot decode {ids:?}: {e}"))
    }

    /// Ids of the ordinary tokens whose text has one of these characters, in rising order; none for an empty text.
    pub fn ids_with(&self, characters: &str) -> Vec<u32> {
        if characters.is_empty() {
            return Vec::new();
        }
        let has = |id: &u32| self.decode(&[*id]).is_ok_and(|text| text.contains(|c| characters.contains(c)));
        (0..self.vocab_size() as u32).filter(has).collect()
    }

    /// Number of tokens, special ones included: the embedding needs at least as many rows.
    pub fn vocab_size(&self) -> usize {
        let highest = self.inner.get_vocab(true).into_values().max();
        highest.map_or(0, |id| id as usize + 1)
    }

    /// Id of one token.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }

    /// Token of one id.
    pub fn token(&self, id: u32) -> Option<String> {
        self.inner.id_to_token(id)
    }

    /// Ids that end a completion.
    pub fn eos_ids(&self) -> &[u32] {
        &self.eos
    }

    /// Id that begins a text.
    pub fn bos_id(&self) -> Option<u32> {
        self.bos
    }

    /// Id that fills a batch.
    pub fn pad_id(&self) -> Option<u32> {
        self.pad
    }

    /// BLAKE3 of tokenizer.json, in hexadecimal.
    pub fn digest(&self) -> String {
        blake3::hash(&self.files[0].1).to_hex().to_string()
    }

    /// The tokenizer of the laboratory: ASCII characters, every number from 10 to 99, and `words`, each one token.
    ///
    /// See [`crate::laboratory_vocabulary`] for the ids. Errs when a word is shorter than two characters, is not
    /// printable ASCII, or is given twice.
    pub fn laboratory(words: &[&str]) -> Result<Self> {
        for (i, word) in words.iter().enumerate() {
            ensure!(
                word.len() >= 2 && word.bytes().all(|b| (b' '..=b'~').contains(&b)),
                "laboratory word {word:?}: expected at least two printable ASCII characters"
            );
            ensure!(!words[..i].contains(word), "laboratory word {word:?} is given twice");
        }
        let files =
            vec![(MAIN.to_string(), crate::laboratory::tokenizer_json(words)), (SETTINGS.to_string(), crate::laboratory::settings_json())];
        let mut tokenizer = Self::from_files(files)?;
        tokenizer.fall_back_to_settings();
        Ok(tokenizer)
    }
}
