//! What training carries from step to step, and how it survives a kill.

use anyhow::{Context, Result, bail, ensure};
use beyond_model::{AdamW, AdamWParams, Decoder};
use beyond_record::TrainLog;
use beyond_stage::{Job, table};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Weights, optimiser and log after [`State::step`] steps.
pub struct State {
    /// The weights, a value head included.
    pub decoder: Decoder,
    /// Its moments.
    pub optimizer: AdamW,
    /// One row per finished step.
    pub log: Vec<TrainLog>,
    /// Prompts taken from the stream of training problems so far; 0 outside RL.
    pub position: u64,
    /// Steps whose weights are kept.
    pub kept: Vec<u32>,
}

impl State {
    /// The state that a killed run left in the job's scratch folder, or a fresh one around `decoder`.
    pub fn resume(decoder: Decoder, params: AdamWParams, job: &Job) -> Result<Self> {
        let path = job.scratch()?.join("state");
        match read_file(&path)? {
            None => Ok(State { optimizer: AdamW::new(&decoder, params), decoder, log: Vec::new(), position: 0, kept: Vec::new() }),
            Some(bytes) => {
                read(&bytes, decoder, params).with_context(|| format!("cannot resume from {}; remove it to start afresh", path.display()))
            }
        }
    }

    /// Finished steps.
    pub fn step(&self) -> u32 {
        self.log.len() as u32
    }

    /// Writes everything into the scratch folder, by rename: a kill leaves the old state or the new one.
    pub fn save(&self, job: &Job) -> Result<()> {
        let rest = serde_json::to_vec(&(self.position, &self.kept))?;
        let mut bytes = Vec::new();
        for part in [table::encode(&self.log)?, rest, self.optimizer.to_bytes(), floats(self.decoder.weights())] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        publish(&job.scratch()?.join("state"), &bytes)
    }

    /// Keeps the weights as they are now as those of the current step.
    pub fn keep(&mut self, job: &Job) -> Result<()> {
        publish(&kept_path(job, self.step())?, &floats(self.decoder.weights()))?;
        self.kept.push(self.step());
        Ok(())
    }

    /// The decoder as it was at a step that was kept.
    pub fn at(&self, step: u32, job: &Job) -> Result<Decoder> {
        let path = kept_path(job, step)?;
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut decoder = self.decoder.clone();
        fill(&mut decoder, &bytes)?;
        Ok(decoder)
    }
}

fn kept_path(job: &Job, step: u32) -> Result<PathBuf> {
    Ok(job.scratch()?.join(format!("weights-{step}")))
}

/// The bytes of a file; None when there is none.
pub fn read_file(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => bail!("cannot read {}: {error}", path.display()),
    }
}

/// Writes a file as a whole or not at all.
pub fn publish(path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = path.with_extension("writing");
    fs::write(&temporary, bytes).with_context(|| format!("cannot write {}", temporary.display()))?;
    fs::File::open(&temporary)?.sync_all()?;
    fs::rename(&temporary, path).with_context(|| format!("cannot publish {}", path.display()))
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn fill(decoder: &mut Decoder, bytes: &[u8]) -> Result<()> {
    let weights = decoder.weights_mut();
    ensure!(bytes.len() == 4 * weights.len(), "{} bytes of weights, expected {}", bytes.len(), 4 * weights.len());
    for (weight, bytes) in weights.iter_mut().zip(bytes.chunks_exact(4)) {
        *weight = f32::from_le_bytes(bytes.try_into().expect("four bytes"));
    }
    Ok(())
}

fn read(mut bytes: &[u8], mut decoder: Decoder, params: AdamWParams) -> Result<State> {
    let log = table::decode(part(&mut bytes)?.to_vec())?;
    let (position, kept) = serde_json::from_slice(part(&mut bytes)?)?;
    let optimizer = AdamW::from_bytes(&decoder, params, part(&mut bytes)?)?;
    fill(&mut decoder, part(&mut bytes)?)?;
    Ok(State { decoder, optimizer, log, position, kept })
}

/// The next part: its length in eight bytes, then itself.
fn part<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk().context("the state is cut off")?;
    let (part, rest) = rest.split_at_checked(u64::from_le_bytes(*length) as usize).context("the state is cut off")?;
    *bytes = rest;
    Ok(part)
}
