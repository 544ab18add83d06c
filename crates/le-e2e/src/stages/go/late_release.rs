//! A leader in Go is stopped for longer than its lease, and told to end before it continues: it frees what is another's by then.

use rustix::process::Signal;

use super::PATIENCE;
use super::ground::{Ground, Scene};
use super::part::join;
use crate::fleet::{Fleet, Kind, Settings};

/// Each frees up to ten Leases.
const ROUNDS: usize = 6;

pub(super) async fn run(ground: &Ground) -> anyhow::Result<Scene> {
    let mut scene = Scene::new(ground.fleet("late-release", Settings::quick(10)).await?);
    let result = rounds(ground, &scene.fleet).await;
    scene.claim("ours lead again after a release of theirs that was written late", result);
    Ok(scene)
}

async fn rounds(ground: &Ground, fleet: &Fleet) -> anyhow::Result<()> {
    let mut ours = join(ground, fleet, &[Kind::Rust, Kind::Rust]).await?;
    for round in 0..ROUNDS {
        fleet.until_all_led(PATIENCE, |_| true).await?;
        let kind = if round % 2 == 0 { Kind::ClientGo } else { Kind::Knative };
        let mut theirs = join(ground, fleet, &[kind]).await?;
        for member in &mut ours {
            member.terminate(PATIENCE).await?;
        }
        let leader = theirs[0].id;
        fleet.until_all_led(PATIENCE, |member| member == leader).await?;
        // Alone, ours has to compete again itself; beside another, it must not act on when the other has the Lease.
        let kinds = [Kind::Rust; 2];
        ours = join(ground, fleet, if round < ROUNDS / 2 { &kinds } else { &kinds[..1] }).await?;
        theirs[0].signal(Signal::STOP)?;
        fleet.until_all_led(PATIENCE, |member| member != leader).await?;
        theirs[0].signal(Signal::TERM)?;
        theirs[0].signal(Signal::CONT)?;
        theirs[0].end(PATIENCE).await?;
        fleet.until_all_led(PATIENCE, |member| member != leader).await?;
    }
    for mut member in ours {
        member.terminate(PATIENCE).await?;
    }
    Ok(())
}
