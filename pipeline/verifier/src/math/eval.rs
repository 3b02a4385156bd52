//! Values of expressions: exact rationals as long as possible, then intervals, then complex intervals.

use super::{
    command::Big,
    float::Dir,
    interval::{self, Cx, Interval, Stop},
    modular::{self, bits},
    number,
    tree::{Const, Func, Node},
};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// Exact values above this many bits become intervals.
const EXACT_BITS: u64 = 2_048;
/// Most terms of a sum or product that is evaluated.
const MAX_TERMS: i64 = 2_000;

/// A value.
#[derive(Clone, Debug)]
pub enum Val {
    /// A rational number.
    Exact(BigRational),
    /// A real number in an interval.
    Real(Interval),
    /// Real and imaginary part.
    Complex(Interval, Interval),
}

type Out = Result<Val, Stop>;

/// Where variables take their values from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// (0, 1)
    Unit,
    /// (1, 5)
    Positive,
    /// (-3, 3)
    Signed,
    /// 1 ..= 12
    Natural,
}

/// A sample point: every variable has a value that depends on its name, the domain and the index alone.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// The domain.
    pub domain: Domain,
    /// Which point of the domain.
    pub index: u64,
}

impl Point {
    fn value(self, seed: u64) -> BigRational {
        let z = modular::hash(seed ^ (self.domain as u64) << 56, &self.index.to_string());
        let part = |n: u64, d: i64| BigRational::new(i64::try_from(n).unwrap_or(1).into(), d.into());
        match self.domain {
            Domain::Unit => part(1 + z % 96, 97),
            Domain::Positive => part(97 + z % 389, 97),
            Domain::Signed if z & (1 << 40) == 0 => part(1 + z % 291, 97),
            Domain::Signed => -part(1 + z % 291, 97),
            Domain::Natural => part(1 + z % 12, 1),
        }
    }
}

/// One evaluation.
#[derive(Clone, Debug)]
pub struct Eval<'a> {
    /// Precision and budget.
    pub cx: Cx<'a>,
    /// Values of variables; without a point a variable is unsupported.
    pub point: Option<Point>,
    /// Whether even roots of negative numbers are imaginary; otherwise they are undefined.
    pub complex: bool,
    /// Whether `\log` without a base is the common logarithm.
    pub common_log: bool,
    /// Bound and given variables, innermost last.
    pub given: Vec<(String, BigRational)>,
}

impl<'a> Eval<'a> {
    /// Evaluation of a closed expression.
    pub fn closed(cx: Cx<'a>) -> Self {
        Self { cx, point: None, complex: true, common_log: false, given: Vec::new() }
    }

    /// The value of a tree.
    pub fn node(&mut self, node: &Node) -> Out {
        self.cx.budget.spend(20)?;
        match node {
            Node::Num(n) => Ok(Val::Exact(n.value.clone())),
            Node::Const(Const::Pi) => Ok(Val::Real(interval::pi(self.cx))),
            Node::Const(Const::E) => Ok(Val::Real(Interval::int(1).exp(self.cx)?)),
            Node::Const(Const::I) => Ok(Val::Complex(Interval::int(0), Interval::int(1))),
            Node::Sym(name) => self.symbol(name, node),
            Node::Indexed(..) | Node::Apply(..) => self.sampled(node),
            Node::Add(terms) => self.fold(terms, Val::int(0), Self::add),
            Node::Mul(factors) => self.fold(factors, Val::int(1), Self::mul),
            Node::Neg(a) => Ok(self.node(a)?.neg()),
            Node::Div(a, b) => {
                let (a, b) = (self.node(a)?, self.node(b)?);
                self.div(&a, &b)
            }
            Node::Pow(base, exponent) => self.power(base, exponent),
            Node::Root(degree, radicand) => self.root(degree, radicand),
            Node::Func(func, args) => self.function(*func, args),
            Node::Percent(a) => {
                let a = self.node(a)?;
                self.div(&a, &Val::int(100))
            }
            Node::Degree(a) => {
                let a = self.node(a)?;
                let half_turn = self.div(&Val::Real(interval::pi(self.cx)), &Val::int(180))?;
                self.mul(&a, &half_turn)
            }
            Node::Base(digits, base) => number::in_base(digits, *base).map(Val::Exact).ok_or(Stop::Unsupported),
            Node::Ratio(parts) if parts.len() == 2 => {
                let (a, b) = (self.node(&parts[0])?, self.node(&parts[1])?);
                self.div(&a, &b)
            }
            Node::Big(big, parts) => self.big(*big, parts),
            _ => Err(Stop::Unsupported),
        }
    }

