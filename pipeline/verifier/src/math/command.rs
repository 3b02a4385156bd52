//! LaTeX commands: what each one means to the parser.

use super::tree::{Func, Rel};

/// The meaning of a command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// No meaning: `\left`, `\displaystyle`.
    Nothing,
    /// White space.
    Space,
    /// Its group is text.
    Text,
    /// Its group is a name or ordinary mathematics in another font.
    Font,
    /// Blackboard bold.
    Blackboard,
    /// A mark over a group.
    Accent(&'static str),
    /// Its group is dropped: `\label{..}`.
    Drop,
    /// A quotient with two arguments.
    Frac,
    /// A root.
    Sqrt,
    /// A binomial coefficient with two arguments.
    Binom,
    /// `a \over b`.
    Over,
    /// `a \choose b`.
    Choose,
    /// A named function.
    Func(Func),
    /// A relation.
    Rel(Rel),
    /// Sum, product, integral, limit.
    Big(Big),
    /// `\begin`.
    Begin,
    /// `\end`.
    End,
    /// A fixed token.
    Mark(Mark),
    /// A symbol by this name.
    Symbol(&'static str),
}

/// Operators with bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Big {
    /// `\sum`
    Sum,
    /// `\prod`
    Product,
    /// `\int` and its variants
    Integral,
    /// `\lim`
    Limit,
}

/// Tokens without content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Mark {
    Plus,
    Minus,
    PlusMinus,
    MinusPlus,
    Times,
    Slash,
    Caret,
    Under,
    Bang,
    Prime,
    Percent,
    Degree,
    Comma,
    Semi,
    Colon,
    Ellipsis,
    Cup,
    Cap,
    SetMinus,
    Infinity,
    Empty,
    And,
    Or,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    OpenSet,
    CloseSet,
    OpenAngle,
    CloseAngle,
    OpenFloor,
    CloseFloor,
    OpenCeil,
    CloseCeil,
    Bar,
    DoubleBar,
    Row,
    Cell,
    Mod,
    ParenMod,
    Dollar,
    Euro,
    Pound,
    Yen,
}

/// Whether the command has a meaning here.
pub fn is_known(name: &str) -> bool {
    lookup(name).is_some()
}

/// Looks a command up by its name without the backslash.
pub fn lookup(name: &str) -> Option<Command> {
    use Command::*;
    Some(match name {
        "left" | "right" | "big" | "Big" | "bigg" | "Bigg" | "bigl" | "bigr" | "Bigl" | "Bigr" | "biggl" | "biggr" | "Biggl" | "Biggr"
        | "middle" | "displaystyle" | "textstyle" | "scriptstyle" | "limits" | "nolimits" | "boxed" | "fbox" | "framebox" | "mathstrut"
        | "strut" | "nonumber" | "hline" | "centering" | "bf" | "rm" | "it" | "large" | "Large" | "small" | "mathopen" | "mathclose"
        | "mathrel" | "mathbin" | "mathord" | "ensuremath" | "allowbreak" | "hfill" => Nothing,
        "quad" | "qquad" | "space" | "enspace" | "thinspace" | "negthinspace" | "medspace" | "thickspace" | "newline" | "par"
        | "smallskip" | "bigskip" => Space,
        "text" | "textbf" | "textit" | "textrm" | "textnormal" | "textsf" | "texttt" | "textsc" | "mbox" | "hbox" | "emph" | "textup" => {
            Text
        }
        "mathrm" | "mathbf" | "mathit" | "mathsf" | "mathtt" | "mathcal" | "mathfrak" | "mathscr" | "boldsymbol" | "bm" | "pmb"
        | "operatorname" | "mathnormal" | "underline" | "cancel" | "underbrace" | "overbrace" | "mathop" => Font,
        "mathbb" | "Bbb" => Blackboard,
        "bar" | "overline" => Accent("bar"),
        "hat" | "widehat" => Accent("hat"),
        "tilde" | "widetilde" => Accent("tilde"),
        "dot" => Accent("dot"),
        "ddot" => Accent("ddot"),
        "vec" | "overrightarrow" | "overset" | "overleftrightarrow" | "wideparen" | "overarc" => Accent(""),
        "label" | "tag" | "phantom" | "hphantom" | "vphantom" | "color" | "textcolor" | "hspace" | "vspace" | "hspace*"
        | "bigskipamount" | "cline" | "mathchoice" => Drop,
        "frac" | "dfrac" | "tfrac" | "cfrac" | "sfrac" | "nicefrac" => Frac,
        "sqrt" => Sqrt,
        "binom" | "dbinom" | "tbinom" => Binom,
        "over" => Over,
        "choose" => Choose,
        "begin" => Begin,
        "end" => End,
        "sum" => Big(self::Big::Sum),
        "prod" => Big(self::Big::Product),
        "int" | "iint" | "iiint" | "oint" => Big(self::Big::Integral),
        "lim" => Big(self::Big::Limit),
        _ => return function(name).map(Func).or_else(|| relation(name).map(Rel)).or_else(|| other(name)),
    })
}

