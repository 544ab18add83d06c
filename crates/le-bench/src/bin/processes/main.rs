//! Ten processes that compete for a thousand buckets on a real API server, and the same with client-go.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use le_bench::crew::{Crew, Window, settings};
use le_bench::{Row, Target, finish, output};
use le_e2e::fleet::Kind;
use le_e2e::plane::Plane;
use le_e2e::progress::Progress;
use le_e2e::tools::Binaries;
use tokio::time::sleep;

const PROCESSES: usize = 10;
const BUCKETS: u32 = 1_000;

/// client-go's defaults, in seconds.
const TIMING: [u64; 3] = [15, 10, 2];
const RETRY: Duration = Duration::from_secs(TIMING[2]);

/// Until the first renewals are over.
const SETTLE: Duration = Duration::from_secs(5);

/// How long ours are watched: none of their renewals may be missed.
const OURS: Duration = Duration::from_secs(300);

/// How long client-go's are.
const THEIRS: Duration = Duration::from_secs(30);

struct Figures {
    window: Window,
    losses: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let output =
        output("Ten processes that compete for a thousand buckets on a real API server, beside client-go");
    let rows = match rows(&Progress::new()).await {
        Ok(rows) => rows,
        Err(error) => vec![Row::unmeasured("ten processes, beside client-go", &format!("{error:#}"))],
    };
    Ok(finish(&rows, output)?)
}

async fn rows(progress: &Progress) -> anyhow::Result<Vec<Row>> {
    let binaries = Arc::new(Binaries::optimised(progress).await?);
    let ours = measure(&binaries, Kind::Rust, OURS, progress).await?;
    let theirs = measure(&binaries, Kind::ClientGo, THEIRS, progress).await;
    let name = format!("{PROCESSES} processes, {BUCKETS} buckets, 15/10/2");
    let minutes = |window: &Window| window.length.as_secs_f64() / 60.0;
    let mut rows = vec![
        Row::of_times(
            format!("{name}: longest time between two renewals in five minutes, beside two periods"),
            ours.window.longest,
            2 * RETRY,
            Target::AtMost(1.0),
        ),
        Row::new(
            format!("{name}: leaderships lost, and one, beside one"),
            format!("{}", ours.losses),
            "0",
            (ours.losses + 1) as f64,
            Target::AtMost(1.0),
        ),
    ];
    let beside = format!("{name}, beside client-go");
    match theirs {
        Ok(theirs) => {
            let mut row = |what: &str, unit: &str, target, of: &dyn Fn(&Figures) -> f64| {
                let (a, b) = (of(&ours), of(&theirs));
                let texts = [a, b].map(|value| format!("{value:.1} {unit}"));
                let [ours, theirs] = texts;
                rows.push(Row::new(format!("{beside}: {what}"), ours, theirs, a / b, target));
            };
            row("processor time of API server and store", "s/min", Target::AtMost(1.0), &|figures| {
                figures.window.server.as_secs_f64() / minutes(&figures.window)
            });
            row("processor time of the ten", "s/min", Target::None, &|figures| {
                let sum: f64 = figures.window.members.iter().map(|cost| cost.cpu.as_secs_f64()).sum();
                sum / minutes(&figures.window)
            });
            row("requests", "/min", Target::None, &|figures| {
                figures.window.requests as f64 / minutes(&figures.window)
            });
            row("renewals (30,000 are due)", "/min", Target::None, &|figures| {
                figures.window.renewals as f64 / minutes(&figures.window)
            });
            row("longest time between two renewals", "s", Target::None, &|figures| {
                figures.window.longest.as_secs_f64()
            });
        }
        Err(error) => {
            rows.push(Row::unmeasured(beside, &format!("client-go's did not get there: {error:#}")))
        }
    }
    Ok(rows)
}

async fn measure(
    binaries: &Arc<Binaries>,
    kind: Kind,
    length: Duration,
    progress: &Progress,
) -> anyhow::Result<Figures> {
    let _step =
        progress.step(&format!("{kind}: {PROCESSES} processes compete for {BUCKETS} Leases, {length:?}"));
    let plane = Plane::start(binaries).await?;
    let mut crew =
        Crew::new(&plane, binaries, &format!("scale-{kind}"), kind, settings(BUCKETS, TIMING)).await?;
    for _ in 0..PROCESSES {
        crew.join()?;
    }
    crew.until_all_led().await?;
    sleep(SETTLE).await;
    let before = crew.losses();
    let window = crew.window(length).await?;
    let losses = crew.losses() - before;
    drop(crew);
    plane.shutdown().await?;
    Ok(Figures { window, losses })
}
