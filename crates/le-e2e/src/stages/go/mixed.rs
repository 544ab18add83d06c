//! All four take part at all times, and one after the other is terminated, killed or stopped for longer than the lease.

use rustix::process::Signal;

use super::PATIENCE;
use super::ground::{Ground, Scene};
use super::part::join;
use crate::fleet::{Fleet, Kind, Settings};

/// How many rounds there are, of three kinds in turn.
const ROUNDS: u64 = 9;

pub(super) async fn run(ground: &Ground) -> anyhow::Result<Scene> {
    let mut scene = Scene::new(ground.fleet("mixed", Settings::quick(10)).await?);
    let result = rounds(ground, &scene.fleet).await;
    scene.claim("whoever is ended or stopped in a mixed fleet, somebody leads every Lease again", result);
    Ok(scene)
}

async fn rounds(ground: &Ground, fleet: &Fleet) -> anyhow::Result<()> {
    let mut members = join(ground, fleet, &[Kind::Knative, Kind::Rust, Kind::ClientGo, Kind::Rust]).await?;
    for round in 0..ROUNDS {
        let terms = fleet.until_all_led(PATIENCE, |_| true).await?;
        // One that leads something: nothing is learned from the others.
        let pick = usize::try_from(ground.context.seed.rotate_left(u32::try_from(round * 7)?) % 10)?;
        let chosen = terms[pick].member;
        let Some(index) = members.iter().position(|member| member.id == chosen) else { continue };
        if round % 3 == 0 {
            members[index].signal(Signal::STOP)?;
            fleet.until_all_led(PATIENCE, |member| member != chosen).await?;
            members[index].signal(Signal::CONT)?;
            continue;
        }
        let mut member = members.swap_remove(index);
        member.signal(if round % 3 == 1 { Signal::TERM } else { Signal::KILL })?;
        fleet.until_all_led(PATIENCE, |member| member != chosen).await?;
        member.end(PATIENCE).await?;
        members.extend(join(ground, fleet, &[member.kind]).await?);
    }
    for mut member in members {
        member.terminate(PATIENCE).await?;
    }
    Ok(())
}
