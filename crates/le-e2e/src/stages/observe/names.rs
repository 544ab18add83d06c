//! The two metrics of client-go: those of a process on client-go, and ours beside it, for one Lease.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use k8s_openapi::api::coordination::v1::Lease;
use kube::Api;
use kube::api::{Patch, PatchParams};
use le_config::{Config, HolderIdentity, Timing};
use le_core::{ElectorBuilder as _, ElectorError, Enqueue, LedBuckets};
use le_observe::Observe;
use prometheus_client::registry::Registry;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::scrape::{Metric, scrape};
use crate::fleet::{Extra, Fleet, Kind, Member, Settings};
use crate::plane::{ADMIN, Plane, replica};
use crate::stages::{Context, Outcome};

/// How long anything may take that takes seconds where nothing else is to be done.
const PATIENCE: Duration = Duration::from_secs(45);

const STATUS: &str = "leader_election_master_status";
const SLOW_PATH: &str = "leader_election_slowpath_total";

pub(super) async fn run(context: &Context, plane: &Plane, outcome: &mut Outcome) -> anyhow::Result<()> {
    context.progress.say("observe: client-go's metrics beside ours");
    let fleet = Fleet::new(plane, &context.binaries, "metrics", Settings::quick(1)).await?;
    outcome.check(
        "a leader and one that waits, in Go and in Rust, show client-go's two metrics alike",
        play(plane, &fleet).await,
    );
    Ok(())
}

async fn play(plane: &Plane, fleet: &Fleet) -> anyhow::Result<()> {
    let lease = fleet.leases().remove(0);
    let (mut theirs, their_address) = client_go(fleet)?;
    fleet.until_all_led(PATIENCE, |member| member == theirs.id).await?;
    let ours = Ours::start(plane, fleet, &lease).await?;
    let (them, us) = both(plane, fleet, &lease, their_address, ours.address, Who::Them).await?;
    alike(&them, &us, &lease, [(1.0, true), (0.0, false)]).context("client-go leads")?;

    theirs.terminate(PATIENCE).await?;
    // Whoever starts now would compete for the Lease that was released.
    ours.until_leading(&lease).await?;
    let (mut theirs, their_address) = client_go(fleet)?;
    let (them, us) = both(plane, fleet, &lease, their_address, ours.address, Who::Us).await?;
    alike(&them, &us, &lease, [(0.0, false), (1.0, true)]).context("ours leads")?;
    theirs.terminate(PATIENCE).await?;
    ours.stop().await
}

/// Who leads.
#[derive(Clone, Copy, PartialEq)]
enum Who {
    Them,
    Us,
}

/// A process on client-go that serves its metrics.
fn client_go(fleet: &Fleet) -> anyhow::Result<(Member, SocketAddr)> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let args = vec![format!("--metrics-address={free}")];
    Ok((fleet.start_with(Kind::ClientGo, Extra { args, ..Extra::default() })?, free))
}

/// A candidate of ours that serves its metrics.
struct Ours {
    address: SocketAddr,
    stop: CancellationToken,
    running: JoinHandle<Result<(), ElectorError>>,
}

impl Ours {
    async fn start(plane: &Plane, fleet: &Fleet, lease: &str) -> anyhow::Result<Self> {
        let Settings { lease: duration, renew, retry, .. } = fleet.settings;
        let lease = lease.to_owned();
        let component = Config::new(1, Timing::new(duration, renew, retry)?)?
            .component("metrics")
            .with_lease_name(move |_| lease.clone())
            .with_identity(HolderIdentity::new("ours")?);
        let mut registry = Registry::default();
        let observe = Observe::new(&mut registry);
        let builder = le_lease::Builder::new(plane.client(&replica(Fleet::USERS - 1)).await?, component)
            .in_namespace(&fleet.namespace)
            .observed_by(observe.observers());
        let elector = builder.build("metrics", Arc::new(LedBuckets::new()), Enqueue::nowhere())?;
        let address = observe.serve((Ipv4Addr::LOCALHOST, 0), registry)?;
        let stop = CancellationToken::new();
        let running = tokio::spawn(elector.run(stop.clone()));
        Ok(Self { address, stop, running })
    }

    async fn until_leading(&self, lease: &str) -> anyhow::Result<()> {
        let leading = async {
            while scrape(self.address).await?.get(STATUS).and_then(|metric| metric.value(lease)) != Some(1.0)
            {
                sleep(Duration::from_millis(20)).await;
            }
            Ok(())
        };
        timeout(PATIENCE, leading).await.context("ours does not lead in time")?
    }

    async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.running.await.context("our elector panicked")?.context("our elector failed")
    }
}

type Metrics = BTreeMap<String, Metric>;