    fn fold(&mut self, nodes: &[Node], start: Val, op: fn(&Self, &Val, &Val) -> Out) -> Out {
        let mut total = start;
        for node in nodes {
            let value = self.node(node)?;
            total = op(self, &total, &value)?;
        }
        Ok(total)
    }

    fn symbol(&mut self, name: &str, node: &Node) -> Out {
        if let Some((_, value)) = self.given.iter().rev().find(|(n, _)| n == name) {
            return Ok(Val::Exact(value.clone()));
        }
        self.sampled(node)
    }

    fn sampled(&mut self, node: &Node) -> Out {
        let point = self.point.ok_or(Stop::Unsupported)?;
        let seed = match node {
            Node::Sym(name) => modular::hash(5, name),
            _ => modular::print(node, self.cx.budget)?.ok_or(Stop::Unsupported)?.seed(),
        };
        Ok(Val::Exact(point.value(seed)))
    }

    // Arithmetic.

    fn exact(&self, value: BigRational) -> Val {
        if bits(&value) > EXACT_BITS {
            return Val::Real(Interval::rational(&value, self.cx));
        }
        Val::Exact(value)
    }

    /// As a real interval; complex values are no real ones.
    pub fn real(&self, value: &Val) -> Result<Interval, Stop> {
        match value {
            Val::Exact(x) => Ok(Interval::rational(x, self.cx)),
            Val::Real(x) => Ok(x.clone()),
            Val::Complex(..) => Err(Stop::Unsupported),
        }
    }

    /// Real and imaginary part.
    pub fn parts(&self, value: &Val) -> Result<(Interval, Interval), Stop> {
        match value {
            Val::Complex(re, im) => Ok((re.clone(), im.clone())),
            other => Ok((self.real(other)?, Interval::int(0))),
        }
    }

    /// a + b.
    pub fn add(&self, a: &Val, b: &Val) -> Out {
        match (a, b) {
            (Val::Exact(x), Val::Exact(y)) => {
                self.cx.budget.spend(reduction_cost(x, y))?;
                Ok(self.exact(x + y))
            }
            (Val::Complex(..), _) | (_, Val::Complex(..)) => {
                let ((a, b), (c, d)) = (self.parts(a)?, self.parts(b)?);
                Ok(Val::Complex(a.add(&c, self.cx)?, b.add(&d, self.cx)?))
            }
            _ => Ok(Val::Real(self.real(a)?.add(&self.real(b)?, self.cx)?)),
        }
    }

    /// a - b.
    pub fn sub(&self, a: &Val, b: &Val) -> Out {
        self.add(a, &b.neg())
    }

    /// a · b.
    pub fn mul(&self, a: &Val, b: &Val) -> Out {
        match (a, b) {
            (Val::Exact(x), Val::Exact(y)) => {
                self.cx.budget.spend(reduction_cost(x, y))?;
                Ok(self.exact(x * y))
            }
            (Val::Complex(..), _) | (_, Val::Complex(..)) => {
                let ((a, b), (c, d)) = (self.parts(a)?, self.parts(b)?);
                let cx = self.cx;
                let re = a.mul(&c, cx)?.sub(&b.mul(&d, cx)?, cx)?;
                Ok(Val::Complex(re, a.mul(&d, cx)?.add(&b.mul(&c, cx)?, cx)?))
            }
            _ => Ok(Val::Real(self.real(a)?.mul(&self.real(b)?, self.cx)?)),
        }
    }

    /// a / b.
    pub fn div(&self, a: &Val, b: &Val) -> Out {
        match (a, b) {
            (_, Val::Exact(y)) if y.is_zero() => Err(Stop::Undefined),
            (Val::Exact(x), Val::Exact(y)) => {
                self.cx.budget.spend(reduction_cost(x, y))?;
                Ok(self.exact(x / y))
            }
            (_, Val::Complex(c, d)) => {
                let cx = self.cx;
                let norm = c.mul(c, cx)?.add(&d.mul(d, cx)?, cx)?.recip(cx)?;
                let inverse = Val::Complex(c.mul(&norm, cx)?, d.neg().mul(&norm, cx)?);
                self.mul(a, &inverse)
            }
            (Val::Complex(..), _) => {
                let y = self.real(b)?.recip(self.cx)?;
                self.mul(a, &Val::Real(y))
            }
            _ => Ok(Val::Real(self.real(a)?.div(&self.real(b)?, self.cx)?)),
        }
    }

