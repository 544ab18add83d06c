//! What the main process learns while it runs.

use le_cli::LeaseView;

use super::churn::Change;
use super::standstill::Step;
use crate::ledger::Source;
use crate::object::Record;
use crate::report::{Line, Replica};
use crate::stamp::Stamp;

/// One thing that happened.
#[derive(Debug)]
pub(super) enum Input {
    /// A replica wrote a report.
    Report(Replica, Line),
    /// A replica wrote something else to its standard output.
    Garbled(Replica, String),
    /// A process has ended. All its reports came before.
    Exited(Replica, Exit),
    /// The API server has taken a change of an object.
    Changed(Change),
    /// The record about an object was written.
    Record {
        /// The object.
        object: String,
        /// What the record says.
        record: Record,
        /// How it was seen.
        source: Source,
    },
    /// A Lease was written.
    Lease(Box<LeaseSeen>),
    /// A replica wrote to its log.
    Logged(Replica, String),
    /// The next step of a fault.
    Standstill(Step),
}

/// How a process ended.
#[derive(Debug)]
pub(super) struct Exit {
    /// When that was seen.
    pub(super) at: Stamp,
    /// What the operating system says of it.
    pub(super) status: std::io::Result<std::process::ExitStatus>,
}

/// What the main process sees of a Lease.
#[derive(Clone, Debug)]
pub(super) struct LeaseSeen {
    /// The Lease, whose name is that of the bucket.
    pub(super) lease: LeaseView,
    /// When this was seen.
    pub(super) at: Stamp,
}
