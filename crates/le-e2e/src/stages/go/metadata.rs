//! What others put on a Lease survives us: when we acquire, renew and release it, and from us to Go and back.

use anyhow::{Context as _, ensure};
use k8s_openapi::api::coordination::v1::Lease;
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::PATIENCE;
use super::ground::{Ground, Scene};
use super::part::join;
use crate::fleet::{Fleet, Kind, Member, Settings};
use crate::plane::ADMIN;

/// How many renewals are waited for.
const RENEWALS: usize = 3;

pub(super) async fn run(ground: &Ground) -> anyhow::Result<Scene> {
    let mut scene = Scene::new(ground.fleet("metadata", Settings::quick(2)).await?);
    let leases = Api::namespaced(ground.plane.client(ADMIN).await?, &scene.fleet.namespace);
    let result = play(ground, &mut scene, &Board { leases }).await;
    scene.claim("a Lease that others wrote on goes from Rust to Go and back", result);
    Ok(scene)
}

async fn play(ground: &Ground, scene: &mut Scene, board: &Board) -> anyhow::Result<()> {
    let names = scene.fleet.leases();
    // One was there before anybody competed, and one is written on while it is led.
    board.make(&names[0]).await?;
    let mut rust = join(ground, &scene.fleet, &[Kind::Rust]).await?;
    scene.fleet.until_all_led(PATIENCE, |_| true).await?;
    board.write(&names[1]).await?;
    let put = board.written(&names[1]).await?;
    if put["strategy"].is_null() {
        scene
            .notes
            .push("the API server keeps no strategy and no preferred holder: its gate is off".to_owned());
    }
    board.renewed(&scene.fleet, &rust[0]).await?;
    scene.claim("what others put on a Lease survives our renewals", board.same(&names, &put).await);
    rust[0].terminate(PATIENCE).await?;
    scene.claim("what others put on a Lease survives our release", board.same(&names, &put).await);

    let mut go = join(ground, &scene.fleet, &[Kind::ClientGo]).await?;
    board.renewed(&scene.fleet, &go[0]).await?;
    if let Err(error) = board.same(&names, &put).await {
        scene.notes.push(format!("client-go does not keep all that others put on a Lease: {error:#}"));
        for name in &names {
            board.write(name).await?;
        }
    }
    let mut rust = join(ground, &scene.fleet, &[Kind::Rust]).await?;
    go[0].terminate(PATIENCE).await?;
    // The release is client-go's write, and once more it may have dropped what is only ours to keep.
    board.renewed(&scene.fleet, &rust[0]).await?;
    let kept = json!({ "metadata": put["metadata"].clone() });
    scene.claim("metadata of others survives from Rust to Go and back", board.same(&names, &kept).await);
    for name in &names {
        board.write(name).await?;
    }
    board.renewed(&scene.fleet, &rust[0]).await?;
    let same = board.same(&names, &put).await;
    scene.claim("what others put on a Lease that came from Go survives us", same);
    rust[0].terminate(PATIENCE).await
}

/// The Leases, and what is written on them.
struct Board {
    leases: Api<Lease>,
}

/// What others put on a Lease.
fn words() -> Value {
    json!({
        "metadata": {
            "labels": { "app.kubernetes.io/part-of": "something", "example.com/team": "a" },
            "annotations": { "example.com/note": "line one\nline two" },
            "ownerReferences": [{
                "apiVersion": "v1", "kind": "ConfigMap", "name": "owner",
                "uid": "3b1c9f0a-0d0e-4c39-9a68-1f2b7c6d5e4f", "controller": false, "blockOwnerDeletion": false,
            }],
            "finalizers": ["example.com/keep"],
        },
        "spec": { "strategy": "OldestEmulationVersion", "preferredHolder": "somebody" },
    })
}

impl Board {
    async fn make(&self, name: &str) -> anyhow::Result<()> {
        let mut lease = words();
        lease["metadata"]["name"] = json!(name);
        self.leases.create(&PostParams::default(), &serde_json::from_value(lease)?).await?;
        Ok(())
    }

    async fn write(&self, name: &str) -> anyhow::Result<()> {
        self.leases.patch(name, &PatchParams::default(), &Patch::Merge(words())).await?;
        Ok(())
    }

    /// What is on a Lease of that which others put there.
    async fn written(&self, name: &str) -> anyhow::Result<Value> {
        let lease = self.leases.get(name).await?;
        let (metadata, spec) = (lease.metadata, lease.spec.context("no spec")?);
        Ok(json!({
            "metadata": {
                "labels": metadata.labels, "annotations": metadata.annotations,
                "ownerReferences": metadata.owner_references, "finalizers": metadata.finalizers,
            },
            "strategy": spec.strategy, "preferredHolder": spec.preferred_holder,
        }))
    }

    /// Compares what is expected, all of it or a part, with what is there.
    async fn same(&self, names: &[String], expected: &Value) -> anyhow::Result<()> {
        for name in names {
            let there = self.written(name).await?;
            for (part, value) in expected.as_object().context("nothing is expected")? {
                ensure!(&there[part] == value, "{name}: {part} is {} and was {value}", there[part]);
            }
        }
        Ok(())
    }

    /// Waits until this participant leads every Lease, and has renewed each a few times since.
    async fn renewed(&self, fleet: &Fleet, member: &Member) -> anyhow::Result<()> {
        let renewals = async {
            for name in fleet.leases() {
                let (mut last, mut times) = (None, 0);
                while times <= RENEWALS {
                    let spec = self.leases.get(&name).await?.spec.context("no spec")?;
                    let its = spec.holder_identity.as_ref() == Some(&member.identity);
                    if its && spec.renew_time != last {
                        (last, times) = (spec.renew_time, times + 1);
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            }
            anyhow::Ok(())
        };
        let waited = tokio::time::timeout(PATIENCE, renewals).await;
        waited.with_context(|| format!("{} does not lead and renew", member.identity))?
    }
}
