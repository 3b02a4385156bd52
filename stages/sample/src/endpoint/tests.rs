//! The endpoint against servers that behave, and that do not.

use super::client::Patience;
use super::stub::{Asked, Said, Stub, faithful, refusal};
use super::{sample_with, shape};
use crate::{Endpoint, Params, Power, Sampling};
use anyhow::Result;
use beyond_record::{Completion, Problem};
use beyond_stage::{Job, UserError};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

fn problem(id: &str, image: &str) -> Problem {
    Problem {
        benchmark: "b".into(),
        problem_id: id.into(),
        judge: "exact".into(),
        prompt: format!("say {id}"),
        gold: String::new(),
        stratum: String::new(),
        exposure: String::new(),
        image: image.into(),
        solution: String::new(),
    }
}

fn params(url: &str, n: u32) -> Params {
    let endpoint = Endpoint { url: url.into(), model: "tiny".into(), key_variable: String::new(), chunk: 16, parallel: 3, chat: false };
    let sampling = Sampling { temperature: 0.6, top_p: 0.95, top_k: 0, max_tokens: 32, seed: 7, power: None, forbid: String::new() };
    Params { model: "m".into(), setting: "s".into(), n, sampling, template: "plain".into(), endpoint: Some(endpoint) }
}

/// What one run left behind.
struct Ran {
    rows: Vec<Completion>,
    drawn: f64,
    engine: Value,
}

fn run(params: &Params, problems: &[Problem], folder: &Path) -> Result<Ran> {
    let patience = Patience { attempts: 4, first: Duration::from_micros(10), longest: Duration::from_micros(100) };
    std::fs::create_dir_all(folder.join("out")).unwrap();
    let job = Job::new(("sample", 1), vec![], &folder.join("out"), &folder.join("scratch"), &folder.join("journals"));
    let rows = sample_with(params, params.endpoint.as_ref().unwrap(), &params.sampling, problems, &job, patience)?;
    let engine = serde_json::from_slice(&std::fs::read(folder.join("out/engine.json")).unwrap()).unwrap();
    Ok(Ran { rows, drawn: job.measures()["samples_drawn"], engine })
}

fn fresh(params: &Params, problems: &[Problem]) -> Result<Ran> {
    run(params, problems, tempfile::tempdir().unwrap().path())
}

/// The texts a faithful server gives, from the seeds alone.
fn expected(problems: &[Problem], n: u32) -> Vec<String> {
    let endpoint = params("", n).endpoint.unwrap();
    let shown = shape::shown(&params("", n), &endpoint, problems).unwrap();
    let text = |i: usize, j: u32| format!("{:?} under {}", problems[i].prompt, shape::first_seed(7, shown[i].item) + u64::from(j));
    (0..problems.len()).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| text(i, j)).collect()
}

fn texts(rows: &[Completion]) -> Vec<String> {
    rows.iter().map(|row| row.text.clone()).collect()
}

fn two() -> Vec<Problem> {
    vec![problem("p", ""), problem("q", "")]
}

#[test]
fn chunks_cover_every_sample_once_under_its_own_seed() {
    let stub = Stub::start(faithful);
    let ran = fresh(&params(&stub.url, 40), &two()).unwrap();
    assert_eq!(texts(&ran.rows), expected(&two(), 40));
    assert_eq!(ran.rows.iter().map(|row| row.sample_index).collect::<Vec<_>>(), (0..40).chain(0..40).collect::<Vec<_>>());
    assert_eq!(stub.asked().iter().map(Asked::n).collect::<Vec<_>>().iter().sum::<u64>(), 80);
    assert!(stub.asked().iter().all(|asked| asked.n() <= 16));
    let row = &ran.rows[1];
    assert_eq!(
        (row.finish_reason.as_str(), row.n_tokens, row.logprob_sum),
        ("length", None, None),
        "usage of several choices is no token count"
    );
    assert_eq!(ran.engine["system_fingerprints"]["b1"], 80);
    assert_eq!(
        ran.engine["served"]["entry"],
        serde_json::json!({"id": "tiny", "max_model_len": 4096}),
        "what changes without meaning is left out"
    );
    assert_eq!((&ran.engine["abilities"]["many"], &ran.engine["abilities"]["repeatable"]), (&true.into(), &true.into()));
}

