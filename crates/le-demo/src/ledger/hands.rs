//! Which replica had which object in hand, and when.

use std::collections::BTreeMap;

use crate::report::Replica;
use crate::stamp::Stamp;

/// The intervals during which objects were in hand.
///
/// The lines of different replicas arrive in any order, so that overlaps are looked for in the end.
#[derive(Debug, Default)]
pub(crate) struct Hands {
    closed: BTreeMap<String, Vec<Interval>>,
    open: BTreeMap<(Replica, String), Stamp>,
    /// While this replica stands still, from when and until when, it has nothing in hand.
    still: Option<(Replica, Stamp, Stamp)>,
}

#[derive(Clone, Copy, Debug)]
struct Interval {
    replica: Replica,
    begin: Stamp,
    end: Stamp,
}

/// An object that two replicas had in hand at the same time, the first time that it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Overlap {
    pub(crate) object: String,
    pub(crate) replicas: (Replica, Replica),
    /// When the second took it in hand.
    pub(crate) at: Stamp,
}

impl Hands {
    /// A replica takes an object in hand.
    pub(crate) fn begin(&mut self, replica: Replica, object: String, at: Stamp) {
        self.open.insert((replica, object), at);
    }

    /// A replica lets go of an object.
    pub(crate) fn end(&mut self, replica: Replica, object: &str, at: Stamp) {
        if let Some((key, begin)) = self.open.remove_entry(&(replica, object.to_owned())) {
            self.closed.entry(key.1).or_default().push(Interval { replica, begin, end: at });
        }
    }

    /// A replica does nothing from now on, so that nothing is in its hands: what it had, it lets go of when it goes on.
    pub(crate) fn stands_still(&mut self, replica: Replica, at: Stamp) {
        self.still = Some((replica, at, Stamp::NEVER));
    }

    /// It goes on. What it takes in hand from now on counts, and what it goes on with against a right that has run out is seen in
    /// what it writes.
    pub(crate) fn goes_on(&mut self, replica: Replica, at: Stamp) {
        if let Some((_, _, until)) = self.still.as_mut().filter(|(still, ..)| *still == replica) {
            *until = at;
        }
    }

    /// A process has ended, and lets go of all that it had in hand.
    pub(crate) fn died(&mut self, replica: Replica, at: Stamp) {
        let objects: Vec<String> = self
            .open
            .keys()
            .filter(|(owner, _)| *owner == replica)
            .map(|(_, object)| object.clone())
            .collect();
        for object in objects {
            self.end(replica, &object, at);
        }
    }

    /// Finds the objects that two replicas had in hand at the same time.
    ///
    /// One that is still in hand is taken to stay there.
    pub(crate) fn overlaps(&self) -> Vec<Overlap> {
        let mut intervals = self.closed.clone();
        for ((replica, object), begin) in &self.open {
            let interval = Interval { replica: *replica, begin: *begin, end: Stamp::NEVER };
            intervals.entry(object.clone()).or_default().push(interval);
        }
        intervals
            .into_iter()
            .filter_map(|(object, mut intervals)| {
                if let Some((replica, from, until)) = self.still {
                    let cut = |interval: &&mut Interval| {
                        interval.replica == replica && interval.begin < until && interval.end > from
                    };
                    intervals.iter_mut().filter(cut).for_each(|one| one.end = from.max(one.begin));
                }
                let (first, second) = first_overlap(intervals)?;
                Some(Overlap { object, replicas: (first.replica, second.replica), at: second.begin })
            })
            .collect()
    }
}

/// Finds the first interval that begins while another replica's goes on.
fn first_overlap(mut intervals: Vec<Interval>) -> Option<(Interval, Interval)> {
    intervals.sort_by_key(|interval| interval.begin);
    let mut under_way: Vec<Interval> = Vec::new();
    for interval in intervals {
        under_way.retain(|earlier| earlier.end > interval.begin);
        if let Some(earlier) = under_way.iter().find(|earlier| earlier.replica != interval.replica) {
            return Some((*earlier, interval));
        }
        under_way.push(interval);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Replica = Replica { place: 0, life: 1 };
    const B: Replica = Replica { place: 1, life: 1 };

    /// Each is a replica, an object, and when it was in hand.
    fn overlapping(held: &[(Replica, &str, u64, u64)]) -> Vec<String> {
        let mut hands = Hands::default();
        for (replica, object, begin, end) in held {
            hands.begin(*replica, (*object).to_owned(), Stamp::at_millis(*begin));
            hands.end(*replica, object, Stamp::at_millis(*end));
        }
        hands.overlaps().into_iter().map(|overlap| overlap.object).collect()
    }

    #[test]
    fn one_after_the_other_is_no_overlap_even_without_a_gap() {
        assert!(overlapping(&[(A, "x", 10, 20), (B, "x", 20, 30), (A, "x", 30, 40)]).is_empty());
        assert!(overlapping(&[(B, "x", 20, 30), (A, "x", 10, 20)]).is_empty());
    }

    #[test]
    fn two_replicas_with_one_object_at_the_same_time_overlap_in_whatever_order_they_report() {
        assert_eq!(overlapping(&[(A, "x", 10, 20), (B, "x", 19, 30)]), ["x"]);
        assert_eq!(overlapping(&[(B, "x", 19, 30), (A, "x", 10, 20)]), ["x"]);
        assert_eq!(overlapping(&[(A, "x", 10, 50), (A, "x", 15, 20), (B, "x", 30, 31)]), ["x"]);
    }

    #[test]
    fn different_objects_and_one_replica_with_itself_do_not_overlap() {
        assert!(overlapping(&[(A, "x", 10, 20), (B, "y", 10, 20), (A, "x", 15, 25)]).is_empty());
    }

    #[test]
    fn who_stands_still_has_nothing_in_hand_until_it_goes_on() {
        let at = Stamp::at_millis;
        let mut hands = Hands::default();
        hands.begin(A, "had".to_owned(), at(10));
        hands.stands_still(A, at(20));
        hands.begin(A, "took".to_owned(), at(21));
        for object in ["had", "took", "again"] {
            hands.begin(B, object.to_owned(), at(30));
        }
        assert!(hands.overlaps().is_empty());
        hands.goes_on(A, at(40));
        for object in ["had", "took"] {
            hands.end(A, object, at(41));
        }
        assert!(hands.overlaps().is_empty());
        hands.begin(A, "again".to_owned(), at(42));
        assert_eq!(hands.overlaps().len(), 1, "what it takes in hand then counts");
    }

    #[test]
    fn a_process_that_died_has_nothing_in_hand_and_one_that_lives_still_has() {
        let mut hands = Hands::default();
        hands.begin(A, "x".to_owned(), Stamp::at_millis(10));
        hands.begin(B, "x".to_owned(), Stamp::at_millis(30));
        let overlap = Overlap { object: "x".to_owned(), replicas: (A, B), at: Stamp::at_millis(30) };
        assert_eq!(hands.overlaps(), [overlap], "the first has not let go");
        hands.died(A, Stamp::at_millis(20));
        assert!(hands.overlaps().is_empty());
    }
}
