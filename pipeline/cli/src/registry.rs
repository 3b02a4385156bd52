//! The stages of this program: one line each.

use beyond_runner::Registry;

/// All stages.
pub fn registry() -> Registry {
    Registry::new(vec![
        Box::new(beyond_benchmark::Benchmark),
        Box::new(beyond_train::Train),
        Box::new(beyond_sample::Sample),
        Box::new(beyond_sample::Match),
        Box::new(beyond_sample::Import),
        Box::new(beyond_verify::Verify),
        Box::new(beyond_verify::Filter),
        Box::new(beyond_estimate::Estimate),
        Box::new(beyond_perplexity::PerplexityStage),
        Box::new(beyond_exact::Exact),
        Box::new(beyond_coverage::CoverageStage),
        Box::new(beyond_distill::Distill),
        Box::new(beyond_seeds::Seeds),
        Box::new(beyond_claims::Claims),
        Box::new(beyond_report::Report),
    ])
}
