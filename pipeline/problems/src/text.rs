//! The text of the laboratory: its characters, its words, and how numbers are cut into tokens.

/// Character tokens. Every prompt and response of every family is made of these.
pub const ALPHABET: &str = "0123456789+-*/%=<>!,;:() \nabcdefghijklmnopqrstuvwxyz";

/// Single-token words, matched before characters, leftmost first and longest first.
pub const WORDS: &[&str] = &[
    // program; `//` also in code
    "f:",
    "//", //
    // enumerable
    "e:", //
    // visual
    "read",
    "up",
    "down",
    "find:",
    "left:",
    "square",
    "cross",
    "frame", //
    // code: prompts, then Python
    "sum",
    "max",
    "min",
    "all",
    "odd",
    "even",
    "third",
    "some", //
    "sum(",
    "max(",
    "min(",
    "return ",
    "if ",
    " for i in range(",
    "for i in range(",
    "==",
];

/// The reference segmentation into tokens that the model's tokenizer must reproduce: at each position the longest
/// word, else a number 10..=99 (two digits, the first not 0), else one character. So `123` is `12|3`.
pub fn pieces(text: &str) -> Vec<&str> {
    let mut rest = text;
    let mut out = Vec::new();
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(head_length(rest));
        out.push(head);
        rest = tail;
    }
    out
}

/// Bytes of the first token of a non-empty text.
fn head_length(text: &str) -> usize {
    let word = WORDS.iter().filter(|word| text.starts_with(**word)).map(|word| word.len()).max();
    let bytes = text.as_bytes();
    let pair = bytes.len() > 1 && matches!(bytes[0], b'1'..=b'9') && bytes[1].is_ascii_digit();
    word.unwrap_or(if pair { 2 } else { text.chars().next().map_or(1, char::len_utf8) })
}

/// Reads a text from the left; every reader returns None without moving when its item is not there.
pub(crate) struct Cursor<'a> {
    /// What is still unread.
    pub rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Cursor { rest: text }
    }

    /// Consumes `token`.
    pub fn eat(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    /// An integer in canonical form: no plus sign, no leading zero, no `-0`, at most 6 digits. One number has one
    /// spelling, so that the set of correct strings of a task can be listed.
    pub fn integer(&mut self) -> Option<i64> {
        let digits_at = usize::from(self.rest.starts_with('-'));
        let digits = self.rest[digits_at..].bytes().take_while(u8::is_ascii_digit).count();
        let text = &self.rest[..digits_at + digits];
        let body = &text[digits_at..];
        let canonical = matches!(digits, 1..=6) && (digits == 1 || !body.starts_with('0')) && text != "-0";
        let value = canonical.then(|| text.parse().ok())??;
        self.rest = &self.rest[text.len()..];
        Some(value)
    }

    /// The one of `symbols` that the text starts with; longer symbols must stand before their prefixes.
    pub fn one_of<T: Copy>(&mut self, symbols: &[(&str, T)]) -> Option<T> {
        let (symbol, value) = symbols.iter().find(|(symbol, _)| self.rest.starts_with(symbol))?;
        self.rest = &self.rest[symbol.len()..];
        Some(*value)
    }

    /// Some when everything has been read.
    pub fn end(&self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }
}

/// A whole text that is one canonical integer.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let mut cursor = Cursor::new(text);
    let value = cursor.integer()?;
    cursor.end().map(|()| value)
}

/// A whole text that is canonical integers joined by commas.
pub(crate) fn integers(text: &str) -> Option<Vec<i64>> {
    text.split(',').map(integer).collect()
}

/// Values joined by commas.
pub(crate) fn join<T: ToString>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cut_from_the_left() {
        assert_eq!(pieces("f:-12,123>"), ["f:", "-", "12", ",", "12", "3", ">"]);
        assert_eq!(pieces("//05"), ["//", "0", "5"]);
        assert_eq!(pieces("1234"), ["12", "34"]);
    }

    #[test]
    fn integers_have_one_spelling() {
        assert_eq!(integer("-12"), Some(-12));
        for text in ["", "-", "-0", "07", "+7", "1234567", "1 ", "１"] {
            assert_eq!(integer(text), None, "{text:?}");
        }
        assert_eq!(integers("3,-4,0"), Some(vec![3, -4, 0]));
        assert_eq!(integers("3,,0"), None);
    }

    #[test]
    fn words_are_spelled_in_the_alphabet() {
        assert!(WORDS.iter().all(|word| word.chars().all(|c| ALPHABET.contains(c))));
        assert!(ALPHABET.is_ascii());
    }
}