#[test]
fn more_samples_than_slots_lower_the_chunk() {
    let stub = Stub::start(
        |asked| if asked.n() > 3 { refusal(400, "n_cmpl cannot be greater than the number of slots") } else { faithful(asked) },
    );
    let ran = fresh(&params(&stub.url, 20), &two()).unwrap();
    assert_eq!(texts(&ran.rows), expected(&two(), 20), "the same samples as in larger chunks");
    assert_eq!(ran.engine["chunk"], 2);
}

#[test]
fn a_server_that_ignores_n_is_asked_one_by_one() {
    let one = |asked: &Asked| faithful(&Asked { body: with(&asked.body, "n", 1.into()), ..asked.clone() });
    let stub = Stub::start(one);
    let ran = fresh(&params(&stub.url, 5), &two()).unwrap();
    assert_eq!(texts(&ran.rows), expected(&two(), 5));
    assert!(stub.asked().iter().all(|asked| asked.n() == 1));
    assert_eq!(ran.rows[0].n_tokens, Some(5), "usage of one choice is its token count");
    assert_eq!(ran.engine["abilities"]["many"], false);
}

fn with(body: &Value, field: &str, value: Value) -> Value {
    let mut body = body.clone();
    body[field] = value;
    body
}

/// Fails the first requests after the probe by turns, then is faithful.
fn stumbling(failures: &'static [Said]) -> Stub {
    let count = AtomicU32::new(0);
    Stub::start(move |asked| {
        if asked.is_probe() {
            return faithful(asked);
        }
        failures.get(count.fetch_add(1, Ordering::Relaxed) as usize).cloned().unwrap_or_else(|| faithful(asked))
    })
}

#[test]
fn what_passes_is_tried_again() {
    static FAILURES: std::sync::LazyLock<Vec<Said>> = std::sync::LazyLock::new(|| {
        let torn = (200, "", "{\"choices\": [{\"text\"".to_string());
        vec![(429, "Retry-After: 0\r\n", String::new()), refusal(503, "loading"), torn]
    });
    let stub = stumbling(&FAILURES);
    let ran = fresh(&params(&stub.url, 4), &two()[..1]).unwrap();
    assert_eq!(texts(&ran.rows), expected(&two()[..1], 4));
    assert_eq!(stub.asked().len(), 4);
}

#[test]
fn wrong_json_ends_with_a_clear_error_after_some_tries() {
    let stub = Stub::start(|asked| if asked.is_probe() { faithful(asked) } else { (200, "", "<html>busy</html>".into()) });
    let message = format!("{:#}", fresh(&params(&stub.url, 4), &two()[..1]).err().unwrap());
    assert!(message.contains("failed 4 times") && message.contains("not JSON") && message.contains("<html>busy"), "{message}");
    assert_eq!(stub.asked().len(), 4);
}

#[test]
fn a_refused_request_of_one_sample_is_not_repeated() {
    let stub = Stub::start(|asked| if asked.is_probe() { faithful(asked) } else { refusal(400, "prompt is longer than the context") });
    let error = fresh(&params(&stub.url, 1), &two()[..1]).err().unwrap();
    assert!(error.is::<UserError>() && error.to_string().contains("prompt is longer than the context"), "{error:#}");
    assert_eq!(stub.asked().len(), 1);
}

#[test]
fn a_failed_run_resumes_and_a_larger_n_draws_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let count = AtomicU32::new(0);
    let stub = Stub::start(move |asked| {
        let broken = !asked.is_probe() && count.fetch_add(1, Ordering::Relaxed) == 3;
        if broken { refusal(400, "disk full") } else { faithful(asked) }
    });
    let mut params = params(&stub.url, 48);
    params.endpoint.as_mut().unwrap().parallel = 1;
    params.endpoint.as_mut().unwrap().chunk = 1;
    assert!(run(&params, &two()[..1], folder.path()).is_err());
    params.endpoint.as_mut().unwrap().chunk = 16;
    let ran = run(&params, &two()[..1], folder.path()).unwrap();
    assert_eq!((ran.drawn, texts(&ran.rows)), (45.0, expected(&two()[..1], 48)), "three samples were paid for already");
    let ran = run(&Params { n: 64, ..params.clone() }, &two(), folder.path()).unwrap();
    assert_eq!((ran.drawn, texts(&ran.rows)), (16.0 + 64.0, expected(&two(), 64)));
    let before = stub.probes().len();
    let ran = run(&Params { n: 64, ..params }, &two(), folder.path()).unwrap();
    assert_eq!(
        (ran.drawn, stub.probes().len(), ran.engine["system_fingerprints"]["b1"].as_u64()),
        (0.0, before, Some(128)),
        "nothing is asked, all is known"
    );
}