    // Powers and roots.

    fn power(&mut self, base: &Node, exponent: &Node) -> Out {
        let exponent = self.node(exponent)?;
        if *base == Node::Const(Const::E) {
            return self.exp(&exponent);
        }
        let base = self.node(base)?;
        self.pow(&base, &exponent)
    }

    fn pow(&mut self, base: &Val, exponent: &Val) -> Out {
        if base.is_zero() {
            return match self.sign(exponent) {
                Some(Ordering::Greater) => Ok(Val::int(0)),
                Some(_) => Err(Stop::Undefined),
                None => Err(Stop::Unsure),
            };
        }
        let Val::Exact(n) = exponent else {
            return self.general_power(base, exponent);
        };
        if n.is_integer() {
            return self.integer_power(base, n.numer());
        }
        let (Some(p), Some(q)) = (n.numer().to_i64(), n.denom().to_u32()) else {
            return self.general_power(base, exponent);
        };
        if p.abs() > 1000 || q > 1000 {
            return self.general_power(base, exponent);
        }
        let root = self.nth_root(q, base)?;
        self.integer_power(&root, &BigInt::from(p))
    }

    fn integer_power(&mut self, base: &Val, n: &BigInt) -> Out {
        let size = n.abs().to_u64().unwrap_or(u64::MAX);
        let result = match base {
            Val::Exact(x) if bits(x).saturating_mul(size) <= EXACT_BITS => {
                let power = u32::try_from(size).map_err(|_| Stop::Unsure)?;
                self.cx.budget.spend(super::budget::product_cost(bits(x) * size, bits(x) * size))?;
                Val::Exact(num_traits::Pow::pow(x, power))
            }
            Val::Exact(x) if x.abs().is_one() => {
                let negative = x.is_negative() && n.is_odd();
                return Ok(Val::int(if negative { -1 } else { 1 }));
            }
            Val::Complex(..) if size > 4096 => return Err(Stop::Unsupported),
            Val::Complex(..) => self.squaring(base, size)?,
            real if size <= 4096 => Val::Real(self.real(real)?.powi(size, self.cx)?),
            real => return self.huge_power(real, n),
        };
        if n.is_negative() { self.div(&Val::int(1), &result) } else { Ok(result) }
    }

    /// |x|^n through logarithms, with the sign of odd powers.
    fn huge_power(&mut self, base: &Val, n: &BigInt) -> Out {
        let x = self.real(base)?;
        let negative = match x.sign() {
            Some(sign) => sign == Ordering::Less && n.is_odd(),
            None => return Err(Stop::Unsure),
        };
        let n = Interval::rational(&BigRational::from_integer(n.clone()), self.cx);
        let size = x.abs()?.ln(self.cx)?.mul(&n, self.cx)?.exp(self.cx)?;
        Ok(Val::Real(if negative { size.neg() } else { size }))
    }

    fn squaring(&self, base: &Val, mut n: u64) -> Out {
        let (mut result, mut base) = (Val::int(1), base.clone());
        while n > 0 {
            if n & 1 == 1 {
                result = self.mul(&result, &base)?;
            }
            base = self.mul(&base, &base)?;
            n >>= 1;
        }
        Ok(result)
    }

    fn general_power(&mut self, base: &Val, exponent: &Val) -> Out {
        if !self.complex && self.sign(base) == Some(Ordering::Less) {
            return Err(Stop::Undefined);
        }
        let log = self.ln(base)?;
        let product = self.mul(&log, exponent)?;
        self.exp(&product)
    }

    fn root(&mut self, degree: &Node, radicand: &Node) -> Out {
        let degree = self.node(degree)?;
        let radicand = self.node(radicand)?;
        match &degree {
            Val::Exact(n) if n.is_integer() && n.is_positive() => match n.numer().to_u32() {
                Some(n) if n <= 1000 => self.nth_root(n, &radicand),
                _ => Err(Stop::Unsupported),
            },
            _ => {
                let inverse = self.div(&Val::int(1), &degree)?;
                self.pow(&radicand, &inverse)
            }
        }
    }

