//! The wait for a controller's cache.

use std::hash::Hash;
use std::pin::Pin;
use std::time::Duration;

use futures::future::BoxFuture;
use kube::Resource;
use kube::runtime::reflector::Store;
use tokio::time::timeout;

use crate::{Options, Report};

/// How often it is looked whether the cache is filled, if nobody says so.
const LOOK: Duration = Duration::from_secs(1);
/// After how many looks, and after how many more each time, a cache that is not filled is reported.
const REPORT: u32 = 30;

/// Knows whether the cache of a controller has been filled by its first list.
///
/// A store wakes nobody but the last who asked it, and that had better be the controller, which begins when it is woken. So it
/// is asked from the controller's own task only, and after the controller at each turn.
pub(super) struct Cache<'a> {
    options: &'a Options,
    ready: BoxFuture<'a, bool>,
    filled: bool,
    looks: u32,
}

impl<'a> Cache<'a> {
    pub(super) fn new<K>(store: &'a Store<K>, options: &'a Options) -> Self
    where
        K: Resource + Clone + Send + Sync + 'static,
        K::DynamicType: Eq + Hash + Clone + Send + Sync,
    {
        let ready = Box::pin(async { store.wait_until_ready().await.is_ok() });
        Self { options, ready, filled: false, looks: 0 }
    }

    pub(super) fn is_filled(&self) -> bool {
        self.filled
    }

    /// Completes when the cache is filled, and reports from time to time that it is not. Dropping it and asking again loses
    /// nothing.
    pub(super) async fn filled(&mut self) {
        loop {
            if let Ok(ready) = timeout(LOOK, Pin::new(&mut self.ready)).await {
                if !ready {
                    // Nobody will ever fill it: the controller comes to an end.
                    std::future::pending::<()>().await;
                }
                self.filled = true;
                return;
            }
            self.looks += 1;
            if self.looks.is_multiple_of(REPORT) {
                self.options.report(Report::NotSynced { waited: LOOK * self.looks });
            }
        }
    }
}
