//! A set of ranks that is small enough for the stack.

use crate::hash::SLOTS;

/// A set of ranks, one bit for each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranks {
    words: [u64; SLOTS / WORD],
    len: usize,
    /// All words before this one are zero.
    first: usize,
}

const WORD: usize = u64::BITS as usize;

impl Ranks {
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts in a rank that is not there.
    pub(crate) fn insert(&mut self, rank: u16) {
        let word = usize::from(rank) / WORD;
        debug_assert_eq!(self.words[word] >> (usize::from(rank) % WORD) & 1, 0, "rank {rank} is there");
        self.words[word] |= 1 << (usize::from(rank) % WORD);
        self.len += 1;
        self.first = self.first.min(word);
    }

    /// Takes the lowest rank out.
    pub(crate) fn pop_first(&mut self) -> Option<u16> {
        self.len = self.len.checked_sub(1)?;
        while self.words[self.first] == 0 {
            self.first += 1;
        }
        let word = &mut self.words[self.first];
        let rank = self.first * WORD + word.trailing_zeros() as usize;
        *word &= *word - 1;
        Some(rank as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_come_out_in_ascending_order_even_when_a_lower_one_is_put_in_late() {
        let mut ranks = Ranks::default();
        for rank in [2047, 64, 63] {
            ranks.insert(rank);
        }
        assert_eq!(ranks.pop_first(), Some(63));
        assert_eq!(ranks.pop_first(), Some(64));
        ranks.insert(0);
        assert_eq!(ranks.pop_first(), Some(0));
        assert!(!ranks.is_empty());
        assert_eq!(ranks.pop_first(), Some(2047));
        assert!(ranks.is_empty());
        assert_eq!(ranks.pop_first(), None);
    }
}
