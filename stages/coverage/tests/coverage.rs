//! The stage end to end: two models that were not asked the same, and what stands beside the 2x2 table.

use beyond_coverage::{CoverageStage, Params};
use beyond_record::{Audit, Counts, Coverage, Problem};
use beyond_stage::testing::{input, output, run};

fn counts(model: &str, problems: std::ops::Range<u32>, truncated: u32) -> Vec<Counts> {
    let row = |problem: u32| Counts {
        model: model.into(),
        benchmark: "sums".into(),
        setting: "t1".into(),
        problem_id: format!("p{problem:02}"),
        n: 10,
        correct: problem % 4,
        truncated: truncated + problem % 2,
        ..Default::default()
    };
    problems.map(row).collect()
}

fn problems(prompt: impl Fn(u32) -> String) -> Vec<Problem> {
    let row = |problem: u32| Problem {
        benchmark: "sums".into(),
        problem_id: format!("p{problem:02}"),
        judge: "math".into(),
        prompt: prompt(problem),
        gold: "1".into(),
        stratum: String::new(),
        exposure: String::new(),
        image: String::new(),
        solution: String::new(),
    };
    (0..20).map(row).collect()
}

/// The audits of two models whose prompts are these.
fn audits(params: &Params, base: Vec<Counts>, model: Vec<Counts>, shown: [Option<Vec<Problem>>; 2]) -> (Vec<Audit>, Vec<Coverage>) {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = vec![input(folder.path(), "counts", &base), input(folder.path(), "counts", &model)];
    let roles = ["base_problems", "model_problems"];
    inputs.extend(roles.iter().zip(shown).filter_map(|(role, rows)| Some(input(folder.path(), role, &rows?))));
    run(&CoverageStage, params, inputs, folder.path()).unwrap();
    (output(folder.path()), output(folder.path()))
}

fn named<'a>(audits: &'a [Audit], name: &str) -> Option<&'a Audit> {
    audits.iter().find(|audit| audit.audit == format!("{name} against base"))
}

fn plain(problem: u32) -> String {
    format!("What is {problem} + 1?")
}

#[test]
fn equal_prompts_pass_and_one_other_prompt_stops_the_report() {
    let pair = || (counts("base", 0..20, 0), counts("rl", 0..20, 0));
    let (base, model) = pair();
    let (found, _) = audits(&Params::default(), base, model, [Some(problems(plain)), Some(problems(plain))]);
    assert!(named(&found, "prompts").unwrap().passed && named(&found, "pairing").unwrap().passed, "{found:?}");
    let other = |problem| if problem == 7 { "Think. What is 7 + 1?".to_string() } else { plain(problem) };
    let (base, model) = pair();
    let (found, _) = audits(&Params::default(), base, model, [Some(problems(plain)), Some(problems(other))]);
    let prompts = named(&found, "prompts").unwrap();
    assert!(prompts.blocks && !prompts.passed && prompts.value == 1.0, "{prompts:?}");
    assert!(prompts.message.contains("first: p07") && prompts.message.contains("unequal_prompts: true"), "{}", prompts.message);
}

#[test]
fn another_template_is_another_prompt_unless_the_spec_means_it() {
    let shown = || [Some(problems(plain)), Some(problems(plain))];
    let params = Params { model_template: "qwen".into(), ..Default::default() };
    let (found, _) = audits(&params, counts("base", 0..20, 0), counts("rl", 0..20, 0), shown());
    assert!(named(&found, "prompts").unwrap().blocks);
    let params = Params { unequal_prompts: true, ..params };
    let (found, _) = audits(&params, counts("base", 0..20, 0), counts("rl", 0..20, 0), shown());
    let prompts = named(&found, "prompts").unwrap();
    assert!(!prompts.blocks && !prompts.passed && prompts.message.ends_with("The spec says so: unequal_prompts"), "{prompts:?}");
}

