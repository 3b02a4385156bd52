//! A set of real numbers as cuts of the line.

use crate::math::eval::Val;

/// A finite union of intervals and points: membership at each cut and between neighbouring ones.
#[derive(Clone, Debug)]
pub struct RealSet {
    pub(super) cuts: Vec<Val>,
    pub(super) at: Vec<bool>,
    /// One more than cuts: below the first, between, above the last.
    pub(super) between: Vec<bool>,
}

impl RealSet {
    pub(super) fn everything(member: bool) -> Self {
        Self { cuts: Vec::new(), at: Vec::new(), between: vec![member] }
    }

    pub(super) fn point(x: Val) -> Self {
        Self { cuts: vec![x], at: vec![true], between: vec![false, false] }
    }

    /// Members on the given side of `x`.
    pub(super) fn half_line(x: Val, above: bool, closed: bool) -> Self {
        Self { cuts: vec![x], at: vec![closed], between: vec![!above, above] }
    }

    pub(super) fn complement(mut self) -> Self {
        for flag in self.at.iter_mut().chain(self.between.iter_mut()) {
            *flag = !*flag;
        }
        self
    }

    /// Removes cuts that separate nothing.
    pub(super) fn reduced(self) -> Self {
        let mut out = Self { cuts: Vec::new(), at: Vec::new(), between: vec![self.between[0]] };
        for (i, cut) in self.cuts.into_iter().enumerate() {
            let (before, after) = (self.between[i], self.between[i + 1]);
            if self.at[i] == before && before == after {
                continue;
            }
            out.cuts.push(cut);
            out.at.push(self.at[i]);
            out.between.push(after);
        }
        out
    }

    /// Whether no number is a member.
    pub fn is_empty(&self) -> bool {
        !self.at.iter().any(|b| *b) && !self.between.iter().any(|b| *b)
    }

    pub(super) fn is_finite(&self) -> bool {
        !self.between.iter().any(|b| *b)
    }
}
