//! Several keys at once.
//!
//! Where names lie side by side in a vector, each byte of a key has to be spread over it first, and the nearest name to be sought
//! within it. Where keys lie side by side, and each name has a vector of its own, neither is needed.

use std::array;

use crate::hash::{self, BASIS, Key, PRIME};

/// How many keys are hashed side by side: the narrowest vectors in use are filled.
pub(crate) const AT_ONCE: usize = 8;

/// How long a key may be to be one of them, in bytes. Most are shorter, and a longer one is looked up alone.
pub(crate) const LONGEST: usize = 64;

/// How many names are carried over the keys at a time: with the keys' own hashes, as many vectors as there are registers for them.
const NAMES: usize = 10;

/// One thing of each key.
type Each<T> = [T; AT_ONCE];

/// The texts of keys, the bytes that are at the same place in each of them side by side.
struct Texts {
    /// Zero where a key is shorter.
    bytes: [Each<u8>; LONGEST],
    lengths: Each<u16>,
}

impl Texts {
    /// Takes keys of which none is too long.
    #[inline]
    fn new(keys: Each<Key<'_>>) -> Self {
        let mut texts = Self { bytes: [[0; AT_ONCE]; LONGEST], lengths: [0; AT_ONCE] };
        for at in 0..AT_ONCE {
            let mut rest = &mut texts.bytes[..];
            for part in keys[at].parts() {
                let (here, after) = rest.split_at_mut(part.len());
                for (place, &byte) in here.iter_mut().zip(part) {
                    place[at] = byte;
                }
                rest = after;
            }
            texts.lengths[at] = keys[at].len() as u16;
        }
        texts
    }

    /// Carries hashes over the keys, each over its own.
    #[inline]
    fn after<const N: usize>(&self, mut hashes: [Each<u16>; N]) -> [Each<u16>; N] {
        let longest = self.lengths.into_iter().max().unwrap_or(0);
        let mut left = self.lengths;
        for bytes in &self.bytes[..longest.into()] {
            // A hash is left as it is by a byte of zero and a factor of one.
            let factors = left.map(|left| if left == 0 { 1 } else { PRIME });
            left = left.map(|left| left.saturating_sub(1));
            for hash in &mut hashes {
                *hash = array::from_fn(|at| (hash[at] ^ u16::from(bytes[at])).wrapping_mul(factors[at]));
            }
        }
        hashes
    }
}

/// Returns the ranks of the first names from the places of keys onwards, if no two names collide; `hashes` are those of the names.
#[inline]
pub(crate) fn nearest(hashes: &[u64], keys: Each<Key<'_>>) -> Each<usize> {
    let texts = Texts::new(keys);
    let (mut ranks, mut distances) = ([0; AT_ONCE], [u16::MAX; AT_ONCE]);
    for (first, hashes) in (0..).step_by(NAMES).zip(hashes.chunks(NAMES)) {
        let found = nearest_of_few(hashes, &texts);
        for at in 0..AT_ONCE {
            let (distance, name) = hash::apart(found[at]);
            if distance < distances[at] {
                (distances[at], ranks[at]) = (distance, first + name);
            }
        }
    }
    ranks.map(usize::from)
}

/// Returns for each key the distance in slots to the nearest of a few names, and below it which one that is.
#[inline]
fn nearest_of_few(hashes: &[u64], texts: &Texts) -> Each<u16> {
    let mut rows = [[BASIS; AT_ONCE]; NAMES + 1];
    // Where there are fewer names the last ones repeat the first one.
    for (name, row) in rows[1..].iter_mut().enumerate() {
        *row = [*hashes.get(name).unwrap_or(&hashes[0]) as u16; AT_ONCE];
    }
    let [own, names @ ..] = texts.after(rows);
    let starts = own.map(|own| hash::start(own) as u16);
    let mut nearest = [u16::MAX; AT_ONCE];
    for (name, row) in (0..).zip(&names) {
        for at in 0..AT_ONCE {
            nearest[at] = nearest[at].min(hash::distance_above(starts[at], row[at], name));
        }
    }
    nearest
}
