//! Between a candidate and those who do its work: one slot in each direction.
//!
//! A channel would do, and takes a kilobyte and a half for each candidate, since it has room for many.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use le_core::{Leadership, StopReason};
use tokio::sync::Notify;

/// What is said, and not heard yet. There is at most one of each: a term begins only after the order that ended the one before.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    slots: Mutex<Slots>,
    began: Notify,
    ordered: Notify,
}

#[derive(Debug, Default)]
struct Slots {
    term: Option<Leadership>,
    order: Option<Order>,
}

/// What those who do the work say to the candidate.
#[derive(Debug)]
pub(crate) enum Order {
    /// The work of the term has ended.
    Drained,
    /// The term is given up for this reason, and the candidate competes again after this long.
    StepDown(StopReason, Duration),
}

impl Desk {
    /// Says that a term has begun.
    pub(crate) fn begin(&self, leadership: Leadership) {
        self.slots().term = Some(leadership);
        self.began.notify_one();
    }

    /// Gives an order.
    pub(crate) fn order(&self, order: Order) {
        self.slots().order = Some(order);
        self.ordered.notify_one();
    }

    /// Waits for a term.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub(crate) async fn term(&self) -> Leadership {
        loop {
            if let Some(term) = self.slots().term.take() {
                return term;
            }
            self.began.notified().await;
        }
    }

    /// Waits for an order.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub(crate) async fn next_order(&self) -> Order {
        loop {
            if let Some(order) = self.slots().order.take() {
                return order;
            }
            self.ordered.notified().await;
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        // Nothing that holds the lock can panic half way through a change.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
