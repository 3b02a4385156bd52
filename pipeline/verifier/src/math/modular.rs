//! Fingerprints: the value of a tree at pseudo-random points of two prime fields.
//!
//! Rational functions are evaluated exactly (Schwartz-Zippel): different fingerprints prove them different, equal ones
//! prove them equal but for a chance of about degree/2^61 per prime. What is no rational function (roots, sines, unknown
//! functions) becomes an atom, a pseudo-random value of its kind and its arguments' values: equal fingerprints are still
//! a proof (congruence), different ones then say nothing. Both primes are 1 mod 4, so that i is a field element.

use super::{
    budget::{Budget, Exhausted},
    command::Big,
    constant::{constant, integer, natural, positive, square_free},
    field::{FIELDS, Field, reduce, small_fraction_sign},
    tree::{Const, Func, Node},
};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};

/// Most terms of a sum or factors of a factorial that are multiplied out.
const MAX_LOOP: u64 = 20_000;

/// What a tree evaluates to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    values: [u64; 2],
    /// Whether no atom took part: then a difference is a proof too.
    pub pure: bool,
}

impl Print {
    /// Same value at both points.
    pub fn same(&self, other: &Print) -> bool {
        self.values == other.values
    }

    /// A number to derive sample points from.
    pub fn seed(&self) -> u64 {
        self.values[0] ^ self.values[1].rotate_left(32)
    }
}

/// Fingerprint of a tree; None where a denominator vanishes at a point.
pub fn print(node: &Node, budget: &Budget) -> Result<Option<Print>, Exhausted> {
    let mut values = [0; 2];
    let mut pure = true;
    for (k, field) in FIELDS.into_iter().enumerate() {
        let mut eval = Eval { field, salt: k as u64 + 1, bound: Vec::new(), budget, pure: true };
        match eval.node(node)? {
            Some(v) => values[k] = v,
            None => return Ok(None),
        }
        pure &= eval.pure;
    }
    Ok(Some(Print { values, pure }))
}

/// Whether two trees are the same rational function of a ratio: a = c·b for a constant c. Returns c's sign.
///
/// Used for equations up to a factor: a/b must be the same at three points and rational.
pub fn constant_ratio(a: &Node, b: &Node, budget: &Budget) -> Result<Option<i32>, Exhausted> {
    let mut first: Option<u64> = None;
    let field = FIELDS[0];
    for salt in 11..14 {
        let mut eval = Eval { field, salt, bound: Vec::new(), budget, pure: true };
        let (Some(x), Some(y)) = (eval.node(a)?, eval.node(b)?) else {
            return Ok(None);
        };
        if x == 0 || y == 0 {
            return Ok(None);
        }
        let ratio = field.mul(x, field.inv(y));
        // Roots of constants are atoms that do not change with the point only if nothing in them does.
        if *first.get_or_insert(ratio) != ratio {
            return Ok(None);
        }
    }
    Ok(first.and_then(|r| small_fraction_sign(field, r)))
}

/// Mixes words; the hash behind symbols and atoms.
fn mix(seed: u64, x: u64) -> u64 {
    let mut z = seed ^ x.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Hash of a text.
pub fn hash(seed: u64, text: &str) -> u64 {
    text.bytes().fold(mix(seed, text.len() as u64), |h, b| mix(h, u64::from(b)))
}

struct Eval<'a> {
    field: Field,
    salt: u64,
    /// Bound variables of sums, innermost last.
    bound: Vec<(String, u64)>,
    budget: &'a Budget,
    pure: bool,
}

type Value = Result<Option<u64>, Exhausted>;

