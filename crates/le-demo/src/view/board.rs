//! How things stand: what the table shows.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use le_core::BucketName;

use crate::ledger::{Handover, Kind, Written};
use crate::stamp::Stamp;

/// How many hand-overs are remembered.
const LAST: usize = 50;

/// The state of the run, as far as it is shown.
#[derive(Debug)]
pub(crate) struct Board {
    pub(super) start: Stamp,
    pub(super) duration: Duration,
    pub(super) rows: BTreeMap<BucketName, Row>,
    pub(super) replicas: Vec<String>,
    pub(super) counts: Counts,
    /// The newest first.
    pub(super) handovers: VecDeque<(Stamp, Handover)>,
    pub(super) troubles: Vec<String>,
}

/// One bucket.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// Who holds the Lease; empty when nobody does.
    pub(super) holder: String,
    pub(super) token: u64,
    /// When the last write of the Lease was seen here, and its version.
    pub(super) renewed: Option<(Stamp, String)>,
    pub(super) handled: u64,
}

/// What is counted while the run goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) objects: u64,
    pub(crate) generations: u64,
    pub(crate) unhandled: u64,
    pub(crate) stale: u64,
    pub(crate) resynced: u64,
}

impl Board {
    /// Makes the board of a run that starts now.
    pub(crate) fn new(buckets: impl IntoIterator<Item = BucketName>, duration: Duration) -> Self {
        Self {
            start: Stamp::now(),
            duration,
            rows: buckets.into_iter().map(|bucket| (bucket, Row::default())).collect(),
            replicas: Vec::new(),
            counts: Counts::default(),
            handovers: VecDeque::new(),
            troubles: Vec::new(),
        }
    }

    /// A bucket has a leader.
    pub(crate) fn led(&mut self, bucket: &BucketName, token: u64) {
        if let Some(row) = self.rows.get_mut(bucket) {
            row.token = row.token.max(token);
        }
    }

    /// A Lease was written. The same version seen again is no renewal.
    pub(crate) fn lease(&mut self, bucket: &str, holder: String, version: String, at: Stamp) {
        let Some(row) = self.rows.get_mut(bucket) else { return };
        row.holder = holder;
        if row.renewed.as_ref().is_none_or(|(_, known)| *known != version) {
            row.renewed = Some((at, version));
        }
    }

    /// An object of a bucket was handled.
    pub(crate) fn written(&mut self, bucket: &BucketName, written: Written) {
        let row = self.rows.get_mut(bucket).filter(|_| written != Written::Known);
        if let Some(row) = row {
            row.handled += 1;
        }
    }

    /// A bucket has its next leader.
    pub(crate) fn handed_over(&mut self, at: Stamp, handover: Handover) {
        self.handovers.truncate(LAST - 1);
        self.handovers.push_front((at, handover));
    }

    /// Something went wrong.
    pub(crate) fn trouble(&mut self, message: String) {
        self.troubles.push(message);
    }

    /// Sets what is counted.
    pub(crate) fn count(&mut self, counts: Counts) {
        self.counts = counts;
    }

    /// Sets the replicas, each with what it does.
    pub(crate) fn set_replicas(&mut self, replicas: Vec<String>) {
        self.replicas = replicas;
    }
}

impl Kind {
    /// Returns the name of the signal.
    pub(super) fn signal(self) -> &'static str {
        match self {
            Self::Terminate => "SIGTERM",
            Self::Kill => "SIGKILL",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renewal_is_a_new_version_and_not_the_same_one_seen_again() {
        let mut board = Board::new(["one".into()], Duration::from_secs(60));
        let mut seen = |millis, version: &str| {
            board.lease("one", "replica-0.1".to_owned(), version.to_owned(), Stamp::at_millis(millis));
            board.rows["one"].renewed.as_ref().map(|(at, _)| *at)
        };
        assert_eq!(seen(10, "7"), Some(Stamp::at_millis(10)));
        assert_eq!(seen(20, "7"), Some(Stamp::at_millis(10)));
        assert_eq!(seen(30, "8"), Some(Stamp::at_millis(30)));
    }

    #[test]
    fn the_last_handovers_are_remembered_the_newest_first() {
        let mut board = Board::new(["one".into()], Duration::from_secs(60));
        let replica = crate::report::Replica { place: 0, life: 1 };
        for millis in 0..100 {
            let took = Duration::from_millis(millis);
            let handover =
                Handover { kind: Kind::Kill, bucket: "one".into(), from: replica, to: replica, took };
            board.handed_over(Stamp::at_millis(millis), handover);
        }
        assert_eq!(board.handovers.len(), LAST);
        assert_eq!(board.handovers[0].0, Stamp::at_millis(99));
    }
}
