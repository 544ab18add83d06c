//! How things stand: what the table shows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use le_cli::{LeaseState, LeaseView};
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
    /// The identities of the processes that have not ended.
    pub(super) living: BTreeSet<String>,
    pub(super) counts: Counts,
    /// The newest first.
    pub(super) handovers: VecDeque<(Stamp, Handover)>,
    pub(super) troubles: Vec<String>,
}

/// One bucket.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// The Lease as it was last written, and when that was seen here.
    pub(super) lease: Option<(LeaseView, Stamp)>,
    /// How it stood when that was last looked at.
    told: Option<LeaseState>,
    pub(super) token: u64,
    pub(super) handled: u64,
}

impl Row {
    /// Tells how the Lease stands at a moment; `None` while there is none.
    pub(super) fn state(&self, living: &BTreeSet<String>, now: Stamp) -> Option<LeaseState> {
        let (lease, renewed) = self.lease.as_ref()?;
        // The watch tells every write, so one that it did not tell was not made.
        let has_run_out = now.since(*renewed) > lease.claim();
        let is_holder_gone = lease.holder.as_ref().is_some_and(|holder| !living.contains(holder));
        Some(LeaseState::of(lease, has_run_out, is_holder_gone))
    }
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
            living: BTreeSet::new(),
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
    pub(crate) fn lease(&mut self, lease: LeaseView, at: Stamp) {
        let Some(row) = self.rows.get_mut(lease.name.as_str()) else { return };
        if row.lease.as_ref().is_none_or(|(known, _)| known.version != lease.version) {
            row.lease = Some((lease, at));
        }
    }

    /// Returns the Leases that stand otherwise than when this was last asked, and how.
    pub(crate) fn new_states(&mut self, now: Stamp) -> Vec<(BucketName, LeaseState)> {
        let mut new = Vec::new();
        for (bucket, row) in &mut self.rows {
            let state = row.state(&self.living, now);
            if let Some(state) = state.filter(|_| state != row.told) {
                new.push((bucket.clone(), state));
            }
            row.told = state;
        }
        new
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

    /// Sets the replicas, each with what it does, and the identities of those that have not ended.
    pub(crate) fn set_replicas(&mut self, replicas: Vec<String>, living: BTreeSet<String>) {
        self.replicas = replicas;
        self.living = living;
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
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_renewal_is_a_new_version_and_not_the_same_one_seen_again() {
        let mut board = Board::new(["one".into()], Duration::from_secs(60));
        let mut seen = |millis, version: &str| {
            board.lease(held("one", version), Stamp::at_millis(millis));
            board.rows["one"].lease.as_ref().map(|(_, at)| *at)
        };
        assert_eq!(seen(10, "7"), Some(Stamp::at_millis(10)));
        assert_eq!(seen(20, "7"), Some(Stamp::at_millis(10)));
        assert_eq!(seen(30, "8"), Some(Stamp::at_millis(30)));
    }

    /// Makes a Lease that replica-0.1 holds for three seconds.
    pub(in crate::view) fn held(name: &str, version: &str) -> LeaseView {
        lease(
            name,
            version,
            json!({
                "holderIdentity": "replica-0.1", "leaseDurationSeconds": 3, "renewTime": "2026-01-01T00:00:00.000000Z",
            }),
        )
    }

    pub(in crate::view) fn lease(name: &str, version: &str, spec: Value) -> LeaseView {
        let lease = json!({ "metadata": { "name": name, "resourceVersion": version }, "spec": spec });
        LeaseView::read(&serde_json::from_value(lease).unwrap())
    }

    #[test]
    fn a_change_of_how_a_lease_stands_is_told_once() {
        let mut board = Board::new(["one".into()], Duration::from_secs(60));
        let living = BTreeSet::from(["replica-0.1".to_owned()]);
        board.set_replicas(Vec::new(), living);
        let told = |board: &mut Board, millis| -> Vec<&str> {
            let new = board.new_states(Stamp::at_millis(millis));
            new.into_iter().map(|(_, state)| state.as_str()).collect()
        };
        assert!(told(&mut board, 0).is_empty(), "there is no Lease yet");
        board.lease(held("one", "1"), Stamp::at_millis(0));
        assert_eq!((told(&mut board, 3_000), told(&mut board, 3_000)), (vec!["held"], vec![]));
        board.set_replicas(Vec::new(), BTreeSet::new());
        assert_eq!((told(&mut board, 3_000), told(&mut board, 3_001)), (vec!["gone"], vec!["expired"]));
        board.lease(lease("one", "2", json!({ "holderIdentity": "" })), Stamp::at_millis(4_000));
        assert_eq!(told(&mut board, 9_000), ["free"]);
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
