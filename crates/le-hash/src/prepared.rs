//! All that is known of a set of names before there is a key.

use crate::BucketSetError;
use crate::batch::{self, AT_ONCE, LONGEST};
use crate::circle::Circle;
use crate::hash::{self, Key, SLOTS};
use crate::lanes::Lanes;
use crate::ranks::Ranks;

/// The hashes of names that are in ascending order. A name's place in that order is its rank.
#[derive(Debug)]
pub(crate) struct Prepared {
    hashes: Box<[u64]>,
    lanes: Lanes,
    colliding: Ranks,
}

impl Prepared {
    /// Hashes names, of which there must be at least one.
    pub(crate) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Result<Self, BucketSetError> {
        let hashes: Box<[u64]> = names.map(hash::hash).collect();
        if hashes.len() > SLOTS {
            return Err(BucketSetError::TooMany { count: hashes.len() });
        }
        // A key carries different slots to different slots and equal ones to equal ones, so what collides now always will.
        let mut seen = [false; SLOTS];
        let mut colliding = Ranks::default();
        for (rank, &hash) in (0..).zip(&hashes) {
            if std::mem::replace(&mut seen[hash::slot(hash)], true) {
                colliding.insert(rank);
            }
        }
        Ok(Self { lanes: Lanes::new(&hashes), hashes, colliding })
    }

    /// Returns the rank of the name that has a key.
    #[inline]
    pub(crate) fn owner(&self, key: Key<'_>) -> usize {
        if self.colliding.is_empty() { self.lanes.nearest(key) } else { self.owner_on_circle(key) }
    }

    /// Returns the ranks of the names that have each of several keys.
    ///
    /// Kept apart, so that what hands out the answers takes no registers from it.
    #[inline(never)]
    pub(crate) fn owner_of_each(&self, keys: [Key<'_>; AT_ONCE]) -> [usize; AT_ONCE] {
        if self.colliding.is_empty() && keys.iter().all(|key| key.len() <= LONGEST) {
            batch::nearest(&self.hashes, keys)
        } else {
            keys.map(|key| self.owner(key))
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    pub(crate) fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    /// Returns the ranks of the names that share their slot with a lower rank, whatever the key.
    pub(crate) fn colliding(&self) -> &Ranks {
        &self.colliding
    }

    /// Returns the hash of a name.
    pub(crate) fn hash(&self, rank: u16) -> u64 {
        self.hashes[usize::from(rank)]
    }

    /// Kept apart, so that the key stays in registers where no circle is needed.
    #[inline(never)]
    fn owner_on_circle(&self, key: Key<'_>) -> usize {
        let start = hash::start(key.low());
        Circle::new(self, key).from(start).next().expect("a set has at least one name")
    }
}
