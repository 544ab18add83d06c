//! What others do to a Lease while it is led.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

use super::crew::PATIENCE;
use super::scene::{Scenario, Scene, quick};
use crate::fleet::now;
use crate::proxy::{Weather, Which};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "a Lease that is deleted while it is led does not make two leaders",
        settings: quick,
        run: |scene| Box::pin(deleted(scene)),
    },
    Scenario {
        name: "a Lease that is deleted while its leader is cut off is not led before the leader's time is over",
        settings: quick,
        run: |scene| Box::pin(deleted_while_cut_off(scene)),
    },
    Scenario {
        name: "a Lease that a stranger takes is left at once, honoured for its duration, and then taken",
        settings: quick,
        run: |scene| Box::pin(taken(scene)),
    },
    Scenario {
        name: "a Lease that a stranger empties is led again by one",
        settings: quick,
        run: |scene| Box::pin(emptied(scene)),
    },
];

async fn deleted(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    scene.three().await?;
    let leases = scene.leases().await?;
    for _ in 0..4 {
        for lease in scene.crew.fleet.leases() {
            leases.delete(&lease, &DeleteParams::default()).await.context("cannot delete a Lease")?;
        }
        tokio::time::sleep(Duration::from_millis(700)).await;
        scene.crew.until_led(|_| true).await?;
    }
    for lease in scene.crew.fleet.leases() {
        scene.held(&lease).await.context("a Lease was not made again")?;
    }
    Ok(())
}

/// Nothing in the way of the others but what they saw before.
async fn deleted_while_cut_off(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let (leader, proxy) = scene.leader_behind_proxy().await?;
    let leases = scene.leases().await?;
    proxy.set(Weather::Swallow(Which::All));
    let cut = now();
    for lease in scene.crew.fleet.leases() {
        leases.delete(&lease, &DeleteParams::default()).await.context("cannot delete a Lease")?;
    }
    scene.crew.is_succeeded(leader, cut).await?;
    proxy.set(Weather::Clear);
    scene.crew.leave(leader).await
}

async fn taken(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let leader = scene.three().await?;
    let (leases, lease) = (scene.leases().await?, scene.lease());
    let time = "2020-01-01T00:00:00.000000Z";
    let spec = json!({ "holderIdentity": "stranger", "leaseDurationSeconds": 7, "acquireTime": time, "renewTime": time });
    let before = now();
    let patch = Patch::Merge(json!({ "spec": spec }));
    leases.patch(&lease, &PatchParams::default(), &patch).await.context("cannot take a Lease")?;
    let taken = now();
    let next = scene.crew.fleet.journal.until_acting(&lease, taken + 7.0, PATIENCE, |_| true).await?;
    let after = next.led - before;
    ensure!(after >= 7.0, "{} led {after:.3} s after the stranger had taken the Lease for 7 s", next.member);
    scene.crew.acted_no_later(|term| term.member == leader && term.lease == lease, taken)
}

async fn emptied(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    scene.three().await?;
    let (leases, lease) = (scene.leases().await?, scene.lease());
    for _ in 0..3 {
        let mark = now();
        let patch = Patch::Merge(json!({ "spec": { "holderIdentity": "" } }));
        leases.patch(&lease, &PatchParams::default(), &patch).await.context("cannot empty a Lease")?;
        let fresh = |term: &crate::fleet::Term| term.led > mark;
        let began = std::time::Instant::now();
        while !scene.crew.fleet.journal.terms().iter().any(|term| term.lease == lease && fresh(term)) {
            ensure!(began.elapsed() < PATIENCE, "nobody leads a Lease that was emptied");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        scene.crew.until_led(|_| true).await?;
    }
    Ok(())
}
