//! Which object is changed next.

use std::collections::VecDeque;

/// One change of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Makes an object of a name that was never used.
    Create {
        /// Its name.
        object: String,
    },
    /// Gives an object its next generation.
    Update {
        /// Its name.
        object: String,
        /// The generation that it gets.
        generation: u64,
    },
    /// Removes an object.
    Delete {
        /// Its name.
        object: String,
    },
}

/// Of so many changes one is a deletion and one the creation of another object instead.
const ROUND: u64 = 10;

/// Thinks up changes that keep the number of objects. The one that was left alone the longest comes first.
#[derive(Debug, Default)]
pub(super) struct Churn {
    objects: VecDeque<(String, u64)>,
    created: u64,
    changes: u64,
}

impl Churn {
    /// Makes up a new object.
    pub(super) fn create(&mut self) -> Change {
        self.created += 1;
        let object = format!("object-{:05}", self.created);
        self.objects.push_back((object.clone(), 1));
        Change::Create { object }
    }

    /// Makes up the next change.
    pub(super) fn next(&mut self) -> Change {
        self.changes += 1;
        let place = self.changes % ROUND;
        if place == 0 {
            return self.create();
        }
        match self.objects.pop_front() {
            None => self.create(),
            Some((object, _)) if place == ROUND - 1 => Change::Delete { object },
            Some((object, generation)) => {
                let generation = generation + 1;
                self.objects.push_back((object.clone(), generation));
                Change::Update { object, generation }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Applies changes as an API server would, and fails on one that it would refuse.
    fn apply(objects: &mut BTreeMap<String, u64>, change: Change) {
        match change {
            Change::Create { object } => assert_eq!(objects.insert(object, 1), None),
            Change::Update { object, generation } => {
                assert_eq!(objects.insert(object, generation), Some(generation - 1));
            }
            Change::Delete { object } => assert!(objects.remove(&object).is_some()),
        }
    }

    #[test]
    fn objects_come_change_and_go_and_their_number_stays() {
        for number in [1, 2, 300] {
            let (mut churn, mut objects) = (Churn::default(), BTreeMap::new());
            for _ in 0..number {
                apply(&mut objects, churn.create());
            }
            for _ in 0..100 {
                (0..ROUND).for_each(|_| apply(&mut objects, churn.next()));
                assert_eq!(objects.len(), number);
            }
            let last = churn.created;
            assert!(last > number as u64 && objects.len() < last as usize, "objects come and go");
            assert!(number == 1 || objects.values().any(|generation| *generation > 1), "objects change");
        }
    }
}
