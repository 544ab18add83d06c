//! What happens in elections, told to whoever wants to know.
//!
//! [`Observers`] are given to a builder of electors. For each bucket its elector takes a line to them ([`Observed`]) and says what
//! happens; each [`Observer`] is told on another thread. The present state ([`Pulse`]) does not go that way, and neither does who leads ([`Leaders`]).

mod candidate;
mod desk;
mod facts;
mod leaders;
mod observed;
mod observer;
mod observers;
mod pulse;

pub use candidate::Candidate;
pub use facts::{AttemptFailed, Began, Drained, FailReason, LeaderSeen, Renewed, Stopped, Won};
pub use leaders::{Leader, Leaders};
pub use observed::Observed;
pub use observer::Observer;
pub use observers::Observers;
pub use pulse::{Life, Pulse};
