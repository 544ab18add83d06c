//! Two in Rust and two in Go on ten Leases: those of one language are ended, and those of the other take over.

use anyhow::ensure;
use rustix::process::Signal;

use super::PATIENCE;
use super::ground::{Ground, Scene};
use super::part::join;
use super::report::identity;
use super::tally::{HandOver, Tally, Way};
use crate::fleet::{Fleet, Kind, Member, MemberId, Settings, now};

const RUST: [Kind; 2] = [Kind::Rust, Kind::Rust];
const GO: [Kind; 2] = [Kind::ClientGo, Kind::Knative];

/// Three fleets have more than enough hand-overs after two; a machine that is busy may spoil some.
const MOST_CYCLES: usize = 5;

pub(super) async fn run(
    ground: &Ground,
    namespace: &str,
    settings: Settings,
    tally: &Tally,
) -> anyhow::Result<Scene> {
    let mut scene = Scene::new(ground.fleet(namespace, settings).await?);
    let result = cycles(ground, &scene.fleet, tally).await;
    scene.claim("either language takes over from the other", result);
    Ok(scene)
}

async fn cycles(ground: &Ground, fleet: &Fleet, tally: &Tally) -> anyhow::Result<()> {
    let mut rust = join(ground, fleet, &RUST).await?;
    fleet.until_all_led(PATIENCE, |_| true).await?;
    let mut go = join(ground, fleet, &GO).await?;
    for _ in 0..MOST_CYCLES {
        for signal in [Signal::TERM, Signal::KILL] {
            end_all(fleet, rust, signal, tally).await?;
            rust = join(ground, fleet, &RUST).await?;
            end_all(fleet, go, signal, tally).await?;
            go = join(ground, fleet, &GO).await?;
        }
        if tally.is_enough() {
            break;
        }
    }
    for mut member in rust.into_iter().chain(go) {
        member.terminate(PATIENCE).await?;
    }
    Ok(())
}

/// Ends all of one language by a signal and waits until the other leads; what moved by that is counted.
async fn end_all(
    fleet: &Fleet,
    mut leaders: Vec<Member>,
    signal: Signal,
    tally: &Tally,
) -> anyhow::Result<()> {
    let ids: Vec<MemberId> = leaders.iter().map(|member| member.id).collect();
    let way = Way { from_rust: leaders[0].kind.is_ours(), killed: signal == Signal::KILL };
    let before = fleet.until_all_led(PATIENCE, |_| true).await?;
    let at = now();
    for member in &leaders {
        member.signal(signal)?;
    }
    let after = fleet.until_all_led(PATIENCE, |member| !ids.contains(&member)).await?;
    for (before, after) in before.into_iter().zip(&after) {
        let (first, _) = after.acts.unwrap_or_default();
        // What the other language had already, because a leader had lost it for want of time, did not move by the signal.
        if ids.contains(&before.member) && after.kind.is_ours() != way.from_rust && first >= at {
            let leader = identity(before.kind, before.member);
            let key = (fleet.namespace.clone(), before.lease);
            tally.add(way, HandOver { key, leader, at, seconds: first - at });
        }
    }
    for member in &mut leaders {
        let status = member.end(PATIENCE).await?;
        ensure!(way.killed || status.success(), "{} ended with {status}", member.identity);
    }
    Ok(())
}