/// Scrapes both once the one leads that should, and had to take the slow path: whoever finds the Lease written by somebody else must
/// read it again.
async fn both(
    plane: &Plane,
    fleet: &Fleet,
    lease: &str,
    theirs: SocketAddr,
    ours: SocketAddr,
    leads: Who,
) -> anyhow::Result<(Metrics, Metrics)> {
    let leases: Api<Lease> = Api::namespaced(plane.client(ADMIN).await?, &fleet.namespace);
    let value = |metrics: &Metrics, metric: &str| metrics.get(metric).and_then(|metric| metric.value(lease));
    let began = Instant::now();
    let mut last = [[None; 2]; 2];
    while began.elapsed() < PATIENCE {
        // Who has just started does not listen yet.
        if let (Ok(them), Ok(us)) = (scrape(theirs).await, scrape(ours).await) {
            let leader = if leads == Who::Them { &them } else { &us };
            let (status, slow) = (value(leader, STATUS), value(leader, SLOW_PATH).unwrap_or(0.0));
            let is_there = value(&them, STATUS).is_some() && value(&us, STATUS).is_some();
            if is_there && status == Some(1.0) && slow >= 1.0 {
                return Ok((them, us));
            }
            if status == Some(1.0) {
                touch(&leases, lease, fleet.settings.retry).await?;
            }
            last = [&them, &us].map(|metrics| [STATUS, SLOW_PATH].map(|metric| value(metrics, metric)));
        }
        sleep(fleet.settings.retry).await;
    }
    bail!(
        "status and slow path are {last:?} of client-go and of ours after {PATIENCE:?}; {}",
        fleet.last_words()
    )
}

/// Writes something into a Lease again and again, for as long as a leader waits between renewals. Ours is told of each write by its
/// watch, and is caught out only by one that comes just before its own.
async fn touch(leases: &Api<Lease>, lease: &str, period: Duration) -> anyhow::Result<()> {
    let began = Instant::now();
    while began.elapsed() < period {
        let touch = json!({ "metadata": { "annotations": { "touched": format!("{:?}", began.elapsed()) } } });
        leases.patch(lease, &PatchParams::default(), &Patch::Merge(touch)).await?;
    }
    Ok(())
}

/// Compares the two, given for each of them its status, and whether it took the slow path.
fn alike(them: &Metrics, us: &Metrics, lease: &str, expected: [(f64, bool); 2]) -> anyhow::Result<()> {
    for ((who, metrics), (status, slow)) in [("client-go", them), ("ours", us)].into_iter().zip(expected) {
        let metric = metrics.get(STATUS).with_context(|| format!("{who} has no {STATUS}"))?;
        ensure!(metric.value(lease) == Some(status), "{who} shows {metric:?}, and should show {status}");
        // client-go has the series from the first time on, we have it from the start.
        let count = metrics.get(SLOW_PATH).and_then(|metric| metric.value(lease)).unwrap_or(0.0);
        ensure!((count >= 1.0) == slow, "{who} took the slow path {count} times");
    }
    for name in [STATUS, SLOW_PATH] {
        let (Some(theirs), Some(ours)) = (them.get(name), us.get(name)) else {
            // A process of client-go that waits has never taken it.
            ensure!(name == SLOW_PATH && us.contains_key(name), "{name} is missing");
            continue;
        };
        ensure!(
            theirs.kind == ours.kind,
            "{name} is a {} to client-go and a {} to us",
            theirs.kind,
            ours.kind
        );
        ensure!(theirs.labels() == ours.labels(), "{name} has {:?} and {:?}", theirs.labels(), ours.labels());
        ensure!(!theirs.kind.is_empty() && !theirs.labels().is_empty(), "{name} has no type or no label");
    }
    let foreign = |name: &&String| name.starts_with("leader_election_");
    let unknown: Vec<&String> = them.keys().filter(foreign).filter(|name| !us.contains_key(*name)).collect();
    ensure!(unknown.is_empty(), "client-go has metrics of elections that we have not: {unknown:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(of: &[(&str, &str, &str, f64)]) -> Metrics {
        of.iter()
            .map(|(metric, kind, label, value)| {
                let series = [([((*label).to_owned(), "l".to_owned())].into(), *value)].into();
                ((*metric).to_owned(), Metric { kind: (*kind).to_owned(), series })
            })
            .collect()
    }

    #[test]
    fn another_type_another_label_or_a_missing_metric_is_found() {
        let leads = metrics(&[(STATUS, "gauge", "name", 1.0), (SLOW_PATH, "counter", "name", 2.0)]);
        let waits = metrics(&[(STATUS, "gauge", "name", 0.0), (SLOW_PATH, "counter", "name", 0.0)]);
        let expected = [(1.0, true), (0.0, false)];
        assert!(alike(&leads, &waits, "l", expected).is_ok());
        assert!(alike(&waits, &leads, "l", expected).is_err());
        for wrong in [
            metrics(&[(STATUS, "counter", "name", 0.0), (SLOW_PATH, "counter", "name", 0.0)]),
            metrics(&[(STATUS, "gauge", "name", 0.0), (SLOW_PATH, "counter", "lease", 0.0)]),
            metrics(&[(STATUS, "gauge", "name", 0.0)]),
        ] {
            assert!(alike(&leads, &wrong, "l", expected).is_err(), "{wrong:?}");
        }
        let mut more = leads.clone();
        more.extend(metrics(&[("leader_election_new", "gauge", "name", 0.0)]));
        assert!(alike(&more, &waits, "l", expected).is_err());
    }
}
