//! FNV-1a, in 64 bits where names collide and in 16 bits everywhere else, and the circle of slots that it points to.

use std::hash::Hasher;

use fnv::FnvHasher;
use le_core::NamespacedName;

/// The number of slots on the circle, and so the most names that find a place on it.
pub(crate) const SLOTS: usize = 1 << 11;

/// The low 16 bits of the prime of 64-bit FNV-1a.
pub(crate) const PRIME: u16 = 0x01b3;

/// The low 16 bits of the hash of nothing.
pub(crate) const BASIS: u16 = 0x2325;

/// What the rest of [`start`] would compute for each hash of a key.
static START: [u16; SLOTS] = salted(b"start-angle-salt");

/// What the rest of [`stride`] would compute for each hash of a key.
static STRIDE: [u16; SLOTS] = salted(b"step-angle-salt");

/// What is hashed after each name: the text of a key, in parts, so that it need not be built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key<'a>([&'a [u8]; 3]);

impl<'a> Key<'a> {
    pub(crate) fn of_object(key: &'a NamespacedName<'_>) -> Self {
        Self([key.namespace().as_bytes(), b"/", key.name().as_bytes()])
    }

    pub(crate) fn of_text(text: &'a str) -> Self {
        Self([text.as_bytes(), b"", b""])
    }

    /// Returns how many bytes are hashed.
    pub(crate) fn len(self) -> usize {
        self.0.into_iter().map(<[u8]>::len).sum()
    }

    /// Returns the text in parts.
    pub(crate) fn parts(self) -> [&'a [u8]; 3] {
        self.0
    }

    /// Carries the low 16 bits of several hashes over this key, all at once, and returns with them those of its own hash.
    ///
    /// The operations of FNV-1a carry upwards only, so these bits need no others; and with few bits for each hash, the
    /// compiler puts many into one register.
    #[inline]
    pub(crate) fn after_low<const N: usize>(self, mut hashes: [u16; N]) -> ([u16; N], u16) {
        let mut own = BASIS;
        for part in self.0 {
            for &byte in part {
                own = step(own, byte);
                for hash in &mut hashes {
                    *hash = step(*hash, byte);
                }
            }
        }
        (hashes, own)
    }

    /// Returns the low 16 bits of this key's own hash.
    pub(crate) fn low(self) -> u16 {
        self.after_low([]).1
    }

    /// Carries several whole hashes over this key.
    #[inline]
    pub(crate) fn after<const N: usize>(self, hashes: [u64; N]) -> [u64; N] {
        let mut hashers = hashes.map(FnvHasher::with_key);
        for part in self.0 {
            for &byte in part {
                for hasher in &mut hashers {
                    hasher.write_u8(byte);
                }
            }
        }
        hashers.map(|hasher| hasher.finish())
    }
}

/// Hashes a text from the beginning.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hasher = FnvHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Hashes once more, with the hexadecimal text of the hash appended to what it is the hash of.
#[inline]
pub(crate) fn rehash(hash: u64) -> u64 {
    let digits = (u64::BITS - hash.leading_zeros()).div_ceil(4).max(1);
    // Nearly all have all digits, and a loop whose length the compiler knows is less work.
    if digits == 16 { with_digits(hash, 16) } else { with_digits(hash, digits) }
}

#[inline(always)]
fn with_digits(hash: u64, digits: u32) -> u64 {
    let mut hasher = FnvHasher::with_key(hash);
    for digit in (0..digits).rev() {
        hasher.write_u8(b"0123456789abcdef"[(hash >> (4 * digit)) as usize & 0xf]);
    }
    hasher.finish()
}

/// Returns the slot that a hash points to. Its low 16 bits will do.
#[inline]
pub(crate) fn slot(hash: u64) -> usize {
    hash as usize % SLOTS
}

/// Returns the slot from which a key looks for its names, by the low bits of the key's own hash.
#[inline]
pub(crate) fn start(low: u16) -> usize {
    START[slot(low.into())].into()
}

/// Leaves the 11 bits of a slot, and five bits below them.
const ABOVE: u16 = (u16::MAX / SLOTS as u16) + 1;

/// Returns how many slots a hash is from a start, with a number of five bits below: the least of several tells which one it is.
#[inline]
pub(crate) fn distance_above(start: u16, hash: u16, number: u16) -> u16 {
    hash.wrapping_sub(start).wrapping_mul(ABOVE) | number
}

/// Takes the two apart again.
#[inline]
pub(crate) fn apart(both: u16) -> (u16, u16) {
    (both / ABOVE, both % ABOVE)
}

/// Returns how many slots further a key looks for each next name, likewise.
pub(crate) fn stride(low: u16) -> usize {
    STRIDE[slot(low.into())].into()
}

const fn step(hash: u16, byte: u8) -> u16 {
    (hash ^ byte as u16).wrapping_mul(PRIME)
}

/// Computes for each slot the one that a hash points to once `salt` has been hashed as well. Higher bits have no say in it.
const fn salted(salt: &[u8]) -> [u16; SLOTS] {
    let mut slots = [0; SLOTS];
    let mut slot = 0;
    while slot < SLOTS {
        let (mut hash, mut i) = (slot as u16, 0);
        while i < salt.len() {
            hash = step(hash, salt[i]);
            i += 1;
        }
        slots[slot] = hash % SLOTS as u16;
        slot += 1;
    }
    slots
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_hash_is_hashed_again_with_its_own_text_appended(hash: u64, shift in 0..=64_u32) {
            // Small hashes, which have fewer digits, are as likely as large ones.
            let hash = hash.checked_shr(shift).unwrap_or(0);
            let mut hasher = FnvHasher::with_key(hash);
            hasher.write(format!("{hash:x}").as_bytes());
            prop_assert_eq!(rehash(hash), hasher.finish());
        }

        #[test]
        fn sixteen_bits_go_where_sixty_four_go(name: String, namespace: String, object: String) {
            let object = NamespacedName::new(namespace, object);
            let key = Key::of_object(&object);
            let whole = hash(&format!("{name}{object}"));
            prop_assert_eq!(key.after([hash(&name)]), [whole]);
            prop_assert_eq!(key.after_low([hash(&name) as u16]).0, [whole as u16]);
        }

        #[test]
        fn the_angles_are_those_of_the_salted_key(text: String) {
            let low = Key::of_text(&text).low();
            prop_assert_eq!(start(low), slot(hash(&format!("{text}start-angle-salt"))));
            prop_assert_eq!(stride(low), slot(hash(&format!("{text}step-angle-salt"))));
        }
    }
}
