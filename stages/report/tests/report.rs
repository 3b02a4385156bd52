//! The whole stage on made-up artifacts.

mod synthetic;

use beyond_record::{Curve, Table};
use beyond_report::{FigureSpec, Params, Report, figures, svg::Draw};
use beyond_stage::{Digest, Input, Job, Stage, digest::files_below, table};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

type Files = BTreeMap<String, Vec<u8>>;

fn run(params: &Params, inputs: Vec<Input>, folder: &Path) -> anyhow::Result<Files> {
    let output = folder.join("output");
    std::fs::create_dir_all(&output)?;
    let job = Job::new((Report::NAME, Report::VERSION), inputs, &output, &folder.join("scratch"), &folder.join("journals"));
    Stage::run(&Report, params, &job)?;
    let name = |path: &Path| path.strip_prefix(&output).unwrap().to_string_lossy().into_owned();
    Ok(files_below(&output)?.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect())
}

fn full(params: &Params, fault: bool) -> Files {
    let dir = tempfile::tempdir().unwrap();
    let inputs = synthetic::inputs(dir.path(), fault);
    run(params, inputs, dir.path()).unwrap()
}

/// The report of everything, made once for the tests that only look.
fn everything_made() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| full(&everything(), false))
}

/// The report as it is when the spec names no figures, made once.
fn default_made() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| full(&synthetic::params(), false))
}

fn everything() -> Params {
    Params { figures: figures::ids().into_iter().map(FigureSpec::of).collect(), ..synthetic::params() }
}

fn text(files: &Files, name: &str) -> String {
    let bytes = files.get(name).unwrap_or_else(|| panic!("{name} is missing; there are {:?}", files.keys()));
    String::from_utf8(bytes.clone()).unwrap()
}

#[test]
fn every_registered_figure_renders_with_a_table_behind_it() {
    let files = everything_made();
    let html = text(files, "report/index.html");
    let markdown = text(files, "report/report.md");
    for figure in figures::FIGURES {
        let rows = text(files, &format!("report/tables/{}.csv", figure.id)).lines().count();
        assert!(rows > 1, "figure {} has an empty table", figure.id);
        assert!(html.contains(&format!("<section id=\"{}\">", figure.id)), "{} is not on the page", figure.id);
        assert!(markdown.contains(&format!("(`{}`)", figure.id)), "{} is not in the text", figure.id);
        let words = figure.words();
        assert!(!words.title.is_empty() && !words.caption.is_empty() && !words.tables.is_empty(), "{} lacks words", figure.id);
        if !matches!(figure.draw, Draw::Table | Draw::Cards) {
            let svg = text(files, &format!("report/figures/{}.svg", figure.id));
            assert!(
                svg.starts_with("<svg") && !svg.contains("NaN") && !svg.replace("zero-inflated", "").contains("inf"),
                "{} is not a clean picture",
                figure.id
            );
        }
    }
    assert!(!html.contains("Asked for, without data"));
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let html = text(everything_made(), "report/index.html");
    for forbidden in ["http:", "https:", "<script", "<link", "<iframe", "@import", "url(", "//cdn"] {
        assert!(!html.contains(forbidden), "the page refers to something outside: {forbidden}");
    }
    assert!(html.matches("src=\"").count() == html.matches("src=\"data:image/png;base64,").count());
    assert!(html.contains("prefers-color-scheme: dark") && html.contains("@media print") && html.contains("name=\"viewport\""));
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    assert!(full(&everything(), false) == *everything_made());
}

