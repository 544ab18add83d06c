//! One process that leads, one that waits, and then the end of both.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use le_bench::crew::{Crew, Window, settings};
use le_e2e::fleet::{Kind, now};
use le_e2e::plane::Plane;
use le_e2e::progress::Progress;
use le_e2e::tools::Binaries;
use tokio::time::sleep;

/// How many buckets are led.
pub(crate) const BUCKETS: u32 = 1_000;

/// Knative's defaults, in seconds.
const TIMING: [u64; 3] = [60, 40, 10];

/// Until the first renewals are over, which are spread otherwise than those that follow.
const SETTLE: Duration = Duration::from_secs(12);

/// Four periods.
const LENGTH: Duration = Duration::from_secs(40);

/// What came out for one kind.
#[derive(Debug)]
pub(crate) struct Figures {
    /// From the start of the process until it leads all, in seconds.
    pub(crate) won: f64,
    /// From SIGTERM until the process has ended, and all is released, in seconds.
    pub(crate) released: f64,
    /// The first process leads, the second waits.
    pub(crate) window: Window,
}

/// Measures ours and client-go's, one after the other, on one API server.
pub(crate) async fn both() -> anyhow::Result<[Figures; 2]> {
    let progress = Progress::new();
    let binaries = Arc::new(Binaries::optimised(&progress).await?);
    let plane = Plane::start(&binaries).await?;
    let ours = one(&plane, &binaries, Kind::Rust, &progress).await?;
    let theirs = one(&plane, &binaries, Kind::ClientGo, &progress).await?;
    plane.shutdown().await?;
    Ok([ours, theirs])
}

async fn one(
    plane: &Plane,
    binaries: &Arc<Binaries>,
    kind: Kind,
    progress: &Progress,
) -> anyhow::Result<Figures> {
    let _step = progress.step(&format!("{kind}: {BUCKETS} Leases are won, led and waited for, and released"));
    let mut crew =
        Crew::new(plane, binaries, &format!("process-{kind}"), kind, settings(BUCKETS, TIMING)).await?;
    let began = now();
    crew.join()?;
    let won = crew.until_all_led().await? - began;
    crew.join()?;
    sleep(SETTLE).await;
    let window = crew.window(LENGTH).await?;
    // The one that waits first, or it would take over.
    crew.end_one(1).await?;
    let released = crew.end_one(0).await?.as_secs_f64();
    let held = crew.held().await?;
    ensure!(held == 0 || kind == Kind::ClientGo, "{held} Leases are still held after the end of {kind}");
    Ok(Figures { won, released, window })
}