/// Named functions, with and without backslash.
pub fn function(name: &str) -> Option<Func> {
    use Func::*;
    Some(match name {
        "sin" => Sin,
        "cos" => Cos,
        "tan" | "tg" => Tan,
        "cot" | "ctg" | "cotan" => Cot,
        "sec" => Sec,
        "csc" | "cosec" => Csc,
        "arcsin" | "asin" => Asin,
        "arccos" | "acos" => Acos,
        "arctan" | "atan" | "arctg" => Atan,
        "arccot" | "acot" => Acot,
        "arcsec" => Asec,
        "arccsc" => Acsc,
        "sinh" => Sinh,
        "cosh" => Cosh,
        "tanh" => Tanh,
        "coth" => Coth,
        "sech" => Sech,
        "csch" => Csch,
        "arcsinh" | "asinh" | "arsinh" => Asinh,
        "arccosh" | "acosh" | "arcosh" => Acosh,
        "arctanh" | "atanh" | "artanh" => Atanh,
        "ln" => Ln,
        "log" => Log,
        "lg" => Lg,
        "exp" => Exp,
        "cis" => Cis,
        "abs" => Abs,
        "floor" => Floor,
        "ceil" => Ceil,
        "gcd" => Gcd,
        "lcm" => Lcm,
        "max" | "Max" => Max,
        "min" | "Min" => Min,
        "Re" => Re,
        "Im" => Im,
        "arg" | "Arg" => Arg,
        "det" => Det,
        "sgn" | "sign" => Sgn,
        _ => return None,
    })
}

fn relation(name: &str) -> Option<Rel> {
    use Rel::*;
    Some(match name {
        "eq" => Eq,
        "ne" | "neq" | "not=" => Ne,
        "lt" => Lt,
        "gt" => Gt,
        "le" | "leq" | "leqslant" | "leqq" => Le,
        "ge" | "geq" | "geqslant" | "geqq" => Ge,
        "approx" | "simeq" | "doteq" | "thickapprox" | "cong" => Approx,
        "equiv" => Equiv,
        "sim" => Similar,
        "in" | "isin" => In,
        "notin" => NotIn,
        "subset" | "subseteq" => Subset,
        "supset" | "supseteq" | "ni" => Superset,
        "to" | "rightarrow" | "longrightarrow" | "Rightarrow" | "implies" | "Longrightarrow" | "mapsto" => To,
        "iff" | "Leftrightarrow" | "leftrightarrow" | "Longleftrightarrow" => Iff,
        "parallel" => Parallel,
        "perp" => Perp,
        "mid" | "vert" => return None,
        "propto" => Proportional,
        _ => return None,
    })
}

