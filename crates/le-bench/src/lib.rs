//! Figures beside peers and floors, each a ratio of two things that were measured in the same run.
//!
//! ```
//! use std::time::Duration;
//! use le_bench::{Row, Target};
//!
//! let (ours, floor) = (Duration::from_nanos(52), Duration::from_nanos(40));
//! let row = Row::of_times("one look-up", ours, floor, Target::AtMost(1.3));
//! assert!(row.is_met());
//! ```

pub mod chart;
pub mod crew;
pub mod document;
pub mod keys;
mod row;
pub mod seat;
mod stopwatch;
mod table;
mod turns;

pub use row::{Row, Target};
pub use stopwatch::Stopwatch;
pub use table::{Output, finish, output};
pub use turns::{Turns, median};
