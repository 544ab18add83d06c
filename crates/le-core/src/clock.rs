//! The clock that a leadership asks.

use std::fmt;

use crate::Moment;

/// Tells the time of this process.
///
/// It must never go backwards by more than the noise of reading it, and should go on while the machine is suspended: a process
/// that wakes up must not find that no time has passed.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Returns the present moment.
    fn now(&self) -> Moment;
}
