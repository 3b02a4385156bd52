//! Unicode as models write it, as LaTeX: √ × · − π ° ² ₃ ½ ∞ ∪ ≤ ′, full-width forms, CJK punctuation.

/// Rewrites `text`; None when nothing has to change.
pub fn to_latex(text: &str) -> Option<String> {
    if text.bytes().all(|b| (0x20..0x80).contains(&b)) {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if let Some((mark, first)) = script(c) {
            out.push_str(mark);
            out.push('{');
            out.push(first);
            while let Some((_, next)) = chars.peek().and_then(|d| script(*d)).filter(|s| s.0 == mark) {
                out.push(next);
                chars.next();
            }
            out.push('}');
            continue;
        }
        match replacement(c) {
            Some(latex) => out.push_str(latex),
            None => push_plain(&mut out, c),
        }
    }
    (out != text).then_some(out)
}

fn push_plain(out: &mut String, c: char) {
    let code = c as u32;
    match code {
        // Full-width ASCII.
        0xFF01..=0xFF5E => out.extend(char::from_u32(code - 0xFEE0)),
        // Mathematical alphanumerics: bold, italic, script, ... letters and digits.
        0x1D400..=0x1D6A3 => out.push(mathematical_letter(code)),
        0x1D7CE..=0x1D7FF => out.extend(char::from_digit((code - 0x1D7CE) % 10, 10)),
        // Zero-width and direction marks.
        0x200B..=0x200F | 0x2060..=0x2064 | 0xFEFF | 0xFE0F | 0x202A..=0x202E => {}
        _ if c.is_whitespace() => out.push(if c == '\n' { '\n' } else { ' ' }),
        _ if code < 0x20 => {}
        _ => out.push(c),
    }
}

fn mathematical_letter(code: u32) -> char {
    let index = (code - 0x1D400) % 52;
    let base = if index < 26 { b'A' } else { b'a' };
    char::from(base + u8::try_from(index % 26).unwrap_or(0))
}

/// A superscript or subscript character: the LaTeX mark and the plain character.
fn script(c: char) -> Option<(&'static str, char)> {
    const SUPER: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱˣ";
    const SUPER_PLAIN: &[u8] = b"0123456789+-=()nix";
    const SUB: &str = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙₓᵢₖ";
    const SUB_PLAIN: &[u8] = b"0123456789+-=()nxik";
    if (c as u32) < 0xB2 {
        return None;
    }
    let at = |all: &str| all.chars().position(|x| x == c);
    if let Some(i) = at(SUPER) {
        return Some(("^", char::from(SUPER_PLAIN[i])));
    }
    at(SUB).map(|i| ("_", char::from(SUB_PLAIN[i])))
}