#[test]
fn a_server_that_gives_every_seed_the_same_text_is_refused() {
    let stub = Stub::start(|asked| faithful(&Asked { body: with(&asked.body, "seed", 1.into()), ..asked.clone() }));
    let error = fresh(&params(&stub.url, 4), &two()).err().unwrap();
    assert!(error.is::<UserError>() && error.to_string().contains("every seed with the same text"), "{error:#}");
    let mut greedy = params(&stub.url, 1);
    greedy.sampling.temperature = 0.0;
    assert_eq!(fresh(&greedy, &two()).unwrap().rows.len(), 2, "greedy decoding has no use for seeds");
}

#[test]
fn a_server_without_repeatable_seeds_is_used_and_says_so() {
    let count = AtomicU32::new(0);
    let stub = Stub::start(move |asked| {
        faithful(&Asked { body: with(&asked.body, "seed", count.fetch_add(100, Ordering::Relaxed).into()), ..asked.clone() })
    });
    let ran = fresh(&params(&stub.url, 4), &two()).unwrap();
    assert_eq!(ran.engine["abilities"]["repeatable"], false);
}

#[test]
fn fields_are_sent_only_where_they_are_accepted() {
    let strict = |asked: &Asked| {
        if asked.body.get("min_p").is_some() || asked.body.get("top_k").is_some() {
            refusal(422, "extra fields not permitted")
        } else {
            faithful(asked)
        }
    };
    let stub = Stub::start(strict);
    let ran = fresh(&params(&stub.url, 2), &two()).unwrap();
    assert_eq!(ran.engine["abilities"]["extras"], serde_json::json!({}));
    let error = fresh(&wanting_top_k(&stub.url), &two()).err().unwrap();
    assert!(error.is::<UserError>() && error.to_string().contains("does not accept top_k"), "{error:#}");
    let stub = Stub::start(faithful);
    assert!(fresh(&wanting_top_k(&stub.url), &two()).is_ok());
    assert!(stub.asked().iter().all(|asked| asked.body["top_k"] == 20 && asked.body["min_p"] == 0.0 && asked.body["temperature"] == 0.6));
}

fn wanting_top_k(url: &str) -> Params {
    let mut wanted = params(url, 2);
    wanted.sampling.top_k = 20;
    wanted
}

#[test]
fn a_key_is_sent_and_stored_nowhere() {
    let secret = "PATH"; // set in every environment, and its value is in no answer
    let stub = Stub::start(faithful);
    let folder = tempfile::tempdir().unwrap();
    let mut keyed = params(&stub.url, 2);
    keyed.endpoint.as_mut().unwrap().key_variable = secret.into();
    run(&keyed, &two(), folder.path()).unwrap();
    let key = std::env::var(secret).unwrap();
    assert!(stub.asked().iter().all(|asked| asked.authorization.as_deref() == Some(&format!("Bearer {key}"))));
    for file in beyond_stage::digest::files_below(folder.path()).unwrap() {
        assert!(!String::from_utf8_lossy(&std::fs::read(&file).unwrap()).contains(&key), "{}", file.display());
    }
    let echo = key.clone();
    let stub = Stub::start(move |_| refusal(401, &format!("Incorrect API key: {echo}")));
    keyed.endpoint.as_mut().unwrap().url = stub.url.clone();
    let message = format!("{:#}", fresh(&keyed, &two()).err().unwrap());
    assert!(message.contains("Incorrect API key: <key>") && message.contains("$PATH"), "{message}");
}

#[test]
fn a_chat_shows_messages_and_images() {
    let stub = Stub::start(faithful);
    let mut chat = params(&stub.url, 2);
    chat.endpoint.as_mut().unwrap().chat = true;
    fresh(&chat, &[problem("p", "aGk=")]).unwrap();
    let asked = &stub.asked()[0];
    assert_eq!(asked.path, "/v1/chat/completions");
    assert_eq!(asked.body["messages"][0]["content"][0]["image_url"]["url"], "data:image/png;base64,aGk=");
    assert_eq!(asked.body["messages"][0]["content"][1]["text"], "say p");
}

