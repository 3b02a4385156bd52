//! The Python subset: what a function body computes. Integers are i64 and checked; work is counted.

use super::syntax::{Block, Comprehension, Expr, Function, Op, Order, Statement};

/// Expressions evaluated before a run is given up.
const BUDGET: u32 = 50_000;

/// Why a run has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Python would raise an exception, or the function returns nothing.
    Raised,
    /// The work or the size of a number went beyond the limit.
    Exhausted,
}

/// f(n) of a body.
pub(super) fn run(body: &Block, n: i64) -> Result<i64, Fault> {
    let mut frame = Frame { variables: [None; 26], budget: BUDGET };
    frame.variables[slot(b'n')] = Some(n);
    frame.block(body)?.ok_or(Fault::Raised)
}

/// The function's variables.
struct Frame {
    variables: [Option<i64>; 26],
    budget: u32,
}

fn slot(name: u8) -> usize {
    usize::from(name - b'a')
}

/// `a op b` as Python computes it.
fn apply(op: Op, a: i64, b: i64) -> Result<i64, Fault> {
    if b == 0 && matches!(op, Op::Div | Op::Mod) {
        return Err(Fault::Raised);
    }
    let floor = |a: i64, b: i64| a.checked_div(b).map(|q| q - i64::from(a % b != 0 && (a < 0) != (b < 0)));
    let value = match op {
        Op::Add => a.checked_add(b),
        Op::Sub => a.checked_sub(b),
        Op::Mul => a.checked_mul(b),
        Op::Div => floor(a, b),
        Op::Mod => floor(a, b).map(|q| a - b * q),
    };
    value.ok_or(Fault::Exhausted)
}

fn holds(order: Order, a: i64, b: i64) -> bool {
    match order {
        Order::Equal => a == b,
        Order::Unequal => a != b,
        Order::Less => a < b,
        Order::LessEqual => a <= b,
        Order::Greater => a > b,
        Order::GreaterEqual => a >= b,
    }
}

