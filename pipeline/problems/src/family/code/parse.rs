//! The Python subset: from the text of a function body to its syntax.
//!
//! Everything that is accepted here is valid Python with the same meaning (tested against CPython); much that is valid
//! Python is refused. Names are single lower-case letters; numbers are integers.

use super::syntax::{Block, Comprehension, Expr, Function, Op, Order, Statement};
use super::tokens::{Token, tokens};
use std::iter::Peekable;
use std::vec::IntoIter;

/// Deepest nesting of expressions and blocks.
const DEPTH: usize = 40;

const ORDERS: [(&str, Order); 6] = [
    ("==", Order::Equal),
    ("!=", Order::Unequal),
    ("<=", Order::LessEqual),
    (">=", Order::GreaterEqual),
    ("<", Order::Less),
    (">", Order::Greater),
];
const SUMS: [(&str, Op); 2] = [("+", Op::Add), ("-", Op::Sub)];
const PRODUCTS: [(&str, Op); 3] = [("*", Op::Mul), ("//", Op::Div), ("%", Op::Mod)];
const UPDATES: [(&str, Op); 5] = [("+=", Op::Add), ("-=", Op::Sub), ("*=", Op::Mul), ("//=", Op::Div), ("%=", Op::Mod)];
const FUNCTIONS: [(&str, Function); 4] = [("sum", Function::Sum), ("max", Function::Max), ("min", Function::Min), ("abs", Function::Abs)];

/// A line that is not blank: its indentation and its tokens.
struct Line {
    indent: usize,
    tokens: Vec<Token>,
}

/// Reads a function body; None when it is not in the subset.
pub(super) fn parse(body: &str) -> Option<Block> {
    let line = |text: &&str| {
        let indent = text.len() - text.trim_start_matches(' ').len();
        Some(Line { indent, tokens: tokens(&text[indent..])? })
    };
    let texts: Vec<&str> = body.split('\n').filter(|text| !text.trim_matches(' ').is_empty()).collect();
    let lines: Vec<Line> = texts.iter().map(line).collect::<Option<_>>()?;
    let mut lines = lines.into_iter().peekable();
    let indent = lines.peek()?.indent;
    let block = block(&mut lines, indent, 0)?;
    lines.peek().is_none().then_some(block)
}

/// The lines of exactly this indentation and what belongs to them; stops before a smaller one.
fn block(lines: &mut Peekable<IntoIter<Line>>, indent: usize, depth: usize) -> Option<Block> {
    let mut block = Block::new();
    while let Some(line) = lines.next_if(|line| line.indent == indent) {
        let mut reader = Reader { tokens: line.tokens.into_iter().peekable(), depth };
        match reader.header()? {
            None => reader.simple_statements(&mut block)?,
            Some(header) => {
                let mut inner = Block::new();
                if reader.tokens.peek().is_some() {
                    reader.simple_statements(&mut inner)?;
                } else {
                    let deeper = lines.peek().filter(|line| line.indent > indent)?.indent;
                    inner = self::block(lines, deeper, Some(depth + 1).filter(|depth| *depth < DEPTH)?)?;
                }
                block.push(header.with(inner));
            }
        }
    }
    // A deeper line here would be an unexpected indent; a smaller one must be an enclosing block's, which looks at it.
    lines.peek().is_none_or(|line| line.indent < indent).then_some(block)
}

/// The first line of a compound statement.
enum Header {
    For(u8, Vec<Expr>),
    If(Expr),
}

impl Header {
    fn with(self, block: Block) -> Statement {
        match self {
            Header::For(name, range) => Statement::For(name, range, block),
            Header::If(condition) => Statement::If(condition, block),
        }
    }
}

/// Reads the tokens of one line.
struct Reader {
    tokens: Peekable<IntoIter<Token>>,
    depth: usize,
}

impl Reader {
    fn eat(&mut self, sign: &str) -> Option<()> {
        self.tokens.next_if(|token| matches!(token, Token::Sign(s) if *s == sign)).map(|_| ())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.tokens.next_if(|token| matches!(token, Token::Word(w) if w == word)).map(|_| ())
    }

