//! Answers of the current policy to training problems, and what they are paid.

use crate::data::{Problems, answered, stream};
use crate::{Reinforce, Reward};
use anyhow::Result;
use beyond_model::{Decoder, Finish, Request, Sample, SamplingParams, Sequence, Tokenizer, philox, sample};
use beyond_record::Outcome;

/// One rollout.
#[derive(Clone, Debug)]
pub struct Rollout {
    /// Prompt and response.
    pub sequence: Sequence,
    /// ln pi_old of every response token, at temperature 1.
    pub logprobs: Vec<f32>,
    /// Mean token entropy at the rollout temperature, nats.
    pub entropy: f64,
    /// Reward, 0 or 1.
    pub reward: f64,
    /// Extracted answer; None when there is none.
    pub answer: Option<String>,
    /// Whether the token limit ended it.
    pub truncated: bool,
}

impl Rollout {
    /// Response tokens, the end token included.
    pub fn tokens(&self) -> usize {
        self.logprobs.len()
    }
}

/// All rollouts of one prompt.
#[derive(Clone, Debug)]
pub struct Group {
    /// Position in the stream of training problems.
    pub position: u64,
    /// Which problem.
    pub problem: usize,
    /// Its rollouts, in order of the sample index.
    pub rollouts: Vec<Rollout>,
}

impl Group {
    /// Rewards of the rollouts.
    pub fn rewards(&self) -> Vec<f64> {
        self.rollouts.iter().map(|rollout| rollout.reward).collect()
    }
}

/// Sample index of the greedy answer in the stream of coins.
const GREEDY: u32 = u32::MAX;

/// How rollouts are drawn: everything but the policy.
pub struct Roller<'a> {
    pub problems: &'a Problems,
    pub tokenizer: &'a Tokenizer,
    pub recipe: &'a Reinforce,
    pub seed: u64,
    pub threads: usize,
}

impl Roller<'_> {
    /// `recipe.group` rollouts of each of the `count` problems from `position` of the stream on. A position is never asked for twice
    /// in a run, so it also names the random numbers.
    pub fn groups(&self, policy: &Decoder, position: u64, count: usize) -> Result<Vec<Group>> {
        let problems = stream(self.problems.rows.len(), position, count, self.seed);
        let asked: Vec<(u64, usize)> = (position..).zip(problems).collect();
        self.roll(policy, &asked, self.recipe.group, self.recipe.temperature)
    }

    /// The greedy answer to the prompt of each group (ReMax), as groups of one.
    pub fn greedy(&self, policy: &Decoder, groups: &[&Group]) -> Result<Vec<Group>> {
        let asked: Vec<(u64, usize)> = groups.iter().map(|group| (group.position, group.problem)).collect();
        self.roll(policy, &asked, 1, 0.0)
    }

    fn roll(&self, policy: &Decoder, asked: &[(u64, usize)], count: u32, temperature: f64) -> Result<Vec<Group>> {
        let request = |(position, problem): &(u64, usize)| {
            let prompt = &self.problems.prompts[*problem];
            Request { prompt_ids: prompt.ids.clone(), image: prompt.image.clone(), key: *position, first_sample: 0, count }
        };
        let requests: Vec<Request> = asked.iter().map(request).collect();
        let params = SamplingParams {
            temperature: temperature as f32,
            top_p: 1.0,
            top_k: 0,
            max_tokens: self.recipe.max_tokens,
            stop_ids: self.tokenizer.eos_ids().to_vec(),
            forbidden_ids: vec![],
            seed: self.seed,
        };
        let mut drawn: Vec<Vec<(u32, Sample)>> = vec![Vec::new(); asked.len()];
        sample(policy, &requests, &params, self.threads, None, |at, index, sample| drawn[at].push((index, sample)))?;
        let group = |(&(position, problem), mut samples): (&(u64, usize), Vec<(u32, Sample)>)| -> Result<Group> {
            samples.sort_by_key(|(index, _)| *index);
            let coin = |index| if temperature > 0.0 { index } else { GREEDY };
            let rollout = |(index, sample)| self.rollout(problem, sample, self.coin(position, coin(index)));
            Ok(Group { position, problem, rollouts: samples.into_iter().map(rollout).collect::<Result<_>>()? })
        };
        asked.iter().zip(drawn).map(group).collect()
    }

    fn rollout(&self, problem: usize, sample: Sample, coin: bool) -> Result<Rollout> {
        let text = beyond_prompt::visible_text(&sample.ids, self.tokenizer)?;
        let judgement = self.problems.family(problem).verify(&self.problems.rows[problem], &text);
        let truncated = sample.finish == Finish::Length;
        let paid = match self.recipe.reward {
            Reward::Verifier => judgement.outcome.is_correct() && !truncated,
            Reward::Format => !truncated && matches!(judgement.outcome, Outcome::Correct | Outcome::Incorrect),
            Reward::Random => coin,
        };
        Ok(Rollout {
            sequence: answered(&self.problems.prompts[problem], &sample.ids),
            logprobs: sample.logprobs,
            entropy: sample.entropy_mean,
            reward: f64::from(u8::from(paid)),
            answer: judgement.extracted,
            truncated,
        })
    }

    /// The fair coin of a rollout.
    fn coin(&self, position: u64, index: u32) -> bool {
        let counter = [position as u32, (position >> 32) as u32, index, 0x636f_696e];
        philox(counter, [self.seed as u32, (self.seed >> 32) as u32])[0] & 1 == 1
    }
}
