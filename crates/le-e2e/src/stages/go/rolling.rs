//! A fleet in Go is replaced by one in Rust, one process at a time, and back.

use super::PATIENCE;
use super::ground::{Ground, Scene};
use super::part::join;
use crate::fleet::{Fleet, Kind, Settings};

/// The namespace, by which the report knows that gaps matter here.
pub(super) const NAMESPACE: &str = "rolling";

const GO: [Kind; 3] = [Kind::ClientGo, Kind::ClientGo, Kind::Knative];
const RUST: [Kind; 3] = [Kind::Rust; 3];

pub(super) async fn run(ground: &Ground) -> anyhow::Result<Scene> {
    let mut scene = Scene::new(ground.fleet(NAMESPACE, Settings::quick(10)).await?);
    let result = there_and_back(ground, &scene.fleet).await;
    scene.claim("a fleet in Go is replaced by one in Rust, and back", result);
    Ok(scene)
}

async fn there_and_back(ground: &Ground, fleet: &Fleet) -> anyhow::Result<()> {
    let mut members = join(ground, fleet, &GO).await?;
    for replacement in [RUST, GO, RUST, GO] {
        let mut newer = Vec::new();
        for (mut old, kind) in members.into_iter().zip(replacement) {
            fleet.until_all_led(PATIENCE, |_| true).await?;
            newer.extend(join(ground, fleet, &[kind]).await?);
            old.terminate(PATIENCE).await?;
        }
        members = newer;
        let kind = replacement[0].is_ours();
        let ids: Vec<_> = members.iter().map(|member| member.id).collect();
        let terms = fleet.until_all_led(PATIENCE, |member| ids.contains(&member)).await?;
        anyhow::ensure!(terms.iter().all(|term| term.kind.is_ours() == kind), "led by {terms:?}");
    }
    for mut member in members {
        member.terminate(PATIENCE).await?;
    }
    Ok(())
}
