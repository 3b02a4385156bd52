//! Units of measure: enough of them to say that 1 ft is 12 inches, and that 5 cm is not 5 m.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One;

/// A product of powers of base units with a factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Base name and exponent, sorted by name, no zero exponents.
    pub dims: Vec<(String, i32)>,
    /// Value of one such unit in base units.
    pub factor: BigRational,
    /// Whether a word is no known unit (`apples`): such a unit cannot contradict another one.
    pub open: bool,
}

/// (names, base and exponent, numerator, denominator)
type Row = (&'static [&'static str], (&'static str, i32), i64, i64);

const TABLE: &[Row] = &[
    (&["m", "meter", "metre"], ("m", 1), 1, 1),
    (&["mm", "millimeter", "millimetre"], ("m", 1), 1, 1000),
    (&["cm", "centimeter", "centimetre"], ("m", 1), 1, 100),
    (&["dm", "decimeter", "decimetre"], ("m", 1), 1, 10),
    (&["km", "kilometer", "kilometre"], ("m", 1), 1000, 1),
    (&["nm", "nanometer"], ("m", 1), 1, 1_000_000_000),
    (&["inch", "inches"], ("m", 1), 254, 10_000),
    (&["ft", "foot", "feet"], ("m", 1), 3048, 10_000),
    (&["yd", "yard"], ("m", 1), 9144, 10_000),
    (&["mi", "mile"], ("m", 1), 1_609_344, 1000),
    (&["g", "gram", "gramme"], ("g", 1), 1, 1),
    (&["mg", "milligram"], ("g", 1), 1, 1000),
    (&["kg", "kilogram"], ("g", 1), 1000, 1),
    (&["lb", "lbs", "pound"], ("g", 1), 45_359_237, 100_000),
    (&["oz", "ounce"], ("g", 1), 45_359_237, 1_600_000),
    (&["s", "sec", "second"], ("s", 1), 1, 1),
    (&["ms", "millisecond"], ("s", 1), 1, 1000),
    (&["min", "minute", "mins"], ("s", 1), 60, 1),
    (&["h", "hr", "hour", "hrs"], ("s", 1), 3600, 1),
    (&["day"], ("s", 1), 86_400, 1),
    (&["week"], ("s", 1), 604_800, 1),
    (&["month"], ("month", 1), 1, 1),
    (&["yr", "year"], ("month", 1), 12, 1),
    (&["dollar", "usd"], ("usd", 1), 1, 1),
    (&["cent", "penny", "pennies"], ("usd", 1), 1, 100),
    (&["euro", "eur"], ("eur", 1), 1, 1),
    (&["yuan", "rmb"], ("cny", 1), 1, 1),
    (&["rupee"], ("inr", 1), 1, 1),
    (&["yen"], ("jpy", 1), 1, 1),
    (&["liter", "litre", "L"], ("m", 3), 1, 1000),
    (&["milliliter", "millilitre", "mL", "ml", "cc"], ("m", 3), 1, 1_000_000),
    (&["gallon", "gal"], ("gal", 1), 1, 1),
    (&["quart"], ("gal", 1), 1, 4),
    (&["pint"], ("gal", 1), 1, 8),
    (&["cup"], ("gal", 1), 1, 16),
    (&["hectare"], ("m", 2), 10_000, 1),
    (&["rad", "radian"], ("rad", 1), 1, 1),
    (&["newton", "N"], ("N", 1), 1, 1),
    (&["kN"], ("N", 1), 1000, 1),
    (&["joule", "J"], ("J", 1), 1, 1),
    (&["kJ"], ("J", 1), 1000, 1),
    (&["watt", "W"], ("W", 1), 1, 1),
    (&["kW"], ("W", 1), 1000, 1),
    (&["volt", "V"], ("V", 1), 1, 1),
    (&["ohm"], ("ohm", 1), 1, 1),
    (&["hertz", "Hz"], ("Hz", 1), 1, 1),
    (&["kHz"], ("Hz", 1), 1000, 1),
    (&["pascal", "Pa"], ("Pa", 1), 1, 1),
    (&["kPa"], ("Pa", 1), 1000, 1),
    (&["eV"], ("eV", 1), 1, 1),
    (&["mol", "mole"], ("mol", 1), 1, 1),
    (&["kelvin", "K"], ("K", 1), 1, 1),
    (&["pct"], ("pct", 1), 1, 1),
];

/// Units that stand for a quotient or power of others.
const COMPOUND: &[(&[&str], &str, &str)] = &[(&["mph"], "mile", "hour"), (&["kmh", "kph", "kmph"], "km", "hour"), (&["mps"], "m", "s")];

/// Whether the word, or its singular, is in the table.
pub fn is_known(word: &str) -> bool {
    find(word).is_some() || COMPOUND.iter().any(|(names, _, _)| names.contains(&word))
}

fn find(word: &str) -> Option<&'static Row> {
    let exact = |w: &str| TABLE.iter().find(|row| row.0.contains(&w));
    // Symbols are case-sensitive (`mL`, `N`), words are not.
    exact(word).or_else(|| {
        let lower = word.to_ascii_lowercase();
        let long = lower.len() > 2;
        let plain = long.then(|| exact(&lower)).flatten();
        plain.or_else(|| exact(singular(&lower)).filter(|_| long))
    })
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

/// Builds a unit word by word: `square feet`, `km/h`, `miles per hour`, `cm^2`.
#[derive(Debug)]
pub struct Builder {
    unit: Unit,
    sign: i32,
    pending: i32,
    last: Vec<(String, i32)>,
    last_factor: BigRational,
    empty: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            unit: Unit { dims: Vec::new(), factor: BigRational::one(), open: false },
            sign: 1,
            pending: 1,
            last: Vec::new(),
            last_factor: BigRational::one(),
            empty: true,
        }
    }
}