    /// Real root of a real number where there is one (odd degrees of negative numbers too), else the principal one.
    fn nth_root(&mut self, n: u32, x: &Val) -> Out {
        if n == 1 {
            return Ok(x.clone());
        }
        if let Val::Exact(value) = x
            && let Some(root) = perfect_root(value, n)
        {
            return Ok(Val::Exact(root));
        }
        if let Val::Complex(..) = x {
            return self.complex_root(n, x);
        }
        let real = self.real(x)?;
        match real.sign() {
            Some(Ordering::Less) if n % 2 == 1 => Ok(Val::Real(real.neg().root(n, self.cx)?.neg())),
            Some(Ordering::Less) if !self.complex => Err(Stop::Undefined),
            Some(Ordering::Less) if n == 2 => {
                let size = real.neg().root(2, self.cx)?;
                Ok(Val::Complex(Interval::int(0), size))
            }
            Some(Ordering::Less) => self.complex_root(n, x),
            _ => Ok(Val::Real(real.root(n, self.cx)?)),
        }
    }

    fn complex_root(&mut self, n: u32, x: &Val) -> Out {
        let log = self.ln(x)?;
        let part = self.div(&log, &Val::int(i64::from(n)))?;
        self.exp(&part)
    }

    // Exponentials and logarithms.

    fn exp(&self, x: &Val) -> Out {
        match x {
            Val::Exact(v) if v.is_zero() => Ok(Val::int(1)),
            Val::Complex(re, im) => {
                let size = re.exp(self.cx)?;
                let (sin, cos) = im.sin_cos(self.cx)?;
                Ok(Val::Complex(size.mul(&cos, self.cx)?, size.mul(&sin, self.cx)?))
            }
            real => Ok(Val::Real(self.real(real)?.exp(self.cx)?)),
        }
    }

    fn ln(&self, x: &Val) -> Out {
        if let Val::Exact(v) = x {
            if v.is_zero() {
                return Err(Stop::Undefined);
            }
            if v.is_one() {
                return Ok(Val::int(0));
            }
        }
        if let Val::Complex(re, im) = x {
            let norm = re.mul(re, self.cx)?.add(&im.mul(im, self.cx)?, self.cx)?;
            let log = norm.ln(self.cx)?.mul(&Interval::rational(&half(), self.cx), self.cx)?;
            return Ok(Val::Complex(log, self.angle(re, im)?));
        }
        let real = self.real(x)?;
        match real.sign() {
            Some(Ordering::Greater) => Ok(Val::Real(real.ln(self.cx)?)),
            Some(Ordering::Less) if self.complex => Ok(Val::Complex(real.neg().ln(self.cx)?, interval::pi(self.cx))),
            Some(_) => Err(Stop::Undefined),
            None => Err(Stop::Unsure),
        }
    }

    /// Argument of re + i·im in (-pi, pi].
    fn angle(&self, re: &Interval, im: &Interval) -> Result<Interval, Stop> {
        let cx = self.cx;
        let half_pi = interval::pi(cx).mul(&Interval::rational(&half(), cx), cx)?;
        match (re.sign(), im.sign()) {
            (Some(Ordering::Greater), _) => im.div(re, cx)?.atan(cx),
            (_, Some(Ordering::Greater)) => half_pi.sub(&re.div(im, cx)?.atan(cx)?, cx),
            (_, Some(Ordering::Less)) => half_pi.neg().sub(&re.div(im, cx)?.atan(cx)?, cx),
            (Some(Ordering::Less), Some(Ordering::Equal)) => Ok(interval::pi(cx)),
            (Some(Ordering::Equal), Some(Ordering::Equal)) => Err(Stop::Undefined),
            _ => Err(Stop::Unsure),
        }
    }

    // Named functions.

    fn function(&mut self, func: Func, args: &[Node]) -> Out {
        if let (Func::Det, [Node::Matrix(rows)]) = (func, args) {
            return self.determinant(rows);
        }
        if let (Func::Norm, [Node::Tuple(parts)]) = (func, args) {
            let squares = self.fold(parts, Val::int(0), |e, sum, x| e.add(sum, &e.mul(x, x)?))?;
            return self.nth_root(2, &squares);
        }
        let values = args.iter().map(|a| self.node(a)).collect::<Result<Vec<_>, _>>()?;
        match (func, values.as_slice()) {
            (Func::Log, [x, base]) => {
                let (x, base) = (self.ln(x)?, self.ln(base)?);
                self.div(&x, &base)
            }
            (Func::Binom, [n, k]) => self.binomial(n, k),
            (Func::Mod, [a, m]) => self.modulo(a, m),
            (Func::Gcd | Func::Lcm | Func::Max | Func::Min, all) => self.extreme(func, all),
            (_, [x]) => self.unary(func, x),
            _ => Err(Stop::Unsupported),
        }
    }

