//! One HTTP client: JSON in, JSON out, patient with what passes (429, 5xx, timeouts, torn answers), never with what does not (400).

use crate::Endpoint;
use crate::openai::shortened;
use anyhow::{Context, Result, bail};
use beyond_stage::{Cancelled, user_error};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A client that gives up makes the server work twice, so an answer may take long.
const ANSWER: Duration = Duration::from_secs(3600);
const CONNECT: Duration = Duration::from_secs(20);
/// Largest body read, bytes.
const BODY: u64 = 1 << 30;
/// Longest pause that a server's Retry-After is granted.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// How often a pause looks whether the run was stopped.
const TICK: Duration = Duration::from_millis(100);

/// How long failures that may pass are borne.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Requests in all before giving up.
    pub attempts: u32,
    /// Pause after the first failure; each later one is twice as long, up to `longest`, times a random factor of 0.5 to 1.
    pub first: Duration,
    /// See `first`.
    pub longest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience { attempts: 8, first: Duration::from_millis(500), longest: Duration::from_secs(60) }
    }
}

/// What a server said.
#[derive(Debug)]
pub enum Reply<T> {
    /// Status 200 and a body that could be read.
    Answer(T),
    /// 400, 413 or 422: the request asks for something this server does not do.
    Refused(String),
    /// 404 or 405.
    NotThere(String),
}

/// See the module documentation. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    key_variable: String,
    key: Option<String>,
    patience: Patience,
    cancelled: Arc<AtomicBool>,
}

/// One try.
enum Attempt<T> {
    Reply(Reply<T>),
    /// Worth another try, after this pause if the server named one.
    Passing(String, Option<Duration>),
}

