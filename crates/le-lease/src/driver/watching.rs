//! The loop behind the shared watch: list, watch, go on from where it ended.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, pin_mut};
use kube::api::{DynamicObject, ListParams, WatchEvent, WatchParams};
use le_core::{Clock, Moment};
use tokio::time::{sleep, timeout};

use super::error::LeaseError;
use super::kept::Kept;
use super::report::Report;
use super::watch::{Scope, Shared};
use super::wire;
use crate::{Sighting, WatchState};

/// How long the API server keeps one watch open, in seconds.
const WATCH_SECONDS: u32 = 240;

/// How long past that a watch is waited for before its connection counts as dead.
const GRACE: Duration = Duration::from_secs(10);

/// How long a list, or the beginning of a watch, may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A watch that ends sooner than this is not one to rely on.
const BRIEF: Duration = Duration::from_millis(500);

/// So many brief watches in a row count as none.
const BRIEF_WATCHES: u32 = 3;

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

pub(super) struct Watching {
    shared: Arc<Shared>,
    /// Where to go on from; `None` asks for a new list.
    version: Option<String>,
    /// When the present watch was opened, or the last one.
    opened: Option<Moment>,
    /// How many tries in a row came to nothing.
    failures: u32,
    /// Whether people were told that there is no watch.
    lost: bool,
}

/// Why a watch has ended.
enum End {
    /// It was closed, by either side or by something between.
    Closed,
    /// Its version is too old, which a list has only just brought.
    Expired,
    /// The version that was known from before is too old: it takes a new list.
    Outdated,
    /// It could not be had.
    Failed(Option<LeaseError>),
}

