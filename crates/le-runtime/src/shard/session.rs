//! The work on one bucket in one term.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use le_core::{Leadership, NamespacedName, NotLeading};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::OnLoss;

/// The work on one bucket in one term: what is in hand, and whether more may be taken in.
#[derive(Debug)]
pub(super) struct Session {
    leadership: Leadership,
    work: Mutex<Work>,
    /// Rings when the last reconcile in hand has ended.
    empty: Notify,
    /// Drops what is in hand.
    cut: CancellationToken,
}

#[derive(Debug, Default)]
struct Work {
    closed: bool,
    in_hand: BTreeMap<u64, NamespacedName<'static>>,
    next: u64,
}

impl Session {
    pub(super) fn new(leadership: Leadership) -> Self {
        Self { leadership, work: Mutex::default(), empty: Notify::new(), cut: CancellationToken::new() }
    }

    pub(super) fn leadership(&self) -> &Leadership {
        &self.leadership
    }

    /// Takes a key in hand, unless nothing more is taken in. The term does not count as drained before the pass is dropped.
    pub(super) fn enter(self: &Arc<Self>, key: &NamespacedName<'_>) -> Option<Pass> {
        let mut work = self.work();
        if work.closed {
            return None;
        }
        let number = work.next;
        work.next += 1;
        work.in_hand.insert(number, key.clone().into_owned());
        Some(Pass { session: Arc::clone(self), number })
    }

    /// Takes in nothing from here on.
    pub(super) fn close(&self) {
        self.work().closed = true;
    }

    /// Drops at its next await what is in hand, and returns the keys of that.
    pub(super) fn cut(&self) -> Vec<NamespacedName<'static>> {
        self.cut.cancel();
        self.work().in_hand.values().cloned().collect()
    }

    /// Completes when nothing is in hand.
    pub(super) async fn drained(&self) {
        loop {
            let empty = self.empty.notified();
            if self.work().in_hand.is_empty() {
                return;
            }
            empty.await;
        }
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to have one key in hand.
#[derive(Debug)]
#[must_use = "the key is let go of when this is dropped"]
pub(super) struct Pass {
    session: Arc<Session>,
    number: u64,
}

impl Pass {
    pub(super) fn leadership(&self) -> &Leadership {
        &self.session.leadership
    }

    /// Runs `work` for as long as it may. It does not begin once the right is gone.
    pub(super) async fn run<T>(&self, on_loss: OnLoss, work: impl Future<Output = T>) -> Result<T, Dropped> {
        let cut = self.session.cut.cancelled();
        let work = async {
            match on_loss {
                OnLoss::Cancel => self.leadership().run_while(work).await,
                OnLoss::Finish => {
                    self.leadership().ensure()?;
                    Ok(work.await)
                }
            }
        };
        tokio::select! {
            biased;
            () = cut => Err(Dropped::Outlasted),
            done = work => done.map_err(|_: NotLeading| Dropped::Lost),
        }
    }
}

/// Why work was dropped.
pub(super) enum Dropped {
    /// The right to it is gone.
    Lost,
    /// It outlasted the drain.
    Outlasted,
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut work = self.session.work();
        let key = work.in_hand.remove(&self.number);
        if let (true, Some(key)) = (work.closed, key) {
            // Before anybody learns that the drain is over.
            self.leadership().note_drained(&key);
        }
        if work.in_hand.is_empty() {
            self.session.empty.notify_waiters();
        }
    }
}
