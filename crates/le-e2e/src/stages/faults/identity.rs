//! Participants that are not set as all the others.

use anyhow::ensure;
use std::time::Duration;

use super::scene::{Scenario, Scene, patient, quick};
use crate::fleet::{Event, Extra, now};
use crate::proxy::{Weather, Which};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "of two processes with one identity one leads at a time, and it is said",
        settings: patient,
        run: |scene| Box::pin(twins(scene)),
    },
    Scenario {
        name: "a leader with a longer lease duration than the others' has it honoured",
        settings: patient,
        run: |scene| Box::pin(longer_than_others(scene)),
    },
];

async fn twins(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let twin = || Extra { identity: Some("twin".to_owned()), ..Extra::default() };
    let mark = scene.crew.fleet.journal.mark();
    let first = scene.crew.three(twin(), [twin(), Extra::default()]).await?;
    let second = crate::fleet::MemberId(first.0 + 1);
    let said = |event: &Event| matches!(event, Event::Error { message } if message.contains("own identity \"twin\""));
    scene.crew.until_says(mark, second, "that another has its identity", said).await?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    scene.crew.until_led(|member| member == first).await?;
    // What is written under one's own name is waited out as anybody's.
    scene.crew.kill(first).await?;
    scene.crew.until_led(|member| member != first).await?;
    scene.crew.leave(second).await
}

/// The leader leads on for seven seconds after it was cut off, and the others would be there after four.
async fn longer_than_others(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let (proxy, extra) = scene.proxy().await?;
    let other = || Extra { settings: Some(quick()), ..Extra::default() };
    let leader = scene.crew.three(extra, [other(), other()]).await?;
    proxy.set(Weather::Swallow(Which::All));
    let cut = now();
    scene.crew.is_succeeded(leader, cut).await?;
    // It has made use of its right: else nothing was tried.
    let terms = scene.crew.fleet.journal.terms();
    let last = terms.iter().filter(|term| term.member == leader).filter_map(|term| term.acts);
    let longest = last.map(|(_, last)| last - cut).fold(0.0, f64::max);
    ensure!(longest > 4.5, "the leader acted for only {longest:.3} s after it was cut off");
    proxy.set(Weather::Clear);
    scene.crew.leave(leader).await
}
