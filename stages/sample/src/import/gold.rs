//! Gold answers as logs write them.

/// The answer in a reference solution: the last box, else what follows the last `####` (GSM8K), else the whole text. Spaces around it are cut.
pub fn of_solution(text: &str) -> String {
    let marked = || text.rfind("####").map(|at| text[at + 4..].to_string());
    last_box(text).or_else(marked).unwrap_or_else(|| text.to_string()).trim().to_string()
}

/// What stands in the last `\boxed{...}` (or `\fbox{...}`) whose braces close.
pub fn last_box(text: &str) -> Option<String> {
    let commands = ["\\boxed", "\\fbox"];
    let ends = |command: &str| text.match_indices(command).map(|(at, found)| at + found.len()).collect::<Vec<_>>();
    let mut starts: Vec<usize> = commands.iter().flat_map(|command| ends(command)).collect();
    starts.sort_unstable();
    starts.iter().rev().find_map(|start| braced(&text[*start..]))
}

/// The inside of the braces that the text starts with; a single token without braces, as in `\boxed 5`, ends at the next space or `$`.
fn braced(text: &str) -> Option<String> {
    let text = text.trim_start();
    if !text.starts_with('{') {
        let token: String = text.chars().take_while(|c| !c.is_whitespace() && !"$.,".contains(*c)).collect();
        return (!token.is_empty()).then_some(token);
    }
    let mut depth = 0usize;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' if !escaped => depth += 1,
            b'}' if !escaped => depth -= 1,
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
        if depth == 0 {
            return Some(text[1..at].to_string());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_a_solution_is_found() {
        let cases = [
            ("so $x = \\boxed{\\frac{1}{2}}$ and then \\boxed{\\{1,2\\}}.", "\\{1,2\\}"),
            ("a \\boxed{3} then \\boxed{4", "3"),
            ("the box \\boxed 5 is", "5"),
            ("\\fbox{7}", "7"),
            ("She has 3+4=<<3+4=7>>7\n#### 7 ", "7"),
            (" 42 ", "42"),
            ("\\boxed{}", ""),
        ];
        for (text, answer) in cases {
            assert_eq!(of_solution(text), answer, "{text}");
        }
    }
}