fn replacement(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{2212}' | '\u{2013}' | '\u{2014}' | '\u{2010}' | '\u{2011}' | '\u{FE63}' => "-",
        '×' | '✕' | '⨯' => "\\times ",
        '·' | '⋅' | '∙' | '•' | '・' => "\\cdot ",
        '÷' => "\\div ",
        '⁄' | '∕' => "/",
        '∗' => "*",
        '±' => "\\pm ",
        '∓' => "\\mp ",
        '√' => "\\sqrt ",
        '∛' => "\\sqrt[3] ",
        '∜' => "\\sqrt[4] ",
        '∞' => "\\infty ",
        '°' | '˚' | 'º' => "^\\circ ",
        '′' | '’' | '‘' => "'",
        '″' | '”' | '“' => "''",
        '∪' | '⋃' => "\\cup ",
        '∩' | '⋂' => "\\cap ",
        '∖' => "\\setminus ",
        '∈' => "\\in ",
        '∉' => "\\notin ",
        '⊂' => "\\subset ",
        '⊆' => "\\subseteq ",
        '∅' | '⌀' | 'Ø' => "\\emptyset ",
        '≤' | '⩽' | '≦' => "\\le ",
        '≥' | '⩾' | '≧' => "\\ge ",
        '≠' => "\\ne ",
        '≈' | '≃' | '≅' | '∼' => "\\approx ",
        '≡' => "\\equiv ",
        '→' | '⟶' | '⇒' | '⟹' => "\\to ",
        '⇔' | '⟺' => "\\iff ",
        '∧' => "\\text{ and }",
        '∨' => "\\text{ or }",
        '∣' | '｜' => "|",
        '‖' | '∥' => "\\|",
        '⟨' | '〈' => "\\langle ",
        '⟩' | '〉' => "\\rangle ",
        '⌊' => "\\lfloor ",
        '⌋' => "\\rfloor ",
        '⌈' => "\\lceil ",
        '⌉' => "\\rceil ",
        '∑' => "\\sum ",
        '∏' => "\\prod ",
        '∫' => "\\int ",
        '∂' => "\\partial ",
        '∠' => "\\angle ",
        '△' => "\\triangle ",
        '…' | '⋯' => "\\ldots ",
        'ℝ' => "\\mathbb{R}",
        'ℤ' => "\\mathbb{Z}",
        'ℕ' => "\\mathbb{N}",
        'ℚ' => "\\mathbb{Q}",
        'ℂ' => "\\mathbb{C}",
        '，' | '、' => ", ",
        '。' => ".",
        '；' => "; ",
        '：' => ":",
        '％' => "\\%",
        '【' | '〔' => "[",
        '】' | '〕' => "]",
        '½' => "\\frac{1}{2}",
        '⅓' => "\\frac{1}{3}",
        '⅔' => "\\frac{2}{3}",
        '¼' => "\\frac{1}{4}",
        '¾' => "\\frac{3}{4}",
        '⅕' => "\\frac{1}{5}",
        '⅖' => "\\frac{2}{5}",
        '⅗' => "\\frac{3}{5}",
        '⅘' => "\\frac{4}{5}",
        '⅙' => "\\frac{1}{6}",
        '⅚' => "\\frac{5}{6}",
        '⅐' => "\\frac{1}{7}",
        '⅛' => "\\frac{1}{8}",
        '⅜' => "\\frac{3}{8}",
        '⅝' => "\\frac{5}{8}",
        '⅞' => "\\frac{7}{8}",
        '⅑' => "\\frac{1}{9}",
        '⅒' => "\\frac{1}{10}",
        'ℓ' => "l",
        'ℏ' => "\\hbar ",
        _ => return greek(c),
    })
}

fn greek(c: char) -> Option<&'static str> {
    Some(match c {
        'π' | 'ϖ' | '𝜋' | '𝛑' => "\\pi ",
        'α' => "\\alpha ",
        'β' => "\\beta ",
        'γ' => "\\gamma ",
        'δ' => "\\delta ",
        'ε' | 'ϵ' => "\\epsilon ",
        'ζ' => "\\zeta ",
        'η' => "\\eta ",
        'θ' | 'ϑ' => "\\theta ",
        'κ' => "\\kappa ",
        'λ' => "\\lambda ",
        'μ' | 'µ' => "\\mu ",
        'ν' => "\\nu ",
        'ξ' => "\\xi ",
        'ρ' => "\\rho ",
        'σ' => "\\sigma ",
        'τ' => "\\tau ",
        'φ' | 'ϕ' => "\\phi ",
        'χ' => "\\chi ",
        'ψ' => "\\psi ",
        'ω' => "\\omega ",
        'Γ' => "\\Gamma ",
        'Δ' => "\\Delta ",
        'Θ' => "\\Theta ",
        'Λ' => "\\Lambda ",
        'Π' => "\\Pi ",
        'Σ' => "\\Sigma ",
        'Φ' => "\\Phi ",
        'Ψ' => "\\Psi ",
        'Ω' => "\\Omega ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latex(text: &str) -> String {
        to_latex(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn signs_scripts_and_forms() {
        assert_eq!(latex("6√2"), "6\\sqrt 2");
        assert_eq!(latex("x²³ − a₁₂"), "x^{23} - a_{12}");
        assert_eq!(latex("３．５"), "3.5");
        assert_eq!(latex("½"), "\\frac{1}{2}");
        assert_eq!(latex("（1，2）"), "(1, 2)");
        assert_eq!(latex("90°"), "90^\\circ ");
        assert_eq!(latex("a\u{200b}b\u{a0}c"), "ab c");
        assert_eq!(latex("𝑥 + 𝟑"), "x + 3");
        assert!(to_latex("plain x^2").is_none());
    }
}
