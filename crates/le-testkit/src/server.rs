//! The server: its state, and how it is reached in process.

mod admission;
mod fill;
mod handle;
mod leases;
mod namespaces;
mod route;
mod service;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use axum::Router;

pub use service::{ClientService, ConnectionError};

pub(crate) use admission::Policy;
pub(crate) use handle::Caller;
pub(crate) use service::Broken;

use crate::builtin;
use crate::clock::WallClock;
use crate::faults::Faults;
use crate::kind::Kind;
use crate::led::{UntilFree, UntilLed};
use crate::log::Log;
use crate::store::Store;

/// How many changes are remembered for watches that begin at an earlier version.
const HISTORY: usize = 10_000;

/// An API server in this process. Cheap to clone; all clones are one server.
///
/// It keeps Namespaces, ConfigMaps, Secrets, Pods, Services, ServiceAccounts, Events, Deployments, ReplicaSets, StatefulSets and
/// Leases, and any kind that is [registered](Self::register). The namespaces `default`, `kube-node-lease`, `kube-public` and
/// `kube-system` are there; others must be created, as on any cluster.
///
/// It has no threads or tasks of its own and reads no clock but tokio's: under `#[tokio::test(start_paused = true)]` hours pass in
/// milliseconds. Make it inside of the test, for it takes the present moment as its start.
#[derive(Clone)]
pub struct ApiServer(Arc<Shared>);

/// What all the ways into the server share.
pub(crate) struct Shared {
    pub(crate) clock: WallClock,
    store: Mutex<Store>,
    kinds: RwLock<Vec<Arc<Kind>>>,
    policies: RwLock<Vec<Policy>>,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
}

impl ApiServer {
    /// Makes a server with nothing in it but its namespaces.
    pub fn new() -> Self {
        let shared = Shared {
            clock: WallClock::new(),
            store: Mutex::new(Store::new(HISTORY)),
            kinds: RwLock::new(builtin::kinds().into_iter().map(Arc::new).collect()),
            policies: RwLock::default(),
            faults: Faults::new(),
            log: Log::new(),
        };
        let server = Self(Arc::new(shared));
        for namespace in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            server.create_namespace(namespace);
        }
        server.compact();
        server
    }

    /// Adds a kind, or replaces the one with the same group, version and plural.
    pub fn register(&self, kind: Kind) -> &Self {
        let mut kinds = self.0.kinds.write().unwrap_or_else(PoisonError::into_inner);
        kinds.retain(|known| {
            (known.group(), known.version(), known.plural()) != (kind.group(), kind.version(), kind.plural())
        });
        kinds.push(Arc::new(kind));
        drop(kinds);
        self
    }

    /// Creates a namespace, unless it is there already.
    ///
    /// # Panics
    ///
    /// If the name is none that a namespace can have.
    pub fn create_namespace(&self, name: &str) -> &Self {
        self.0.add_namespace(name);
        self
    }

    /// Makes a client in the namespace `default`. Rules, partitions and the log know it by `name`; clients of one name are one.
    ///
    /// It is kube's own client over [`service`](Self::service), without a retry layer: what the server says is what it returns.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn client(&self, name: &str) -> kube::Client {
        self.client_in(name, "default")
    }

    /// Makes a client in a namespace. The namespace is not created.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn client_in(&self, name: &str, namespace: &str) -> kube::Client {
        kube::Client::new(self.service(name), namespace)
    }

    /// Makes the service under a client: for `kube::Client::new`, or for layers in between.
    pub fn service(&self, name: &str) -> ClientService {
        ClientService::new(self.router(), name)
    }

    /// Makes an axum router that answers as the server.
    ///
    /// Clients are known by their bearer token, or, without one, by the first word of their `User-Agent`.
    pub fn router(&self) -> Router {
        handle::router(Arc::clone(&self.0))
    }

    /// Returns what goes wrong, to change it.
    pub fn faults(&self) -> Faults {
        self.0.faults.clone()
    }

    /// Returns the log of requests.
    pub fn log(&self) -> Log {
        self.0.log.clone()
    }

    /// Waits until a Lease of this name has a holder. See [`UntilLed::by`] and [`UntilLed::in_namespace`].
    pub fn until_led(&self, lease: &str) -> UntilLed {
        UntilLed::new(Arc::clone(&self.0), lease)
    }

    /// Waits until no Lease of this name has a holder.
    pub fn until_free(&self, lease: &str) -> UntilFree {
        UntilFree::new(Arc::clone(&self.0), lease)
    }

    /// Forgets the history so far, as a compaction of etcd does: a watch or a list from an earlier version gets 410 from here on.
    pub fn compact(&self) {
        self.0.store().compact();
    }

    /// Remembers no more than the last `changes` changes, of all kinds together, for watches and lists from an earlier version;
    /// 10,000 unless this says otherwise. One that is older gets 410.
    pub fn remember(&self, changes: usize) -> &Self {
        self.0.store().remember(changes);
        self
    }

    /// Returns the resourceVersion of the last change.
    pub fn version(&self) -> u64 {
        self.0.store().version()
    }

    /// Returns how long the server has been there, on tokio's clock. Times in the log count from the same moment.
    pub fn elapsed(&self) -> std::time::Duration {
        self.0.clock.elapsed()
    }
}

impl Default for ApiServer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ApiServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Shared {
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn kinds(&self) -> Vec<Arc<Kind>> {
        self.kinds.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn kind(&self, group: &str, version: &str, plural: &str) -> Option<Arc<Kind>> {
        let kinds = self.kinds.read().unwrap_or_else(PoisonError::into_inner);
        kinds
            .iter()
            .find(|kind| (kind.group(), kind.version(), kind.plural()) == (group, version, plural))
            .cloned()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.store().version();
        f.debug_struct("ApiServer")
            .field("version", &version)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
