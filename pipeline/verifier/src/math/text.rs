//! Text equals text as text: case, spaces, accents, articles and punctuation aside.

use super::{tree::Node, verdict::Verdict};

/// The key by which texts are compared. Words lose case, accents, articles and punctuation; a text that holds any other
/// sign keeps every character but white space: dropping signs could make different formulas equal.
pub fn key(text: &str) -> String {
    let plain = without_commands(text);
    if !plain.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || ".,;:!?'\"()-\u{301}\u{308}".contains(c)) {
        return text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    }
    let mut words = String::with_capacity(plain.len());
    for c in plain.chars().flat_map(char::to_lowercase) {
        match base_letter(c) {
            Some(b) => words.push(b),
            None if c.is_alphanumeric() || matches!(c, '.' | '-') => words.push(c),
            None if c == '\u{301}' || c == '\u{308}' => {}
            None => words.push(' '),
        }
    }
    let skip = |w: &&str| !matches!(*w, "the" | "a" | "an");
    let all: Vec<&str> = words.split_whitespace().map(|w| w.trim_matches(['.', '-'])).filter(|w| !w.is_empty()).collect();
    let kept: Vec<&str> = all.iter().copied().filter(skip).collect();
    let kept = if kept.is_empty() { all } else { kept };
    // `1 2` is not `12`.
    let digits = kept.iter().any(|w| w.bytes().any(|b| b.is_ascii_digit()));
    let joined = kept.join(if digits { " " } else { "" });
    synonym(&joined).map_or(joined, str::to_owned)
}

/// `all real numbers except 0`: what is excluded.
pub fn all_reals_but(text: &str) -> Option<&str> {
    let rest = ["all real numbers", "all reals", "any real number", "every real number"].iter().find_map(|head| {
        let (start, tail) = text.split_at_checked(head.len())?;
        start.eq_ignore_ascii_case(head).then_some(tail)
    })?;
    let rest = rest.trim_start_matches([' ', ',']);
    ["except for ", "except ", "other than ", "but "].iter().find_map(|word| rest.strip_prefix(word))
}

/// Without `\text`, `\left`, braces and other marks.
fn without_commands(text: &str) -> String {
    let mut out = text.to_owned();
    for command in [
        "\\textbf",
        "\\textit",
        "\\textrm",
        "\\textnormal",
        "\\text",
        "\\mathrm",
        "\\mathbf",
        "\\mbox",
        "\\left",
        "\\right",
        "\\operatorname",
        "\\quad",
        "\\displaystyle",
        "\\,",
        "\\;",
        "\\!",
        "\\ ",
        "\\'",
        "\\`",
        "\\\"",
        "\\^",
        "\\~",
    ] {
        if out.contains(command) {
            let space = if matches!(command, "\\quad" | "\\," | "\\;" | "\\ ") { " " } else { "" };
            out = out.replace(command, space);
        }
    }
    out.replace(['{', '}', '$'], "")
}

/// The letter under an accent.
fn base_letter(c: char) -> Option<char> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ě' => 'e',
        'ì' | 'í' | 'î' | 'ï' | 'ī' => 'i',
        'ñ' | 'ń' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' => 'o',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' => 'u',
        'ý' | 'ÿ' => 'y',
        'š' | 'ś' => 's',
        'ž' | 'ż' => 'z',
        _ => return None,
    })
}

/// One key for words that answer the same question in the same way.
fn synonym(joined: &str) -> Option<&'static str> {
    Some(match joined {
        "doesnotexist" | "dne" | "limitdoesnotexist" => "dne",
        "nosolution"
        | "nosolutions"
        | "norealsolution"
        | "norealsolutions"
        | "emptyset"
        | "thereisnosolution"
        | "therearenosolutions"
        | "nosuchsolution" => "nosolution",
        "allrealnumbers" | "allreals" | "allreal" | "anyrealnumber" | "everyrealnumber" | "xisanyrealnumber" | "xisrealnumber"
        | "realnumbers" => "allreal",
        "infinitelymany" | "infinite" | "infinitelymanysolutions" => "infinitelymany",
        "yesitis" | "yes" => "yes",
        _ => return None,
    })
}

/// The text of a node that is text, or of a product of one-letter names in the order written.
pub fn of_node(node: &Node) -> Option<String> {
    match node {
        Node::Text(s) => Some(s.clone()),
        other => letters(other),
    }
}

/// `ABC` as a string, when the node is nothing but letters side by side.
pub fn letters(node: &Node) -> Option<String> {
    let letter = |n: &Node| match n {
        Node::Sym(s) if s.chars().count() == 1 => Some(s.clone()),
        Node::Const(super::tree::Const::E) => Some("e".to_owned()),
        Node::Const(super::tree::Const::I) => Some("i".to_owned()),
        _ => None,
    };
    match node {
        Node::Mul(parts) => parts.iter().map(letter).collect(),
        other => letter(other),
    }
}

/// A date: year if given, month, day.
pub type Date = (Option<u32>, u32, u32);

/// Equality of dates; a missing year contradicts nothing.
pub fn same_date((y, m, d): Date, (z, n, e): Date) -> Verdict {
    let same = (m, d) == (n, e) && (y == z || y.is_none() || z.is_none());
    if same { Verdict::equal("the same date") } else { Verdict::different("different dates") }
}

/// Year, month and day of a date in words: `March 5, 2020`, `5 March`, `5th of March`.
pub fn date(text: &str) -> Option<Date> {
    const MONTHS: [&str; 12] =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    if text.len() > 64 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let lower = without_commands(text).to_lowercase();
    let (mut month, mut day, mut year) = (None, None, None);
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let number = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let ordinal = &word[number.len()..];
        if let Ok(n) = number.parse::<u32>()
            && matches!(ordinal, "" | "st" | "nd" | "rd" | "th")
        {
            match n {
                1..=31 if day.is_none() => day = Some(n),
                1000..=2999 if year.is_none() => year = Some(n),
                _ => return None,
            }
            continue;
        }
        let full = |m: &&str| **m == *word || word.len() == 3 && m.starts_with(word);
        match MONTHS.iter().position(full) {
            Some(i) if month.is_none() => month = u32::try_from(i + 1).ok(),
            _ if matches!(word, "of" | "the" | "in") => {}
            _ if is_weekday(word) => {}
            _ => return None,
        }
    }
    Some((year, month?, day?))
}

fn is_weekday(word: &str) -> bool {
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        assert_eq!(key("\\text{Evelyn}"), key("evelyn."));
        assert_eq!(key("José"), key("Jose"));
        assert_eq!(key("Poincar\\'e"), key("Poincaré"));
        assert_eq!(key("the ellipse"), key("Ellipse"));
        assert_eq!(key("does not exist"), key("DNE"));
        assert_eq!(key("a"), "a");
        assert_ne!(key("east"), key("seat"));
        assert_ne!(key("-"), key("x"));
        assert_ne!(key("1 2 apples"), key("12 apples"));
        assert_ne!(key("\\max 1 & 2"), key("\\max 12"));
    }

    #[test]
    fn dates() {
        assert_eq!(date("March 5, 2020"), Some((Some(2020), 3, 5)));
        assert_eq!(date("5th of March"), Some((None, 3, 5)));
        assert_eq!(date("Friday, 1 Jan"), Some((None, 1, 1)));
        assert_eq!(date("May"), None);
        assert_eq!(date("5 apples"), None);
    }
}
