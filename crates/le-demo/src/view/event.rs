//! What happens in a run, as it is told to the outside.

use le_cli::LeaseState;
use serde::Serialize;

use crate::fault::{Fault, Findings};
use crate::ledger::{Kind, Summary};
use crate::report::{Replica, Report};

/// One thing that happened. Its form in JSON is what other programs read.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    /// The API server answers, and there is a namespace for the run.
    Cluster { server: String, namespace: String },
    /// An object was created, in its first generation.
    Created { object: String },
    /// An object was changed.
    Changed { object: String, generation: u64 },
    /// An object was deleted.
    Deleted { object: String },
    /// A Lease stands as `kubectl le status` says by the same word.
    Lease { bucket: String, state: LeaseState },
    /// A leader gets a signal.
    Signal { kind: Kind, replica: Replica },
    /// A leader is made to stand still.
    Standstill { fault: Fault, replica: Replica },
    /// What was seen of that.
    Found(Findings),
    /// The next leader of a bucket leads.
    Handover { kind: Kind, bucket: String, from: Replica, to: Replica, seconds: f64 },
    /// A process has ended.
    Exited { replica: Replica, status: String },
    /// Something went wrong, and the run will not end well.
    Trouble { message: String },
    /// The run is over.
    Summary(Summary),
    /// A replica reports.
    #[serde(untagged)]
    Report {
        replica: Replica,
        #[serde(flatten)]
        report: Report,
    },
}