#[test]
fn stable_tables_have_their_exact_columns_and_the_artifacts_numbers() {
    let files = default_made();
    let headers = [
        ("pass_at_k", "benchmark,model,setting,k,pass_at_k,lo,hi,n_problems,n_samples"),
        ("paired_difference", "benchmark,base,model,setting,k,diff,lo,hi"),
        ("coverage", "benchmark,base,model,setting,n,both,base_only,model_only,neither"),
        ("accuracy_histogram", "benchmark,model,setting,bin,count"),
        ("counts", "benchmark,model,setting,problem_id,n,correct,unparsed,timed_out"),
    ];
    for (name, header) in headers {
        let csv = text(files, &format!("report/tables/{name}.csv"));
        assert_eq!(csv.lines().next(), Some(header));
        assert!(csv.lines().count() > 50, "{name}");
    }
    let expected = "easy,small,t0.6,1,0.15000000000000002,0.08211181642901405,0.217888183570986,120,256";
    assert!(
        text(files, "report/tables/pass_at_k.csv").lines().any(|line| line == expected),
        "{}",
        text(files, "report/tables/pass_at_k.csv")
    );
}

#[test]
fn captions_say_n_problems_seeds_and_artifact() {
    let html = text(default_made(), "report/index.html");
    let start = html.find("<section id=\"fig2\">").unwrap();
    let section = &html[start..start + html[start..].find("</section>").unwrap()];
    for part in [
        "n = 256 samples per problem",
        "easy 120",
        "training seeds 1, 2",
        "sampling seed 7",
        "intervals: t, problems",
        "artifacts: curves ",
        "(2 artifacts)",
        "The study:",
        "tables/fig2.csv",
    ] {
        assert!(section.contains(part), "{part}");
    }
}

#[test]
fn claims_open_the_report_and_the_summary() {
    let files = default_made();
    let html = text(files, "report/index.html");
    let first = html.find("<section id=").unwrap();
    assert!(html[first..].starts_with("<section id=\"claims\">"));
    for verdict in ["supported", "refuted", "inconclusive"] {
        assert!(text(files, "summary.txt").contains(verdict) && html.contains(&format!("<li class=\"claim {verdict}\">")));
    }
}

#[test]
fn a_blocking_audit_replaces_the_analysis_by_an_explanation() {
    let files = full(&synthetic::params(), true);
    let html = text(&files, "report/index.html");
    assert!(html.contains("two runs shared a seed") && html.contains("<section id=\"blocked\">"));
    assert!(!html.contains("<section id=\"fig2\">") && !html.contains("<section id=\"claims\">"));
    assert!(text(&files, "summary.txt").contains("BLOCKED by audit duplicates"));
    let tables: Vec<_> = files.keys().filter(|name| name.ends_with(".csv")).collect();
    assert_eq!(tables, ["report/tables/counts.csv"]);
    assert!(!files.keys().any(|name| name.ends_with(".svg")));
}

#[test]
fn a_figure_without_data_is_named_not_hidden() {
    let dir = tempfile::tempdir().unwrap();
    let params = Params { figures: vec![FigureSpec::of("fig2"), FigureSpec::of("fig18")], ..synthetic::params() };
    let inputs = synthetic::inputs(dir.path(), false).into_iter().filter(|input| input.role != "train_log").collect();
    let files = run(&params, inputs, dir.path()).unwrap();
    assert!(text(&files, "report/index.html").contains("Training dynamics (fig18)"));
    assert!(text(&files, "summary.txt").contains("no data for fig18"));
}

#[test]
fn artifacts_that_nobody_described_are_shown_under_their_ids() {
    let dir = tempfile::tempdir().unwrap();
    let keep = |input: &Input| matches!(input.role.as_str(), "curves" | "paired" | "crossings" | "coverage" | "histogram" | "counts");
    let inputs = synthetic::inputs(dir.path(), false).into_iter().filter(keep).collect();
    let files = run(&Params { name: "counts".into(), ..Default::default() }, inputs, dir.path()).unwrap();
    for id in ["fig2", "fig13", "paired", "table-2x2"] {
        assert!(files.contains_key(&format!("report/tables/{id}.csv")), "{id}");
    }
    let csv = text(&files, "report/tables/fig2.csv");
    assert!(csv.contains("easy,small,t0.6") && csv.contains("easy,large-grpo-300,t0.6"), "{csv}");
}