    /// The value of the next token when it is one of these signs.
    fn one_of<T: Copy>(&mut self, signs: &[(&str, T)]) -> Option<T> {
        let value = |token: &Token| match token {
            Token::Sign(sign) => signs.iter().find(|(text, _)| text == sign).map(|(_, value)| *value),
            _ => None,
        };
        let found = self.tokens.peek().and_then(value)?;
        self.tokens.next();
        Some(found)
    }

    /// A variable: one lower-case letter, so that no keyword and no builtin can be shadowed.
    fn name(&mut self) -> Option<u8> {
        let token = self.tokens.next_if(|token| matches!(token, Token::Word(word) if word.len() == 1))?;
        match token {
            Token::Word(word) => Some(word.as_bytes()[0]),
            _ => None,
        }
    }

    /// `for`- and `if`-headers up to the colon; Some(None) when the line starts with neither.
    fn header(&mut self) -> Option<Option<Header>> {
        let header = if self.word("for").is_some() {
            let name = self.name()?;
            self.word("in")?;
            Header::For(name, self.range()?)
        } else if self.word("if").is_some() {
            Header::If(self.expression()?)
        } else {
            return Some(None);
        };
        self.eat(":")?;
        Some(Some(header))
    }

    /// Statements separated by `;` up to the end of the line.
    fn simple_statements(&mut self, block: &mut Block) -> Option<()> {
        loop {
            block.push(self.simple_statement()?);
            if self.tokens.peek().is_none() {
                return Some(());
            }
            self.eat(";")?;
            if self.tokens.peek().is_none() {
                return Some(());
            }
        }
    }

    fn simple_statement(&mut self) -> Option<Statement> {
        if self.word("return").is_some() {
            return Some(Statement::Return(self.expression()?));
        }
        let name = self.name()?;
        if self.eat("=").is_some() {
            return Some(Statement::Assign(name, self.expression()?));
        }
        let op = self.one_of(&UPDATES)?;
        Some(Statement::Update(name, op, self.expression()?))
    }

    /// `range(stop)`, `range(start, stop)`, `range(start, stop, step)`.
    fn range(&mut self) -> Option<Vec<Expr>> {
        self.word("range")?;
        self.eat("(")?;
        let arguments = self.arguments()?;
        (1..=3).contains(&arguments.len()).then_some(arguments)
    }

    /// Expressions up to the closing parenthesis.
    fn arguments(&mut self) -> Option<Vec<Expr>> {
        let mut arguments = vec![self.expression()?];
        while self.eat(",").is_some() {
            if self.eat(")").is_some() {
                return Some(arguments);
            }
            arguments.push(self.expression()?);
        }
        self.eat(")")?;
        Some(arguments)
    }

    fn expression(&mut self) -> Option<Expr> {
        let then = self.disjunction()?;
        if self.word("if").is_none() {
            return Some(then);
        }
        let condition = self.disjunction()?;
        self.word("else")?;
        let otherwise = self.nested(Reader::expression)?;
        Some(Expr::Choice(Box::new(condition), Box::new(then), Box::new(otherwise)))
    }

    /// One level deeper; None beyond the limit.
    fn nested(&mut self, read: fn(&mut Reader) -> Option<Expr>) -> Option<Expr> {
        self.depth += 1;
        let value = if self.depth < DEPTH { read(self) } else { None };
        self.depth -= 1;
        value
    }

    fn disjunction(&mut self) -> Option<Expr> {
        let mut left = self.conjunction()?;
        while self.word("or").is_some() {
            left = Expr::Or(Box::new(left), Box::new(self.conjunction()?));
        }
        Some(left)
    }

    fn conjunction(&mut self) -> Option<Expr> {
        let mut left = self.negation()?;
        while self.word("and").is_some() {
            left = Expr::And(Box::new(left), Box::new(self.negation()?));
        }
        Some(left)
    }

    fn negation(&mut self) -> Option<Expr> {
        match self.word("not") {
            Some(()) => Some(Expr::Not(Box::new(self.nested(Reader::negation)?))),
            None => self.comparison(),
        }
    }

