//! What happened, as the journal has it and the verdict reads it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A name of a replica, of a bucket, of an object. Cheap to clone.
pub type Name = Arc<str>;

/// Something that happened.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "tests of the verdict make them")]
pub struct Entry {
    /// When, in virtual time since the beginning.
    pub at: Duration,
    /// Who did it: a replica, `stranger`, `world`.
    pub who: Name,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say what they are: a bucket, its token, an object")]
#[non_exhaustive]
pub enum What {
    /// A replica begins, with an identity.
    Started { identity: Name },
    /// A replica was told to stop, and has.
    Stopped,
    /// A replica is dropped in the middle of whatever it does, and nothing of it is left.
    Crashed,
    /// A term begins: a promotion.
    Lead { bucket: Name, token: u64 },
    /// The promotion is answered with an error.
    Refused { bucket: Name, token: u64 },
    /// The replica acts, having asked just before whether it leads.
    Act { bucket: Name, token: u64 },
    /// The right still holds while the work drains.
    Hold { bucket: Name, token: u64 },
    /// The demotion begins.
    Demote { bucket: Name, token: u64 },
    /// The demotion has ended.
    Drained { bucket: Name, token: u64 },
    /// A reconcile begins.
    Take { bucket: Name, token: u64, object: Name },
    /// A reconcile has ended or was dropped.
    Leave { bucket: Name, token: u64, object: Name },
    /// A write of the work leaves for the API server.
    Write { bucket: Name, token: u64, object: Name },
    /// The API server has an object with a fencing token.
    Stored { object: Name, token: u64 },
    /// The store refused a write with an older token than it has seen.
    Fenced { object: Name, token: u64, seen: u64 },
    /// A request about a Lease leaves for the API server; empty for a list or a watch of all of them.
    Asked { lease: Name },
    /// A request that gives a Lease back leaves for the API server.
    Release { bucket: Name },
    /// The API server has dealt with a request; without a status where it never answered.
    Answered { verb: &'static str, kind: Name, name: Name, status: Option<u16> },
    /// An elector or a shard reports something.
    Reported { what: &'static str },
    /// A stranger has taken, freed or deleted a Lease that may be held.
    Robbed { bucket: Name, how: &'static str },
    /// Something begins to go wrong.
    Fault { kind: &'static str },
    /// Something went wrong, so many times.
    Struck { kind: &'static str, times: u64 },
    /// Nothing goes wrong from here on.
    Calm,
    /// It has been calm for as long as it may take until every bucket is led.
    Due,
}

impl What {
    /// Names the kind of what happened, to count it by.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::Stopped => "stopped",
            Self::Crashed => "crashed",
            Self::Lead { .. } => "lead",
            Self::Refused { .. } => "refused",
            Self::Act { .. } => "act",
            Self::Hold { .. } => "hold",
            Self::Demote { .. } => "demote",
            Self::Drained { .. } => "drained",
            Self::Take { .. } => "take",
            Self::Leave { .. } => "leave",
            Self::Write { .. } => "write",
            Self::Stored { .. } => "stored",
            Self::Fenced { .. } => "fenced",
            Self::Asked { .. } => "asked",
            Self::Release { .. } => "release",
            Self::Answered { .. } => "answered",
            Self::Reported { what } => what,
            Self::Robbed { how, .. } => how,
            Self::Fault { .. } => "fault",
            Self::Struck { kind, .. } => kind,
            Self::Calm => "calm",
            Self::Due => "due",
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.what.kind();
        write!(f, "{:.3} {} {kind}", self.at.as_secs_f64(), self.who)?;
        match &self.what {
            What::Started { identity } => write!(f, " {identity}"),
            What::Lead { bucket, token }
            | What::Refused { bucket, token }
            | What::Act { bucket, token }
            | What::Hold { bucket, token }
            | What::Demote { bucket, token }
            | What::Drained { bucket, token } => write!(f, " {bucket} {token}"),
            What::Take { bucket, token, object }
            | What::Leave { bucket, token, object }
            | What::Write { bucket, token, object } => write!(f, " {bucket} {token} {object}"),
            What::Stored { object, token } => write!(f, " {object} {token}"),
            What::Fenced { object, token, seen } => write!(f, " {object} {token} {seen}"),
            What::Asked { lease } => write!(f, " {lease}"),
            What::Release { bucket } | What::Robbed { bucket, .. } => write!(f, " {bucket}"),
            What::Fault { kind } => write!(f, " {kind}"),
            What::Struck { times, .. } => write!(f, " {times}"),
            What::Answered { verb, kind, name, status } => {
                write!(f, " {verb} {kind} {name} ")?;
                match status {
                    None => f.write_str("-"),
                    Some(status) => write!(f, "{status}"),
                }
            }
            What::Stopped | What::Crashed | What::Reported { .. } | What::Calm | What::Due => Ok(()),
        }
    }
}
