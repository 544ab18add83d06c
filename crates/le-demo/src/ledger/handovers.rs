//! Who leads which bucket, and how long it takes until somebody else does.

use std::collections::BTreeMap;
use std::time::Duration;

use le_core::BucketName;
use serde::Serialize;

use crate::report::Replica;
use crate::stamp::Stamp;

/// How a leader is made to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// SIGTERM: it drains, releases and ends.
    Terminate,
    /// SIGKILL: it is gone, and its Leases run out.
    Kill,
}

/// A bucket that went from a leader that got a signal to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handover {
    pub(crate) kind: Kind,
    pub(crate) bucket: BucketName,
    pub(crate) from: Replica,
    pub(crate) to: Replica,
    /// From the signal to the next leader's promotion.
    pub(crate) took: Duration,
}

/// The leaders, and the hand-overs between them.
#[derive(Debug, Default)]
pub(crate) struct Handovers {
    leaders: BTreeMap<BucketName, Leader>,
    strikes: BTreeMap<Replica, Strike>,
    done: Vec<Handover>,
}

#[derive(Clone, Copy, Debug)]
struct Leader {
    replica: Replica,
    token: u64,
}

#[derive(Debug)]
struct Strike {
    kind: Kind,
    at: Stamp,
    /// The buckets that it led and that nobody has taken over yet.
    pending: Vec<BucketName>,
    taken_over: bool,
}

impl Handovers {
    /// A replica leads a bucket. Gives the hand-over that this completes.
    pub(crate) fn led(
        &mut self,
        replica: Replica,
        bucket: BucketName,
        token: u64,
        at: Stamp,
    ) -> Option<Handover> {
        if self.leaders.get(&bucket).is_some_and(|leader| leader.token > token) {
            return None;
        }
        self.leaders.insert(bucket.clone(), Leader { replica, token });
        // What it reported before the signal may be read after it.
        if let Some(own) = self.strikes.get_mut(&replica).filter(|strike| at < strike.at) {
            own.pending.push(bucket);
            return None;
        }
        let (from, strike) = self
            .strikes
            .iter_mut()
            .find(|(victim, strike)| **victim != replica && strike.pending.contains(&bucket))?;
        strike.pending.retain(|pending| *pending != bucket);
        strike.taken_over = true;
        let done =
            Handover { kind: strike.kind, bucket, from: *from, to: replica, took: at.since(strike.at) };
        self.done.push(done.clone());
        Some(done)
    }

    /// A replica leads a bucket no more.
    pub(crate) fn stopped(&mut self, replica: Replica, bucket: &BucketName, token: u64, at: Stamp) {
        if self.leaders.get(bucket).is_some_and(|leader| (leader.replica, leader.token) == (replica, token)) {
            self.leaders.remove(bucket);
        }
        if let Some(own) = self.strikes.get_mut(&replica).filter(|strike| at < strike.at) {
            own.pending.retain(|pending| pending != bucket);
        }
    }

    /// A replica gets a signal.
    pub(crate) fn struck(&mut self, replica: Replica, kind: Kind, at: Stamp) {
        let pending = self.led_by(replica).cloned().collect();
        self.strikes.insert(replica, Strike { kind, at, pending, taken_over: false });
    }

    /// A process has ended: it leads nothing.
    pub(crate) fn died(&mut self, replica: Replica) {
        self.leaders.retain(|_, leader| leader.replica != replica);
    }

    /// Returns the replica that leads the most buckets.
    pub(crate) fn busiest(&self) -> Option<Replica> {
        let mut led = BTreeMap::<Replica, usize>::new();
        self.leaders.values().for_each(|leader| *led.entry(leader.replica).or_default() += 1);
        led.into_iter().max_by_key(|(_, buckets)| *buckets).map(|(replica, _)| replica)
    }

    /// Returns the same, and the first bucket that it leads.
    pub(crate) fn busiest_with_bucket(&self) -> Option<(Replica, &BucketName)> {
        let replica = self.busiest()?;
        self.led_by(replica).next().map(|bucket| (replica, bucket))
    }

    fn led_by(&self, replica: Replica) -> impl Iterator<Item = &BucketName> {
        self.leaders.iter().filter(move |(_, leader)| leader.replica == replica).map(|(bucket, _)| bucket)
    }

    /// Tells whether a bucket has a leader.
    pub(crate) fn is_led(&self, bucket: &BucketName) -> bool {
        self.leaders.contains_key(bucket)
    }

    /// Returns the buckets that are waiting for their next leader.
    pub(crate) fn pending(&self) -> impl Iterator<Item = &BucketName> {
        self.strikes.values().flat_map(|strike| &strike.pending)
    }