impl Builder {
    /// Adds a word: a unit, `per`, `square`, `cubic`, or any noun.
    pub fn word(&mut self, word: &str) {
        match word.to_ascii_lowercase().as_str() {
            "per" => return self.divide(),
            "square" | "sq" => return self.pending = 2,
            "cubic" | "cu" => return self.pending = 3,
            "of" | "the" | "a" | "an" | "each" => return,
            _ => {}
        }
        let power = self.sign * self.pending;
        self.pending = 1;
        let compound = COMPOUND.iter().find(|(names, _, _)| names.contains(&word));
        if let Some((_, above, below)) = compound {
            self.factor_in(above, power);
            self.factor_in(below, -power);
        } else {
            self.factor_in(word, power);
        }
    }

    /// What follows is divided by.
    pub fn divide(&mut self) {
        self.sign = -1;
    }

    /// Raises the last word to a power.
    pub fn power(&mut self, n: i32) {
        let n = n.clamp(-9, 9);
        for (base, exponent) in std::mem::take(&mut self.last) {
            self.add(&base, exponent * (n - 1));
        }
        let factor = self.last_factor.clone();
        self.unit.factor *= pow(&factor, n - 1);
    }

    /// The unit, if any word was given.
    pub fn finish(self) -> Option<Unit> {
        (!self.empty).then_some(self.unit)
    }

    fn factor_in(&mut self, word: &str, power: i32) {
        self.empty = false;
        let (base, exponent, factor) = match find(word) {
            Some(row) => (row.1.0.to_owned(), row.1.1, BigRational::new(BigInt::from(row.2), BigInt::from(row.3))),
            None => {
                self.unit.open = true;
                let name = word.to_lowercase();
                (singular(&name).to_owned(), 1, BigRational::one())
            }
        };
        self.add(&base, exponent * power);
        self.last = vec![(base, exponent * power)];
        self.last_factor = pow(&factor, power);
        self.unit.factor *= &self.last_factor;
    }

    fn add(&mut self, base: &str, exponent: i32) {
        let dims = &mut self.unit.dims;
        match dims.binary_search_by(|(name, _)| name.as_str().cmp(base)) {
            Ok(i) => {
                dims[i].1 += exponent;
                if dims[i].1 == 0 {
                    dims.remove(i);
                }
            }
            Err(i) if exponent != 0 => dims.insert(i, (base.to_owned(), exponent)),
            Err(_) => {}
        }
    }
}

fn pow(x: &BigRational, n: i32) -> BigRational {
    num_traits::Pow::pow(x, n)
}

/// How two units relate.
#[derive(Clone, Debug, PartialEq)]
pub enum Relation {
    /// Same dimension: one of the first is this many of the second.
    Factor(BigRational),
    /// One of them holds a word that is no unit: nothing is contradicted.
    Open,
    /// Different dimensions.
    Mismatch,
}

/// Compares two units.
pub fn relate(a: &Unit, b: &Unit) -> Relation {
    if a.dims == b.dims {
        Relation::Factor(&a.factor / &b.factor)
    } else if a.open || b.open {
        Relation::Open
    } else {
        Relation::Mismatch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str) -> Unit {
        let mut builder = Builder::default();
        for word in text.split(' ') {
            match word.strip_prefix('^') {
                Some(n) => builder.power(n.parse().unwrap()),
                None if word == "/" => builder.divide(),
                None => builder.word(word),
            }
        }
        builder.finish().unwrap()
    }

    fn ratio(a: &str, b: &str) -> Relation {
        relate(&unit(a), &unit(b))
    }

    fn times(n: i64) -> Relation {
        Relation::Factor(BigRational::from_integer(n.into()))
    }

    #[test]
    fn conversions() {
        assert_eq!(ratio("foot", "inches"), times(12));
        assert_eq!(ratio("square feet", "ft ^2"), times(1));
        assert_eq!(ratio("square yards", "square feet"), times(9));
        assert_eq!(ratio("mph", "miles per hour"), times(1));
        assert_eq!(ratio("km / h", "km per hour"), times(1));
        assert_eq!(ratio("m / s ^2", "m / s ^2"), times(1));
        assert_eq!(ratio("dollars", "cents"), times(100));
        assert_eq!(ratio("liters", "mL"), times(1000));
    }

    #[test]
    fn mismatches_and_open_words() {
        assert_eq!(ratio("cm", "cm ^2"), Relation::Mismatch);
        assert_eq!(ratio("cm", "kg"), Relation::Mismatch);
        assert_eq!(ratio("apples", "oranges"), Relation::Open);
        assert_eq!(ratio("apples", "apple"), times(1));
        assert!(is_known("Feet") && is_known("mL") && !is_known("ML") && !is_known("at"));
    }
}