impl Frame {
    /// Runs statements; Some when one of them returned.
    fn block(&mut self, block: &Block) -> Result<Option<i64>, Fault> {
        for statement in block {
            if let Some(value) = self.statement(statement)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    fn statement(&mut self, statement: &Statement) -> Result<Option<i64>, Fault> {
        match statement {
            Statement::Return(value) => return self.value(value).map(Some),
            Statement::Assign(name, value) => self.variables[slot(*name)] = Some(self.value(value)?),
            Statement::Update(name, op, value) => {
                // Python reads the variable before it evaluates the right side; only the kind of failure could tell.
                let old = self.name(*name)?;
                let value = self.value(value)?;
                self.variables[slot(*name)] = Some(apply(*op, old, value)?);
            }
            Statement::If(condition, block) => {
                if self.value(condition)? != 0 {
                    return self.block(block);
                }
            }
            Statement::For(name, range, block) => {
                for value in self.range(range)? {
                    self.spend()?;
                    self.variables[slot(*name)] = Some(value);
                    if let Some(value) = self.block(block)? {
                        return Ok(Some(value));
                    }
                }
            }
        }
        Ok(None)
    }

    fn spend(&mut self) -> Result<(), Fault> {
        self.budget = self.budget.checked_sub(1).ok_or(Fault::Exhausted)?;
        Ok(())
    }

    fn name(&self, name: u8) -> Result<i64, Fault> {
        self.variables[slot(name)].ok_or(Fault::Raised)
    }

    fn value(&mut self, expr: &Expr) -> Result<i64, Fault> {
        self.spend()?;
        match expr {
            Expr::Int(value) => Ok(*value),
            Expr::Name(name) => self.name(*name),
            Expr::Negative(inner) => self.value(inner)?.checked_neg().ok_or(Fault::Exhausted),
            Expr::Not(inner) => Ok(i64::from(self.value(inner)? == 0)),
            Expr::Binary(op, a, b) => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                apply(*op, a, b)
            }
            Expr::Compare(first, rest) => self.compare(first, rest),
            Expr::And(a, b) => match self.value(a)? {
                0 => Ok(0),
                _ => self.value(b),
            },
            Expr::Or(a, b) => match self.value(a)? {
                0 => self.value(b),
                value => Ok(value),
            },
            Expr::Choice(condition, then, otherwise) => {
                let chosen = if self.value(condition)? != 0 { then } else { otherwise };
                self.value(chosen)
            }
            Expr::Call(function, arguments) => {
                let values = arguments.iter().map(|argument| self.value(argument)).collect::<Result<Vec<_>, _>>()?;
                fold(*function, &values)
            }
            Expr::Fold(function, comprehension) => {
                let values = self.comprehension(comprehension)?;
                fold(*function, &values)
            }
        }
    }

    /// A chain stops at the first comparison that fails, without evaluating the rest.
    fn compare(&mut self, first: &Expr, rest: &[(Order, Expr)]) -> Result<i64, Fault> {
        let mut left = self.value(first)?;
        for (order, expr) in rest {
            let right = self.value(expr)?;
            if !holds(*order, left, right) {
                return Ok(0);
            }
            left = right;
        }
        Ok(1)
    }

    /// The elements; the loop variable is local to the comprehension, its range is not.
    fn comprehension(&mut self, comprehension: &Comprehension) -> Result<Vec<i64>, Fault> {
        let range = self.range(&comprehension.range)?;
        let variable = slot(comprehension.name);
        let outer = self.variables[variable];
        let mut values = Vec::new();
        for value in range {
            self.variables[variable] = Some(value);
            let keep = comprehension.condition.as_ref().map_or(Ok(1), |condition| self.value(condition))?;
            if keep != 0 {
                values.push(self.value(&comprehension.element)?);
            } else {
                self.spend()?;
            }
        }
        self.variables[variable] = outer;
        Ok(values)
    }

    /// The values of `range(...)`, at most as many as the budget allows.
    fn range(&mut self, arguments: &[Expr]) -> Result<Vec<i64>, Fault> {
        let values = arguments.iter().map(|argument| self.value(argument)).collect::<Result<Vec<_>, _>>()?;
        let (start, stop, step) = match values[..] {
            [stop] => (0, stop, 1),
            [start, stop] => (start, stop, 1),
            [start, stop, step] => (start, stop, step),
            _ => return Err(Fault::Raised),
        };
        if step == 0 {
            return Err(Fault::Raised);
        }
        let inside = |value: &i64| if step > 0 { *value < stop } else { *value > stop };
        let values = std::iter::successors(Some(start), |value| value.checked_add(step)).take_while(inside);
        let values: Vec<i64> = values.take(self.budget as usize + 1).collect();
        if values.len() > self.budget as usize { Err(Fault::Exhausted) } else { Ok(values) }
    }
}

fn fold(function: Function, values: &[i64]) -> Result<i64, Fault> {
    match function {
        Function::Sum => values.iter().try_fold(0i64, |sum, value| sum.checked_add(*value)).ok_or(Fault::Exhausted),
        Function::Max => values.iter().copied().max().ok_or(Fault::Raised),
        Function::Min => values.iter().copied().min().ok_or(Fault::Raised),
        Function::Abs => values[0].checked_abs().ok_or(Fault::Exhausted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::code::parse::parse;

    fn f(body: &str, n: i64) -> Result<i64, Fault> {
        run(&parse(body).unwrap(), n)
    }

    #[test]
    fn bodies_compute_what_python_computes() {
        assert_eq!(f("return sum(i*i for i in range(n)if i%2==1)", 6), Ok(35));
        assert_eq!(f("s=0\nfor i in range(n,0,-2):\n if i>3:s+=i\nreturn s+i", 7), Ok(13));
        assert_eq!(f("return -7//2*10+-7%2", 0), Ok(-39));
        assert_eq!(f("return 1<n<3 or n and 5", 9), Ok(5));
        assert_eq!(f("i=9\nx=max(i for i in range(n))\nreturn i*10+x", 4), Ok(93));
        assert_eq!(f("return min(n,3)if not n>5 else abs(-n)", 8), Ok(8));
    }

    #[test]
    fn faults_are_told_apart() {
        assert_eq!(f("return n//0", 1), Err(Fault::Raised));
        assert_eq!(f("x=1", 1), Err(Fault::Raised));
        assert_eq!(f("return x", 1), Err(Fault::Raised));
        assert_eq!(f("return max(i for i in range(0))", 1), Err(Fault::Raised));
        assert_eq!(f("return sum(1 for i in range(n,0,0))", 1), Err(Fault::Raised));
        assert_eq!(f("return sum(1 for i in range(999999999))", 1), Err(Fault::Exhausted));
        assert_eq!(f("x=9\nfor i in range(99):x=x*x\nreturn x", 1), Err(Fault::Exhausted));
    }
}