impl Watching {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, version: None, opened: None, failures: 0, lost: false }
    }

    pub(super) async fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        loop {
            let scope = shared.scope();
            let watched = async {
                self.opened = None;
                let end = self.watch(&scope).await;
                sleep(self.pause_after(end)).await;
            };
            tokio::select! {
                biased;
                () = shared.rescoped.notified() => self.version = None,
                () = watched => {}
            }
        }
    }

    /// Lists where that is needed, then watches until it ends.
    async fn watch(&mut self, scope: &Scope) -> End {
        let field_selector = match scope {
            Scope::One(lease) => Some(format!("metadata.name={lease}")),
            Scope::All | Scope::Nothing => None,
        };
        let known = self.version.take();
        let is_new = known.is_none();
        let mut version = match known {
            Some(version) => version,
            None => match self.list(field_selector.clone()).await {
                Ok(version) => version,
                Err(end) => return end,
            },
        };
        match self.follow(field_selector, &mut version).await {
            End::Expired if !is_new => End::Outdated,
            End::Expired => End::Expired,
            end => {
                self.version = Some(version);
                end
            }
        }
    }

    async fn list(&self, field_selector: Option<String>) -> Result<String, End> {
        let asked = self.shared.clock.now();
        let parameters = ListParams { field_selector, ..ListParams::default() };
        let list = match timeout(PATIENCE, self.shared.leases.api.list(&parameters)).await {
            Ok(Ok(list)) => list,
            Ok(Err(error)) => return Err(self.failed("list", error)),
            Err(_) => return Err(End::Failed(None)),
        };
        let version = list.metadata.resource_version.unwrap_or_default();
        let mut listed = HashSet::new();
        for lease in list.items {
            listed.insert(lease.metadata.name.clone().unwrap_or_default());
            self.tell(lease, Sighting::Present);
        }
        self.shared.publish_absent(asked, |lease| listed.contains(lease));
        Ok(version)
    }

    async fn follow(&mut self, field_selector: Option<String>, version: &mut String) -> End {
        let shared = Arc::clone(&self.shared);
        let parameters = WatchParams {
            field_selector,
            timeout: Some(WATCH_SECONDS),
            bookmarks: true,
            ..WatchParams::default()
        };
        let stream = match timeout(PATIENCE, shared.leases.api.watch(&parameters, version)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(kube::Error::Api(status))) if status.code == 410 => return End::Expired,
            Ok(Err(error)) => return self.failed("watch", error),
            Err(_) => return End::Failed(None),
        };
        pin_mut!(stream);
        let mut news_at = shared.clock.now();
        self.opened = Some(news_at);
        let life = sleep(Duration::from_secs(WATCH_SECONDS.into()) + GRACE);
        pin_mut!(life);
        let steady = sleep(BRIEF);
        pin_mut!(steady);
        let mut stands = self.failures < BRIEF_WATCHES && !self.lost;
        if stands {
            shared.announce(WatchState::Up);
        }
        loop {
            // In a fixed order: the two timers, which fire once, then what the watch brings, which answers any doubt about it.
            let event = tokio::select! {
                biased;
                () = &mut life => None,
                () = &mut steady, if !stands => {
                    stands = true;
                    self.is_back();
                    continue;
                }
                event = stream.next() => event,
                () = shared.doubted.notified() => {
                    if shared.clock.now().since(news_at) < shared.timing.retry_period() {
                        continue;
                    }
                    // A candidate found a change that was not told here: this one has fallen silent.
                    None
                }
            };
            news_at = shared.clock.now();
            match event {
                None | Some(Err(kube::Error::ReadEvents(_))) => return End::Closed,
                Some(Ok(WatchEvent::Added(lease) | WatchEvent::Modified(lease))) => {
                    advance(version, lease.metadata.resource_version.as_ref());
                    self.tell(lease, Sighting::Present);
                }
                Some(Ok(WatchEvent::Deleted(lease))) => {
                    advance(version, lease.metadata.resource_version.as_ref());
                    self.tell(lease, Sighting::Deleted);
                }
                Some(Ok(WatchEvent::Bookmark(bookmark))) => {
                    advance(version, Some(&bookmark.metadata.resource_version));
                }
                Some(Ok(WatchEvent::Error(status)) | Err(kube::Error::Api(status))) if status.code == 410 => {
                    return End::Expired;
                }
                Some(Ok(WatchEvent::Error(status))) => {
                    return self.failed("watch", kube::Error::Api(status));
                }
                Some(Err(error)) => return self.failed("watch", error),
            }
        }
    }

    fn tell(&self, lease: DynamicObject, sighting: impl FnOnce(crate::Record) -> Sighting) {
        if let (Some(name), Some(record)) = (lease.metadata.name.clone(), wire::read(&lease)) {
            self.shared.publish(&name, sighting(record), Some(Kept::new(lease)));
        }
    }

    fn failed(&self, verb: &'static str, error: kube::Error) -> End {
        End::Failed(Some(LeaseError::new(&self.shared.leases.namespace, verb, error)))
    }

    /// How long to wait before the next try, and whether the watch can still be relied on.
    fn pause_after(&mut self, end: End) -> Duration {
        // Only the stream counts: a list that is slow makes no watch that lasts.
        let lived = self.opened.map_or(Duration::ZERO, |opened| self.shared.clock.now().since(opened));
        let error = match end {
            End::Closed | End::Expired | End::Outdated if lived >= BRIEF => {
                self.failures = 0;
                return Duration::ZERO;
            }
            // The server has answered, and nothing speaks against a watch from what a list brings now.
            End::Outdated => return Duration::ZERO,
            End::Closed | End::Expired => None,
            End::Failed(error) => error,
        };
        self.failures = self.failures.saturating_add(1);
        let hopeless = matches!(error, Some(LeaseError::Forbidden { .. } | LeaseError::Unauthorized { .. }));
        if hopeless || self.failures >= BRIEF_WATCHES {
            self.is_lost(error);
        }
        (Duration::from_millis(100) * 2_u32.pow(self.failures.min(10))).min(LONGEST_PAUSE)
    }

    fn is_lost(&mut self, error: Option<LeaseError>) {
        self.shared.announce(WatchState::Down);
        if !self.lost {
            self.lost = true;
            self.shared.observers.watch_lost(&self.shared.leases.namespace);
            let namespace = self.shared.leases.namespace.to_string();
            self.shared.reporter.report(&Report::WatchLost(namespace, error), false);
        }
    }

    fn is_back(&mut self) {
        self.failures = 0;
        self.shared.announce(WatchState::Up);
        if std::mem::take(&mut self.lost) {
            self.shared.observers.watch_regained(&self.shared.leases.namespace);
            self.shared.reporter.report(&Report::WatchBack(self.shared.leases.namespace.to_string()), false);
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // Nobody waits for this task: a panic of it comes out of the candidates.
        if std::thread::panicking() {
            self.shared.give_up();
        }
    }
}

/// Moves on to a newer version.
fn advance(version: &mut String, newer: Option<&String>) {
    if let Some(newer) = newer.filter(|newer| !newer.is_empty()) {
        version.clone_from(newer);
    }
}
