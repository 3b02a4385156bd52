//! What can be wrong with the input, and what to do about it.

/// The result of a statistic that can refuse its input.
pub type Result<T> = std::result::Result<T, Error>;

/// Bad input. Every message names what was expected and a remedy.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// More correct samples than samples.
    #[error("c = {c} correct of n = {n} samples: c must lie in 0..={n}; check this problem's counts")]
    CountAboveN {
        /// Samples judged correct.
        c: u32,
        /// Samples drawn.
        n: u32,
    },
    /// A problem without any verdict.
    #[error("n = 0: a problem without verdicts is missing, not wrong; leave it out and list its id")]
    NoSamples,
    /// An importance weight needs both probabilities.
    #[error(
        "the correct mass needs the probability of every answer under the law that drew it: sample at temperature 1 without truncation"
    )]
    UnknownLaw,
    /// k = 0.
    #[error("k = 0: pass@k is defined for k >= 1")]
    ZeroK,
    /// No unbiased estimator exists for k > n.
    #[error(
        "pass@{k} needs at least {k} samples, but problem at position {index} has n = {n}: lower k, draw more \
         samples, or report the problems with n >= {k} as a subset under its own name (or extrapolate, labelled)"
    )]
    KAboveN {
        /// The k asked for.
        k: u32,
        /// Samples of the problem that has too few.
        n: u32,
        /// 0-based position of that problem.
        index: usize,
    },
    /// Two slices that must run in parallel do not.
    #[error("{left_name} has {left} entries and {right_name} has {right}: they must describe the same problems in the same order")]
    Length {
        /// What the first slice is.
        left_name: &'static str,
        /// Its length.
        left: usize,
        /// What the second slice is.
        right_name: &'static str,
        /// Its length.
        right: usize,
    },
    /// Fewer entries than the statistic needs.
    #[error("{what} needs at least {needed} entries, got {got}")]
    TooFew {
        /// What was asked for.
        what: &'static str,
        /// The minimum.
        needed: usize,
        /// What there was.
        got: usize,
    },
    /// A number outside its range.
    #[error("{name} = {value} must lie in {range}")]
    OutOfRange {
        /// The parameter.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What is allowed.
        range: &'static str,
    },
    /// The list of k is not increasing.
    #[error("the list of k must be increasing without repetition, got {before} before {after}")]
    KOrder {
        /// The earlier k.
        before: u32,
        /// The k that follows it.
        after: u32,
    },
    /// One id twice in one model's counts.
    #[error("problem id {id:?} occurs twice in the counts of {model}: merge its samples into one row first")]
    DuplicateId {
        /// The id.
        id: String,
        /// Which of the two models.
        model: &'static str,
    },
}

/// Refuses slices of different lengths.
pub(crate) fn same_length(left_name: &'static str, left: usize, right_name: &'static str, right: usize) -> Result<()> {
    if left == right { Ok(()) } else { Err(Error::Length { left_name, left, right_name, right }) }
}

/// Refuses a level, probability or rate outside the open unit interval.
pub(crate) fn in_unit(name: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value < 1.0 { Ok(()) } else { Err(Error::OutOfRange { name, value, range: "(0, 1)" }) }
}

/// Refuses fewer than `needed` entries.
pub(crate) fn at_least(what: &'static str, needed: usize, got: usize) -> Result<()> {
    if got >= needed { Ok(()) } else { Err(Error::TooFew { what, needed, got }) }
}
