//! What becomes of a leader that is told to end, in moments that are hard.

use std::time::Duration;

use anyhow::ensure;
use rustix::process::Signal;

use super::crew::PATIENCE;
use super::scene::{Scenario, Scene, patient};
use crate::fleet::{Event, Settings, now};
use crate::proxy::{Weather, Which};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "a leader that is told to end while a renewal is under way hands over at once",
        settings: || Settings::client_go(2),
        run: |scene| Box::pin(while_renewing(scene)),
    },
    Scenario {
        name: "a leader that is told to end keeps its Leases until its work has drained",
        settings: || Settings { drain: Duration::from_secs(10), ..patient() },
        run: |scene| Box::pin(drain(scene)),
    },
    Scenario {
        name: "a process that was stopped for too long and told to end leaves its successor's Leases alone",
        settings: patient,
        run: |scene| Box::pin(stopped_and_told(scene)),
    },
];

/// The Lease outlasts its own duration, and nobody else begins before the work has ended.
async fn drain(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let leader = scene.three().await?;
    let leases = scene.crew.fleet.leases();
    let mut before = Vec::new();
    for lease in &leases {
        before.push(scene.held(lease).await?);
    }
    let mark = scene.crew.fleet.journal.mark();
    scene.crew.signal(leader, Signal::TERM)?;
    let told = now();
    tokio::time::sleep(Duration::from_secs(9)).await;
    for (lease, before) in leases.iter().zip(&before) {
        let now = scene.held(lease).await?;
        ensure!(now == *before, "{lease} was {before:?} and is {now:?} while the work drains");
    }
    for lease in &leases {
        let of = |event: &Event| matches!(event, Event::Drained { lease: which, .. } if which == lease);
        let drained = scene.crew.until_says(mark, leader, "that its work has drained", of).await?;
        let took = drained.t - told;
        ensure!(took >= 9.9, "the work on {lease} drained for {took:.3} s and not for 10 s");
        let next =
            scene.crew.fleet.journal.until_acting(lease, drained.t, PATIENCE, |id| id != leader).await?;
        let after = next.led - drained.t;
        ensure!(after > 0.0, "{} led {lease} {:.3} s before the work had drained", next.member, -after);
        ensure!(
            after < 7.0,
            "{lease} was not handed over but ran out, {after:.3} s after the work had drained"
        );
    }
    scene.crew.end(leader).await
}

/// Three times in a row, with a request under way for three quarters of the time.
async fn while_renewing(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let (mut leader, proxies) = scene.all_behind_proxies().await?;
    for proxy in &proxies {
        proxy.set(Weather::Late(Which::Writes, Duration::from_millis(1500)));
    }
    tokio::time::sleep(Duration::from_millis(2500)).await;
    for _ in 0..2 {
        let told = now();
        scene.crew.terminate(leader).await?;
        let terms = scene.crew.until_led(|member| member != leader).await?;
        for took in scene.crew.next_terms(|member| member != leader, told) {
            ensure!(took < 10.0, "it took {took:.3} s to hand over");
        }
        leader = terms[0].member;
    }
    Ok(())
}

async fn stopped_and_told(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let leader = scene.three().await?;
    scene.crew.signal(leader, Signal::STOP)?;
    scene.crew.is_succeeded(leader, now()).await?;
    let mark = scene.crew.fleet.journal.mark();
    let mut before = Vec::new();
    for lease in scene.crew.fleet.leases() {
        before.push((lease.clone(), scene.held(&lease).await?));
    }
    // Told before it runs again: it knows no more than it did when it led.
    scene.crew.signal(leader, Signal::TERM)?;
    scene.crew.signal(leader, Signal::CONT)?;
    scene.crew.end(leader).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    for (lease, before) in before {
        let now = scene.held(&lease).await?;
        ensure!(now == before, "{lease} was {before:?} and is {now:?} after the other's end");
    }
    let others = scene.crew.fleet.journal.entries();
    let lost = others[mark..].iter().find(|entry| entry.member != leader && is_stop(&entry.event));
    ensure!(lost.is_none(), "a successor lost its Lease: {lost:?}");
    Ok(())
}

fn is_stop(event: &Event) -> bool {
    matches!(event, Event::Stop { .. })
}