    fn unary(&mut self, func: Func, x: &Val) -> Out {
        use Func::*;
        match func {
            Exp => self.exp(x),
            Cis => {
                let i = Val::Complex(Interval::int(0), Interval::int(1));
                self.exp(&self.mul(&i, x)?)
            }
            Ln => self.ln(x),
            Log if !self.common_log => self.ln(x),
            Log | Lg => {
                let (x, ten) = (self.ln(x)?, self.ln(&Val::int(10))?);
                self.div(&x, &ten)
            }
            Abs | Norm => self.absolute(x),
            Floor | Ceil => self.rounded(func, x),
            Re => Ok(self.parts(x).map(|p| Val::Real(p.0))?),
            Im => Ok(self.parts(x).map(|p| Val::Real(p.1))?),
            Arg => {
                let (re, im) = self.parts(x)?;
                Ok(Val::Real(self.angle(&re, &im)?))
            }
            Sgn => match self.sign(x) {
                Some(s) => Ok(Val::int(s as i64)),
                None => Err(Stop::Unsure),
            },
            Factorial => self.factorial(x, 1),
            DoubleFactorial => self.factorial(x, 2),
            Sin | Cos | Tan | Cot | Sec | Csc => self.circular(func, x),
            Asin | Acos | Atan | Acot | Asec | Acsc => self.inverse_circular(func, x),
            Sinh | Cosh | Tanh | Coth | Sech | Csch => self.hyperbolic(func, x),
            Asinh | Acosh | Atanh => self.inverse_hyperbolic(func, x),
            _ => Err(Stop::Unsupported),
        }
    }

    fn absolute(&mut self, x: &Val) -> Out {
        match x {
            Val::Exact(v) => Ok(Val::Exact(v.abs())),
            Val::Real(v) => Ok(Val::Real(v.abs()?)),
            Val::Complex(re, im) => {
                let norm = re.mul(re, self.cx)?.add(&im.mul(im, self.cx)?, self.cx)?;
                Ok(Val::Real(norm.root(2, self.cx)?))
            }
        }
    }

    fn rounded(&self, func: Func, x: &Val) -> Out {
        let ceil = func == Func::Ceil;
        match x {
            Val::Exact(v) => Ok(Val::Exact(if ceil { v.ceil() } else { v.floor() })),
            other => {
                let x = self.real(other)?;
                let n = if ceil { -x.neg().floor()? } else { x.floor()? };
                Ok(Val::Exact(BigRational::from_integer(n)))
            }
        }
    }

    fn circular(&self, func: Func, x: &Val) -> Out {
        if let Val::Complex(..) = x {
            return self.complex_circular(func, x);
        }
        let cx = self.cx;
        let (sin, cos) = match x {
            Val::Exact(v) if v.is_zero() => (Interval::int(0), Interval::int(1)),
            x => self.real(x)?.sin_cos(cx)?,
        };
        Ok(Val::Real(match func {
            Func::Sin => sin,
            Func::Cos => cos,
            Func::Tan => sin.div(&cos, cx)?,
            Func::Cot => cos.div(&sin, cx)?,
            Func::Sec => cos.recip(cx)?,
            _ => sin.recip(cx)?,
        }))
    }

    /// Through e^{ix}.
    fn complex_circular(&self, func: Func, x: &Val) -> Out {
        let i = Val::Complex(Interval::int(0), Interval::int(1));
        let plus = self.exp(&self.mul(&i, x)?)?;
        let minus = self.div(&Val::int(1), &plus)?;
        let cos = self.div(&self.add(&plus, &minus)?, &Val::int(2))?;
        let sin = self.div(&self.sub(&plus, &minus)?, &self.mul(&i, &Val::int(2))?)?;
        match func {
            Func::Sin => Ok(sin),
            Func::Cos => Ok(cos),
            Func::Tan => self.div(&sin, &cos),
            Func::Cot => self.div(&cos, &sin),
            Func::Sec => self.div(&Val::int(1), &cos),
            _ => self.div(&Val::int(1), &sin),
        }
    }

