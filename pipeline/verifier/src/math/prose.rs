//! Prose around answers: words, sentence ends, connectors, and the last number that stands alone.

/// Whether the text holds a word of ordinary prose: three letters or more outside LaTeX commands, no function name.
pub fn has_words(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] == b'\\' {
            i += 1;
            while i < bytes.len() && bytes[i].is_ascii_alphabetic() {
                i += 1;
            }
            continue;
        }
        let start = i;
        while i < bytes.len() && (bytes[i].is_ascii_alphabetic() || bytes[i] >= 0xC3) {
            i += 1;
        }
        if i >= start + 3 && !is_function(&text.as_bytes()[start..i]) {
            return true;
        }
        i = i.max(start + 1);
    }
    false
}

fn is_function(word: &[u8]) -> bool {
    const NAMES: [&[u8]; 16] = [
        b"sin", b"cos", b"tan", b"cot", b"sec", b"csc", b"log", b"exp", b"sqrt", b"arcsin", b"arccos", b"arctan", b"and", b"abs", b"inf",
        b"max",
    ];
    NAMES.contains(&word)
}

/// Length of the first sentence: up to a period before white space, or a line's end, outside of formulas.
pub fn sentence_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut dollars, mut display, mut seen) = (false, false, false);
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => {
                match bytes.get(i + 1) {
                    Some(b'[' | b'(') => display = true,
                    Some(b']' | b')') => display = false,
                    _ => {}
                }
                seen = true;
                i += 1;
            }
            b'$' => {
                dollars = !dollars;
                seen = true;
            }
            b'\n' if seen && !display && !dollars => return i,
            b'.' if !dollars && !display && ends_sentence(bytes, i) => return i,
            b'*' | b' ' | b'\n' | b'\r' | b'\t' => {}
            _ => seen = true,
        }
        i += 1;
    }
    bytes.len()
}

fn ends_sentence(bytes: &[u8], i: usize) -> bool {
    matches!(bytes.get(i + 1), None | Some(b' ' | b'\n' | b'\r' | b'\t' | b'*' | b'<' | b'"'))
}

/// Whether a text between two boxes makes them one answer: only punctuation, math delimiters, connectors, or a short
/// noun with a connector ("papers and", "for part (a) and").
pub fn connects(gap: &str) -> bool {
    if gap.contains("\n\n") || gap.contains(". ") {
        return false;
    }
    let mut words = 0;
    // A connector counts when nothing but LaTeX follows it: "papers and", not "and the sum is".
    let (mut connector, mut any) = (false, false);
    for word in gap.split(|c: char| !c.is_ascii_alphanumeric()) {
        match word {
            "" | "text" | "quad" | "qquad" | "boxed" | "oxed" | "beginboxed" | "fbox" | "b" | "left" | "right" | "mathrm" | "textbf"
            | "displaystyle" => {}
            "and" | "or" | "And" | "Or" => (connector, any) = (true, true),
            _ => {
                words += 1;
                connector = false;
            }
        }
    }
    // `} and y_2 = \boxed{`.
    let assignment = gap.contains('=') && words <= 3 && gap.len() <= 40 && (any || gap.contains(','));
    words == 0 || (connector && words <= 3) || assignment
}

/// Bytes of the last number or expression that stands alone; None when the last digits belong to something larger.
pub fn last_expression(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let last_digit = bytes.iter().rposition(u8::is_ascii_digit)?;
    let mut end = last_digit + 1;
    while end < bytes.len() && is_math(bytes[end]) {
        end += 1;
    }
    end = trim_right(bytes, end, last_digit + 1);
    let mut start = last_digit;
    while start > 0 && is_math(bytes[start - 1]) {
        start -= 1;
    }
    if glued(text, start, end) {
        return None;
    }
    start = extend_left(bytes, start);
    Some((start, with_unit(text, end)))
}

/// Where the answer of a sentence ends before an afterthought: "42, not 43", "2 (approximately)".
pub fn without_afterthought(sentence: &str) -> usize {
    let not = [", not ", " rather than ", " instead of "].iter().filter_map(|w| sentence.find(w)).min().unwrap_or(sentence.len());
    let head = sentence[..not].trim_end_matches(['.', ' ']);
    let rounded = ["(approximately)", "(approx.)", "(approx)", "(about)", "(exactly)"].iter().find_map(|w| head.strip_suffix(w));
    rounded.map_or(not, |kept| kept.trim_end().len())
}

/// Start of the last number's whole list: `1 and 2`, `15 apples and 3 pears`, `2, 3 or 5`. A comma alone joins nothing:
/// "In 2019, 5 people".
pub fn with_coordinated(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut whole, mut joined) = (start, false);
    while let Some((from, to)) = number_before(text, whole) {
        let gap = &text[to..whole];
        let words: Vec<&str> = gap.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let connected = matches!(words.last(), Some(&"and" | &"or")) && words.len() <= 3;
        let listed = joined && words.len() <= 1 && gap.contains(',');
        if gap.len() > 40 || !(connected || listed) || gap.contains(['.', '\n', ':', '(', '$']) {
            break;
        }
        joined = true;
        whole = from;
    }
    // A sign belongs to its number.
    if whole < start && whole > 0 && bytes[whole - 1] == b'-' { whole - 1 } else { whole }
}

/// The run of digits and signs that ends last before `end`.
fn number_before(text: &str, end: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let stop = bytes[..end].iter().rposition(u8::is_ascii_digit)? + 1;
    let mut start = stop;
    while start > 0 && (bytes[start - 1].is_ascii_digit() || matches!(bytes[start - 1], b'.' | b'/')) {
        start -= 1;
    }
    (!glued(text, start, stop)).then_some((start, stop))
}

