//! The circle of slots for one key, with every collision resolved.

use std::array;
use std::fmt;
use std::mem;

use crate::hash::{self, Key, SLOTS};
use crate::prepared::Prepared;

/// For each slot the rank of the name that holds it, or [`FREE`].
///
/// The reference seats the names in ascending order; one that finds its slot taken is hashed again, until it finds a free
/// one. Every name so ends on the first slot of its own sequence that no lower rank holds. That can be had without their
/// order: of two names that ask for one slot the lower rank gets it, even if it comes later, and the other one is hashed
/// again. A slot then only ever passes to lower ranks, so what turned a name away keeps doing so.
pub(crate) struct Circle([u16; SLOTS]);

/// What a free slot holds: above every rank, so that any name gets it.
const FREE: u16 = u16::MAX;

/// How many names are hashed side by side: as many as the processor can start while one waits for its multiplication.
const BATCH: usize = 4;

impl Circle {
    /// Seats names for a key.
    pub(crate) fn new(names: &Prepared, key: Key<'_>) -> Self {
        let mut holders = [FREE; SLOTS];
        names.lanes().for_each_slot(key, |rank, slot| holders[slot] = holders[slot].min(rank));

        // They stand because the first slot of their sequence is taken, so they begin with the second. The lowest ranks come
        // first: then hardly a name is displaced twice.
        let mut standing = names.colliding().clone();
        while !standing.is_empty() {
            let batch: [Option<u16>; BATCH] = array::from_fn(|_| standing.pop_first());
            let hashes = key.after(batch.map(|rank| rank.map_or(0, |rank| names.hash(rank))));
            for (rank, mut hash) in batch.into_iter().flatten().zip(hashes.map(hash::rehash)) {
                while holders[hash::slot(hash)] <= rank {
                    hash = hash::rehash(hash);
                }
                let displaced = mem::replace(&mut holders[hash::slot(hash)], rank);
                if displaced != FREE {
                    standing.insert(displaced);
                }
            }
        }
        Self(holders)
    }

    /// Returns the ranks in the order of their slots, once around from `start`.
    pub(crate) fn from(&self, start: usize) -> impl Iterator<Item = usize> {
        let (before, after) = self.0.split_at(start);
        after.iter().chain(before).filter(|&&rank| rank != FREE).map(|&rank| rank.into())
    }
}

impl fmt::Debug for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.from(0)).finish()
    }
}
