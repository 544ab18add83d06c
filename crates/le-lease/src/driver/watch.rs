//! One watch for all the Leases of a process in a namespace.
//!
//! kube's own `watcher` does not say whether a watch stands, nor when its list was asked for, and both decide what a machine may
//! conclude. So this lists and watches by itself, on kube's `Api`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use le_config::{LeaseName, Timing};
use le_core::{Moment, Observers};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::clock::SystemClock;
use super::kept::Kept;
use super::leases::Leases;
use super::report::Reporter;
use super::watching::Watching;
use crate::{Sighting, WatchState};

/// What a candidate gets to know from the watch: the newest only.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    pub(crate) sighting: Option<Sighting>,
    pub(crate) object: Option<Arc<Kept>>,
    pub(crate) watch: WatchState,
}

/// The watch that all candidates of a builder share. It runs while somebody is subscribed.
#[derive(Clone)]
pub(crate) struct SharedWatch {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) leases: Leases,
    pub(super) clock: SystemClock,
    pub(super) timing: Timing,
    pub(super) reporter: Reporter,
    pub(super) observers: Observers,
    /// Wakes the watch: other Leases are asked for now.
    pub(super) rescoped: Notify,
    /// Wakes the watch: a candidate knows better than it.
    pub(super) doubted: Notify,
    board: Mutex<Board>,
}

#[derive(Default)]
struct Board {
    views: BTreeMap<LeaseName, watch::Sender<View>>,
    state: WatchState,
    task: Option<JoinHandle<()>>,
}

/// One candidate's ear to the watch.
pub(crate) struct Subscription {
    lease: LeaseName,
    receiver: watch::Receiver<View>,
    shared: Arc<Shared>,
}

impl SharedWatch {
    pub(crate) fn new(
        leases: Leases,
        clock: SystemClock,
        timing: Timing,
        reporter: Reporter,
        observers: Observers,
    ) -> Self {
        let (rescoped, doubted) = (Notify::new(), Notify::new());
        Self {
            shared: Arc::new(Shared {
                leases,
                clock,
                timing,
                reporter,
                observers,
                rescoped,
                doubted,
                board: Mutex::default(),
            }),
        }
    }

    /// Subscribes to Leases, all at once, and starts the watch where it does not run.
    pub(crate) fn subscribe(&self, leases: impl IntoIterator<Item = LeaseName>) -> Vec<Subscription> {
        let mut board = self.shared.board();
        let scope = board.scope();
        let state = if board.task.is_some() { board.state } else { WatchState::Starting };
        board.state = state;
        let subscriptions = leases
            .into_iter()
            .map(|lease| {
                let view = View { watch: state, ..View::default() };
                let sender = board.views.entry(lease.clone()).or_insert_with(|| watch::channel(view).0);
                Subscription { lease, receiver: sender.subscribe(), shared: Arc::clone(&self.shared) }
            })
            .collect();
        if board.task.is_none() {
            board.task = Some(tokio::spawn(Watching::new(Arc::clone(&self.shared)).run()));
        } else if board.scope() != scope {
            self.shared.rescoped.notify_one();
        }
        subscriptions
    }
}

impl Shared {
    fn board(&self) -> MutexGuard<'_, Board> {
        // Nothing that holds the lock can panic half way through a change.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the candidates know that there is no watch any more, and never will be.
    pub(super) fn give_up(&self) {
        let mut board = self.board();
        board.views.clear();
        board.task = None;
    }

    /// What has to be watched.
    pub(super) fn scope(&self) -> Scope {
        self.board().scope()
    }

    /// Tells the candidate for a Lease, if there is one.
    pub(super) fn publish(&self, lease: &str, sighting: Sighting, object: Option<Kept>) {
        if let Some(sender) = self.board().views.get(lease) {
            sender.send_modify(|view| {
                view.sighting = Some(sighting);
                view.object = object.map(Arc::new);
            });
        }
    }

    /// Tells the candidates for Leases that a list does not have.
    pub(super) fn publish_absent(&self, asked: Moment, is_listed: impl Fn(&str) -> bool) {
        for (lease, sender) in &self.board().views {
            if !is_listed(lease.as_str()) {
                sender.send_modify(|view| {
                    view.sighting = Some(Sighting::Absent { asked });
                    view.object = None;
                });
            }
        }
    }

    /// Tells every candidate whether changes are told.
    pub(super) fn announce(&self, state: WatchState) {
        let mut board = self.board();
        board.state = state;
        for sender in board.views.values() {
            sender.send_if_modified(|view| std::mem::replace(&mut view.watch, state) != state);
        }
    }
}

/// Which Leases are watched: a single one by its name, more than one by watching all of the namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Nothing,
    One(LeaseName),
    All,
}

impl Board {
    fn scope(&self) -> Scope {
        let mut names = self.views.keys();
        match (names.next(), names.next()) {
            (None, _) => Scope::Nothing,
            (Some(name), None) => Scope::One(name.clone()),
            (Some(_), Some(_)) => Scope::All,
        }
    }
}

impl Subscription {
    /// Gives what is known now.
    pub(crate) fn current(&mut self) -> View {
        self.receiver.borrow_and_update().clone()
    }

    /// Waits for news.
    ///
    /// # Panics
    ///
    /// When the watch has.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub(crate) async fn changed(&mut self) -> View {
        match self.receiver.changed().await {
            Ok(()) => self.current(),
            // The sender lives for as long as there is a subscription and a watch.
            Err(_) => panic!("the watch that the candidates share has panicked"),
        }
    }

    /// Says that the watch has not told of a change: it may have fallen silent.
    pub(crate) fn doubt(&self) {
        self.shared.doubted.notify_one();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut board = self.shared.board();
        let is_last = board.views.get(&self.lease).is_some_and(|sender| sender.receiver_count() == 1);
        if is_last {
            board.views.remove(&self.lease);
        }
        if board.views.is_empty()
            && let Some(task) = board.task.take()
        {
            task.abort();
        }
    }
}
