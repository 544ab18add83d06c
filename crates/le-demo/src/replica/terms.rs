//! What is in hand, and what has been handled, in the present term of each bucket.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use le_core::{BucketName, FencingToken};
use tokio::sync::Notify;

/// The present terms of this process.
#[derive(Debug, Default)]
pub(super) struct Terms {
    buckets: Mutex<HashMap<BucketName, State>>,
    left: Notify,
}

#[derive(Debug, Default)]
struct State {
    in_hand: usize,
    /// By object: its last generation that was handled, and the term in which it was.
    handled: HashMap<String, (u64, FencingToken)>,
}

impl Terms {
    /// Begins a term, in which nothing has been handled.
    pub(super) fn begin(&self, bucket: &BucketName) {
        self.lock().entry(bucket.clone()).or_default().handled.clear();
    }

    /// Enters a bucket; it is not drained until what this returns is dropped.
    pub(super) fn enter(self: &Arc<Self>, bucket: &BucketName) -> Entered {
        self.lock().entry(bucket.clone()).or_default().in_hand += 1;
        Entered { terms: Arc::clone(self), bucket: bucket.clone() }
    }

    /// Completes when nobody is in the bucket.
    pub(super) async fn drained(&self, bucket: &BucketName) {
        loop {
            let left = self.left.notified();
            if self.lock().get(bucket).is_none_or(|state| state.in_hand == 0) {
                return;
            }
            left.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BucketName, State>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The mark of a reconcile that is under way in a bucket.
#[derive(Debug)]
#[must_use = "the bucket is left when this is dropped"]
pub(super) struct Entered {
    terms: Arc<Terms>,
    bucket: BucketName,
}

impl Entered {
    /// Tells whether this generation of an object, or a later one, has been handled in the term.
    pub(super) fn has_handled(&self, object: &str, generation: u64, token: FencingToken) -> bool {
        let buckets = self.terms.lock();
        let handled = buckets.get(&self.bucket).and_then(|state| state.handled.get(object));
        handled.is_some_and(|(last, term)| *last >= generation && *term == token)
    }

    /// Remembers that this generation of an object was handled in the term.
    pub(super) fn set_handled(&self, object: &str, generation: u64, token: FencingToken) {
        let mut buckets = self.terms.lock();
        let state = buckets.entry(self.bucket.clone()).or_default();
        state.handled.insert(object.to_owned(), (generation, token));
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some(state) = self.terms.lock().get_mut(&self.bucket) {
            state.in_hand -= 1;
        }
        self.terms.left.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_bucket_is_drained_when_the_last_reconcile_has_left_it() {
        let terms = Arc::new(Terms::default());
        let (one, other) = (BucketName::from("one"), BucketName::from("other"));
        let (first, second, elsewhere) = (terms.enter(&one), terms.enter(&one), terms.enter(&other));

        let mut drained = Box::pin(terms.drained(&one));
        assert!(drained.as_mut().now_or_never().is_none());
        drop(first);
        assert!(drained.as_mut().now_or_never().is_none());
        drop(second);
        drained.await;
        drop(elsewhere);
    }

    #[test]
    fn what_an_earlier_term_handled_counts_for_nothing_in_the_next() {
        let terms = Arc::new(Terms::default());
        let bucket = BucketName::from("one");
        let [old, new] = [1, 2].map(FencingToken::new);
        let entered = terms.enter(&bucket);
        entered.set_handled("object", 3, old);
        assert!(entered.has_handled("object", 3, old));
        assert!(entered.has_handled("object", 2, old));
        assert!(!entered.has_handled("object", 4, old));
        assert!(!entered.has_handled("object", 3, new));

        terms.begin(&bucket);
        assert!(!entered.has_handled("object", 3, old));
    }
}
