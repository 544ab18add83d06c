//! What the store holds, which token it last saw of each bucket, and what it was asked, in order.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A write as a worker sends it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Write {
    /// The object.
    pub(super) key: String,
    /// The bucket that the worker leads.
    pub(super) bucket: String,
    /// The token of its term.
    pub(super) token: u64,
    /// What is written.
    pub(super) generation: u64,
    /// Who writes.
    pub(super) by: String,
}

/// A write that has arrived.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    pub(super) write: Write,
    pub(super) accepted: bool,
}

/// The store's side of fencing: it compares and writes in one step.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    newest: BTreeMap<String, u64>,
    values: BTreeMap<String, u64>,
    arrived: Vec<Arrived>,
}

impl Ledger {
    /// Takes a write, or refuses it where a newer token of its bucket was seen.
    pub(super) fn put(&mut self, write: Write) -> Result<(), u64> {
        let newest = self.newest.entry(write.bucket.clone()).or_default();
        let accepted = write.token >= *newest;
        *newest = write.token.max(*newest);
        let newest = *newest;
        if accepted {
            self.values.insert(write.key.clone(), write.generation);
        }
        self.arrived.push(Arrived { write, accepted });
        if accepted { Ok(()) } else { Err(newest) }
    }

    pub(super) fn generation(&self, key: &str) -> Option<u64> {
        self.values.get(key).copied()
    }

    pub(super) fn arrived(&self) -> &[Arrived] {
        &self.arrived
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(bucket: &str, token: u64, generation: u64) -> Write {
        Write { key: "k".to_owned(), bucket: bucket.to_owned(), token, generation, by: "a".to_owned() }
    }

    #[test]
    fn an_older_token_of_the_bucket_is_refused_and_changes_nothing() {
        let mut ledger = Ledger::default();
        for (token, expected) in [(5, Ok(())), (5, Ok(())), (10, Ok(())), (9, Err(10))] {
            assert_eq!(ledger.put(write("a", token, token)), expected);
        }
        assert_eq!(ledger.generation("k"), Some(10));
        assert_eq!(ledger.put(write("b", 2, 2)), Ok(()), "another bucket has tokens of its own");
    }
}
