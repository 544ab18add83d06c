//! What lies between the clients and the API server: a network in which everything takes its time, and a store that checks tokens.
//!
//! Requests that arrive in one millisecond are handed over in the order of their names, whoever was woken first on either side:
//! this is what makes a run the same each time. A request that has left arrives, whatever becomes of its sender.

mod fence;
mod link;
mod message;
mod parcel;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kube::Client;
use le_testkit::ApiServer;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::arena::Arena;
use crate::entry::Name;
use link::Link;
use message::Message;
use parcel::Parcel;

/// The longest that something usually takes in one direction, in milliseconds.
const USUAL: u64 = 8;
/// The longest that a late request takes, in milliseconds: longer than a leader leads on, and than others wait for it.
const LATE: u64 = 20_000;

/// A network. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(crate) struct Network(Arc<Shared>);

struct Shared {
    server: ApiServer,
    arena: Arena,
    seed: u64,
    origin: Instant,
    posted: Notify,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What is under way, in the order in which it arrives.
    under_way: BTreeMap<Place, Parcel>,
    posted: u64,
    /// One of so many writes of the work is late; none where this is 0.
    late_one_in: u64,
}

/// When something arrives, and before what else of that millisecond: client, verb, kind, name, number.
type Place = (u64, Name, &'static str, Name, Name, u64);

impl Network {
    /// Makes a network to a server, and the task that delivers.
    pub(crate) fn new(server: ApiServer, arena: Arena, seed: u64) -> Self {
        let origin = Instant::now();
        fence::set_up(&server, arena.clone());
        let (posted, state) = (Notify::new(), Mutex::default());
        let network = Self(Arc::new(Shared { server, arena, seed, origin, posted, state }));
        tokio::spawn(network.clone().deliver());
        network
    }

    /// Makes a client that reaches the server through the network.
    pub(crate) fn client(&self, name: &Name) -> Client {
        Link::new(self.clone(), name.clone(), self.0.server.service(name)).client()
    }

    /// Sets how many writes of the work are late: one of so many, or none for 0.
    pub(crate) fn let_late(&self, one_in: u64) {
        self.state().late_one_in = one_in;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.0.origin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Sends something on its way.
    fn post(&self, message: &Message, parcel: Parcel) {
        let now = self.millis();
        let mut chance = message.chance(self.0.seed, now);
        let mut state = self.state();
        let is_late =
            message.token.is_some() && state.late_one_in > 0 && chance.u64(..state.late_one_in) == 0;
        let takes = if is_late {
            self.0
                .arena
                .note(&message.client, crate::entry::What::Struck { kind: "late on the way", times: 1 });
            chance.u64(1_000..=LATE)
        } else {
            chance.u64(1..=USUAL)
        };
        state.posted += 1;
        let Message { client, verb, kind, name, .. } = message;
        let place = (now + takes, client.clone(), *verb, kind.clone(), name.clone(), state.posted);
        state.under_way.insert(place, parcel);
        drop(state);
        self.0.posted.notify_one();
    }

    async fn deliver(self) {
        loop {
            let posted = self.0.posted.notified();
            let next = self.state().under_way.keys().next().map(|place| place.0);
            match next {
                None => posted.await,
                Some(next) => tokio::select! {
                    biased;
                    () = posted => continue,
                    () = sleep_until(self.0.origin + Duration::from_millis(next)) => {}
                },
            }
            let now = self.millis();
            let arrived = {
                let mut state = self.state();
                let later = state.under_way.split_off(&first_of(now + 1));
                std::mem::replace(&mut state.under_way, later)
            };
            for parcel in arrived.into_values() {
                // Spawned tasks run in this order.
                tokio::spawn(parcel.arrive(self.clone()));
            }
        }
    }
}

/// The first place of a millisecond.
fn first_of(millis: u64) -> Place {
    (millis, "".into(), "", "".into(), "".into(), 0)
}
