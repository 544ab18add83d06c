//! A candidate over client-go waits beside a leader of ours: to it, our renewals must look like renewals.
//!
//! client-go compares records in whole seconds, and counts the lease from the last that looked different.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::ensure;
use tokio::time::sleep;

use super::PATIENCE;
use super::ground::{Ground, Scene};
use super::part::join;
use crate::fleet::{Extra, Fleet, Kind, Settings};

/// For how many lease durations the candidate waits.
const LEASES: u32 = 5;

pub(super) async fn run(ground: &Ground) -> anyhow::Result<Vec<Scene>> {
    let quick = Settings::quick(3);
    let second = Settings { retry: Duration::from_secs(1), ..quick };
    let slow = Settings {
        lease: Duration::from_secs(6),
        renew: Duration::from_secs(4),
        retry: Duration::from_secs(2),
        ..quick
    };
    let (a, b, c) = tokio::join!(
        scene(ground, "renewals-500ms", quick),
        scene(ground, "renewals-1s", second),
        scene(ground, "renewals-2s", slow),
    );
    Ok(vec![a?, b?, c?])
}

async fn scene(ground: &Ground, namespace: &str, settings: Settings) -> anyhow::Result<Scene> {
    let mut scene = Scene::new(ground.fleet(namespace, settings).await?);
    let result = wait(ground, &scene.fleet).await;
    let what = format!("to client-go, renewals every {:?} look like renewals", settings.retry);
    match result {
        Ok(seen) => {
            scene
                .notes
                .push(format!("{what}: it looked {seen} times in {LEASES} lease durations, and waited"));
            scene.claim(&what, Ok(()));
        }
        Err(error) => scene.claim(&what, Err(error)),
    }
    Ok(scene)
}

/// Returns how often the candidate looked.
async fn wait(ground: &Ground, fleet: &Fleet) -> anyhow::Result<usize> {
    let mut leader = join(ground, fleet, &[Kind::Rust]).await?;
    fleet.until_all_led(PATIENCE, |_| true).await?;
    let mark = ground.plane.audit_mark();
    // So much it tells of each look at a Lease.
    let extra = Extra { args: vec!["--v=4".to_owned()], ..Extra::default() };
    let mut candidate = fleet.start_with(Kind::ClientGo, extra)?;
    sleep(fleet.settings.lease * LEASES).await;
    candidate.terminate(PATIENCE).await?;
    let asked = ground.plane.asked_since(mark)?;
    leader[0].terminate(PATIENCE).await?;

    let user = fleet.user_of(candidate.id);
    let mut verbs: BTreeMap<&str, usize> = BTreeMap::new();
    for asked in asked.iter().filter(|asked| asked.user == user && asked.namespace == fleet.namespace) {
        *verbs.entry(&asked.verb).or_default() += 1;
    }
    let looks = verbs.get("get").copied().unwrap_or_default();
    ensure!(looks > 0 && verbs.len() == 1, "the candidate should only have read, and did {verbs:?}");
    let log = std::fs::read_to_string(&candidate.log)?;
    let lines = |words: &str| log.lines().filter(|line| line.contains(words)).count();
    let (held, failed) = (lines("has not yet expired"), lines("Failed to acquire lease"));
    ensure!(
        held > 0 && held == failed,
        "of {failed} looks of the candidate, {held} found the Lease held:\n{log}"
    );
    let terms = fleet.journal.terms();
    ensure!(terms.iter().all(|term| term.kind.is_ours()), "the candidate led: {terms:?}");
    Ok(held)
}
