//! Lets a reconcile in only while this process leads the bucket of its object.

use std::sync::Arc;

use le_core::{FencingToken, LedBuckets, Leadership, NamespacedName};

use super::terms::{Entered, Terms};

/// The gate before the reconciler.
#[derive(Debug)]
pub(super) struct Gate {
    led: Arc<LedBuckets>,
    terms: Arc<Terms>,
}

impl Gate {
    pub(super) fn new(led: Arc<LedBuckets>, terms: Arc<Terms>) -> Self {
        Self { led, terms }
    }

    /// Lets in whoever has a key of a bucket that is led here at this moment.
    ///
    /// The bucket does not count as drained before the pass is dropped.
    pub(super) fn pass(&self, key: &NamespacedName<'_>) -> Option<Pass> {
        let bucket = self.led.leadership_for(key)?.bucket().name().clone();
        let entered = self.terms.enter(&bucket);
        // Asked again, now that a drain would wait: a demotion between the question and the entry has not waited for this one.
        let leadership = self.led.leadership_for(key)?;
        Some(Pass { entered, leadership })
    }
}

/// The right to have one object in hand.
#[derive(Debug)]
#[must_use = "the bucket is left when this is dropped"]
pub(super) struct Pass {
    entered: Entered,
    leadership: Leadership,
}

impl Pass {
    /// Returns the leadership under which the object is in hand.
    pub(super) fn leadership(&self) -> &Leadership {
        &self.leadership
    }

    /// Tells whether this term has handled this generation of an object.
    pub(super) fn has_handled(&self, object: &str, generation: u64) -> bool {
        self.entered.has_handled(object, generation, self.token())
    }

    /// Remembers that this term has.
    pub(super) fn set_handled(&self, object: &str, generation: u64) {
        self.entered.set_handled(object, generation, self.token());
    }

    fn token(&self) -> FencingToken {
        self.leadership.token()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use le_core::{Bucket, LeaderAware, Moment, Term};

    use super::*;

    #[derive(Debug)]
    struct Still;

    impl le_core::Clock for Still {
        fn now(&self) -> Moment {
            Moment::ORIGIN
        }
    }

    #[tokio::test]
    async fn only_who_leads_the_bucket_is_let_in_and_a_drain_waits_for_them() {
        let (led, terms) = (Arc::new(LedBuckets::new()), Arc::new(Terms::default()));
        let gate = Gate::new(Arc::clone(&led), Arc::clone(&terms));
        let (bucket, key) = (Bucket::whole("all"), NamespacedName::new("ns", "object-1"));
        assert!(gate.pass(&key).is_none());

        let term =
            Term::begin(bucket.clone(), FencingToken::new(7), Moment::NEVER, Arc::new(Still));
        led.promote(term.leadership(), None).await.unwrap();
        let pass = gate.pass(&key).unwrap();
        assert_eq!(pass.leadership().token(), FencingToken::new(7));

        led.demote(&bucket).await;
        assert!(gate.pass(&key).is_none(), "nobody is let in once the demotion has begun");
        let mut drained = Box::pin(terms.drained(bucket.name()));
        assert!(drained.as_mut().now_or_never().is_none());
        drop(pass);
        drained.await;
    }
}
