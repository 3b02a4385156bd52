//! Texts that mean no good: one unit over and over, towers, and well-formed answers of many parts.

/// (gold, answer).
pub fn hostile() -> Vec<(String, String)> {
    let size = 100_000;
    let fill = |unit: &str| unit.repeat(size / unit.len());
    let units = [
        "\\boxed{",
        "\\frac{",
        "(",
        "[",
        "{",
        "}",
        "$",
        "1",
        "1,",
        "x^",
        "x!",
        "\\sqrt",
        "\\text{",
        "a ",
        "answer is ",
        "10^",
        "√",
        "½",
        "|",
        "\\{",
        "\\begin{matrix}",
        "&",
        "\\\\",
        "1/",
        "9^{9^{",
        "\\sum_{",
        "é",
        "= ",
        "\\pm ",
        "-",
        "<",
        "\\cup ",
        "0.",
        "e",
        "\\boxed{1} and ",
        "<answer>",
        "####",
        "**",
        "{{{{1}}}}",
        "\\frac{1}{",
        "x^{2^{",
        "2^{",
        "e^{",
        "\\sqrt{1+",
        "\\left(",
        "\\boxed{1}\n",
        "$1$, ",
        "12345678901234567890",
        "x+1,",
        "(1,2),",
        "1&2\\\\",
        "x+",
        "x-1)(",
        "\\sin ",
        "\\pm 1",
        "1e999999999",
        "99999999!",
        "ｘ＋１",
        "∑√∞≤",
        "答案是",
        "\\overline{",
        "\\log_{",
        "|x|",
        "x<",
        "\\binom{9}{",
        "a b c d e f g h ft cm by percent ",
        "the number of men and women is twenty one ",
        "final answer is $1$. ",
        "\\text{a}",
        "\\end{matrix}",
        "\\{1,",
        "1:2:",
        "\u{0}",
        "\t",
        "%",
        "f(",
        "\\int_0^1 ",
        "\\lim_{x\\to 0}",
        "_1",
        "''",
    ];
    let mut all = Vec::new();
    for unit in units {
        for gold in ["5", "x^2+1", "(1,2]"] {
            all.push((gold.to_owned(), fill(unit)));
            all.push((gold.to_owned(), format!("\\boxed{{{}}}", &fill(unit)[..crate_floor(&fill(unit), 4000)])));
            all.push((gold.to_owned(), format!("The answer is {}", &fill(unit)[..crate_floor(&fill(unit), 4000)])));
        }
    }
    all.extend(long_answers());
    for (gold, answer) in [
        ("10^{10^{10^{10}}}", "10^{10}"),
        ("10^{10^{10^{10}}}", "10^{10^{10^{11}}}"),
        ("9^{9^{9^9}}", "9^{9^{9^9}}+1"),
        ("2006!", "2005!"),
        ("9999!", "9998! \\cdot 9999 + 1"),
        ("\\binom{10000}{5000}", "\\binom{10000}{4999}"),
        ("\\sum_{k=1}^{5000} \\frac{1}{k}", "9.0945"),
        ("\\sum_{k=1}^{5000} \\sin k", "1"),
        ("\\sin(10^{300})", "\\cos(10^{300})"),
        ("e^{\\pi\\sqrt{163}}", "262537412640768744"),
        ("(x+y+z)^{4000}", "(x+y+z)^{4001}"),
        ("\\sin(\\sin(\\sin(\\sin x)))", "\\sin(\\sin(\\sin(x)))"),
        ("\\pm1\\pm2\\pm3\\pm4", "\\pm4\\pm3\\pm2\\pm1"),
    ] {
        all.push((gold.to_owned(), answer.to_owned()));
    }
    all
}

/// Well-formed answers of up to 4 kB, the longest that is read, each against itself in another order and against a near miss.
fn long_answers() -> Vec<(String, String)> {
    let joined = |n: i64, term: &dyn Fn(i64) -> String, sep: &str| {
        let parts: Vec<String> = (1..=n).map(term).collect();
        let back: Vec<String> = parts.iter().rev().cloned().collect();
        let mut missed = parts.clone();
        missed[0] = format!("{}7", parts[0]);
        (parts.join(sep), back.join(sep), missed.join(sep))
    };
    type Term = fn(i64) -> String;
    let kinds: [(&str, &str, &str, Term); 22] = [
        ("", ", ", "", |k| k.to_string()),
        ("\\{", ", ", "\\}", |k| format!("\\sqrt{{{k}}}")),
        ("(", ", ", ")", |k| format!("\\frac{{1}}{{{k}}}")),
        ("", "+", "", |k| format!("\\frac{{1}}{{{}}}", 2 * k + 1)),
        ("", "\\cdot ", "", |k| format!("\\frac{{{}}}{{{}}}", 97 * k + 1, 89 * k + 2)),
        ("", "+", "", |k| format!("\\sqrt{{{k}}}")),
        ("", "+", "", |k| format!("\\sin {k}")),
        ("", "+", "", |k| format!("x^{{{k}}}")),
        ("", "+", "", |k| format!("{k}x_{{{k}}}")),
        ("", "", "", |k| format!("(x-{k})")),
        ("", "\\cup ", "", |k| format!("({},{})", 2 * k, 2 * k + 1)),
        ("", "\\cup ", "", |k| format!("[\\sqrt{{{k}}},\\sqrt{{{k}}}+\\frac19]")),
        ("", ", ", "", |k| format!("x={k}")),
        ("", ", ", "", |k| format!("({k},{})", k * k)),
        ("", " \\text{ or } ", "", |k| format!("x<{k}")),
        ("", "+", "", |k| format!("{k}!")),
        ("", "+", "", |k| format!("\\binom{{{}}}{{{k}}}", 9000 - k)),
        ("", "+", "", |k| format!("2^{{{k}}}")),
        ("", "+", "", |k| format!("\\ln {k}")),
        ("", "+", "", |k| format!("e^{{\\frac{{{k}i\\pi}}{{7}}}}")),
        ("\\begin{pmatrix}", " & ", "\\end{pmatrix}", |k| if k % 12 == 0 { format!("{k} \\\\ {k}") } else { k.to_string() }),
        ("", "\\pm ", "", |k| format!("\\sqrt{{{k}}}")),
    ];
    let mut all = Vec::new();
    for (open, sep, close, term) in kinds {
        for n in [8, 40, 150] {
            let (a, b, c) = joined(n, &term, sep);
            let wrap = |s: &str| format!("{open}{s}{close}");
            all.push((wrap(&a), wrap(&b)));
            all.push((wrap(&a), format!("So it is \\boxed{{{}}}.", wrap(&c))));
        }
    }
    all
}

fn crate_floor(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}
