//! Named functions of one argument.

use super::{Eval, Out, Val};
use crate::math::{
    interval::{Interval, Stop},
    point,
    tree::{Func, Node},
};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

impl Eval<'_> {
    pub(super) fn function(&mut self, func: Func, args: &[Node]) -> Out {
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
        let half_pi = self.div(&Val::Real(point::pi(self.cx)), &Val::int(2))?;
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
}
