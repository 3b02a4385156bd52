//! Answers to visual problems: MathVista and MATH-Vision, each with its released rules as a named profile and ours.

mod mathvision;
mod mathvista;

pub use mathvision::{VisionProfile, grade_mathvision};
pub use mathvista::{VistaProfile, grade_mathvista};

/// The multiple-choice filter of arXiv 2504.13837 (section 4.3): problems whose answer can be guessed from a short list
/// are left out, which leaves 460 of MathVista's 1,000 and 114 of MATH-Vision's 304 test-mini problems.
///
/// `question_type` is MathVista's field (`multi_choice` or `free_form`), empty for MATH-Vision; `options` as in the benchmark.
pub fn kept_in_visual_sets(question_type: &str, options: &[String]) -> bool {
    match question_type {
        "" => options.is_empty(),
        kind => kind != "multi_choice",
    }
}