    fn inverse_circular(&mut self, func: Func, x: &Val) -> Out {
        let inverted = match func {
            Func::Asec | Func::Acsc => self.div(&Val::int(1), x)?,
            _ => x.clone(),
        };
        let half_pi = self.div(&Val::Real(interval::pi(self.cx)), &Val::int(2))?;
        match func {
            Func::Atan => Ok(Val::Real(self.real(x)?.atan(self.cx)?)),
            Func::Acot => self.sub(&half_pi, &Val::Real(self.real(x)?.atan(self.cx)?)),
            Func::Asin | Func::Acsc => self.arc_sine(&inverted, &half_pi),
            _ => {
                let sine = self.arc_sine(&inverted, &half_pi)?;
                self.sub(&half_pi, &sine)
            }
        }
    }

    /// atan(x / sqrt(1 - x^2)), with the ends ±1 exact.
    fn arc_sine(&mut self, x: &Val, half_pi: &Val) -> Out {
        if let Val::Exact(v) = x
            && v.abs().is_one()
        {
            return Ok(if v.is_negative() { half_pi.neg() } else { half_pi.clone() });
        }
        let square = self.mul(x, x)?;
        let rest = self.sub(&Val::int(1), &square)?;
        if self.sign(&rest) == Some(Ordering::Less) {
            return Err(Stop::Undefined);
        }
        let root = self.nth_root(2, &rest)?;
        let ratio = self.div(x, &root)?;
        Ok(Val::Real(self.real(&ratio)?.atan(self.cx)?))
    }

    fn hyperbolic(&self, func: Func, x: &Val) -> Out {
        let plus = self.exp(x)?;
        let minus = self.div(&Val::int(1), &plus)?;
        let cosh = self.div(&self.add(&plus, &minus)?, &Val::int(2))?;
        let sinh = self.div(&self.sub(&plus, &minus)?, &Val::int(2))?;
        match func {
            Func::Sinh => Ok(sinh),
            Func::Cosh => Ok(cosh),
            Func::Tanh => self.div(&sinh, &cosh),
            Func::Coth => self.div(&cosh, &sinh),
            Func::Sech => self.div(&Val::int(1), &cosh),
            _ => self.div(&Val::int(1), &sinh),
        }
    }

    fn inverse_hyperbolic(&mut self, func: Func, x: &Val) -> Out {
        let one = Val::int(1);
        if func == Func::Atanh {
            let ratio = self.div(&self.add(&one, x)?, &self.sub(&one, x)?)?;
            let log = self.ln(&ratio)?;
            return self.div(&log, &Val::int(2));
        }
        let square = self.mul(x, x)?;
        let shifted = if func == Func::Asinh { self.add(&square, &one)? } else { self.sub(&square, &one)? };
        let root = self.nth_root(2, &shifted)?;
        let sum = self.add(x, &root)?;
        self.ln(&sum)
    }

    // Whole numbers.

    fn factorial(&self, x: &Val, step: u64) -> Out {
        let Val::Exact(n) = x else {
            return Err(Stop::Unsupported);
        };
        let Some(n) = n.is_integer().then(|| n.numer().to_u64()).flatten() else {
            return Err(Stop::Undefined);
        };
        if n > 10_000 {
            return Err(Stop::Unsupported);
        }
        let mut product = Val::int(1);
        let mut k = n;
        while k > 1 {
            product = self.mul(&product, &Val::int(i64::try_from(k).unwrap_or(1)))?;
            k = k.saturating_sub(step);
        }
        Ok(product)
    }

    /// Falling factorial over k!; k a natural number.
    fn binomial(&self, n: &Val, k: &Val) -> Out {
        let (Val::Exact(n), Val::Exact(k)) = (n, k) else {
            return Err(Stop::Unsupported);
        };
        let whole = k.is_integer() && !k.is_negative();
        let Some(mut k) = whole.then(|| k.numer().to_i64()).flatten() else {
            return Err(Stop::Undefined);
        };
        if n.is_integer() && !n.is_negative() {
            let rest = (n - BigRational::from_integer(k.into())).to_integer().to_i64();
            match rest {
                Some(rest) if rest < 0 => return Ok(Val::int(0)),
                Some(rest) => k = k.min(rest),
                None => {}
            }
        }
        if k > 10_000 {
            return Err(Stop::Unsupported);
        }
        let mut product = Val::int(1);
        for j in 0..k {
            let above = Val::Exact(n - BigRational::from_integer(j.into()));
            product = self.div(&self.mul(&product, &above)?, &Val::int(j + 1))?;
        }
        Ok(product)
    }

