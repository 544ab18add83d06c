//! One replica of an operator: kube's client, the elector of `le-lease`, and a controller of `le-runtime` over it.

mod patience;
mod reconcile;
mod told;

use std::sync::Arc;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::runtime::{Controller, watcher};
use le_config::{Component, HolderIdentity};
use le_lease::Report;
use le_runtime::{Options, Sharded};
use tokio_util::sync::CancellationToken;

use crate::arena::Arena;
use crate::entry::{Name, What};
use crate::network::Network;
use crate::plan::chance;
use patience::Patience;
use reconcile::{Context, DRAIN, reconcile, retry};
use told::Told;

/// One replica, to be run.
pub(crate) struct Replica {
    pub(crate) name: Name,
    /// The identity under which it holds Leases.
    pub(crate) identity: Name,
    pub(crate) component: Component,
    pub(crate) network: Network,
    pub(crate) arena: Arena,
    pub(crate) seed: u64,
}

/// What the queue is called.
pub(crate) const QUEUE: &str = "objects";

impl Replica {
    /// Runs until `stop`; then drains and releases.
    pub(crate) async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let Self { name, identity, component, network, arena, seed } = self;
        arena.note(&name, What::Started { identity: identity.clone() });
        let client = network.client(&name);
        let component = component.with_identity(HolderIdentity::new(&*identity)?);
        let mut chance = chance(seed, &[&name, &identity], u64::try_from(arena.now().as_millis())?);
        let builder = le_lease::Builder::new(client.clone(), component)
            .in_namespace("default")
            .with_seed(chance.u64(..))
            .on_report({
                let (arena, name) = (arena.clone(), name.clone());
                move |report| arena.note(&name, What::Reported { what: kind(report) })
            });
        let builder = Told::new(builder, name.clone(), arena.clone(), chance.fork());
        let objects = Api::<ConfigMap>::default_namespaced(client.clone());
        let controller =
            Controller::new(objects, watcher::Config::default()).trigger_backoff(Patience::default());
        let options = Options::default().drain_bound(DRAIN).on_report({
            let (arena, name) = (arena.clone(), name.clone());
            move |report| {
                let what = match report {
                    le_runtime::Report::Outlasted { .. } => "outlasted",
                    le_runtime::Report::Cancelled { .. } => "cancelled",
                    le_runtime::Report::Resynced { .. } => "resynced",
                    _ => "not synced",
                };
                arena.note(&name, What::Reported { what });
            }
        });
        let sharded = Sharded::with_options(controller, &builder, QUEUE, options)?;
        let context = Context { client, arena, name, seed };
        sharded.run(reconcile, retry, Arc::new(context), stop).await?;
        Ok(())
    }
}

fn kind(report: &Report) -> &'static str {
    match report {
        Report::Failed(..) => "failed",
        Report::Recovered(..) => "recovered",
        Report::Noticed(..) => "noticed",
        Report::PromotionFailed(..) => "promotion failed",
        Report::WatchLost(..) => "watch lost",
        Report::WatchBack(..) => "watch back",
        _ => "another report",
    }
}
