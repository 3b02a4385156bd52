//! One counter for all arithmetic: the same input stops at the same step on every machine.

use std::cell::Cell;

/// Steps left. One step is about one machine-word operation.
#[derive(Debug)]
pub struct Budget {
    left: Cell<u64>,
    given: u64,
}

/// The budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;

impl Budget {
    /// A budget of `steps`.
    pub fn new(steps: u64) -> Self {
        Self { left: Cell::new(steps), given: steps }
    }

    /// Takes `steps`, or reports that fewer are left; then nothing is left.
    pub fn spend(&self, steps: u64) -> Result<(), Exhausted> {
        let left = self.left.get();
        self.left.set(left.saturating_sub(steps));
        if left < steps { Err(Exhausted) } else { Ok(()) }
    }

    /// Steps taken so far, never more than were given.
    pub fn spent(&self) -> u64 {
        self.given - self.left.get()
    }
}

/// Cost of multiplying numbers of `a` and `b` bits: limbs times limbs, plus the call.
pub fn product_cost(a: u64, b: u64) -> u64 {
    8 + (a / 64 + 1) * (b / 64 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_once_and_for_all() {
        let budget = Budget::new(10);
        assert_eq!(budget.spend(7), Ok(()));
        assert_eq!(budget.spend(4), Err(Exhausted));
        assert_eq!(budget.spend(1), Err(Exhausted));
        assert_eq!(budget.spent(), 10);
    }
}
