//! The hashes of the names, side by side as the processor's vectors want them.

use crate::hash::{self, Key};

/// The low 16 bits of the hash of each name, in the order of their ranks, in groups that are carried over a key at once.
///
/// A group that is not full repeats its first name.
#[derive(Debug)]
pub(crate) enum Lanes {
    /// Up to 16 names: two of the narrowest vectors in use.
    Few([u16; 16]),
    /// More: eight such vectors at a time, which keeps the processor busy and still fits its registers.
    Many(Box<[[u16; MANY]]>),
}

const MANY: usize = 64;

impl Lanes {
    /// Lays out the hashes of names, of which there is at least one.
    pub(crate) fn new(hashes: &[u64]) -> Self {
        if hashes.len() <= 16 {
            Self::Few(group(hashes))
        } else {
            Self::Many(hashes.chunks(MANY).map(group).collect())
        }
    }

    /// Returns the rank of the first name from the place of a key onwards, if no two names collide.
    #[inline]
    pub(crate) fn nearest(&self, key: Key<'_>) -> usize {
        match self {
            Self::Few(group) => nearest(group, key).1,
            Self::Many(groups) => {
                let nearest = (0..).step_by(MANY).zip(groups).map(|(rank, group)| {
                    let (distance, lane) = nearest(group, key);
                    (distance, rank + lane)
                });
                nearest.min().expect("there is at least one name").1
            }
        }
    }

    /// Calls `f` with the rank and the slot of each name for a key, and also with higher ranks that repeat the slot of a name.
    #[inline]
    pub(crate) fn for_each_slot(&self, key: Key<'_>, mut f: impl FnMut(u16, usize)) {
        let mut ranks = 0..;
        let mut each = |hashes: &[u16]| {
            for (&hash, rank) in hashes.iter().zip(&mut ranks) {
                f(rank, hash::slot(hash.into()));
            }
        };
        match self {
            Self::Few(group) => each(&key.after_low(*group).0),
            Self::Many(groups) => groups.iter().for_each(|group| each(&key.after_low(*group).0)),
        }
    }
}

fn group<const N: usize>(hashes: &[u64]) -> [u16; N] {
    let mut lanes = [hashes[0] as u16; N];
    for (lane, &hash) in lanes.iter_mut().zip(hashes) {
        *lane = hash as u16;
    }
    lanes
}

/// Returns the distance in slots from the place of a key to the nearest name of a group, and the lane of that name.
#[inline]
fn nearest<const N: usize>(group: &[u16; N], key: Key<'_>) -> (u16, usize) {
    let (hashes, own) = key.after_low(*group);
    let start = hash::start(own) as u16;
    let nearest = (0..).step_by(16).zip(hashes.chunks(16)).map(|(first, hashes)| {
        let mut min = u16::MAX;
        for (lane, &hash) in (1..).zip(hashes) {
            // Counted from 1, since the compiler would treat a lane 0 apart, without need of the `|`.
            min = min.min(hash::distance_above(start, hash, lane));
        }
        let (distance, lane) = hash::apart(min);
        (distance, first + usize::from(lane) - 1)
    });
    nearest.min().expect("a group has lanes")
}