    /// Returns the hand-overs of one kind.
    pub(crate) fn done(&self, kind: Kind) -> impl Iterator<Item = &Handover> {
        self.done.iter().filter(move |done| done.kind == kind)
    }

    /// Counts the leaders of whom every bucket was taken over.
    pub(crate) fn leaders(&self, kind: Kind) -> u64 {
        let replaced =
            |strike: &&Strike| strike.kind == kind && strike.taken_over && strike.pending.is_empty();
        self.strikes.values().filter(replaced).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Replica = Replica { place: 0, life: 1 };
    const B: Replica = Replica { place: 1, life: 1 };

    fn at(millis: u64) -> Stamp {
        Stamp::at_millis(millis)
    }

    fn a_leads_two() -> Handovers {
        let mut handovers = Handovers::default();
        for bucket in ["one", "two"] {
            assert_eq!(handovers.led(A, bucket.into(), 1, at(10)), None);
        }
        handovers
    }

    #[test]
    fn a_handover_takes_from_the_signal_to_the_next_promotion_of_each_bucket() {
        let mut handovers = a_leads_two();
        handovers.struck(A, Kind::Kill, at(100));
        assert_eq!(handovers.led(B, "one".into(), 2, at(130)).unwrap().took, Duration::from_millis(30));
        assert_eq!(handovers.leaders(Kind::Kill), 0, "one bucket still waits");
        assert_eq!(handovers.led(B, "two".into(), 2, at(150)).unwrap().took, Duration::from_millis(50));
        assert_eq!((handovers.leaders(Kind::Kill), handovers.done(Kind::Kill).count()), (1, 2));
        assert_eq!(handovers.leaders(Kind::Terminate), 0);
        assert_eq!(handovers.pending().count(), 0);
    }

    #[test]
    fn a_promotion_without_a_signal_is_no_handover() {
        let mut handovers = a_leads_two();
        handovers.stopped(A, &"one".into(), 1, at(20));
        assert!(!handovers.is_led(&"one".into()));
        handovers.struck(A, Kind::Terminate, at(100));
        assert_eq!(handovers.led(B, "one".into(), 2, at(130)), None);
        assert_eq!(handovers.pending().map(BucketName::as_str).collect::<Vec<_>>(), ["two"]);
    }

    #[test]
    fn what_was_reported_before_the_signal_counts_though_it_is_read_after_it() {
        let mut handovers = a_leads_two();
        handovers.struck(A, Kind::Terminate, at(100));
        handovers.led(A, "three".into(), 1, at(99));
        handovers.stopped(A, &"one".into(), 1, at(98));
        let mut pending: Vec<_> = handovers.pending().map(BucketName::as_str).collect();
        pending.sort_unstable();
        assert_eq!(pending, ["three", "two"]);
    }

    #[test]
    fn the_late_line_of_an_earlier_term_does_not_hide_the_present_leader() {
        let mut handovers = a_leads_two();
        handovers.led(B, "one".into(), 2, at(50));
        handovers.stopped(A, &"one".into(), 1, at(40));
        handovers.led(A, "one".into(), 1, at(10));
        assert_eq!(handovers.led_by(B).count(), 1);
        handovers.died(B);
        assert!(!handovers.is_led(&"one".into()));
    }

    #[test]
    fn who_got_the_signal_is_not_its_own_successor() {
        let mut handovers = a_leads_two();
        handovers.struck(A, Kind::Terminate, at(100));
        assert_eq!(handovers.led(A, "one".into(), 2, at(101)), None);
        assert_eq!(handovers.led(B, "one".into(), 3, at(110)).unwrap().from, A);
    }

    #[test]
    fn the_end_of_an_earlier_term_does_not_end_the_present_one_of_the_same_replica() {
        let mut handovers = a_leads_two();
        handovers.led(A, "one".into(), 2, at(50));
        handovers.stopped(A, &"one".into(), 1, at(40));
        assert!(handovers.is_led(&"one".into()));
        handovers.stopped(B, &"one".into(), 2, at(60));
        assert!(handovers.is_led(&"one".into()));
    }

    #[test]
    fn the_busiest_leads_the_most_buckets() {
        let mut handovers = a_leads_two();
        handovers.led(B, "three".into(), 1, at(10));
        assert_eq!(handovers.busiest(), Some(A));
        handovers.died(A);
        assert_eq!(handovers.busiest(), Some(B));
        handovers.died(B);
        assert_eq!(handovers.busiest(), None);
    }
}
