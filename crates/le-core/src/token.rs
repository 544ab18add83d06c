//! The fencing token: a number that only grows from term to term.

use std::fmt;

/// The number of a term: every later term of the same bucket has a greater one.
///
/// Let a store keep the greatest token that it has seen and refuse a write with a smaller one: then a leader that was paused
/// between its last check and its write cannot undo its successor's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FencingToken(u64);

impl FencingToken {
    /// The token of an elector that has no terms to tell apart, such as the unopposed one. Every other token is greater.
    pub const NONE: Self = Self(0);

    /// Makes a token.
    pub const fn new(token: u64) -> Self {
        Self(token)
    }

    /// Returns the token as a number, for a column, an annotation or a header.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for FencingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