    fn modulo(&self, a: &Val, m: &Val) -> Out {
        match (a, m) {
            (_, Val::Exact(m)) if m.is_zero() => Err(Stop::Undefined),
            (Val::Exact(a), Val::Exact(m)) => Ok(Val::Exact(a - m * (a / m).floor())),
            _ => Err(Stop::Unsupported),
        }
    }

    fn extreme(&self, func: Func, values: &[Val]) -> Out {
        let mut exact = Vec::new();
        for value in values {
            match value {
                Val::Exact(x) => exact.push(x.clone()),
                _ => return self.extreme_real(func, values),
            }
        }
        let whole = exact.iter().all(BigRational::is_integer);
        let folded = match func {
            Func::Max => exact.into_iter().max(),
            Func::Min => exact.into_iter().min(),
            _ if !whole => return Err(Stop::Unsupported),
            Func::Gcd => exact.into_iter().reduce(|a, b| BigRational::from_integer(a.numer().gcd(b.numer()))),
            _ => exact.into_iter().reduce(|a, b| BigRational::from_integer(a.numer().lcm(b.numer()))),
        };
        folded.map(|v| self.exact(v)).ok_or(Stop::Unsupported)
    }

    fn extreme_real(&self, func: Func, values: &[Val]) -> Out {
        let wanted = match func {
            Func::Max => Ordering::Greater,
            Func::Min => Ordering::Less,
            _ => return Err(Stop::Unsupported),
        };
        let mut best = values.first().cloned().ok_or(Stop::Unsupported)?;
        for value in &values[1..] {
            match self.compare(value, &best) {
                Some(order) if order == wanted => best = value.clone(),
                Some(_) => {}
                None => return Err(Stop::Unsure),
            }
        }
        Ok(best)
    }

    fn determinant(&mut self, rows: &[Vec<Node>]) -> Out {
        if rows.len() > 5 || rows.iter().any(|r| r.len() != rows.len()) {
            return Err(Stop::Unsupported);
        }
        let values = rows.iter().map(|r| r.iter().map(|c| self.node(c)).collect()).collect::<Result<Vec<Vec<_>>, _>>()?;
        self.expand(&values)
    }

    /// Laplace expansion by the first row; at most 5 by 5.
    fn expand(&self, m: &[Vec<Val>]) -> Out {
        if m.is_empty() {
            return Ok(Val::int(1));
        }
        let mut total = Val::int(0);
        for (j, head) in m[0].iter().enumerate() {
            let minor: Vec<Vec<Val>> =
                m[1..].iter().map(|row| row.iter().enumerate().filter(|(k, _)| *k != j).map(|(_, v)| v.clone()).collect()).collect();
            let term = self.mul(head, &self.expand(&minor)?)?;
            total = if j % 2 == 0 { self.add(&total, &term)? } else { self.sub(&total, &term)? };
        }
        Ok(total)
    }

    fn big(&mut self, big: Big, parts: &[Node]) -> Out {
        let [Node::Sym(variable), from, to, body] = parts else {
            return Err(Stop::Unsupported);
        };
        if !matches!(big, Big::Sum | Big::Product) {
            return Err(Stop::Unsupported);
        }
        let (from, to) = (self.whole(from)?, self.whole(to)?);
        if to.saturating_sub(from) > MAX_TERMS {
            return Err(Stop::Unsupported);
        }
        let mut total = Val::int(i64::from(big == Big::Product));
        for k in from..=to {
            self.given.push((variable.clone(), BigRational::from_integer(k.into())));
            let value = self.node(body);
            self.given.pop();
            let value = value?;
            total = if big == Big::Sum { self.add(&total, &value)? } else { self.mul(&total, &value)? };
        }
        Ok(total)
    }

    fn whole(&mut self, node: &Node) -> Result<i64, Stop> {
        match self.node(node)? {
            Val::Exact(n) if n.is_integer() => n.numer().to_i64().ok_or(Stop::Unsupported),
            _ => Err(Stop::Unsupported),
        }
    }

