//! What a replica tells the main process: one JSON object a line, on its standard output.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::stamp::Stamp;

/// One process that runs the operator: the place it fills, and how many filled it before.
///
/// Its text is the holder identity in the Leases. No two processes of a run share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Replica {
    /// The place, counted from zero.
    pub(crate) place: u32,
    /// The first process in a place is number one.
    pub(crate) life: u32,
}

impl fmt::Display for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("replica-{}.{}", self.place, self.life))
    }
}

impl FromStr for Replica {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.strip_prefix("replica-").and_then(|rest| rest.split_once('.'));
        match parts.map(|(place, life)| (place.parse(), life.parse())) {
            Some((Ok(place), Ok(life))) => Ok(Self { place, life }),
            _ => Err(format!("{text:?} is no replica: give replica-<place>.<life>")),
        }
    }
}

impl Serialize for Replica {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A report with the time at which it became true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// The time on the clock of the machine.
    pub(crate) at: Stamp,
    /// What became true.
    #[serde(flatten)]
    pub(crate) report: Report,
}

/// What a replica reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Report {
    /// It runs, and competes.
    Started {
        /// Its process.
        pid: u32,
        /// Where it serves probes and metrics.
        probes: SocketAddr,
    },
    /// It leads a bucket.
    Lead {
        /// The bucket.
        bucket: String,
        /// The fencing token of the term.
        token: u64,
    },
    /// It leads a bucket no more.
    Stop {
        /// The bucket.
        bucket: String,
        /// The fencing token of the term that ended.
        token: u64,
        /// Why, in one word.
        reason: String,
    },
    /// It takes an object in hand.
    Begin {
        /// The object.
        object: String,
        /// The generation that it saw.
        generation: u64,
        /// The fencing token under which it works.
        token: u64,
    },
    /// It lets go of an object.
    End {
        /// The object.
        object: String,
        /// What came of it.
        outcome: Outcome,
    },
}

/// What came of an object that was in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The record was written.
    Handled,
    /// It was not, and will be tried again.
    Failed,
    /// The work was dropped: the leadership was lost meanwhile, or the process was told to end.
    Dropped,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_as_it_was_written() {
        let report = Report::Begin { object: "object-1".to_owned(), generation: 2, token: 3 };
        let line = Line { at: Stamp::at_millis(4), report };
        let text = serde_json::to_string(&line).unwrap();
        assert_eq!(text, r#"{"at":4000000,"event":"begin","object":"object-1","generation":2,"token":3}"#);
        assert_eq!(serde_json::from_str::<Line>(&text).unwrap(), line);
    }

    #[test]
    fn a_replica_reads_as_it_is_written() {
        let replica = Replica { place: 2, life: 11 };
        assert_eq!(replica.to_string(), "replica-2.11");
        assert_eq!("replica-2.11".parse(), Ok(replica));
        assert!("replica-2".parse::<Replica>().is_err());
    }
}
