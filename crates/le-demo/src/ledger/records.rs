//! What the replicas wrote, in the order in which the API server took it.

use std::collections::BTreeMap;

use le_core::BucketName;

use crate::object::Record;

/// The history of the records.
#[derive(Debug, Default)]
pub(crate) struct Records {
    present: BTreeMap<String, Record>,
    newest_token: BTreeMap<BucketName, u64>,
    stale: u64,
    resynced: u64,
}

/// How a record was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// As a change in a watch: everything seen before was written before.
    Change,
    /// In a list, which shows the present state in no order of writing.
    List,
}

/// What a write was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// A generation was handled for the first time.
    Handled,
    /// The generation had been handled, in an earlier term.
    Resynced,
    /// It came under an older token after a newer one had written.
    Stale,
    /// Nothing that counts: it tells what was known.
    Known,
}

impl Records {
    /// Takes in what the record about `object`, whose key is in `bucket`, says now.
    pub(crate) fn written(
        &mut self,
        object: &str,
        bucket: BucketName,
        record: Record,
        source: Source,
    ) -> Written {
        let before = self.present.insert(object.to_owned(), record.clone());
        if before.as_ref() == Some(&record) {
            return Written::Known;
        }
        let newest = self.newest_token.entry(bucket).or_default();
        let newer = match source {
            Source::Change => *newest,
            Source::List => before.as_ref().map_or(0, |before| before.token),
        };
        *newest = record.token.max(*newest);
        if record.token < newer {
            self.stale += 1;
            Written::Stale
        } else if before.is_some_and(|before| before.generation >= record.generation) {
            self.resynced += 1;
            Written::Resynced
        } else {
            Written::Handled
        }
    }

    /// Counts the writes that came under an older token after a newer one had written to the same bucket.
    pub(crate) fn stale(&self) -> u64 {
        self.stale
    }

    /// Counts the objects that were handled again by the next leader.
    pub(crate) fn resynced(&self) -> u64 {
        self.resynced
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(generation: u64, token: u64) -> Record {
        Record { generation, replica: format!("replica-{token}.1"), token }
    }

    fn write(records: &mut Records, object: &str, generation: u64, token: u64) -> Written {
        records.written(object, "one".into(), record(generation, token), Source::Change)
    }

    #[test]
    fn a_token_that_goes_backwards_is_a_stale_write_even_on_another_object_of_the_bucket() {
        let mut records = Records::default();
        assert_eq!(write(&mut records, "x", 1, 5), Written::Handled);
        assert_eq!(write(&mut records, "y", 1, 6), Written::Handled);
        assert_eq!(write(&mut records, "x", 2, 5), Written::Stale);
        assert_eq!(write(&mut records, "z", 1, 5), Written::Stale);
        assert_eq!(records.stale(), 2);
        let elsewhere = records.written("w", "other".into(), record(1, 2), Source::Change);
        assert_eq!(
            (elsewhere, records.stale()),
            (Written::Handled, 2),
            "tokens of two buckets are not compared"
        );
    }

    #[test]
    fn the_next_leader_handles_again_and_that_is_a_resync() {
        let mut records = Records::default();
        write(&mut records, "x", 3, 5);
        assert_eq!(write(&mut records, "x", 3, 6), Written::Resynced);
        assert_eq!(write(&mut records, "x", 4, 6), Written::Handled);
        assert_eq!((records.resynced(), records.stale()), (1, 0));
    }

    #[test]
    fn a_list_is_compared_with_the_same_record_only() {
        let mut records = Records::default();
        write(&mut records, "x", 1, 5);
        write(&mut records, "y", 1, 6);
        let listed = |records: &mut Records, object, generation, token| {
            records.written(object, "one".into(), record(generation, token), Source::List)
        };
        assert_eq!(listed(&mut records, "x", 1, 5), Written::Known);
        assert_eq!(listed(&mut records, "z", 1, 5), Written::Handled, "nobody knows when it was written");
        assert_eq!(listed(&mut records, "y", 2, 5), Written::Stale);
    }
}