    // Comparisons.

    /// Sign of a real value, when certain.
    pub fn sign(&self, value: &Val) -> Option<Ordering> {
        match value {
            Val::Exact(x) => Some(x.numer().cmp(&BigInt::zero())),
            Val::Real(x) => x.sign(),
            Val::Complex(..) => None,
        }
    }

    /// Order of two real values, when certain; exact values also compare equal.
    pub fn compare(&self, a: &Val, b: &Val) -> Option<Ordering> {
        if let (Val::Exact(x), Val::Exact(y)) = (a, b) {
            return Some(x.cmp(y));
        }
        let (x, y) = (self.real(a).ok()?, self.real(b).ok()?);
        if x.below(&y) {
            return Some(Ordering::Less);
        }
        y.below(&x).then_some(Ordering::Greater)
    }

    /// Whether the enclosures have no common point: then the values differ.
    pub fn disjoint(&self, a: &Val, b: &Val) -> bool {
        if let (Val::Exact(x), Val::Exact(y)) = (a, b) {
            return x != y;
        }
        let (Ok((a, b)), Ok((c, d))) = (self.parts(a), self.parts(b)) else {
            return false;
        };
        a.disjoint(&c) || b.disjoint(&d)
    }

    /// Whether the enclosure is narrower than 2^-bits relative to the value.
    pub fn is_tight(&self, value: &Val, bits: u32) -> bool {
        match value {
            Val::Exact(_) => true,
            Val::Real(x) => x.is_tight(bits),
            Val::Complex(re, im) => re.is_tight(bits) && im.is_tight(bits),
        }
    }
}

impl Val {
    /// A small integer.
    pub fn int(n: i64) -> Self {
        Val::Exact(BigRational::from_integer(n.into()))
    }

    /// -x.
    pub fn neg(&self) -> Self {
        match self {
            Val::Exact(x) => Val::Exact(-x),
            Val::Real(x) => Val::Real(x.neg()),
            Val::Complex(re, im) => Val::Complex(re.neg(), im.neg()),
        }
    }

    /// Exactly zero.
    pub fn is_zero(&self) -> bool {
        matches!(self, Val::Exact(x) if x.is_zero())
    }

    /// A short decimal, for messages.
    pub fn show(&self) -> String {
        match self {
            Val::Exact(x) if bits(x) < 64 => x.to_string(),
            Val::Exact(x) => {
                let budget = super::budget::Budget::new(1 << 20);
                let cx = Cx { prec: 64, budget: &budget };
                format!("{:.10}", Shown(Interval::rational(x, cx).approx()))
            }
            Val::Real(x) => format!("{:.10}", Shown(x.approx())),
            Val::Complex(re, im) => format!("{:.10} + {:.10}i", Shown(re.approx()), Shown(im.approx())),
        }
    }

    /// Nearest f64, roughly, of a real value.
    pub fn approx(&self) -> Option<f64> {
        match self {
            Val::Exact(x) => {
                let low = super::float::Float::rational(x, 64, Dir::Down);
                Some(low.approx())
            }
            Val::Real(x) => Some(x.approx()),
            Val::Complex(..) => None,
        }
    }
}

/// Prints very large and very small numbers with an exponent.
struct Shown(f64);

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let x = self.0;
        let ordinary = x == 0.0 || (1e-4..1e15).contains(&x.abs());
        if ordinary { write!(f, "{x:.10}") } else { write!(f, "{x:.10e}") }
    }
}

/// Cost of an operation on rationals: products, and a greatest common divisor when there are denominators.
fn reduction_cost(x: &BigRational, y: &BigRational) -> u64 {
    let size = bits(x) + bits(y);
    let whole = x.is_integer() && y.is_integer();
    super::budget::product_cost(size, size) * if whole { 1 } else { 16 }
}

fn half() -> BigRational {
    BigRational::new(1.into(), 2.into())
}

/// The exact n-th root of a rational number, if it is rational.
fn perfect_root(value: &BigRational, n: u32) -> Option<BigRational> {
    if value.is_negative() && n % 2 == 0 || bits(value) > 4096 {
        return None;
    }
    let root = |x: &BigInt| {
        let r = x.nth_root(n);
        (num_traits::Pow::pow(&r, n) == *x).then_some(r)
    };
    Some(BigRational::new(root(value.numer())?, root(value.denom())?))
}
