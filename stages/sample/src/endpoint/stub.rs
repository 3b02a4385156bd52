//! A server in a thread: answers each request by a rule, and remembers what was asked.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One request as the server saw it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub authorization: Option<String>,
    pub body: Value,
}

impl Asked {
    pub fn n(&self) -> u64 {
        self.body["n"].as_u64().unwrap_or(1)
    }

    /// Whether it is part of the probe: the open prompt.
    pub fn is_probe(&self) -> bool {
        self.body.to_string().contains("Forty random letters")
    }
}

/// Status, further header lines, body.
pub type Said = (u16, &'static str, String);

/// A running server; it ends with the process.
pub struct Stub {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Stub {
    /// Serves by `rule`; `/models` lists one model.
    pub fn start(rule: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (rule, log) = (Arc::new(rule), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (rule, log) = (rule.clone(), log.clone());
                std::thread::spawn(move || serve(stream, &*rule, &log));
            }
        });
        Stub { url, asked }
    }

    /// Requests for completions outside the probe.
    pub fn asked(&self) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|asked| asked.path.ends_with("completions") && !asked.is_probe()).cloned().collect()
    }

    /// Requests of the probe.
    pub fn probes(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|asked| asked.is_probe()).cloned().collect()
    }
}

fn serve(stream: TcpStream, rule: &(dyn Fn(&Asked) -> Said + Send + Sync), log: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    while let Some(asked) = read(&mut reader) {
        let (status, headers, body) = if asked.path == "/v1/models" {
            (200, "", json!({"data": [{"id": "tiny", "created": 1, "max_model_len": 4096}]}).to_string())
        } else {
            rule(&asked)
        };
        log.lock().unwrap().push(asked);
        let head = format!("HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
        if writer.write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_string();
    let (mut length, mut authorization) = (0, None);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => authorization = Some(value.to_string()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { path, authorization, body: serde_json::from_slice(&body).unwrap_or_default() })
}

/// What a faithful server says: choice j is a function of (prompt, seed + j), as with vLLM and llama-server.
pub fn faithful(asked: &Asked) -> Said {
    let shown = asked.body.get("prompt").or_else(|| asked.body.get("messages")).cloned().unwrap_or_default();
    let seed = asked.body["seed"].as_u64().unwrap();
    let choice = |j: u64| json!({"index": j, "text": format!("{shown} under {}", seed + j), "finish_reason": if j.is_multiple_of(2) { "stop" } else { "length" }});
    let choices: Vec<Value> = (0..asked.n()).rev().map(choice).collect();
    let body = json!({"choices": choices, "system_fingerprint": "b1", "usage": {"completion_tokens": 5}});
    (200, "", body.to_string())
}

/// A refusal as llama-server writes it.
pub fn refusal(status: u16, message: &str) -> Said {
    (status, "", json!({"error": {"message": message}}).to_string())
}
