//! A controller that reconciles its share of the objects.

mod cache;
mod results;
mod run;
mod together;

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use futures::future::BoxFuture;
use kube::Resource;
use kube::runtime::Controller;
use kube::runtime::controller::Action;
use le_core::{BuildError, Elector, ElectorBuilder, Leadership};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::{Keys, Options, RunError, Shard};

pub use together::run_together;

type Observe<K> = dyn Fn(Arc<K>) -> BoxFuture<'static, ()> + Send + Sync;

/// A kube-runtime `Controller`, of which each replica reconciles the objects whose buckets it leads.
///
/// - A key whose bucket is not led here is skipped, without a requeue. The cache holds all objects in every replica.
/// - The promotion of a bucket puts every key that the cache has of it into the controller's queue, once each, and no other
///   key. What a replica led before counts for nothing.
/// - A replica does not compete before its cache is filled. One that needs no election leads at once, and reconciles from then on.
/// - A reconcile that is under way when the replica is told to stop may finish, with its right still renewed, for as long as
///   the drain bound lasts. Only then is its bucket released. When leadership is *lost*, it is dropped at its next await; see
///   [`Options`].
/// - Buckets do not wait for each other.
///
/// The keys of a promotion come into the queue beside those of the controller's watches. While one of these watches fails,
/// kube-runtime's backoff holds up all of them, by default for up to a minute: `Controller::trigger_backoff` sets it, and a kind
/// that may not be watched should not be owned.
///
/// ```no_run
/// # use std::sync::Arc;
/// # use k8s_openapi::api::core::v1::ConfigMap;
/// # use kube::runtime::{Controller, controller::Action, watcher};
/// # use kube::{Api, Client};
/// # use le_core::{Leadership, Unopposed};
/// # use le_runtime::Sharded;
/// # use tokio_util::sync::CancellationToken;
/// async fn reconcile(object: Arc<ConfigMap>, client: Arc<Client>, leadership: Leadership) -> Result<Action, kube::Error> {
///     # let _ = (object, client);
///     leadership.ensure().map_err(|lost| kube::Error::Service(lost.into()))?; // just before it acts
///     Ok(Action::await_change())
/// }
/// # fn error_policy(_: Arc<ConfigMap>, _: &kube::Error, _: Arc<Client>) -> Action { Action::await_change() }
///
/// # async fn example(client: Client, stop: CancellationToken) -> Result<(), Box<dyn std::error::Error>> {
/// let controller = Controller::new(Api::<ConfigMap>::default_namespaced(client.clone()), watcher::Config::default());
/// let builder = Unopposed; // or that of any backend
/// let sharded = Sharded::new(controller, &builder, "configmaps")?;
/// sharded.run(reconcile, error_policy, Arc::new(client), stop).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is reconciled until it is run"]
pub struct Sharded<K>
where
    K: Clone + Resource + fmt::Debug + 'static,
    K::DynamicType: Eq + Hash,
{
    controller: Controller<K>,
    shard: Shard<K>,
    keys: Keys<K>,
    elector: Box<dyn Elector>,
    observe: Option<Arc<Observe<K>>>,
}

impl<K> Sharded<K>
where
    K: Clone + Resource + DeserializeOwned + fmt::Debug + Send + Sync + 'static,
    K::DynamicType: Eq + Hash + Clone + Send + Sync,
{
    /// Wraps a controller, and builds its elector. `queue` tells the controllers of one process apart and is part of the locks'
    /// names: replicas of one operator must agree on it.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when the configuration can never elect; it says what to change.
    pub fn new(
        controller: Controller<K>,
        builder: &(impl ElectorBuilder + ?Sized),
        queue: &str,
    ) -> Result<Self, BuildError>
    where
        K::DynamicType: Default,
    {
        Self::new_with(controller, builder, queue, K::DynamicType::default(), Options::default())
    }

    /// Wraps a controller as [`new`](Self::new) does, with options.
    ///
    /// # Errors
    ///
    /// [`BuildError`], as for [`new`](Self::new).
    pub fn with_options(
        controller: Controller<K>,
        builder: &(impl ElectorBuilder + ?Sized),
        queue: &str,
        options: Options,
    ) -> Result<Self, BuildError>
    where
        K::DynamicType: Default,
    {
        Self::new_with(controller, builder, queue, K::DynamicType::default(), options)
    }

    /// Wraps a controller of a kind that is known at run time only: one that was made by `Controller::new_with`.
    ///
    /// # Errors
    ///
    /// [`BuildError`], as for [`new`](Self::new).
    pub fn new_with(
        controller: Controller<K>,
        builder: &(impl ElectorBuilder + ?Sized),
        queue: &str,
        dyntype: K::DynamicType,
        options: Options,
    ) -> Result<Self, BuildError> {
        let (shard, keys) = Shard::new(controller.store(), dyntype, options);
        let elector = builder.build(queue, Arc::new(shard.clone()), shard.enqueue())?;
        Ok(Self { controller, shard, keys, elector, observe: None })
    }

    /// Sets a function that is called for the keys that are led elsewhere: it may read and remember, and must not write.
    ///
    /// It is dropped at its next await when its key is led here, and when the replica stops. While it runs it takes one of the
    /// reconciles that `Config::concurrency` allows, as it does its key's turn: keep it short.
    pub fn observe<Seen>(mut self, observe: impl Fn(Arc<K>) -> Seen + Send + Sync + 'static) -> Self
    where
        Seen: Future<Output = ()> + Send + 'static,
    {
        self.observe = Some(Arc::new(move |object| Box::pin(observe(object))));
        self
    }

    /// Returns the share of the objects that is led here, to ask it questions while it is run.
    pub fn shard(&self) -> &Shard<K> {
        &self.shard
    }

    /// Runs until `stop`. Then no key is taken any more, the reconciles under way drain, the buckets are released, and this
    /// returns.
    ///
    /// It also returns when the controller ends by itself, as after `Controller::shutdown_on_signal` and `graceful_shutdown_on`.
    /// Use `stop` instead of these: they wait for reconciles without a bound, with the buckets still led.
    /// Errors of reconciles and of the watch are logged; the error policy says what follows.
    ///
    /// # Errors
    ///
    /// [`RunError`] when it cannot go on. No error of an API server is one.
    ///
    /// # Panics
    ///
    /// If a reconcile panics: first the others drain, and the buckets are released, so that another replica takes over at once.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the reconciles at their next await and ends every leadership at once, without a release: others
    /// wait out the lock.
    pub async fn run<Ctx, Fut, E>(
        self,
        reconcile: impl FnMut(Arc<K>, Arc<Ctx>, Leadership) -> Fut,
        error_policy: impl Fn(Arc<K>, &E, Arc<Ctx>) -> Action,
        context: Arc<Ctx>,
        stop: CancellationToken,
    ) -> Result<(), RunError>
    where
        K::DynamicType: fmt::Debug + Unpin,
        Fut: Future<Output = Result<Action, E>> + Send + 'static,
        E: std::error::Error + Send + 'static,
    {
        run::run(self, reconcile, error_policy, context, stop).await
    }
}

impl<K> fmt::Debug for Sharded<K>
where
    K: Clone + Resource + fmt::Debug + 'static,
    K::DynamicType: Eq + Hash,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharded")
            .field("shard", &self.shard)
            .field("elector", &self.elector)
            .finish_non_exhaustive()
    }
}