/// Characters that belong to an expression without spaces.
fn is_math(byte: u8) -> bool {
    byte.is_ascii_digit() || b".,/+-*^()[]{}_=:!%|<>".contains(&byte)
}

/// Without the punctuation of the sentence and without brackets that were opened outside.
fn trim_right(bytes: &[u8], mut end: usize, least: usize) -> usize {
    while end > least {
        let last = bytes[end - 1];
        let opened = |open: u8, close: u8| {
            let (mut depth, mut i) = (0i32, end);
            while i > 0 && is_math(bytes[i - 1]) {
                i -= 1;
                depth += i32::from(bytes[i] == close) - i32::from(bytes[i] == open);
            }
            depth <= 0
        };
        let keep = match last {
            b'.' | b',' | b':' | b'=' | b'*' | b'<' | b'>' => false,
            b')' => opened(b'(', b')'),
            b']' => opened(b'[', b']'),
            b'}' => opened(b'{', b'}'),
            _ => true,
        };
        if keep {
            break;
        }
        end -= 1;
    }
    end
}

/// Whether letters, a root sign or a backslash touch the span: then it is a fragment of something larger.
fn glued(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    let letter = |c: char| c.is_alphanumeric() && !c.is_ascii_digit();
    let joins_left = |c: char| letter(c) || matches!(c, '√' | '\\' | '∛' | '^' | '_' | '·' | '×' | '÷' | '−');
    let joins_right = |c: char| matches!(c, '\\' | '√' | '·' | '×' | '^' | '_' | 'π');
    let left = before.is_some_and(joins_left);
    let right = after.is_some_and(joins_right) || after.is_some_and(letter) && with_unit(text, end) == end && !ordinal(&text[end..]);
    left || right
}

fn ordinal(tail: &str) -> bool {
    ["st", "nd", "rd", "th"].iter().any(|s| tail.starts_with(s))
}

/// `a + b`, `3 / 4` with spaces: the operator and what stands before it belong to the expression.
fn extend_left(bytes: &[u8], mut start: usize) -> usize {
    loop {
        let mut i = start;
        while i > 0 && bytes[i - 1] == b' ' {
            i -= 1;
        }
        let operator = i > 0 && b"+-*/^".contains(&bytes[i - 1]);
        let spaced = i < start && i > 1 && bytes[i - 2] == b' ';
        if !(operator && spaced) {
            return start;
        }
        i -= 2;
        while i > 0 && bytes[i - 1] == b' ' {
            i -= 1;
        }
        let operand = i;
        while i > 0 && is_math(bytes[i - 1]) {
            i -= 1;
        }
        if i == operand {
            return start;
        }
        start = i;
    }
}

/// End including a unit right after the number: `%`, `°`, currency, `cm`, `m²`, or one following word.
fn with_unit(text: &str, end: usize) -> usize {
    let tail = &text[end..];
    for unit in ["°", "%", "€", "£", "¥", "²", "³"] {
        if tail.starts_with(unit) {
            return end + unit.len();
        }
    }
    for unit in ["\\%", "$", " %"] {
        if tail.starts_with(unit) {
            return end + unit.len();
        }
    }
    let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters > 0 && letters <= 3 && super::unit::is_known(&tail[..letters]) {
        let power = tail[letters..].chars().next().filter(|c| matches!(c, '²' | '³'));
        return end + letters + power.map_or(0, char::len_utf8);
    }
    let spaced = tail.strip_prefix(' ').unwrap_or("");
    let letters = spaced.bytes().take_while(u8::is_ascii_alphabetic).count();
    if super::unit::is_known(&spaced[..letters]) {
        return end + 1 + letters + per_unit(&spaced[letters..]);
    }
    end
}

/// Length of ` per hour`, ` per square meter`.
fn per_unit(tail: &str) -> usize {
    let Some(rest) = tail.strip_prefix(" per ") else {
        return 0;
    };
    let power = ["square ", "cubic "].iter().find(|p| rest.starts_with(*p)).map_or(0, |p| p.len());
    let letters = rest[power..].bytes().take_while(u8::is_ascii_alphabetic).count();
    if super::unit::is_known(&rest[power..power + letters]) { 5 + power + letters } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(text: &str) -> Option<&str> {
        last_expression(text).map(|(a, b)| text[a..b].trim())
    }

    #[test]
    fn numbers_that_stand_alone() {
        assert_eq!(last("the probability is 2/3. "), Some("2/3"));
        assert_eq!(last("which is 1,000.99€"), Some("1,000.99€"));
        assert_eq!(last("it's 1,000.99m²"), Some("1,000.99m²"));
        assert_eq!(last("increases by 100%."), Some("100%"));
        assert_eq!(last("there are 12 distinct sequences"), Some("12"));
        assert_eq!(last("Soucis : 2,74 $ a.."), Some("2,74"));
        assert_eq!(last("we get 3 + 4"), Some("3 + 4"));
        assert_eq!(last("(see 7)."), Some("7"));
    }

    #[test]
    fn fragments_are_refused() {
        for text in ["AZYUK2A", "we get x^2", "so 6√2", "is \\sqrt2", "a_2", "no digits", "31.\\overline{6}"] {
            assert_eq!(last(text), None, "{text}");
        }
    }

    #[test]
    fn connectors() {
        assert!(connects("} \\quad \\text{and} \\quad \\boxed{"));
        assert!(connects("}, $"));
        assert!(connects("} papers and \\boxed{"));
        assert!(connects("} \\text{ for part (a) and } \\boxed{"));
        assert!(!connects("} no no no no no \\boxed{"));
        assert!(!connects("}. Hence the sum is \\boxed{"));
    }

    #[test]
    fn words_are_not_commands() {
        assert!(!has_words("\\frac{1}{2} \\text x + sin y"));
        assert!(has_words("the value 5"));
    }
}
