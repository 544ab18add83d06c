//! The simple form: one Lease, one leader.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use kube::Client;
use le_config::{HolderIdentity, LeaseName, Timing};
use le_core::{Bucket, Leadership, Observers};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::candidacy::Candidacy;
use super::clock::SystemClock;
use super::error::ElectionError;
use super::leases::Leases;
use super::outcome::Outcome;
use super::rate::Rate;
use super::report::{Report, Reporter};
use super::watch::SharedWatch;
use super::{identity, namespace};
use crate::Options;

/// What becomes of the work when its leadership ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The work is dropped at once, after a stop as after a loss.
    #[default]
    Drop,
    /// The work is told, by [`Leadership::stopping`], and dropped if it has not ended within this time.
    ///
    /// After a stop its leadership is still renewed meanwhile. After a loss it is gone already, and nothing that the work still
    /// does may depend on it.
    Tell(Duration),
}

/// Elects one leader over one Lease, and runs the leader's work.
///
/// ```no_run
/// use le_lease::Election;
/// use tokio_util::sync::CancellationToken;
///
/// # async fn controller(_: le_core::Leadership) {}
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = kube::Client::try_default().await?;
/// let stop = CancellationToken::new();
/// Election::new(client, "my-operator")?.run_while_leading(stop, |leadership| controller(leadership)).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "an election does nothing until it is run"]
pub struct Election {
    client: Client,
    lease: LeaseName,
    namespace: String,
    identity: HolderIdentity,
    timing: Timing,
    options: Options,
    ending: Ending,
    reporter: Reporter,
    observers: Observers,
    seed: u64,
}

impl Election {
    /// Prepares an election over the Lease `lease`: in this pod's namespace, under the identity `<hostname>_<uuid>`, with a lease
    /// duration of 60 s, a renew deadline of 40 s and a retry period of 10 s (Knative's defaults).
    ///
    /// The namespace is the one that the environment variable `SYSTEM_NAMESPACE` names, else `POD_NAMESPACE`, else the client's
    /// default one, which inside a pod is the pod's.
    ///
    /// # Errors
    ///
    /// [`ElectionError`] when `lease` is no object name, or the host's name is too long for an identity.
    pub fn new(client: Client, lease: &str) -> Result<Self, ElectionError> {
        Ok(Self {
            lease: LeaseName::new(lease)?,
            namespace: namespace::choose(&client),
            identity: identity::unique()?,
            timing: Timing::default(),
            options: Options::default(),
            ending: Ending::default(),
            reporter: Reporter::default(),
            observers: Observers::default(),
            seed: identity::seed(),
            client,
        })
    }

    /// Sets the namespace of the Lease.
    pub fn in_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// Sets the identity under which the Lease is held. No other replica may have it.
    pub fn with_identity(mut self, identity: HolderIdentity) -> Self {
        self.identity = identity;
        self
    }

    /// Sets the timing.
    pub fn with_timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// Sets how the election differs from the default. Its drain bound is set by [`Ending`].
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Sets what becomes of the work when its leadership ends; by default it is dropped.
    pub fn with_ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// Sets who is told what the election survives. The log is told in any case.
    pub fn on_report(mut self, sink: impl Fn(&Report) + Send + Sync + 'static) -> Self {
        self.reporter = Reporter::new(sink);
        self
    }

    /// Sets who is told what happens, beside the log: metrics and health, say.
    pub fn observed_by(mut self, observers: Observers) -> Self {
        self.observers = observers;
        self
    }

    /// Sets the seed of all chance, for a test that must run the same way twice. Replicas must not share one.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Waits to lead, runs `work` while leading, and does so again after a loss, until `stop`. The Lease is released only after
    /// the work has ended.
    ///
    /// Work that ends by itself with `()` or `Ok(())` is done: the Lease is released, and this returns. Work that ends with an
    /// error gives the Lease back, and this replica waits before it competes again. A panic of the work comes out here.
    ///
    /// # Errors
    ///
    /// [`ElectionError`] when the election cannot begin. No error of the API server is one.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the work and ends the leadership at once, without a release: others wait out the Lease.
    pub async fn run_while_leading<F, Fut>(
        self,
        stop: CancellationToken,
        mut work: F,
    ) -> Result<(), ElectionError>
    where
        F: FnMut(Leadership) -> Fut,
        Fut: Future<Output: Outcome>,
    {
        let stop = stop.child_token();
        let ending = self.ending;
        namespace::check(&self.namespace)?;
        let bucket = Bucket::whole(self.lease.as_str());
        let lease = self.lease.clone();
        let Some(mut campaign) = self.candidacy().start(vec![(lease, bucket)], &stop).pop() else {
            return Ok(());
        };
        while let Some(leadership) = campaign.candidate.next_term().await {
            let work = work(leadership.clone());
            let outcome = tokio::select! {
                biased;
                () = until_over(&leadership, ending) => None,
                outcome = run(&leadership, work, ending) => outcome,
            };
            match outcome.map(Outcome::into_result) {
                Some(Err(error)) => campaign.failed(error),
                Some(Ok(())) if !leadership.is_stopping() => {
                    stop.cancel();
                    leadership.stopping().await;
                    campaign.succeeded();
                }
                Some(Ok(())) | None => campaign.succeeded(),
            }
        }
        Ok(())
    }

    fn candidacy(self) -> Candidacy {
        let leases = Leases::new(self.client, &self.namespace);
        let clock = SystemClock::new();
        let (reporter, observers) = (self.reporter.clone(), self.observers.clone());
        let watch = SharedWatch::new(leases.clone(), clock.clone(), self.timing, reporter, observers);
        let drain_bound = match self.ending {
            Ending::Drop => Duration::ZERO,
            Ending::Tell(bound) => bound,
        };
        Candidacy {
            identity: self.identity,
            timing: self.timing,
            // One moment more than the work is given, so that it is the work that ends first.
            options: Options {
                drain_bound: drain_bound.saturating_add(Duration::from_secs(1)),
                ..self.options
            },
            seed: self.seed,
            leases,
            clock,
            rate: Rate::default(),
            watch,
            reporter: self.reporter,
            observers: self.observers,
        }
    }
}

impl fmt::Debug for Election {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Election")
            .field("lease", &self.lease)
            .field("namespace", &self.namespace)
            .field("identity", &self.identity)
            .field("timing", &self.timing)
            .finish_non_exhaustive()
    }
}

/// Runs the work until it ends; `None` when it was dropped because its leadership was lost.
async fn run<Fut: Future>(leadership: &Leadership, work: Fut, ending: Ending) -> Option<Fut::Output> {
    match ending {
        Ending::Drop => leadership.run_while(work).await.ok(),
        Ending::Tell(_) => Some(work.await),
    }
}

/// Waits until the work has to be dropped.
async fn until_over(leadership: &Leadership, ending: Ending) {
    leadership.stopping().await;
    if let Ending::Tell(bound) = ending {
        sleep(bound).await;
    }
}