impl Client {
    /// Errs on an address that is not HTTP or that carries a secret, and when the key's variable is not set.
    pub fn new(endpoint: &Endpoint, patience: Patience, cancelled: Arc<AtomicBool>) -> Result<Self> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(ANSWER))
            .max_idle_connections_per_host(endpoint.parallel.max(1) as usize);
        Ok(Client {
            agent: config.build().into(),
            base: address(&endpoint.url)?,
            key_variable: endpoint.key_variable.clone(),
            key: key(&endpoint.key_variable)?,
            patience,
            cancelled,
        })
    }

    /// The base address, which holds no secret.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// GET, or POST when there is a body; `read` takes the answer apart or says what is wrong with it.
    /// Errs when patience ends, when the key is refused, when nobody listens, and when the run is stopped.
    pub fn ask<T>(&self, path: &str, body: Option<&Value>, read: impl Fn(&Value) -> Result<T, String>) -> Result<Reply<T>> {
        let mut failure = String::new();
        for attempt in 0..self.patience.attempts {
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(Cancelled.into());
            }
            match self.attempt(path, body, &read)? {
                Attempt::Reply(reply) => return Ok(reply),
                Attempt::Passing(what, pause) => {
                    failure = what;
                    if attempt + 1 < self.patience.attempts {
                        self.pause(attempt, pause)?;
                    }
                }
            }
        }
        bail!("{}{path} failed {} times, the last time with: {failure}", self.base, self.patience.attempts)
    }

    fn attempt<T>(&self, path: &str, body: Option<&Value>, read: impl Fn(&Value) -> Result<T, String>) -> Result<Attempt<T>> {
        let url = format!("{}{path}", self.base);
        let bearer = self.key.as_ref().map(|key| format!("Bearer {key}"));
        let sent = match body {
            None => {
                let request = self.agent.get(&url);
                bearer.iter().fold(request, |request, bearer| request.header("Authorization", bearer)).call()
            }
            Some(body) => {
                let request = self.agent.post(&url);
                bearer.iter().fold(request, |request, bearer| request.header("Authorization", bearer)).send_json(body)
            }
        };
        let mut response = match sent {
            Ok(response) => response,
            Err(error) => return self.failed(error),
        };
        let pause =
            response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok()).map(Duration::from_secs);
        let status = response.status().as_u16();
        let text = match response.body_mut().with_config().limit(BODY).read_to_string() {
            Ok(text) => text,
            Err(error) => return Ok(Attempt::Passing(format!("the answer broke off ({error})"), None)),
        };
        self.judge(status, &text, pause, read)
    }

    fn judge<T>(&self, status: u16, text: &str, pause: Option<Duration>, read: impl Fn(&Value) -> Result<T, String>) -> Result<Attempt<T>> {
        let said = format!("HTTP {status}: {}", self.without_key(&shortened(text)));
        Ok(match status {
            200 => {
                let value = serde_json::from_str(text).map_err(|error| format!("the answer is not JSON ({error}): {}", shortened(text)));
                match value.and_then(|value| read(&value)) {
                    Ok(answer) => Attempt::Reply(Reply::Answer(answer)),
                    Err(what) => Attempt::Passing(self.without_key(&what), None),
                }
            }
            400 | 413 | 422 => Attempt::Reply(Reply::Refused(said)),
            404 | 405 => Attempt::Reply(Reply::NotThere(said)),
            401 | 403 => bail!(user_error(format!("{} refused access ({said}); {}", self.base, self.remedy()))),
            408 | 425 | 429 | 500..=599 => Attempt::Passing(said, pause),
            _ => bail!("{} answered {said}", self.base),
        })
    }

    /// A connection that was never made is the user's to mend; one that broke may pass.
    fn failed<T>(&self, error: ureq::Error) -> Result<Attempt<T>> {
        use std::io::ErrorKind::ConnectionRefused;
        match error {
            ureq::Error::Io(io) if io.kind() == ConnectionRefused => self.nobody(&io),
            ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => self.nobody(&error),
            ureq::Error::Io(_) | ureq::Error::Timeout(_) | ureq::Error::Protocol(_) => Ok(Attempt::Passing(error.to_string(), None)),
            other => Err(anyhow::Error::new(other)).with_context(|| format!("cannot ask {}", self.base)),
        }
    }

    fn nobody<T>(&self, why: &dyn std::fmt::Display) -> Result<Attempt<T>> {
        bail!(user_error(format!(
            "no server answers at {} ({why}): start one (for example `vllm serve <model>`) or correct the endpoint's url",
            self.base
        )))
    }

    fn remedy(&self) -> String {
        match self.key_variable.as_str() {
            "" => "name the environment variable that holds its key: `key_variable`".into(),
            variable => format!("is the key in ${variable} right?"),
        }
    }

    fn without_key(&self, text: &str) -> String {
        self.key.as_ref().map_or_else(|| text.to_string(), |key| text.replace(key.as_str(), "<key>"))
    }

    fn pause(&self, attempt: u32, asked: Option<Duration>) -> Result<()> {
        let doubled = self.patience.first.saturating_mul(1 << attempt.min(16)).min(self.patience.longest);
        let mut left = asked.map_or_else(|| doubled.mul_f64(0.5 + 0.5 * jitter()), |asked| asked.min(LONGEST_PAUSE));
        while !left.is_zero() {
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(Cancelled.into());
            }
            let step = left.min(TICK);
            std::thread::sleep(step);
            left -= step;
        }
        Ok(())
    }
}

/// Spreads retries of parallel requests; no result depends on it.
fn jitter() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    f64::from(now.subsec_nanos() % 1_000_003) / 1_000_003.0
}

/// The base without a slash at the end. Errs on anything but HTTP, and on addresses that carry a user, a password or a query.
fn address(url: &str) -> Result<String> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let Some(rest) = rest.filter(|rest| !rest.is_empty()) else {
        bail!(user_error(format!("the endpoint's url is {url:?}: expected http://host:port/v1 or https://...")));
    };
    if rest.contains(['@', '?', '#']) {
        bail!(user_error(
            "the endpoint's url carries a user, a key or a query, which would be stored with the results: put the key into an environment variable and name it with `key_variable`"
        ));
    }
    Ok(url.trim_end_matches('/').to_string())
}

fn key(variable: &str) -> Result<Option<String>> {
    if variable.is_empty() {
        return Ok(None);
    }
    match std::env::var(variable) {
        Ok(key) if !key.is_empty() => Ok(Some(key)),
        _ => bail!(user_error(format!("the endpoint's key is to be read from the environment variable {variable}, which is not set"))),
    }
}