#[test]
fn what_cannot_work_is_refused_before_anything_is_asked() {
    let stub = Stub::start(faithful);
    let refused = |change: fn(&mut Params), problems: &[Problem], part: &str| {
        let mut params = params(&stub.url, 2);
        change(&mut params);
        let error = fresh(&params, problems).err().unwrap();
        assert!(error.is::<UserError>() && error.to_string().contains(part), "{error:#}");
    };
    refused(|params| params.sampling.power = Some(Power { alpha: 2.0, candidates: 4 }), &two(), "use a checkpoint");
    refused(|params| params.endpoint.as_mut().unwrap().url = "localhost:8000".into(), &two(), "expected http://host:port/v1");
    refused(|params| params.endpoint.as_mut().unwrap().url = "https://me:pw@host/v1".into(), &two(), "key_variable");
    refused(
        |params| params.endpoint.as_mut().unwrap().key_variable = "BEYOND_NO_SUCH_KEY".into(),
        &two(),
        "BEYOND_NO_SUCH_KEY, which is not set",
    );
    refused(|params| params.endpoint.as_mut().unwrap().model = String::new(), &two(), "no model");
    refused(|params| (params.endpoint.as_mut().unwrap().chat, params.template) = (true, "qwen-boxed".into()), &two(), "exclude each other");
    refused(|_| (), &[problem("p", "aGk=")], "set `chat: true`");
    assert!(stub.asked().is_empty());
}

#[test]
fn nobody_at_the_address_is_said_at_once() {
    let url = format!("http://{}/v1", std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let error = fresh(&params(&url, 2), &two()).err().unwrap();
    assert!(error.is::<UserError>() && error.to_string().contains("no server answers at"), "{error:#}");
}

#[test]
fn a_stopped_run_stops_asking() {
    let stub = Stub::start(faithful);
    let folder = tempfile::tempdir().unwrap();
    let stopped = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let job = Job::new(("sample", 1), vec![], folder.path(), folder.path(), folder.path()).with_cancel(stopped);
    let params = params(&stub.url, 2);
    let error = sample_with(&params, params.endpoint.as_ref().unwrap(), &params.sampling, &two(), &job, Patience::default()).unwrap_err();
    assert!(error.is::<beyond_stage::Cancelled>() && stub.asked().is_empty());
}

/// See tests/llama_server.py, which starts one and sets the variable.
#[test]
#[ignore = "needs a llama-server: tests/llama_server.py MODEL.gguf"]
fn a_real_llama_server_gives_the_same_samples_for_every_chunk() {
    let url = std::env::var("BEYOND_ENDPOINT").expect("BEYOND_ENDPOINT is the base address of a llama-server");
    let folder = tempfile::tempdir().unwrap();
    let mut asked = params(&url, 40);
    asked.endpoint.as_mut().unwrap().chunk = 64;
    let ran = run(&asked, &two(), folder.path()).unwrap();
    eprintln!("{:#}", ran.engine);
    assert_eq!((ran.rows.len(), ran.drawn), (80, 80.0));
    assert!(ran.engine["chunk"].as_u64().unwrap() < 64, "40 samples exceed the slots, so the chunk was lowered");
    let distinct: std::collections::BTreeSet<_> = ran.rows.iter().map(|row| &row.text).collect();
    assert!(distinct.len() > 60, "{} distinct texts of 80", distinct.len());
    assert!(ran.rows.iter().all(|row| ["stop", "length"].contains(&row.finish_reason.as_str())));
    assert_eq!(run(&asked, &two(), folder.path()).unwrap().drawn, 0.0);
    asked.endpoint.as_mut().unwrap().chunk = 3;
    let small = fresh(&asked, &two()).unwrap();
    let same = texts(&ran.rows).iter().zip(texts(&small.rows)).filter(|(one, other)| **one == *other).count();
    eprintln!("{same} of 80 samples agree between chunks of {} and 3", ran.engine["chunk"]);
    assert_eq!(same, 80);
}