#[test]
fn counts_alone_do_not_tell_the_prompts() {
    let (found, _) = audits(&Params::default(), counts("base", 0..20, 0), counts("rl", 0..20, 0), [Some(problems(plain)), None]);
    assert!(named(&found, "prompts").is_none() && named(&found, "pairing").is_some());
}

#[test]
fn problems_that_one_side_lacks_are_listed_and_left_out() {
    let (found, tables) = audits(&Params::default(), counts("base", 0..18, 0), counts("rl", 2..20, 0), [None, None]);
    let pairing = named(&found, "pairing").unwrap();
    assert!(!pairing.passed && !pairing.blocks && pairing.value == 4.0, "{pairing:?}");
    assert!(pairing.message.contains("only the base has p00, p01") && pairing.message.contains("only the model has p18, p19"));
    let table = &tables[0];
    assert_eq!(table.both + table.base_only + table.model_only + table.neither, 16);
}

#[test]
fn without_a_shared_problem_there_is_nothing_to_compare() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = vec![input(folder.path(), "counts", &counts("base", 0..5, 0)), input(folder.path(), "counts", &counts("rl", 5..9, 0))];
    let message = format!("{:#}", run(&CoverageStage, &Params::default(), inputs, folder.path()).unwrap_err());
    assert!(message.contains("no problem in common") && message.contains("p05"), "{message}");
}

#[test]
fn unequal_truncation_is_told_and_never_stops_the_report() {
    let (found, _) = audits(&Params::default(), counts("base", 0..20, 0), counts("rl", 0..20, 4), [None, None]);
    let truncation = named(&found, "truncation").unwrap();
    assert!(!truncation.passed && !truncation.blocks && (truncation.value - 0.4).abs() < 1e-12, "{truncation:?}");
    assert!(truncation.message.contains("base 5.0 %, model 45.0 %"), "{}", truncation.message);
    assert!(named(&found, "unparsed").unwrap().passed);
}

#[test]
fn beside_the_table_stand_its_nulls_and_what_three_mixing_models_expect() {
    let stratified = |model: &str, correct: fn(u32) -> u32| -> Vec<Counts> {
        let rows = counts(model, 0..60, 0).into_iter().enumerate();
        let row = |(i, row): (usize, Counts)| Counts { correct: correct(i as u32), stratum: format!("{}", i % 2), ..row };
        rows.map(row).collect()
    };
    // The model loses every eleventh problem and finds three that the base never solved.
    let base = stratified("base", |i| if i % 5 == 0 { 0 } else { 1 + i % 10 });
    let model = stratified("rl", |i| {
        if i % 11 == 0 {
            0
        } else if i % 20 == 5 {
            9
        } else {
            (i * 7) % 11
        }
    });
    let (_, tables) = audits(&Params::default(), base, model, [None, None]);
    let all = &tables[0];
    assert_eq!((all.subset.as_str(), all.both + all.base_only + all.model_only + all.neither), ("all", 60));
    assert!((all.net_expansion - (f64::from(all.model_only) - all.null_expected)).abs() < 1e-12);
    // Of what the base leaves unsolved at m = 5: found by the model, and by itself when run again.
    let (unlocked, rerun) = (all.unlocked.unwrap(), all.unlocked_by_rerun.unwrap());
    assert!((unlocked / rerun - all.model_only_at_m / all.self_null_base).abs() < 1e-12 && unlocked < 1.0, "{all:?}");
    assert!(all.excess.unwrap() > 0.0 && all.excess_se.unwrap() > 0.0);
    let expected = [all.expansions_bb, all.expansions_zibb, all.expansions_npmle].map(Option::unwrap);
    // Twelve problems have c = 0 under the base; the model solves some of them for sure, so that a few expansions are expected.
    assert!(expected.iter().all(|count| (0.0..12.0).contains(count)) && expected[1] > 0.5, "{expected:?}");
    assert!(all.self_null_npmle.unwrap() >= 0.0 && tables[1].subset.starts_with("stratum=") && tables[1].self_null_npmle.is_none());
}
