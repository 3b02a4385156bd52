//! Runs of letters outside of commands: a function, a connector, a word, or a product of one-letter variables?

use super::{
    command::{self, Mark},
    tree::Func,
    unit,
};

/// What a run of letters is.
#[derive(Clone, Debug, PartialEq)]
pub enum Run {
    /// A function by name.
    Func(Func),
    /// A root by name.
    Sqrt,
    /// and, or, infinity, percent ...
    Mark(Mark),
    /// A Greek letter by name.
    Symbol(&'static str),
    /// A word of text.
    Word,
    /// One variable for each letter.
    Letters,
}

/// Words of two and three letters that are no products of variables.
const SHORT_WORDS: &[&str] = &[
    "a", "all", "am", "an", "any", "are", "as", "at", "be", "bit", "boy", "but", "by", "can", "car", "cat", "cup", "day", "did", "do",
    "dog", "dry", "eat", "few", "for", "go", "had", "has", "he", "her", "him", "his", "hot", "how", "if", "in", "is", "it", "its", "low",
    "man", "map", "may", "me", "men", "my", "new", "no", "non", "not", "now", "odd", "of", "off", "old", "on", "one", "our", "out", "per",
    "pm", "red", "row", "set", "she", "six", "so", "sum", "ten", "the", "to", "too", "two", "up", "us", "use", "via", "was", "way", "we",
    "who", "win", "yes", "yet", "you", "tie", "top", "sun", "mon", "tue", "wed", "thu", "fri", "sat", "jan", "feb", "mar", "apr", "jun",
    "jul", "aug", "sep", "oct", "nov", "dec", "tom", "sam", "ann", "bob", "joe", "tim", "jim", "ben", "dan", "amy", "kim", "max", "sue",
    "ted", "zoe", "eve", "ian", "liz", "ray", "roy", "ron", "pat", "meg", "lee", "jen", "jon", "leo", "mia", "ada", "ali", "dad", "mom",
    "son", "bad", "add", "cab", "cad", "dab", "bed", "nan", "dne", "dry", "wet", "big", "end", "low", "tan",
];

/// Decides what a run of letters is. `text_mode` is inside `\text{..}`; `after_number` when a number stands before it.
pub fn classify(run: &str, text_mode: bool, after_number: bool) -> Run {
    if let Some(found) = named(run, text_mode, after_number) {
        return found;
    }
    if text_mode {
        return if run.len() == 1 && !after_number { Run::Letters } else { Run::Word };
    }
    if run.len() == 1 {
        return Run::Letters;
    }
    if !run.is_ascii() || is_word(run) || (after_number || run.len() > 2) && unit::is_known(run) {
        return Run::Word;
    }
    Run::Letters
}

fn named(run: &str, text_mode: bool, after_number: bool) -> Option<Run> {
    match run {
        "and" | "And" | "AND" => return Some(Run::Mark(Mark::And)),
        "or" | "Or" | "OR" => return Some(Run::Mark(Mark::Or)),
        "sqrt" => return Some(Run::Sqrt),
        "cdot" | "times" if !text_mode => return Some(Run::Mark(Mark::Times)),
        "pi" | "Pi" | "PI" if !text_mode => return Some(Run::Symbol("\\pi")),
        "infinity" | "Infinity" | "infty" | "inf" | "oo" => return Some(Run::Mark(Mark::Infinity)),
        "percent" | "percentage" | "pct" | "Percent" => return Some(Run::Mark(Mark::Percent)),
        "degrees" | "degree" | "Degrees" | "deg" => return Some(Run::Mark(Mark::Degree)),
        "mod" => return Some(Run::Mark(Mark::Mod)),
        "min" | "max" if text_mode => return None,
        "min" if after_number => return Some(Run::Word),
        _ => {}
    }
    if text_mode {
        return None;
    }
    if run.len() > 2
        && let Some(func) = command::function(run)
    {
        return Some(Run::Func(func));
    }
    match run {
        "ln" | "lg" => command::function(run).map(Run::Func),
        "theta" => Some(Run::Symbol("\\theta")),
        "alpha" => Some(Run::Symbol("\\alpha")),
        "beta" => Some(Run::Symbol("\\beta")),
        "lambda" => Some(Run::Symbol("\\lambda")),
        _ => None,
    }
}

/// Long runs are words unless they look like names of points or have no vowel.
fn is_word(run: &str) -> bool {
    let lower = run.to_ascii_lowercase();
    if run.len() <= 3 {
        let shouted = run.bytes().all(|b| b.is_ascii_uppercase());
        return SHORT_WORDS.contains(&lower.as_str()) && !(shouted && run.len() == 3 && !is_answer(&lower));
    }
    let points = run.len() <= 6 && run.bytes().all(|b| b.is_ascii_uppercase());
    let vowels = lower.bytes().any(|b| b"aeiou".contains(&b));
    let ascending = run.len() <= 5 && lower.as_bytes().windows(2).all(|w| w[1] == w[0] + 1);
    (is_answer(&lower) || !points) && vowels && !ascending
}

/// Words that are answers even in capitals.
fn is_answer(lower: &str) -> bool {
    matches!(lower, "yes" | "no" | "odd" | "even" | "true" | "false" | "none" | "dne" | "east" | "west" | "north" | "south")
}

/// Whether a plain run of letters, as a whole answer, may be compared as a product.
pub fn is_product(run: &str) -> bool {
    let lower = run.to_ascii_lowercase();
    let vowels = lower.bytes().any(|b| b"aeiou".contains(&b));
    let early = run.len() <= 3 && lower.bytes().all(|b| (b'a'..=b'd').contains(&b));
    // Three capitals are points or an order: ABC is not ACB.
    let points = run.len() > 2 && run.bytes().all(|b| b.is_ascii_uppercase());
    let short = run.len() <= 3 && !points && !SHORT_WORDS.contains(&lower.as_str());
    short && (!vowels || early)
}

/// A number in words: `seven`, `twenty-one`, `two hundred and five`, `two thirds`, `one half`.
pub fn cardinal(text: &str) -> Option<(i64, i64)> {
    let lower = text.to_lowercase().replace('-', " ");
    let words: Vec<&str> = lower.split_whitespace().filter(|w| *w != "and").collect();
    if words.is_empty() || words.len() > 12 {
        return None;
    }
    if let Some(n) = whole(&words) {
        return Some((n, 1));
    }
    let (last, head) = words.split_last()?;
    let denominator = fraction_word(last)?;
    let numerator = whole(head)?;
    (numerator < 100).then_some((numerator, denominator))
}

fn whole(words: &[&str]) -> Option<i64> {
    let (mut total, mut group, mut seen) = (0i64, 0i64, false);
    for word in words {
        match small(word) {
            Some(n) if n < 100 => {
                let fits = group % 100 == 0 || (group % 10 == 0 && n < 10 && group % 100 >= 20);
                if !fits {
                    return None;
                }
                group += n;
            }
            Some(100) if group > 0 && group < 100 => group *= 100,
            Some(n) if n >= 1000 && group > 0 => {
                total = total.checked_add(group.checked_mul(n)?)?;
                group = 0;
            }
            _ => return None,
        }
        seen = true;
    }
    seen.then_some(total + group)
}

fn small(word: &str) -> Option<i64> {
    const UNITS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    if let Some(i) = UNITS.iter().position(|u| *u == word) {
        return i64::try_from(i).ok();
    }
    if let Some(i) = TENS.iter().position(|t| *t == word) {
        return i64::try_from(i).ok().map(|i| 20 + 10 * i);
    }
    match word {
        "hundred" => Some(100),
        "thousand" => Some(1000),
        "million" => Some(1_000_000),
        "billion" => Some(1_000_000_000),
        _ => None,
    }
}

/// `thirds` -> 3; not `quarters`, which are coins and parts of a year too.
pub fn plural_fraction(word: &str) -> Option<i64> {
    let lower = word.to_ascii_lowercase();
    (lower.ends_with('s') && lower != "quarters").then(|| fraction_word(&lower)).flatten()
}

fn fraction_word(word: &str) -> Option<i64> {
    Some(match word.trim_end_matches('s') {
        "half" | "halve" => 2,
        "third" => 3,
        "quarter" | "fourth" => 4,
        "fifth" => 5,
        "sixth" => 6,
        "seventh" => 7,
        "eighth" => 8,
        "ninth" => 9,
        "tenth" => 10,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs() {
        for (run, kind) in [
            ("ab", Run::Letters),
            ("xyz", Run::Letters),
            ("ABCD", Run::Letters),
            ("abcd", Run::Letters),
            ("no", Run::Word),
            ("east", Run::Word),
            ("YES", Run::Word),
            ("odd", Run::Word),
            ("sin", Run::Func(Func::Sin)),
            ("or", Run::Mark(Mark::Or)),
        ] {
            assert_eq!(classify(run, false, false), kind, "{run}");
        }
        assert_eq!(classify("cm", false, true), Run::Word);
        assert_eq!(classify("m", false, true), Run::Letters);
        assert_eq!(classify("m", true, true), Run::Word);
        assert_eq!(classify("é", true, true), Run::Word);
    }

    #[test]
    fn products_of_letters() {
        assert!(is_product("xy") && is_product("ab") && is_product("mn"));
        assert!(!is_product("no") && !is_product("seat") && !is_product("live") && !is_product("bad"));
    }

    #[test]
    fn numbers_in_words() {
        assert_eq!(cardinal("seven"), Some((7, 1)));
        assert_eq!(cardinal("Twenty-one"), Some((21, 1)));
        assert_eq!(cardinal("two hundred and five"), Some((205, 1)));
        assert_eq!(cardinal("three thousand four"), Some((3004, 1)));
        assert_eq!(cardinal("two thirds"), Some((2, 3)));
        assert_eq!(cardinal("one half"), Some((1, 2)));
        for bad in ["one of them", "two three", "", "and", "twenty eleven", "hundred"] {
            assert_eq!(cardinal(bad), None, "{bad}");
        }
    }
}
