//! One scenario: a claim, and how it is tried.

use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use futures::future::BoxFuture;
use k8s_openapi::api::coordination::v1::Lease;
use kube::Api;
use tokio::time::timeout;

use super::crew::Crew;
use crate::fleet::{Extra, Fleet, MemberId, Settings};
use crate::plane::{ADMIN, Plane};
use crate::proxy::Proxy;
use crate::stages::Context;

/// How long one scenario may take before it counts as stuck.
const LIMIT: Duration = Duration::from_secs(240);

/// What is tried with a fleet of its own.
#[derive(Clone, Copy)]
pub(super) struct Scenario {
    /// What holds.
    pub(super) name: &'static str,
    /// How the participants are set.
    pub(super) settings: fn() -> Settings,
    /// Tries it.
    pub(super) run: for<'a> fn(&'a mut Scene<'_>) -> BoxFuture<'a, anyhow::Result<()>>,
}

/// What came of a scenario, beside its name.
pub(super) type Played = (&'static str, anyhow::Result<()>);

/// Where a scenario is played.
pub(super) struct Scene<'a> {
    pub(super) plane: &'a Plane,
    pub(super) crew: Crew,
}

/// Two Leases that are taken over within seconds. An attempt has three quarters of a second, which a busy machine needs.
pub(super) fn quick() -> Settings {
    Settings {
        lease: Duration::from_secs(4),
        renew: Duration::from_millis(3400),
        retry: Duration::from_millis(400),
        ..Settings::quick(2)
    }
}

/// Slower, for claims that somebody keeps a Lease: a machine that is busy must not make them lose it.
pub(super) fn patient() -> Settings {
    Settings { lease: Duration::from_secs(8), renew: Duration::from_secs(7), ..quick() }
}

impl Scenario {
    /// Plays it on a control plane; what comes back tells enough to see why it failed.
    pub(super) fn play<'a>(
        self,
        context: &'a Context,
        plane: &'a Plane,
        index: usize,
    ) -> BoxFuture<'a, Played> {
        Box::pin(async move {
            let began = Instant::now();
            let result = self.try_on(context, plane, &format!("fault-{index}")).await;
            context.progress.say(&format!("{}: {:.1} s", self.name, began.elapsed().as_secs_f64()));
            (self.name, result)
        })
    }

    async fn try_on(&self, context: &Context, plane: &Plane, namespace: &str) -> anyhow::Result<()> {
        let fleet = Fleet::new(plane, &context.binaries, namespace, (self.settings)()).await?;
        let mut scene = Scene { plane, crew: Crew::new(fleet) };
        let tried = timeout(LIMIT, (self.run)(&mut scene)).await;
        let tried = tried.unwrap_or_else(|_| Err(anyhow!("it took more than {LIMIT:?}")));
        // What was done is judged also where what was expected did not come about.
        let finished = scene.crew.finish().await;
        let result = match (tried, finished) {
            (Ok(()), finished) => finished,
            (Err(error), Ok(())) => Err(error),
            (Err(error), Err(other)) => Err(error.context(format!("{other:#}, and"))),
        };
        result.map_err(|error| anyhow!("{error:#}\n{}", scene.crew.fleet.last_words()))
    }
}

impl Scene<'_> {
    /// Starts three, of whom the first leads.
    pub(super) async fn three(&mut self) -> anyhow::Result<MemberId> {
        self.crew.three(Extra::default(), [Extra::default(), Extra::default()]).await
    }

    /// Starts three, of whom the first leads and has a proxy before the API server.
    pub(super) async fn leader_behind_proxy(&mut self) -> anyhow::Result<(MemberId, Proxy)> {
        let (proxy, extra) = self.proxy().await?;
        let leader = self.crew.three(extra, [Extra::default(), Extra::default()]).await?;
        Ok((leader, proxy))
    }

    /// Starts three, each of whom has a proxy before the API server, of whom the first leads.
    pub(super) async fn all_behind_proxies(&mut self) -> anyhow::Result<(MemberId, [Proxy; 3])> {
        let (a, first) = self.proxy().await?;
        let (b, second) = self.proxy().await?;
        let (c, third) = self.proxy().await?;
        let leader = self.crew.three(first, [second, third]).await?;
        Ok((leader, [a, b, c]))
    }

    /// Puts a proxy before the API server, and returns how to start somebody behind it.
    pub(super) async fn proxy(&self) -> anyhow::Result<(Proxy, Extra)> {
        // All users of a fleet have the same rights, and a proxy stands for one of them.
        let proxy = Proxy::start(self.plane, &crate::plane::replica(0)).await?;
        let kubeconfig = Some(proxy.kubeconfig(self.plane)?);
        Ok((proxy, Extra { kubeconfig, ..Extra::default() }))
    }

    /// Returns the Leases of the fleet, as the administrator has them.
    pub(super) async fn leases(&self) -> anyhow::Result<Api<Lease>> {
        Ok(Api::namespaced(self.plane.client(ADMIN).await?, &self.crew.fleet.namespace))
    }

    /// Returns who holds a Lease, since when, and how often that has changed.
    pub(super) async fn held(&self, lease: &str) -> anyhow::Result<Held> {
        held(&self.leases().await?, lease).await
    }

    /// Returns the name of the first Lease.
    pub(super) fn lease(&self) -> String {
        self.crew.fleet.leases().swap_remove(0)
    }
}

/// What stays the same in a Lease as long as nobody but its holder writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) holder: Option<String>,
    since: Option<String>,
    transitions: Option<i32>,
}

pub(super) async fn held(leases: &Api<Lease>, lease: &str) -> anyhow::Result<Held> {
    let spec = leases.get(lease).await.context("cannot read a Lease")?.spec.unwrap_or_default();
    Ok(Held {
        holder: spec.holder_identity,
        since: spec.acquire_time.map(|time| time.0.to_string()),
        transitions: spec.lease_transitions,
    })
}
