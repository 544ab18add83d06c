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

/// On a machine that stands still for longer than a lease the candidate is right to take it, and nothing is learned.
const MOST_TRIES: usize = 4;

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
        play(ground, "renewals-500ms", quick),
        play(ground, "renewals-1s", second),
        play(ground, "renewals-2s", slow),
    );
    Ok([a?, b?, c?].into_iter().flatten().collect())
}

/// Returns a scene for each try.
async fn play(ground: &Ground, namespace: &str, settings: Settings) -> anyhow::Result<Vec<Scene>> {
    let what = format!("to client-go, renewals every {:?} look like renewals", settings.retry);
    let mut scenes = Vec::new();
    for number in 1..=MOST_TRIES {
        let fleet = ground.fleet(&format!("{namespace}-{number}"), settings).await?;
        let result = wait(ground, &fleet).await;
        let stood_still = result.is_err() && has_run_out(ground, &fleet)?;
        let mut scene = Scene::new(fleet);
        if let Ok(seen) = result {
            scene
                .notes
                .push(format!("{what}: it looked {seen} times in {LEASES} lease durations, and waited"));
        }
        if !stood_still || number == MOST_TRIES {
            scene.claim(&what, result.map(|_| ()));
            scenes.push(scene);
            break;
        }
        scene.notes.push(format!("{what}: tried again, for the machine stood still and our Lease ran out"));
        scenes.push(scene);
    }
    Ok(scenes)
}

/// Tells whether the candidate took Leases, and none that had been renewed within the lease duration.
fn has_run_out(ground: &Ground, fleet: &Fleet) -> anyhow::Result<bool> {
    let seen = ground.recorder.seen()?;
    let mut taken = 0;
    for lease in fleet.leases() {
        let history = seen.get(&(fleet.namespace.clone(), lease)).map_or(&[][..], Vec::as_slice);
        for pair in history.windows(2) {
            let [before, after] = pair else { continue };
            if !before.holder.is_empty() && !after.holder.is_empty() && before.holder != after.holder {
                taken += 1;
                if after.renewed < before.renewed + before.duration {
                    return Ok(false);
                }
            }
        }
    }
    Ok(taken > 0)
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
    // Such as the one that its end cut short.
    let unread = lines("Error retrieving lease lock");
    ensure!(
        held > 0 && held + unread == failed,
        "of {failed} looks of the candidate, {held} found the Lease held:\n{log}"
    );
    let terms = fleet.journal.terms();
    ensure!(terms.iter().all(|term| term.kind.is_ours()), "the candidate led: {terms:?}");
    Ok(held)
}
