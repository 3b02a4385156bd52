//! Tokens of sympy's LaTeX grammar.

/// A token; [`Tok::Bad`] is a character that its lexer refuses.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Tok {
    Letter(char),
    Symbol(String),
    Digit(char),
    Char(char),
    Bad,
}

/// Splits a text; white space and spacing commands are nothing.
pub fn lex(text: &str) -> Vec<Tok> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let mut name = String::new();
                while let Some(d) = chars.next_if(char::is_ascii_alphabetic) {
                    name.push(d);
                }
                if !name.is_empty() {
                    if !matches!(name.as_str(), "left" | "right" | "quad" | "qquad" | "limits" | "mleft" | "mright" | "displaystyle") {
                        out.push(Tok::Symbol(name));
                    }
                    continue;
                }
                match chars.next() {
                    Some(',' | ':' | ';' | '!' | ' ' | '\\') => {}
                    Some(d @ ('{' | '}')) => out.push(Tok::Symbol(d.to_string())),
                    _ => out.push(Tok::Bad),
                }
            }
            _ if c.is_ascii_alphabetic() => out.push(Tok::Letter(c)),
            _ if c.is_ascii_digit() => out.push(Tok::Digit(c)),
            _ if c.is_whitespace() => {}
            _ if "+-*/^_(){}[]|!=<>:,.'&".contains(c) => out.push(Tok::Char(c)),
            _ => out.push(Tok::Bad),
        }
    }
    out
}

/// The token as it was written.
pub fn shown(tok: &Tok) -> String {
    match tok {
        Tok::Letter(c) | Tok::Digit(c) | Tok::Char(c) => c.to_string(),
        Tok::Symbol(s) => format!("\\{s}"),
        Tok::Bad => String::new(),
    }
}