impl Eval<'_> {
    fn atom(&mut self, kind: u64, parts: &[u64]) -> u64 {
        self.pure = false;
        self.free(kind, parts)
    }

    /// A pseudo-random value for an indeterminate.
    fn free(&self, kind: u64, parts: &[u64]) -> u64 {
        parts.iter().fold(mix(self.salt, kind), |h, p| mix(h, *p)) % self.field.p
    }

    fn symbol(&self, name: &str) -> u64 {
        let bound = self.bound.iter().rev().find(|(n, _)| n == name);
        bound.map_or_else(|| hash(self.salt, name) % self.field.p, |(_, v)| *v)
    }

    fn all(&mut self, nodes: &[Node]) -> Result<Option<Vec<u64>>, Exhausted> {
        let mut out = Vec::with_capacity(nodes.len());
        for node in nodes {
            match self.node(node)? {
                Some(v) => out.push(v),
                None => return Ok(None),
            }
        }
        Ok(Some(out))
    }

    fn node(&mut self, node: &Node) -> Value {
        self.budget.spend(8)?;
        let f = self.field;
        Ok(match node {
            Node::Num(n) => self.rational(&n.value),
            Node::Const(Const::I) => Some(f.i),
            Node::Const(c) => {
                // Infinity is no number; pi and e are transcendental, so independent of all rational functions.
                self.pure &= *c != Const::Infinity;
                Some(self.free(1000 + *c as u64, &[]))
            }
            Node::Sym(name) => Some(self.symbol(name)),
            Node::Add(terms) => self.all(terms)?.map(|v| v.into_iter().fold(0, |a, b| f.add(a, b))),
            Node::Mul(factors) => self.all(factors)?.map(|v| v.into_iter().fold(1, |a, b| f.mul(a, b))),
            Node::Neg(a) => self.node(a)?.map(|v| f.neg(v)),
            Node::Div(a, b) => match (self.node(a)?, self.node(b)?) {
                (Some(x), Some(y)) if y != 0 => Some(f.mul(x, f.inv(y))),
                _ => None,
            },
            Node::Pow(base, exponent) => return self.power(base, exponent),
            Node::Root(degree, radicand) => return self.root(degree, radicand),
            Node::Func(func, args) => return self.function(*func, args),
            Node::Indexed(name, index) => {
                let h = hash(1, name);
                self.node(index)?.map(|v| self.free(h, &[v]))
            }
            Node::Apply(name, args) => {
                let h = hash(2, name);
                self.all(args)?.map(|v| self.free(h, &v))
            }
            Node::Big(big, parts) => return self.big(*big, parts),
            Node::Base(digits, base) => super::number::in_base(digits, *base).and_then(|v| self.rational(&v)),
            Node::Percent(a) => self.node(a)?.map(|v| f.mul(v, f.inv(100))),
            other => return self.opaque(other),
        })
    }

    /// Everything that is no scalar, and what has no arithmetic here: a hash of its kind and parts, in order.
    fn opaque(&mut self, node: &Node) -> Value {
        let mut kind = hash(3, node.kind());
        match node {
            Node::Text(s) => kind = hash(kind, &s.to_lowercase()),
            Node::NamedSet(c) => kind = mix(kind, u64::from(u32::from(*c))),
            Node::Time(m, half) => kind = mix(kind, u64::from(*m) * 4 + half.map_or(0, |h| 1 + u64::from(h))),
            Node::PlusMinus(opposite, _) => kind = mix(kind, u64::from(*opposite)),
            Node::SetOp(op, ..) => kind = mix(kind, *op as u64),
            Node::Chain(_, rest) => kind = rest.iter().fold(kind, |k, (r, _)| mix(k, *r as u64 + 1)),
            Node::Interval(a, b) => kind = mix(kind, 1 + 2 * u64::from(a.closed) + u64::from(b.closed)),
            Node::Matrix(rows) => kind = mix(kind, rows.len() as u64),
            Node::Quantity(_, unit) => {
                kind = unit.dims.iter().fold(kind, |k, (b, e)| mix(hash(k, b), *e as u64));
                kind = hash(kind, &unit.factor.to_string());
            }
            _ => {}
        }
        let mut parts = Vec::new();
        for child in node.children() {
            match self.node(child)? {
                Some(v) => parts.push(v),
                None => return Ok(None),
            }
        }
        Ok(Some(self.atom(kind, &parts)))
    }

    fn rational(&self, value: &BigRational) -> Option<u64> {
        let f = self.field;
        let above = f.int(value.numer());
        if value.is_integer() {
            return Some(above);
        }
        let below = f.int(value.denom());
        (below != 0).then(|| f.mul(above, f.inv(below)))
    }

    fn power(&mut self, base: &Node, exponent: &Node) -> Value {
        let f = self.field;
        let Some(x) = self.node(base)? else {
            return Ok(None);
        };
        if let Some(n) = self.exponent(exponent)? {
            return Ok(match (x, n) {
                (0, 0) => None,
                (0, _) => Some(0).filter(|_| positive(exponent)),
                _ => Some(f.pow(x, n)),
            });
        }
        if let Some(value) = constant(exponent)
            && let (Some(above), Some(below)) = (value.numer().to_i64(), value.denom().to_u64())
        {
            let root = self.rooted(below, base, x);
            let power = reduce(&BigInt::from(above), f.p - 1);
            return Ok((root != 0).then(|| f.pow(root, power)));
        }
        let n = self.node(exponent)?;
        Ok(n.map(|n| self.atom(20, &[x, n])))
    }

    fn root(&mut self, degree: &Node, radicand: &Node) -> Value {
        let Some(x) = self.node(radicand)? else {
            return Ok(None);
        };
        match constant(degree).filter(BigRational::is_integer).and_then(|d| d.to_integer().to_u64()) {
            Some(n) if n > 0 => Ok(Some(self.rooted(n, radicand, x))),
            _ => {
                let n = self.node(degree)?;
                Ok(n.map(|n| self.atom(21, &[n, x])))
            }
        }
    }

    /// The n-th root: exact for perfect powers of constants, square factors of small radicands drawn out, else an atom.
    fn rooted(&mut self, n: u64, radicand: &Node, x: u64) -> u64 {
        let f = self.field;
        if n == 1 {
            return x;
        }
        let small = constant(radicand).and_then(|v| Some((v.numer().to_i64()?, v.denom().to_i64()?)));
        if n == 2
            && let Some((above, below)) = small.filter(|(a, b)| *a > 0 && *a < 1 << 20 && *b < 1 << 20)
        {
            // sqrt(a/b) = sqrt(ab)/b
            let (outside, inside) = square_free((above * below).unsigned_abs());
            let scale = f.mul(outside % f.p, f.inv(below.unsigned_abs() % f.p));
            let rest = if inside == 1 { 1 } else { self.atom(22, &[2, inside]) };
            return f.mul(scale, rest);
        }
        self.atom(22, &[n, x])
    }

    /// An exponent modulo p-1, where it is an integer or a polynomial of variables with integer coefficients.
    fn exponent(&mut self, node: &Node) -> Value {
        self.budget.spend(8)?;
        let m = self.field.p - 1;
        let mul = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(m)) as u64;
        Ok(match node {
            Node::Num(n) if n.value.is_integer() => Some(reduce(n.value.numer(), m)),
            Node::Sym(name) => Some(self.symbol(name) % m),
            Node::Neg(a) => self.exponent(a)?.map(|v| (m - v) % m),
            Node::Add(terms) => {
                let mut sum = 0u64;
                for term in terms {
                    match self.exponent(term)? {
                        Some(v) => sum = (sum + v) % m,
                        None => return Ok(None),
                    }
                }
                Some(sum)
            }
            Node::Mul(factors) => {
                let mut product = 1u64;
                for factor in factors {
                    match self.exponent(factor)? {
                        Some(v) => product = mul(product, v),
                        None => return Ok(None),
                    }
                }
                Some(product)
            }
            _ => constant(node).filter(BigRational::is_integer).map(|v| reduce(v.numer(), m)),
        })
    }

    fn function(&mut self, func: Func, args: &[Node]) -> Value {
        let f = self.field;
        if let (Func::Factorial, [n]) = (func, args)
            && let Some(n) = constant(n).filter(|v| v.is_integer() && !v.is_negative()).and_then(|v| v.to_integer().to_u64())
            && n <= MAX_LOOP
        {
            self.budget.spend(n)?;
            return Ok(Some((1..=n).fold(1, |product, k| f.mul(product, k))));
        }
        if let (Func::Binom, [n, k]) = (func, args)
            && let (Some(n), Some(k)) = (natural(n), natural(k))
            && n <= MAX_LOOP
        {
            if k > n {
                return Ok(Some(0));
            }
            self.budget.spend(k)?;
            let above = (0..k).fold(1, |p, j| f.mul(p, n - j));
            let below = (1..=k).fold(1, |p, j| f.mul(p, j));
            return Ok(Some(f.mul(above, f.inv(below))));
        }
        let Some(mut values) = self.all(args)? else {
            return Ok(None);
        };
        if matches!(func, Func::Gcd | Func::Lcm | Func::Max | Func::Min) {
            values.sort_unstable();
        }
        if func == Func::Exp {
            let e = self.free(1000 + Const::E as u64, &[]);
            return Ok(match self.exponent(&args[0])? {
                Some(n) => Some(f.pow(e, n)),
                None => Some(self.atom(20, &[e, values[0]])),
            });
        }
        Ok(Some(self.atom(100 + func as u64, &values)))
    }

    fn big(&mut self, big: Big, parts: &[Node]) -> Value {
        let bounds = match parts {
            [Node::Sym(v), from, to, body] => integer(from).zip(integer(to)).map(|b| (v, b, body)),
            _ => None,
        };
        let finite = bounds.filter(|(_, (from, to), _)| matches!(big, Big::Sum | Big::Product) && to - from < MAX_LOOP as i64 / 10);
        if let Some((variable, (from, to), body)) = finite {
            return self.unrolled(big, variable, from, to, body);
        }
        let Some(values) = self.all(parts)? else {
            return Ok(None);
        };
        Ok(Some(self.atom(200 + big as u64, &values)))
    }

    fn unrolled(&mut self, big: Big, variable: &str, from: i64, to: i64, body: &Node) -> Value {
        let f = self.field;
        let mut total = if big == Big::Sum { 0 } else { 1 };
        for k in from..=to {
            let k = f.int(&BigInt::from(k));
            self.bound.push((variable.to_owned(), k));
            let value = self.node(body);
            self.bound.pop();
            let Some(v) = value? else {
                return Ok(None);
            };
            total = if big == Big::Sum { f.add(total, v) } else { f.mul(total, v) };
        }
        Ok(Some(total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{parse::parse, token::Reading};

    fn printed(text: &str) -> Print {
        let node = parse(text, Reading::USUAL).expect(text);
        print(&node, &Budget::new(1_000_000)).unwrap().expect(text)
    }

    #[test]
    fn identities() {
        for (a, b) in [
            ("(x-2)(x+2)", "x^2-4"),
            ("2x+3", "3+2x"),
            ("\\frac{x+2}{7}", "\\frac{x}{7}+\\frac{2}{7}"),
            ("2^{n+1}", "2\\cdot 2^n"),
            ("\\frac{1}{2004!}", "\\frac{2006\\cdot 2005}{2006!}"),
            ("\\binom{5}{2}", "10"),
            ("\\sqrt{242}", "11\\sqrt2"),
            ("\\frac{1}{\\sqrt{3}}\\cdot\\sqrt{3}", "1"),
            ("(1+i)^2", "2i"),
            ("\\sin(x+1)", "\\sin(1+x)"),
            ("F_{n-k-1}F_k", "F_kF_{-1+n-k}"),
            ("\\sum_{k=1}^{10} k", "55"),
            ("e^{x}", "\\exp(x)"),
        ] {
            assert!(printed(a).same(&printed(b)), "{a} {b}");
        }
    }

    #[test]
    fn differences_are_proofs_only_without_atoms() {
        for (a, b, pure) in [
            ("\\frac{1}{2^{99}}", "\\frac{1}{2^{98}}", true),
            ("3^{2025}", "2^{2025}", true),
            ("x", "y", true),
            ("f(x)", "f(y)", true),
            ("\\sin x", "\\cos x", false),
            ("\\sqrt2", "\\sqrt3", false),
        ] {
            let (x, y) = (printed(a), printed(b));
            assert!(!x.same(&y), "{a} {b}");
            assert_eq!(x.pure && y.pure, pure, "{a} {b}");
        }
    }

    #[test]
    fn ratios() {
        let ratio = |a: &str, b: &str| {
            let node = |t: &str| parse(t, Reading::USUAL).expect(t);
            constant_ratio(&node(a), &node(b), &Budget::new(1_000_000)).unwrap()
        };
        assert_eq!(ratio("2x+4y-3", "4x+8y-6"), Some(1));
        assert_eq!(ratio("2x+4y-3", "-x-2y+3/2"), Some(-1));
        assert_eq!(ratio("x", "x^2"), None);
    }
}
