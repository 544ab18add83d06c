//! Rings at each change, for whoever waits for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Rings at each change. Cheap to clone; all clones are one.
///
/// Those who wait are woken in the order in which they began to. That is why it is not tokio's `watch`, which draws the order by
/// lot: on a paused clock a test then goes the same way each time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bell(Arc<State>);

#[derive(Debug, Default)]
struct State {
    rung: AtomicU64,
    ring: Notify,
}

/// One listener, who remembers what it has heard.
#[derive(Debug)]
pub(crate) struct Ear {
    bell: Bell,
    heard: u64,
}

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.rung.fetch_add(1, Ordering::AcqRel);
        self.0.ring.notify_waiters();
    }

    /// Listens from now on.
    pub(crate) fn listen(&self) -> Ear {
        Ear { bell: self.clone(), heard: self.rung() }
    }

    fn rung(&self) -> u64 {
        self.0.rung.load(Ordering::Acquire)
    }
}

impl Ear {
    /// Counts everything so far as heard.
    pub(crate) fn forget(&mut self) {
        self.heard = self.bell.rung();
    }

    /// Completes when the bell has rung since it was heard last. Dropping the future loses nothing.
    pub(crate) async fn rung(&mut self) {
        loop {
            // Before the look, so that a ring between the two wakes this.
            let ring = self.bell.0.ring.notified();
            let rung = self.bell.rung();
            if rung != self.heard {
                self.heard = rung;
                return;
            }
            ring.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_are_woken_in_the_order_in_which_they_began() {
        let (bell, woken) = (Bell::default(), Arc::new(Mutex::new(Vec::new())));
        let waiting: Vec<_> = (0..100)
            .map(|number| {
                let (mut ear, woken) = (bell.listen(), Arc::clone(&woken));
                tokio::spawn(async move {
                    ear.rung().await;
                    woken.lock().unwrap().push(number);
                })
            })
            .collect();
        // Until all of them wait.
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        bell.ring();
        for one in waiting {
            one.await.unwrap();
        }
        assert!(woken.lock().unwrap().is_sorted());
    }

    #[tokio::test(start_paused = true)]
    async fn a_ring_before_the_wait_is_heard_once() {
        let bell = Bell::default();
        let mut ear = bell.listen();
        bell.ring();
        bell.ring();
        ear.rung().await;
        let again = tokio::time::timeout(std::time::Duration::from_secs(1), ear.rung()).await;
        assert!(again.is_err(), "it rang twice before, and was heard");
    }
}
