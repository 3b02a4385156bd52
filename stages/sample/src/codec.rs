//! The bytes of a shard: samples back to back, little-endian.

use anyhow::{Result, bail};
use beyond_model::{Finish, Sample};

/// What is kept of one sample; the text follows from the ids.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Tokens, the stop token included.
    pub ids: Vec<u32>,
    /// Sum of ln p at temperature 1, nats.
    pub logprob_sum: f64,
    /// Mean token entropy at the sampling temperature, nats.
    pub entropy_mean: f64,
    /// Whether a stop token ended it.
    pub stopped: bool,
}

impl From<Sample> for Drawn {
    fn from(sample: Sample) -> Self {
        let stopped = sample.finish == Finish::Stop;
        Drawn { ids: sample.ids, logprob_sum: sample.logprob_sum, entropy_mean: sample.entropy_mean, stopped }
    }
}

/// Bytes of consecutive samples.
pub fn encode(samples: &[Drawn]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for sample in samples {
        bytes.push(u8::from(sample.stopped));
        bytes.extend((sample.ids.len() as u32).to_le_bytes());
        bytes.extend(sample.logprob_sum.to_le_bytes());
        bytes.extend(sample.entropy_mean.to_le_bytes());
        sample.ids.iter().for_each(|id| bytes.extend(id.to_le_bytes()));
    }
    bytes
}

/// The samples of a shard. Errs on bytes that [`encode`] did not write.
pub fn decode(mut bytes: &[u8]) -> Result<Vec<Drawn>> {
    let mut samples = Vec::new();
    while !bytes.is_empty() {
        let stopped = take::<1>(&mut bytes)?[0] != 0;
        let length = u32::from_le_bytes(take(&mut bytes)?) as usize;
        let logprob_sum = f64::from_le_bytes(take(&mut bytes)?);
        let entropy_mean = f64::from_le_bytes(take(&mut bytes)?);
        let ids = (0..length).map(|_| Ok(u32::from_le_bytes(take(&mut bytes)?))).collect::<Result<_>>()?;
        samples.push(Drawn { ids, logprob_sum, entropy_mean, stopped });
    }
    Ok(samples)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N]> {
    let Some((head, rest)) = bytes.split_first_chunk() else { bail!("a shard of samples ends in the middle of one") };
    *bytes = rest;
    Ok(*head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_round_trip_and_a_cut_is_noticed() {
        let samples = [
            Drawn { ids: vec![1, 70_000, 3], logprob_sum: -1.5, entropy_mean: 0.25, stopped: true },
            Drawn { ids: vec![], logprob_sum: 0.0, entropy_mean: 0.0, stopped: false },
        ];
        let bytes = encode(&samples);
        assert_eq!(decode(&bytes).unwrap(), samples);
        assert!(decode(&bytes[..bytes.len() - 1]).is_err());
    }
}