    fn comparison(&mut self) -> Option<Expr> {
        let first = self.binary(&SUMS, |reader| reader.binary(&PRODUCTS, Reader::unary))?;
        let mut rest = Vec::new();
        while let Some(order) = self.one_of(&ORDERS) {
            rest.push((order, self.binary(&SUMS, |reader| reader.binary(&PRODUCTS, Reader::unary))?));
        }
        Some(if rest.is_empty() { first } else { Expr::Compare(Box::new(first), rest) })
    }

    /// A left-associative chain of operators of one precedence.
    fn binary(&mut self, ops: &[(&str, Op)], next: fn(&mut Reader) -> Option<Expr>) -> Option<Expr> {
        let mut left = next(self)?;
        while let Some(op) = self.one_of(ops) {
            left = Expr::Binary(op, Box::new(left), Box::new(next(self)?));
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<Expr> {
        if self.eat("-").is_some() {
            return Some(Expr::Negative(Box::new(self.nested(Reader::unary)?)));
        }
        match self.eat("+") {
            Some(()) => self.nested(Reader::unary),
            None => self.atom(),
        }
    }

    fn atom(&mut self) -> Option<Expr> {
        if self.eat("(").is_some() {
            let inner = self.nested(Reader::expression)?;
            self.eat(")")?;
            return Some(inner);
        }
        if let Some(name) = self.name() {
            return Some(Expr::Name(name));
        }
        match self.tokens.next()? {
            Token::Int(value) => Some(Expr::Int(value)),
            Token::Word(word) => {
                let function = FUNCTIONS.iter().find(|(text, _)| *text == word)?.1;
                self.eat("(")?;
                self.depth += 1;
                let call = if self.depth < DEPTH { self.call(function) } else { None };
                self.depth -= 1;
                call
            }
            Token::Sign(_) => None,
        }
    }

    /// What follows the opening parenthesis of a call.
    fn call(&mut self, function: Function) -> Option<Expr> {
        let first = self.expression()?;
        if self.word("for").is_some() {
            return self.comprehension(function, first);
        }
        let mut arguments = vec![first];
        match self.eat(",") {
            Some(()) => arguments.extend(self.arguments()?),
            None => self.eat(")")?,
        }
        let fits = match function {
            Function::Abs => arguments.len() == 1,
            Function::Max | Function::Min => arguments.len() >= 2,
            Function::Sum => false,
        };
        fits.then_some(Expr::Call(function, arguments))
    }

    fn comprehension(&mut self, function: Function, element: Expr) -> Option<Expr> {
        let name = self.name()?;
        self.word("in")?;
        let range = self.range()?;
        let condition = match self.word("if") {
            Some(()) => Some(self.disjunction()?),
            None => None,
        };
        self.eat(")")?;
        let comprehension = Comprehension { element, name, range, condition };
        (function != Function::Abs).then(|| Expr::Fold(function, Box::new(comprehension)))
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_subset_is_read() {
        for body in [
            "return sum(i*i for i in range(n)if i%2==1)",
            "s=0\nfor i in range(1,n,2):\n if i>3:s+=i\n s=max(s,i)\nreturn s",
            "  return 1 if n<3<=5 else-n",
            "if not n:\n\n   return 0;\nreturn abs(n)//2",
        ] {
            assert!(parse(body).is_some(), "{body:?}");
        }
    }

    #[test]
    fn what_python_refuses_or_reads_otherwise_is_refused() {
        for body in [
            "",
            "return",
            "n",
            "return 07",
            "return 2**3",
            "return n/2",
            "return 1if n else 2",
            "return n\n return n",
            "if n:\nreturn 1",
            "for i in range(n):for j in range(n):s=1",
            "  return n\n return n",
            "sum=3\nreturn sum",
            "return max(n)",
            "return sum(n,1)",
            "return f(n)",
            "return n)",
            "return range(n)",
            "if n:x=1\n  y=2\nreturn n",
            "return sum(i for i in range(n),1)",
            "x==1",
            "return n;;",
            ";",
            "return n=1",
        ] {
            assert!(parse(body).is_none(), "{body:?}");
        }
        let deep = format!("return {}n{}", "(".repeat(300), ")".repeat(300));
        assert!(parse(&deep).is_none());
    }
}
