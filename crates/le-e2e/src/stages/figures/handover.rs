//! How long it takes until another leads.

use std::time::Duration;

use anyhow::Context as _;
use k8s_openapi::api::coordination::v1::Lease;
use kube::{Api, ResourceExt as _};
use rustix::process::Signal;
use tokio::time::sleep;

use super::samples::Samples;
use super::{PATIENCE, ROUNDS};
use crate::fleet::{Event, Fleet, Kind, Member, MemberId, now};
use crate::plane::{ADMIN, Plane};

/// How long a participant that was started is given to see who leads.
const SETTLE: Duration = Duration::from_millis(2500);

/// How long after one leader the next is terminated.
const APART: Duration = Duration::from_millis(400);

/// Terminates the leader of all Leases again and again: from the signal to the beginning of the other's term.
pub(super) async fn at_once(fleet: &Fleet, kind: Kind) -> anyhow::Result<Samples> {
    let mut samples = Vec::new();
    let mut leader = lead(fleet, kind).await?;
    for _ in 0..ROUNDS {
        let next = fleet.start(kind)?;
        sleep(SETTLE).await;
        let (mark, told) = (fleet.journal.mark(), now());
        leader.signal(Signal::TERM)?;
        for lease in fleet.leases() {
            samples.push(1000.0 * (led(fleet, mark, &lease, next.id).await? - told));
        }
        leader.end(PATIENCE).await?;
        leader = next;
    }
    leader.terminate(PATIENCE).await?;
    Ok(Samples::new(samples))
}

/// The same for Leases that are led by a process each, of which one is terminated after the other.
pub(super) async fn one_by_one(fleets: &[Fleet], kind: Kind) -> anyhow::Result<Samples> {
    let mut samples = Vec::new();
    let mut leaders = Vec::new();
    for fleet in fleets {
        leaders.push(lead(fleet, kind).await?);
    }
    for _ in 0..ROUNDS {
        let mut next = fleets.iter().map(|fleet| fleet.start(kind)).collect::<anyhow::Result<Vec<_>>>()?;
        sleep(SETTLE).await;
        let mut told = Vec::new();
        for (fleet, leader) in fleets.iter().zip(&leaders) {
            told.push((fleet.journal.mark(), now()));
            leader.signal(Signal::TERM)?;
            sleep(APART).await;
        }
        for ((fleet, next), (mark, told)) in fleets.iter().zip(&next).zip(told) {
            samples.push(1000.0 * (led(fleet, mark, &fleet.leases()[0], next.id).await? - told));
        }
        std::mem::swap(&mut leaders, &mut next);
        for mut ended in next {
            ended.end(PATIENCE).await?;
        }
    }
    for mut leader in leaders {
        leader.terminate(PATIENCE).await?;
    }
    Ok(Samples::new(samples))
}

/// Kills the leader of all Leases again and again: from when its last renewal ran out to the beginning of the other's term.
pub(super) async fn crash(fleet: &Fleet, kind: Kind, plane: &Plane) -> anyhow::Result<Samples> {
    let leases: Api<Lease> = Api::namespaced(plane.client(ADMIN).await?, &fleet.namespace);
    let mut samples = Vec::new();
    let mut leader = lead(fleet, kind).await?;
    for _ in 0..ROUNDS {
        let next = fleet.start(kind)?;
        sleep(SETTLE).await;
        let mark = fleet.journal.mark();
        leader.signal(Signal::KILL)?;
        leader.end(PATIENCE).await?;
        let mut ends = Vec::new();
        for lease in fleet.leases() {
            ends.push(renewed(&leases.get(&lease).await?)? + fleet.settings.lease.as_secs_f64());
        }
        for (lease, end) in fleet.leases().iter().zip(ends) {
            samples.push(1000.0 * (led(fleet, mark, lease, next.id).await? - end));
        }
        leader = next;
    }
    leader.terminate(PATIENCE).await?;
    Ok(Samples::new(samples))
}

/// Starts a participant and waits until it leads everything.
async fn lead(fleet: &Fleet, kind: Kind) -> anyhow::Result<Member> {
    let leader = fleet.start(kind)?;
    fleet.until_all_led(PATIENCE, |member| member == leader.id).await?;
    Ok(leader)
}

/// When this participant began to lead the Lease.
async fn led(fleet: &Fleet, mark: usize, lease: &str, by: MemberId) -> anyhow::Result<f64> {
    let leads = |event: &Event| matches!(event, Event::Lead { lease: led, .. } if led == lease);
    let entry =
        fleet.journal.until(mark, PATIENCE, lease, |entry| entry.member == by && leads(&entry.event)).await?;
    Ok(entry.t)
}

/// When the Lease was renewed last, by the clock of its holder, which is this machine's.
fn renewed(lease: &Lease) -> anyhow::Result<f64> {
    let time = lease.spec.as_ref().and_then(|spec| spec.renew_time.as_ref());
    let time = time.with_context(|| format!("{} was never renewed", lease.name_any()))?;
    Ok(time.0.as_microsecond() as f64 / 1e6)
}
