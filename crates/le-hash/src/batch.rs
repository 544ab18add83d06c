//! Several keys at once.
//!
//! Each step of a hash waits for the one before. While the processor waits for those of one key it does those of another, where they
//! stand beside each other in the program: it does not see so far ahead by itself.

use crate::hash::{BASIS, Key, carry};

/// How many keys are hashed side by side: with more, their hashes no longer fit the registers.
pub(crate) const AT_ONCE: usize = 4;

/// How long a key may be to be one of them, in bytes. Most are shorter, and a longer one is looked up alone.
pub(crate) const LONGEST: usize = 64;

/// Carries the low 16 bits of several hashes over each of the keys, and returns with them those of the keys' own hashes.
#[inline]
#[expect(clippy::needless_range_loop, reason = "the same byte of each key in turn is what this is for")]
pub(crate) fn after_low<const N: usize>(
    hashes: &[u16; N],
    keys: [Key<'_>; AT_ONCE],
) -> ([[u16; N]; AT_ONCE], [u16; AT_ONCE]) {
    let mut texts = [[0; LONGEST]; AT_ONCE];
    let mut lengths = [0; AT_ONCE];
    for at in 0..AT_ONCE {
        lengths[at] = keys[at].len();
        keys[at].copy_to(&mut texts[at]);
    }
    let shortest = lengths.into_iter().min().unwrap_or(0).min(LONGEST);
    // Apart, so that each fills whole vectors.
    let (mut all, mut own) = ([*hashes; AT_ONCE], [BASIS; AT_ONCE]);
    for byte in 0..shortest {
        for at in 0..AT_ONCE {
            carry(&mut all[at], &mut own[at], texts[at][byte]);
        }
    }
    // What the longer ones have more.
    for at in 0..AT_ONCE {
        for &byte in &texts[at][shortest..lengths[at]] {
            carry(&mut all[at], &mut own[at], byte);
        }
    }
    (all, own)
}
