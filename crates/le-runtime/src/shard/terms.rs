//! The buckets that are led, and the work on each.

use std::sync::Arc;

use le_core::{Bucket, BucketMap, BucketReader, Leadership, NamespacedName};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::session::{Pass, Session};
use crate::{Options, Report};

/// The present terms of one queue.
#[derive(Debug)]
pub(super) struct Terms {
    led: BucketMap<Arc<Session>>,
    /// Rings when a term has begun.
    begun: Notify,
    options: Options,
}

impl Terms {
    pub(super) fn new(options: Options) -> Self {
        Self { led: BucketMap::new(), begun: Notify::new(), options }
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// Tells whether the bucket of `key` is led here at this very moment.
    pub(super) fn is_led(&self, key: &NamespacedName<'_>) -> bool {
        self.led.any(key, |session| session.leadership().is_valid())
    }

    /// Completes when the bucket of `key` is led here.
    pub(super) async fn until_led(&self, key: &NamespacedName<'_>) {
        loop {
            let begun = self.begun.notified();
            if self.is_led(key) {
                return;
            }
            begun.await;
        }
    }

    /// Returns the way in.
    pub(super) fn entrance(&self) -> Entrance {
        Entrance(self.led.reader())
    }

    /// Begins a term.
    pub(super) fn begin(&self, leadership: Leadership) {
        let bucket = leadership.bucket().clone();
        self.led.insert(bucket, Arc::new(Session::new(leadership)));
        self.begun.notify_waiters();
    }

    /// Ends the term of a bucket: nothing more is taken in hand, and this completes when the last that was has ended.
    pub(super) async fn end(&self, bucket: &Bucket) {
        let Some(session) = self.led.remove(bucket) else { return };
        session.close();
        let cut = Cut { session: &session, options: &self.options };
        let _ = timeout(self.options.drain_bound, session.drained()).await;
        drop(cut);
        session.drained().await;
    }
}

/// The way in, past which are only keys that are led.
#[derive(Debug)]
pub(super) struct Entrance(BucketReader<Arc<Session>>);

impl Entrance {
    /// Takes `key` in hand, if its bucket is led here at this very moment.
    pub(super) fn enter(&mut self, key: &NamespacedName<'_>) -> Option<Pass> {
        // A demotion that begins between the two has closed the session.
        self.0.find(key, |session| session.leadership().is_valid())?.enter(key)
    }
}

/// Drops what is in hand when this is dropped: when the drain bound has passed, or when nobody waits for the end any more.
struct Cut<'a> {
    session: &'a Session,
    options: &'a Options,
}

impl Drop for Cut<'_> {
    fn drop(&mut self) {
        let bucket = self.session.leadership().bucket().name();
        for key in self.session.cut() {
            self.options.report(Report::Outlasted { bucket: bucket.clone(), key });
        }
    }
}
