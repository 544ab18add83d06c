//! Builds electors over Leases.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use kube::Client;
use le_config::{Component, LeaseName};
use le_core::{BuildError, Elector, ElectorBuilder, Enqueue, LeaderAware, Observers};
use le_hash::BucketSet;

use super::candidacy::Candidacy;
use super::clock::SystemClock;
use super::elector::LeaseElector;
use super::error::ElectionError;
use super::leases::Leases;
use super::rate::Rate;
use super::report::{Report, Reporter};
use super::watch::SharedWatch;
use super::{identity, namespace};
use crate::Options;

/// Builds electors that elect one leader per bucket over Leases. Cheap to clone.
///
/// All electors of a builder and of its clones share one watch: build those of all queues of a process with one builder.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = kube::Client::try_default().await?;
/// let component = le_config::Config::default().component("controller");
/// let builder = le_lease::Builder::new(client, component);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a builder does nothing by itself"]
pub struct Builder {
    client: Client,
    component: Component,
    namespace: String,
    options: Options,
    reporter: Reporter,
    observers: Observers,
    seed: Option<u64>,
    clock: SystemClock,
    rate: Rate,
    watch: SharedWatch,
}

impl Builder {
    /// Makes a builder for one component of a program.
    ///
    /// The Leases live in the namespace that the environment variable `SYSTEM_NAMESPACE` names, else `POD_NAMESPACE`, else in the
    /// client's default one.
    pub fn new(client: Client, component: Component) -> Self {
        let namespace = namespace::choose(&client);
        let reporter = Reporter::default();
        let clock = SystemClock::new();
        let leases = Leases::new(client.clone(), &namespace);
        let (observers, rate) = (Observers::default(), Rate::default());
        let watch =
            SharedWatch::new(leases, clock.clone(), component.timing(), reporter.clone(), observers.clone());
        Self {
            client,
            component,
            namespace,
            options: Options::default(),
            reporter,
            observers,
            seed: None,
            clock,
            rate,
            watch,
        }
    }

    /// Sets the namespace of the Leases.
    pub fn in_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self.watch_anew()
    }

    /// Sets how elections differ from the default.
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Sets how fast Leases are asked for that this process does not lead: when its electors begin, take over, and release. By
    /// default `qps` is 1,000 requests a second, and `burst` 50 of them at once.
    ///
    /// The names are client-go's, whose limit is one for all requests of a client. Renewals are not held back by this one.
    pub fn with_rate_limit(mut self, qps: NonZeroU32, burst: NonZeroU32) -> Self {
        self.rate = Rate::new(qps, burst);
        self
    }

    /// Sets who is told what electors survive. The log is told in any case.
    pub fn on_report(mut self, sink: impl Fn(&Report) + Send + Sync + 'static) -> Self {
        self.reporter = Reporter::new(sink);
        self.watch_anew()
    }

    /// Sets who is told what happens, beside the log: metrics and health, say.
    pub fn observed_by(mut self, observers: Observers) -> Self {
        self.observers = observers;
        self.watch_anew()
    }

    /// Sets the seed of all chance, for a test that must run the same way twice. Replicas must not share one.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    fn watch_anew(mut self) -> Self {
        let timing = self.component.timing();
        let (reporter, observers) = (self.reporter.clone(), self.observers.clone());
        self.watch = SharedWatch::new(self.leases(), self.clock.clone(), timing, reporter, observers);
        self
    }

    fn leases(&self) -> Leases {
        Leases::new(self.client.clone(), &self.namespace)
    }

    fn elector(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<LeaseElector, ElectionError> {
        namespace::check(&self.namespace)?;
        let names = self.component.lease_names(queue)?;
        let identity = self.component.identity().cloned().map_or_else(identity::unique, Ok)?;
        let buckets = BucketSet::new(names.iter().map(|name| name.as_str()))?;
        let buckets = buckets.buckets().into_iter();
        let elections = buckets.map(|bucket| Ok((LeaseName::new(bucket.name().as_str())?, bucket)));
        let candidacy = Candidacy {
            identity,
            timing: self.component.timing(),
            options: self.options.clone(),
            seed: self.seed.unwrap_or_else(identity::seed),
            leases: self.leases(),
            clock: self.clock.clone(),
            rate: self.rate.clone(),
            watch: self.watch.clone(),
            reporter: self.reporter.clone(),
            observers: self.observers.clone(),
        };
        let elections = elections.collect::<Result<_, ElectionError>>()?;
        Ok(LeaseElector { candidacy, elections, aware, enqueue })
    }
}

impl ElectorBuilder for Builder {
    fn build(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        match self.elector(queue, aware, enqueue) {
            Ok(elector) => Ok(Box::new(elector)),
            Err(error) => Err(BuildError::new(queue, error)),
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("component", &self.component)
            .field("namespace", &self.namespace)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