#[test]
fn a_figure_shows_what_it_is_asked_for_in_that_order() {
    let one = FigureSpec {
        id: "mine".into(),
        title: "My own <title>".into(),
        models: vec!["small-dapo".into(), "small".into()],
        benchmarks: vec!["hard".into()],
        settings: vec!["t0.6".into()],
        published: "none".into(),
        ..FigureSpec::of("fig2")
    };
    let files = full(&Params { figures: vec![one], ..synthetic::params() }, false);
    let csv = text(&files, "report/tables/mine.csv");
    assert!(csv.lines().skip(1).all(|line| line.starts_with("hard,small,") || line.starts_with("hard,small-dapo,")), "{csv}");
    assert!(csv.lines().nth(1).unwrap().starts_with("hard,small-dapo,"));
    let html = text(&files, "report/index.html");
    assert!(html.contains("My own &lt;title&gt;") && !html.contains("As published"));
}

#[test]
fn missing_values_leave_a_gap_and_never_become_one() {
    let dir = tempfile::tempdir().unwrap();
    let row = |model: &str, k: u32| Curve {
        benchmark: "b".into(),
        model: model.into(),
        setting: "s".into(),
        metric: "pass@k".into(),
        subset: "all".into(),
        k,
        tau: None,
        value: 0.1 * f64::from(k),
        lo: 0.0,
        hi: 1.0,
        se_population: None,
        se_benchmark: None,
        method: "t".into(),
        n_problems: 3,
        n_samples: 4,
    };
    let path = dir.path().join("curves");
    std::fs::write(&path, table::encode(&[row("short", 1), row("short", 2), row("long", 1), row("long", 2), row("long", 4)]).unwrap())
        .unwrap();
    let input = Input { role: Curve::NAME.into(), digest: Digest::of_file(&path).unwrap(), path };
    let models = ["short", "long"].map(|id| beyond_report::ModelNote {
        id: id.into(),
        role: "base".into(),
        family: "f".into(),
        arm: id.into(),
        ..Default::default()
    });
    let files = run(&Params { name: "n".into(), models: models.to_vec(), ..Default::default() }, vec![input], dir.path()).unwrap();
    let csv = text(&files, "report/tables/pass_at_k.csv");
    assert_eq!(csv.lines().filter(|line| line.starts_with("b,short,")).count(), 2, "no row beyond n: {csv}");
}

#[test]
fn unknown_parameters_are_the_users_mistake() {
    let dir = tempfile::tempdir().unwrap();
    let error = run(&Params { figures: vec![FigureSpec::of("fig99")], ..synthetic::params() }, Vec::new(), dir.path()).unwrap_err();
    assert!(error.downcast_ref::<beyond_stage::UserError>().is_some() && error.to_string().contains("fig99"), "{error}");
}

#[test]
fn the_studys_own_curve_is_drawn_in_the_panel_of_the_studys_own_benchmark() {
    let mut params = Params { figures: vec![FigureSpec::of("fig2")], ..synthetic::params() };
    params.benchmarks[0].published_panel = "Fig2 MATH500 Qwen2.5-7B".into();
    let files = full(&params, false);
    let csv = text(&files, "report/tables/fig2.csv");
    let published: Vec<&str> = csv.lines().filter(|line| line.contains("\"published, digitised\"")).collect();
    assert!(published.iter().any(|line| line.starts_with("easy,Qwen2.5-7B,T=0.6,pass@k,all,1,0.61")), "{published:?}");
    assert!(text(&files, "report/figures/fig2.svg").contains("<path class=\"thin c0\""));
    assert!(!text(default_made(), "report/figures/fig2.svg").contains("<path class=\"thin"));
}

/// README's two tables name every figure of the registry, and nothing else.
#[test]
fn readme_names_every_figure() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")).unwrap();
    let section = readme.split("## The paper's figures and tables").nth(1).unwrap().split("\n## ").next().unwrap();
    let cells = section.lines().filter(|line| line.starts_with("| ")).filter_map(|line| line.split('|').nth(2));
    let named: BTreeSet<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert_eq!(named, figures::ids().into_iter().collect());
}
