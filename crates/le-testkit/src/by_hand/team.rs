//! What the replicas of one operator share: a clock, the numbers of terms, and who leads what.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use le_core::{Bucket, BucketName, Clock, FencingToken, Leadership, Moment, Term};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::led::LIMIT;

pub(super) struct Team {
    clock: Arc<TokioClock>,
    terms: Mutex<Terms>,
    /// Rings whenever an elector or a term begins or ends.
    bell: watch::Sender<()>,
}

#[derive(Default)]
struct Terms {
    last_token: u64,
    /// The last right to each bucket of each queue.
    rights: HashMap<(String, BucketName), Leadership>,
}

impl Team {
    /// Begins a term, with a greater token than every term before it.
    pub(super) fn begin(&self, queue: &str, bucket: &Bucket) -> Term {
        let mut terms = self.terms.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (queue.to_owned(), bucket.name().clone());
        assert!(
            !terms.rights.get(&place).is_some_and(Leadership::is_valid),
            "bucket {bucket:?} of queue {queue:?} is led by a peer; demote it there, or hand it over"
        );
        terms.last_token += 1;
        let token = FencingToken::new(terms.last_token);
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as _;
        let term = Term::begin(bucket.clone(), token, Moment::NEVER, clock);
        terms.rights.insert(place, term.leadership());
        term
    }

    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }

    pub(super) fn ring(&self) {
        self.bell.send_replace(());
    }

    /// Asks again whenever the bell rings, or when the time is up that the answer names, until there is what is waited for.
    pub(super) async fn until<T>(
        &self,
        what: impl FnOnce() -> String,
        found: impl Fn() -> Result<T, Duration>,
    ) -> T {
        let mut bell = self.bell.subscribe();
        let search = async {
            loop {
                bell.mark_unchanged();
                match found() {
                    Ok(found) => return found,
                    // The bell lives as long as this does.
                    Err(again) => drop(timeout(again, bell.changed()).await),
                }
            }
        };
        match timeout(LIMIT, search).await {
            Ok(found) => found,
            Err(_) => panic!("waited {LIMIT:?} until {}", what()),
        }
    }
}

impl Default for Team {
    fn default() -> Self {
        Self {
            clock: Arc::new(TokioClock(Instant::now())),
            terms: Mutex::default(),
            bell: watch::Sender::new(()),
        }
    }
}

/// Tokio's clock, which a test can pause.
#[derive(Debug)]
struct TokioClock(Instant);

impl Clock for TokioClock {
    fn now(&self) -> Moment {
        Moment::ORIGIN + self.0.elapsed()
    }
}
