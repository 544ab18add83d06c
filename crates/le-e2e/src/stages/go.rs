//! Beside client-go and Knative on the same Leases: who takes over from whom, what each reads of the other, and who is to blame.

mod bad_network;
mod blame;
mod gaps;
mod ground;
mod hand_over;
mod hand_overs;
mod history;
mod late_release;
mod metadata;
mod mixed;
mod part;
mod proof;
mod readers;
mod recorder;
mod renewals;
mod report;
mod rolling;
mod tally;

use std::time::Duration;

use super::{Context, Outcome};
use crate::fleet::Settings;
use ground::Ground;
use tally::Tally;

/// How long anything may take that takes seconds where nothing else is to be done.
const PATIENCE: Duration = Duration::from_secs(45);

pub(super) async fn run(context: Context) -> anyhow::Result<Outcome> {
    let ground = Ground::new(context).await?;
    let tally = Tally::default();
    let mut scenes = Vec::new();
    let quick = Settings::quick(10);
    // One fleet acts more often, so that overlaps of a few milliseconds are seen.
    let busy = Settings { act_every: Duration::from_millis(4), ..quick };
    ground.say("hand-over between the languages, and candidates in Go beside leaders in Rust");
    let (a, b, c, quiet) = tokio::join!(
        hand_over::run(&ground, "hand-over-a", quick, &tally),
        hand_over::run(&ground, "hand-over-b", quick, &tally),
        hand_over::run(&ground, "hand-over-c", busy, &tally),
        renewals::run(&ground),
    );
    scenes.extend([a?, b?, c?]);
    scenes.extend(quiet?);
    ground.say("fleets replaced, releases written late, and what each reads of the other");
    let (replaced, late, bad, mixed, read, kept) = tokio::join!(
        rolling::run(&ground),
        late_release::run(&ground),
        bad_network::run(&ground),
        mixed::run(&ground),
        readers::run(&ground),
        metadata::run(&ground),
    );
    scenes.extend([replaced?, late?, bad?, mixed?, read?, kept?]);
    let outcome = report::report(&ground, &tally, scenes).await?;
    ground.plane.shutdown().await?;
    Ok(outcome)
}