fn other(name: &str) -> Option<Command> {
    use self::Mark::*;
    Some(Command::Mark(match name {
        "pm" => PlusMinus,
        "mp" => MinusPlus,
        "times" | "cdot" | "ast" | "star" | "cdotp" => Times,
        "div" => Slash,
        "prime" => Prime,
        "circ" | "degree" | "degrees" => Degree,
        "ldots" | "dots" | "cdots" | "dotsc" | "dotsb" | "dotsm" | "hdots" | "vdots" | "ddots" | "dotsi" => Ellipsis,
        "cup" | "bigcup" => Cup,
        "cap" | "bigcap" => Cap,
        "setminus" | "backslash" | "smallsetminus" => SetMinus,
        "infty" | "infin" => Infinity,
        "emptyset" | "varnothing" => Empty,
        "land" | "wedge" => And,
        "lor" | "vee" => Or,
        "lbrace" => OpenSet,
        "rbrace" => CloseSet,
        "lbrack" => OpenBracket,
        "rbrack" => CloseBracket,
        "langle" => OpenAngle,
        "rangle" => CloseAngle,
        "lfloor" => OpenFloor,
        "rfloor" => CloseFloor,
        "lceil" => OpenCeil,
        "rceil" => CloseCeil,
        "mid" | "vert" | "lvert" | "rvert" => Bar,
        "Vert" | "lVert" | "rVert" => DoubleBar,
        "cr" => Row,
        "bmod" | "mod" => Mod,
        "pmod" => ParenMod,
        "euro" => Euro,
        "pounds" => Pound,
        "yen" => Yen,
        "percent" => Percent,
        _ => return symbol(name).map(Command::Symbol),
    }))
}

fn symbol(name: &str) -> Option<&'static str> {
    const NAMES: &[(&str, &str)] = &[
        ("pi", "\\pi"),
        ("alpha", "\\alpha"),
        ("beta", "\\beta"),
        ("gamma", "\\gamma"),
        ("delta", "\\delta"),
        ("epsilon", "\\epsilon"),
        ("varepsilon", "\\epsilon"),
        ("zeta", "\\zeta"),
        ("eta", "\\eta"),
        ("theta", "\\theta"),
        ("vartheta", "\\theta"),
        ("iota", "\\iota"),
        ("kappa", "\\kappa"),
        ("lambda", "\\lambda"),
        ("mu", "\\mu"),
        ("nu", "\\nu"),
        ("xi", "\\xi"),
        ("rho", "\\rho"),
        ("varrho", "\\rho"),
        ("sigma", "\\sigma"),
        ("tau", "\\tau"),
        ("upsilon", "\\upsilon"),
        ("phi", "\\phi"),
        ("varphi", "\\phi"),
        ("chi", "\\chi"),
        ("psi", "\\psi"),
        ("omega", "\\omega"),
        ("Gamma", "\\Gamma"),
        ("Delta", "\\Delta"),
        ("Theta", "\\Theta"),
        ("Lambda", "\\Lambda"),
        ("Xi", "\\Xi"),
        ("Pi", "\\Pi"),
        ("Sigma", "\\Sigma"),
        ("Phi", "\\Phi"),
        ("Psi", "\\Psi"),
        ("Omega", "\\Omega"),
        ("hbar", "\\hbar"),
        ("ell", "l"),
        ("partial", "\\partial"),
        ("nabla", "\\nabla"),
        ("angle", "\\angle"),
        ("measuredangle", "\\angle"),
        ("triangle", "\\triangle"),
        ("square", "\\square"),
        ("odot", "\\odot"),
        ("imath", "i"),
        ("jmath", "j"),
        ("aleph", "\\aleph"),
        ("mho", "\\mho"),
        ("AA", "\\AA"),
        ("top", "\\top"),
        ("bot", "\\bot"),
    ];
    NAMES.iter().find(|(n, _)| *n == name).map(|(_, s)| *s)
}
