//! What comes out of the controller.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;

use futures::{FutureExt, Stream, StreamExt};
use kube::Resource;
use kube::runtime::controller::{Action, Error, RunnerError};
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher;

/// The results of a controller, and how it ended.
pub(super) struct Results<S> {
    stream: Pin<Box<S>>,
    ended: bool,
    pub(super) failure: Option<RunnerError>,
    pub(super) panic: Option<Box<dyn Any + Send>>,
}

impl<S, K, E> Results<S>
where
    S: Stream<Item = Result<(ObjectRef<K>, Action), Error<E, watcher::Error>>>,
    K: Resource,
    E: std::error::Error + 'static,
{
    pub(super) fn new(stream: S) -> Self {
        Self { stream: Box::pin(stream), ended: false, failure: None, panic: None }
    }

    /// Takes the results in until there are no more. Dropping it and asking again loses none.
    pub(super) async fn until_end(&mut self) {
        while !self.ended {
            match AssertUnwindSafe(self.stream.next()).catch_unwind().await {
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(error))) => self.note(error),
                Ok(None) => self.ended = true,
                Err(panic) => {
                    self.panic = Some(panic);
                    self.ended = true;
                }
            }
        }
    }

    fn note(&mut self, error: Error<E, watcher::Error>) {
        match &error {
            Error::ReconcilerFailed(source, object) => {
                tracing::warn!(%object, error = source as &dyn std::error::Error, "a reconcile failed");
            }
            // Whoever was enqueued and is gone by now needs nothing.
            Error::ObjectNotFound(object) => {
                tracing::debug!(%object, "an object is gone before its reconcile")
            }
            Error::QueueError(source) => {
                tracing::warn!(error = source as &dyn std::error::Error, "a watch failed, and goes on");
            }
            Error::RunnerError(_) => {}
        }
        if let Error::RunnerError(failure) = error {
            self.failure = Some(failure);
        }
    }
}
