//! One self-contained page: it opens from disk, remembers marks in the browser, and saves them as JSON lines.

use super::Case;
use anyhow::Result;

const TEMPLATE: &str = include_str!("page.html");

/// The page for these cases. Texts travel as JSON inside a script, so nothing of them is read as markup.
pub fn page(experiment: &str, cases: &[&Case]) -> Result<String> {
    let data = serde_json::to_string(&serde_json::json!({"experiment": experiment, "cases": cases}))?;
    // "</script>" inside a text would end the script
    Ok(TEMPLATE.replace("{{data}}", &data.replace('<', "\\u003c")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::review::Answer;

    #[test]
    fn a_text_cannot_end_the_script() {
        let case = Case {
            model: "base".into(),
            benchmark: "b".into(),
            setting: "s".into(),
            problem_id: "p".into(),
            correct: 1,
            n: 64,
            prompt: "</script><b>".into(),
            gold: "1".into(),
            image: String::new(),
            answers: vec![Answer { sample_index: 3, text: "one".into() }],
        };
        let page = page("lab", &[&case]).unwrap();
        assert!(page.contains("\\u003c/script>\\u003cb>") && !page.contains("{{data}}"));
        assert_eq!(page.matches("</script>").count(), 1);
    }
}
