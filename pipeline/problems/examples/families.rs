//! Prints what a person should look at before trusting a family: problems and documents of each, their lengths in
//! tokens, distinct prompts per fold, and the control. `families [SPEC...]`: names, or JSON specs with parameters.

use anyhow::Result;
use beyond_problems::family::FAMILIES;
use beyond_problems::{Exposure, Family, FamilySpec, Fold, Request, Rng, Split, fold, pieces};
use std::collections::{BTreeMap, BTreeSet};

fn main() -> Result<()> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let all = FAMILIES.iter().map(|name| name.to_string()).collect();
    for spec in if given.is_empty() { all } else { given } {
        let json = if spec.starts_with('{') { spec.clone() } else { serde_json::json!({ "family": spec }).to_string() };
        let family = serde_json::from_str::<FamilySpec>(&json)?.build()?;
        println!("\n==== {spec}: {}", family.control_words());
        documents(family.as_ref(), 20_000);
        for level in family.levels() {
            for exposure in Exposure::ALL {
                problems(family.as_ref(), level, exposure);
            }
        }
    }
    Ok(())
}

/// Shares, lengths and samples of the corpus.
fn documents(family: &dyn Family, count: u64) {
    let mut styles = BTreeMap::new();
    let mut prompts = BTreeSet::new();
    let (mut prompt_lengths, mut response_lengths) = (Vec::new(), Vec::new());
    for index in 0..count {
        let document = family.document(0, index);
        let key = (document.draft.level, document.style, document.exposure.as_str(), document.correct);
        *styles.entry(key).or_insert(0u32) += 1;
        prompt_lengths.push(pieces(&document.draft.prompt).len());
        response_lengths.push(pieces(&document.response).len());
        if index < 12 {
            let (prompt, response, style) = (&document.draft.prompt, &document.response, document.style);
            println!("  {prompt}{response:?}   [{style}{}]", if document.correct { "" } else { ", WRONG" });
        }
        prompts.insert(document.draft.visible);
    }
    println!("  {count} documents, {} distinct prompts", prompts.len());
    println!("  tokens: prompt {}, response {}", lengths(prompt_lengths), lengths(response_lengths));
    for ((level, style, exposure, correct), n) in styles {
        let share = 100.0 * f64::from(n) / count as f64;
        println!("    level {level} {style:16} {exposure:6} {} {share:5.1} %", if correct { "right" } else { "WRONG" });
    }
}

/// Mean and maximum.
fn lengths(lengths: Vec<usize>) -> String {
    let mean = lengths.iter().sum::<usize>() as f64 / lengths.len() as f64;
    format!("mean {mean:.1} max {}", lengths.iter().max().unwrap_or(&0))
}

/// Prompts per fold among 20,000 attempts, samples, and the control of up to 60 test problems.
fn problems(family: &dyn Family, level: u32, exposure: Exposure) {
    let mut rng = Rng::keyed("look", 0, 0);
    let mut folds: BTreeMap<Fold, BTreeSet<String>> = BTreeMap::new();
    let attempts = if level > 5 { 300 } else { 20_000 };
    for draft in (0..attempts).filter_map(|_| family.draft(&mut rng, level, Some(exposure), &|_| true)) {
        folds.entry(fold(&draft.visible)).or_default().insert(draft.visible);
    }
    let sizes: Vec<usize> = folds.values().map(BTreeSet::len).collect();
    let held = folds.get(&Fold::Test).map_or(0, BTreeSet::len);
    let (split, exposure) = (Split::Test, Some(exposure));
    let request = Request { benchmark: "look".to_string(), split, level, exposure, count: held.min(60), seed: 0 };
    let name = format!("{} {}", family.stratum(level), exposure.map_or("", Exposure::as_str));
    let Ok(rows) = family.problems(&request) else { return println!("  -- {name}: nothing") };
    let Ok(control) = family.control(&rows, &[1, 16, 256, 512]) else { return println!("  -- {name}: nothing") };
    let control: Vec<String> = control.iter().map(|row| format!("{:.4}@{}", row.pass_at_k, row.k)).collect();
    println!("  -- {name}: prompts in {attempts} attempts {sizes:?}, control {}", control.join(" "));
    for row in rows.iter().take(3) {
        println!("     {} {:?} {:?}", row.problem_id, row.prompt, row.solution);
    }
}
