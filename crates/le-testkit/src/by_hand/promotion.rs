//! A promotion under way.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::Poll;

use le_core::{Leadership, PromoteError};

type Work = Pin<Box<dyn Future<Output = Result<(), PromoteError>> + Send>>;

/// The work's promotion, which can be cut short while nobody polls it: a demotion must not begin before it is gone.
pub(super) struct Promotion {
    leadership: Leadership,
    work: Arc<Mutex<Option<Work>>>,
}

/// Cuts a promotion short.
#[derive(Clone)]
pub(super) struct Cut(Weak<Mutex<Option<Work>>>);

impl Promotion {
    pub(super) fn new(
        leadership: Leadership,
        work: impl Future<Output = Result<(), PromoteError>> + Send + 'static,
    ) -> Self {
        Self { leadership, work: Arc::new(Mutex::new(Some(Box::pin(work)))) }
    }

    pub(super) fn cut(&self) -> Cut {
        Cut(Arc::downgrade(&self.work))
    }

    /// Runs to its end. One that is cut short has not failed.
    pub(super) async fn run(self) -> Result<(), PromoteError> {
        let work = poll_fn(|context| {
            let mut slot = self.work.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(work) = slot.as_mut() else { return Poll::Ready(Ok(())) };
            let promoted = work.as_mut().poll(context);
            if promoted.is_ready() {
                *slot = None;
            }
            promoted
        });
        tokio::select! {
            biased;
            promoted = work => promoted,
            // The work that was cut wakes nobody.
            () = self.leadership.stopping() => Ok(()),
        }
    }
}

impl Cut {
    /// Drops what is left of the promotion.
    pub(super) fn cut(&self) {
        let Some(slot) = self.0.upgrade() else { return };
        let work = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(work);
    }
}
