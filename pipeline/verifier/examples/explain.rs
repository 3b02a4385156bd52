//! One judgement step by step: `cargo run --example explain -- GOLD ANSWER`; pairs as JSON lines on stdin without arguments.

use beyond_verifier::{Options, explain_math};
use std::io::BufRead;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let options = Options::default();
    if let [gold, answer] = args.as_slice() {
        print!("{}", explain_math(gold, answer, &options));
        return;
    }
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let pair: Result<(String, String), _> = serde_json::from_str(&line);
        match pair {
            Ok((gold, answer)) => println!("{line}\n{}", explain_math(&gold, &answer, &options)),
            Err(e) => eprintln!("expected [\"gold\", \"answer\"]: {e}"),
        }
    }
}
