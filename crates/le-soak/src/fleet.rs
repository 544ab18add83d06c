//! The replicas: started, stopped, crashed, and started anew.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use le_config::Component;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::arena::Arena;
use crate::entry::{Name, What};
use crate::network::Network;
use crate::replica::Replica;

/// How long a replica may take to drain and release: the drain, then a release that is tried for as long as the Lease is held.
const STOP_BOUND: Duration = Duration::from_secs(25);

/// How a replica ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It is told to, drains, and releases.
    Stop,
    /// It is dropped.
    Crash,
}

/// All replicas. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(crate) struct Fleet(Arc<Shared>);

struct Shared {
    component: Component,
    network: Network,
    arena: Arena,
    seed: u64,
    slots: Vec<Slot>,
}

struct Slot {
    name: Name,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many identities there were here.
    identities: u32,
    running: Option<(CancellationToken, JoinHandle<anyhow::Result<()>>)>,
}

impl Fleet {
    pub(crate) fn new(
        replicas: u32,
        component: Component,
        network: Network,
        arena: Arena,
        seed: u64,
    ) -> Self {
        let slot = |number| Slot { name: format!("r{number:02}").into(), state: Mutex::default() };
        let slots = (0..replicas).map(slot).collect();
        Self(Arc::new(Shared { component, network, arena, seed, slots }))
    }

    /// Starts a replica that does not run.
    pub(crate) fn start(&self, slot: usize, with_new_identity: bool) {
        let Shared { component, network, arena, seed, slots } = &*self.0;
        let name = slots[slot].name.clone();
        let mut state = self.state(slot);
        state.identities += u32::from(with_new_identity);
        let replica = Replica {
            identity: format!("{name}_{}", state.identities).into(),
            name,
            component: component.clone(),
            network: network.clone(),
            arena: arena.clone(),
            seed: *seed,
        };
        let stop = CancellationToken::new();
        let task = tokio::spawn(replica.run(stop.clone()));
        state.running = Some((stop, task));
    }

    /// Ends a replica, and starts it again after a pause, but not before it has ended and not later than `by`. Tells whether
    /// there was one that ran.
    pub(crate) fn restart(&self, slot: usize, how: End, pause: Duration, by: Instant, new: bool) -> bool {
        let Some((stop, task)) = self.state(slot).running.take() else { return false };
        let fleet = self.clone();
        let again = (Instant::now() + pause).min(by);
        tokio::spawn(async move {
            match how {
                End::Stop => fleet.stop(slot, &stop, task).await,
                End::Crash => fleet.crash(slot, task).await,
            }
            sleep_until(again).await;
            fleet.start(slot, new);
        });
        true
    }

    async fn stop(&self, slot: usize, stop: &CancellationToken, mut task: JoinHandle<anyhow::Result<()>>) {
        let (arena, name) = (&self.0.arena, self.name(slot));
        stop.cancel();
        let ended = match timeout_at(Instant::now() + STOP_BOUND, &mut task).await {
            Ok(ended) => ended,
            Err(_) => {
                arena.accuse(&name, What::Stopped, "it does not end though it was told to stop");
                task.abort();
                task.await
            }
        };
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => arena.accuse(&name, What::Stopped, &format!("it failed: {error:#}")),
            Err(error) => arena.accuse(&name, What::Stopped, &format!("it broke: {error}")),
        }
        arena.note(&name, What::Stopped);
    }

    async fn crash(&self, slot: usize, task: JoinHandle<anyhow::Result<()>>) {
        task.abort();
        if let Err(error) = task.await
            && error.is_panic()
        {
            self.0.arena.accuse(&self.name(slot), What::Crashed, "it panicked before");
        }
        // What it had spawned is dropped when it is its turn.
        sleep(Duration::from_millis(1)).await;
        self.0.arena.note(&self.name(slot), What::Crashed);
    }

    /// Ends all, in order.
    pub(crate) async fn end(&self) {
        for slot in 0..self.len() {
            let running = self.state(slot).running.take();
            if let Some((stop, task)) = running {
                self.stop(slot, &stop, task).await;
            }
        }
    }

    /// How many replicas run.
    pub(crate) fn running(&self) -> usize {
        (0..self.len()).filter(|slot| self.state(*slot).running.is_some()).count()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.slots.len()
    }

    pub(crate) fn name(&self, slot: usize) -> Name {
        self.0.slots[slot].name.clone()
    }

    fn state(&self, slot: usize) -> MutexGuard<'_, State> {
        self.0.slots[slot].state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
