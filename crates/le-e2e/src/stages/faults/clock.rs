//! A time of day that jumps, where `faketime` can be had.

use std::ffi::OsString;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::process::Command;

use super::scene::{Scenario, Scene, patient};
use crate::fleet::{Event, Extra};

/// What is said where it cannot be had.
pub(super) const NOT_TRIED: &str = "not tried here, since there is no `faketime`: a clock that jumps. What holds it are the tests \
     `times_never_repeat_even_when_the_wall_clock_stands_still_or_falls` and `a_time_of_day_that_jumps_changes_no_decision` of \
     le-lease";

/// The library that `faketime` preloads, by the name that it gives it.
static LIBRARY: OnceLock<OsString> = OnceLock::new();

/// Returns the scenario, where it can be played.
pub(super) async fn scenario() -> Option<Scenario> {
    let asked = Command::new("faketime").args(["-f", "+0h", "printenv", "LD_PRELOAD"]).output().await.ok()?;
    let library = String::from_utf8(asked.stdout).ok().filter(|_| asked.status.success())?;
    LIBRARY.set(library.trim().into()).ok();
    Some(Scenario {
        name: "a leader whose time of day jumps back and forth leads on, and hands over",
        settings: patient,
        run: |scene| Box::pin(jump(scene)),
    })
}

async fn jump(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let library = LIBRARY.get().context("`faketime` was not looked for")?;
    let file = scene.plane.folder().join(format!("{}.time", scene.crew.fleet.namespace));
    let set = |offset: &str| {
        let next = file.with_extension("time-next");
        std::fs::write(&next, format!("{offset}\n")).and_then(|()| std::fs::rename(&next, &file))
    };
    set("+0h")?;
    let environment = [
        ("LD_PRELOAD", library.clone()),
        ("FAKETIME_TIMESTAMP_FILE", file.clone().into_os_string()),
        ("FAKETIME_NO_CACHE", "1".into()),
        // What the machine was suspended for, and the time that a process counts by, are not the time of day.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
    ];
    let environment: Vec<_> = environment.map(|(name, value)| (OsString::from(name), value)).to_vec();
    let jumps = || Extra { environment: environment.clone(), jumps: true, ..Extra::default() };
    let leader = scene.crew.three(jumps(), [jumps(), Extra::default()]).await?;
    let mark = scene.crew.fleet.journal.mark();
    for offset in ["+3h", "-5h", "+1000h", "+0h", "-1h"] {
        set(offset)?;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        scene.crew.until_led(|_| true).await?;
    }
    let entries = scene.crew.fleet.journal.entries();
    let lost = entries[mark..].iter().find(|entry| matches!(entry.event, Event::Stop { .. }));
    ensure!(lost.is_none(), "somebody lost a Lease over the time of day: {lost:?}");
    scene.crew.terminate(leader).await?;
    let next = scene.crew.until_led(|member| member != leader).await?[0].member;
    scene.crew.kill(next).await?;
    scene.crew.until_led(|member| member != leader && member != next).await?;
    Ok(())
}
