//! Lets a reconcile in only while this process leads the bucket of its object.

use std::sync::Arc;

use le_core::{FencingToken, Leadership, LedBuckets, NamespacedName};

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
        let leadership = self.led.leadership_for(key)?;
        let entered = self.terms.enter(leadership.bucket().name());
        // Asked again, now that a drain would wait: a demotion between the question and the entry has not waited for this one.
        let still_led = self
            .led
            .leaderships()
            .iter()
            .any(|led| (led.bucket(), led.token()) == (leadership.bucket(), leadership.token()));
        still_led.then_some(Pass { entered, leadership })
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
    use std::sync::OnceLock;

    use futures::FutureExt;
    use le_core::{Bucket, LeaderAware, Membership, Moment, Term};

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

        let term = Term::begin(bucket.clone(), FencingToken::new(7), Moment::NEVER, Arc::new(Still));
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

    /// Has every key, and is demoted while it is asked.
    #[derive(Debug)]
    struct DemotedMeanwhile(OnceLock<Arc<LedBuckets>>);

    impl Membership for DemotedMeanwhile {
        fn has(&self, _: &NamespacedName<'_>) -> bool {
            let led = self.0.get().unwrap();
            led.demote(&Bucket::whole("all")).now_or_never().unwrap();
            true
        }
    }

    #[tokio::test]
    async fn nobody_slips_in_beside_a_demotion() {
        let (led, members) = (Arc::new(LedBuckets::new()), Arc::new(DemotedMeanwhile(OnceLock::new())));
        members.0.set(Arc::clone(&led)).unwrap();
        let bucket = Bucket::new("all", members);
        let term = Term::begin(bucket, FencingToken::new(7), Moment::NEVER, Arc::new(Still));
        led.promote(term.leadership(), None).await.unwrap();

        let gate = Gate::new(Arc::clone(&led), Arc::new(Terms::default()));
        assert!(gate.pass(&NamespacedName::new("ns", "object-1")).is_none());
    }
}
