//! Rewrites that several released graders share.

/// `\frac12` -> `\frac{1}{2}`; the text as it was when a numerator or denominator is missing.
pub fn brace_fractions(text: &str) -> String {
    let mut parts = text.split("\\frac");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        out.push_str("\\frac");
        let mut chars = part.chars();
        match (chars.next(), chars.next()) {
            (Some('{'), _) => out.push_str(part),
            (Some(a), Some('{')) => out.push_str(&format!("{{{a}}}{{{}", chars.as_str())),
            (Some(a), Some(b)) => out.push_str(&format!("{{{a}}}{{{b}}}{}", chars.as_str())),
            _ => return text.to_owned(),
        }
    }
    out
}
