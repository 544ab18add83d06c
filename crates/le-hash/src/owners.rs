//! The owners of many keys, one after the other.

use std::ops::Range;

use le_core::{BucketName, NamespacedName};

use crate::batch::AT_ONCE;
use crate::hash::Key;
use crate::prepared::Prepared;

/// Looks up several keys at a time, and gives out their owners one by one.
pub(crate) struct Owners<'a, I> {
    names: &'a [BucketName],
    prepared: &'a Prepared,
    keys: I,
    /// The ranks of the last ones that were looked up, of which these are still to be given out.
    ranks: [usize; AT_ONCE],
    left: Range<usize>,
}

impl<'a, I> Owners<'a, I> {
    pub(crate) fn new(names: &'a [BucketName], prepared: &'a Prepared, keys: I) -> Self {
        Self { names, prepared, keys, ranks: [0; AT_ONCE], left: 0..0 }
    }
}

impl<'k, I: Iterator<Item = &'k NamespacedName<'k>>> Owners<'_, I> {
    /// Looks up the next ones, and tells whether there are any.
    fn look_up(&mut self) -> bool {
        let Some(first) = self.keys.next() else { return false };
        // The last ones may be fewer: what stands in for the rest is not given out.
        let (mut batch, mut count) = ([first; AT_ONCE], 1);
        for (place, key) in batch[1..].iter_mut().zip(&mut self.keys) {
            *place = key;
            count += 1;
        }
        self.ranks = self.prepared.owner_of_each(batch.map(Key::of_object));
        self.left = 0..count;
        true
    }
}

impl<'a, 'k, I: Iterator<Item = &'k NamespacedName<'k>>> Iterator for Owners<'a, I> {
    type Item = &'a BucketName;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left.is_empty() && !self.look_up() {
            return None;
        }
        self.left.next().map(|at| &self.names[self.ranks[at]])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (least, most) = self.keys.size_hint();
        let left = self.left.len();
        (least.saturating_add(left), most.and_then(|most| most.checked_add(left)))
    }

    /// All that are known are given out before there is another look.
    fn fold<B, F: FnMut(B, Self::Item) -> B>(mut self, init: B, mut f: F) -> B {
        let mut folded = init;
        loop {
            for at in self.left.clone() {
                folded = f(folded, &self.names[self.ranks[at]]);
            }
            if !self.look_up() {
                return folded;
            }
        }
    }
}
