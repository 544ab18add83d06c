//! Leases in which a holder leaves out what others count on.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use k8s_openapi::api::coordination::v1::Lease;
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::crew::PATIENCE;
use super::scene::{Scenario, Scene, quick};
use crate::fleet::{Extra, now};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "a held Lease without a duration is waited out for one's own",
        settings: quick,
        run: |scene| Box::pin(no_duration(scene)),
    },
    Scenario {
        name: "a held Lease without a renew time is left alone as long as it changes",
        settings: quick,
        run: |scene| Box::pin(no_renew_time(scene)),
    },
    Scenario {
        name: "a Lease whose count of transitions is at the top of its range changes hands",
        settings: quick,
        run: |scene| Box::pin(most_transitions(scene)),
    },
    Scenario {
        name: "the API server refuses a duration of zero or less, and nobody stumbles over the attempt",
        settings: quick,
        run: |scene| Box::pin(impossible_duration(scene)),
    },
];

const TIME: &str = "2020-01-01T00:00:00.000000Z";

/// Makes every Lease as the stranger's, before anybody comes, and starts three. Returns when it was made.
async fn strangers(scene: &mut Scene<'_>, spec: Value) -> anyhow::Result<(Api<Lease>, f64)> {
    let leases = scene.leases().await?;
    let before = now();
    for name in scene.crew.fleet.leases() {
        let lease = serde_json::from_value(json!({ "metadata": { "name": name }, "spec": spec }))?;
        leases.create(&PostParams::default(), &lease).await.context("cannot make a Lease")?;
    }
    for _ in 0..3 {
        scene.crew.start(Extra::default())?;
    }
    Ok((leases, before))
}

/// Makes sure that on no Lease anybody led before a moment.
fn none_before(scene: &Scene<'_>, moment: f64) -> anyhow::Result<()> {
    let terms = scene.crew.fleet.journal.terms();
    let early = terms.iter().find(|term| term.led < moment);
    ensure!(early.is_none(), "somebody led before {moment:.3}: {early:?}");
    Ok(())
}

async fn no_duration(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let spec = json!({ "holderIdentity": "stranger", "acquireTime": TIME, "renewTime": TIME });
    let (_, made) = strangers(scene, spec).await?;
    scene.crew.until_led(|_| true).await?;
    none_before(scene, made + scene.crew.fleet.settings.lease.as_secs_f64())
}

async fn no_renew_time(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let spec = json!({ "holderIdentity": "stranger", "leaseDurationSeconds": 3, "acquireTime": TIME });
    let (leases, _) = strangers(scene, spec).await?;
    let mut last = now();
    for count in 0..6 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let patch = Patch::Merge(json!({ "metadata": { "annotations": { "alive": count.to_string() } } }));
        last = now();
        for lease in scene.crew.fleet.leases() {
            leases.patch(&lease, &PatchParams::default(), &patch).await.context("cannot touch a Lease")?;
        }
    }
    scene.crew.until_led(|_| true).await?;
    none_before(scene, last + 3.0)
}

async fn most_transitions(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let spec = json!({
        "holderIdentity": "stranger", "leaseDurationSeconds": 3, "acquireTime": TIME, "renewTime": TIME,
        "leaseTransitions": i32::MAX,
    });
    let (_, made) = strangers(scene, spec).await?;
    let first = scene.crew.until_led(|_| true).await?[0].member;
    none_before(scene, made + 3.0)?;
    scene.crew.terminate(first).await?;
    let second = scene.crew.until_led(|member| member != first).await?[0].member;
    scene.crew.kill(second).await?;
    scene.crew.until_led(|member| member != first && member != second).await?;
    Ok(())
}

/// That the server lets none in is why these are tried on the machine alone, and on the embedded server.
async fn impossible_duration(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let leader = scene.three().await?;
    let (leases, lease) = (scene.leases().await?, scene.lease());
    for seconds in [0, -5] {
        let patch = Patch::Merge(json!({ "spec": { "leaseDurationSeconds": seconds } }));
        let refused = leases.patch(&lease, &PatchParams::default(), &patch).await;
        let code = refused.err().and_then(|error| match error {
            kube::Error::Api(status) => Some(status.code),
            _ => None,
        });
        ensure!(code == Some(422), "a duration of {seconds} is answered by {code:?} and not by 422");
    }
    // A duration that is taken out under its leader comes back with the next renewal, which is a new reading for everybody.
    let patch = Patch::Merge(json!({ "spec": { "leaseDurationSeconds": null } }));
    leases.patch(&lease, &PatchParams::default(), &patch).await.context("cannot take the duration out")?;
    scene.crew.fleet.journal.until_acting(&lease, now(), PATIENCE, |_| true).await?;
    scene.crew.kill(leader).await?;
    scene.crew.until_led(|member| member != leader).await?;
    Ok(())
}
