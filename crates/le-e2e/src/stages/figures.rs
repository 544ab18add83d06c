//! How quickly Leases change hands, and what that costs, beside client-go in the same run.
//!
//! Times never fail a run, since machines are busy at times; they are printed beside their targets. Numbers of requests do.

mod handover;
mod requests;
mod samples;

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use tokio::process::Command;

use super::{Context, Figure, Outcome};
use crate::fleet::{Fleet, Kind, Settings};
use crate::plane::{ADMIN, Plane};
use crate::tools::{Binaries, optimised_example};
use samples::Samples;

/// How many Leases each of the two fleets competes for.
const LEASES: u32 = 10;

/// How many times a leader of all Leases is terminated, and killed.
const ROUNDS: usize = 4;

/// How many writes of a Lease are timed.
const PUTS: usize = 200;

/// Client-go's fleet and ours, both as for production.
pub(super) const KINDS: [Kind; 2] = [Kind::Rust, Kind::ClientGo];

pub(super) async fn run(context: Context) -> anyhow::Result<Outcome> {
    let elect = optimised_example("elect", &context.progress).await?;
    let binaries = Arc::new(Binaries { elect, ..(*context.binaries).clone() });
    let plane = Plane::start(&binaries).await?;
    let mut outcome = Outcome::default();

    let busy = fleets(&plane, &binaries, "").await?;
    let quiet = fleets(&plane, &binaries, "-quiet").await?;
    context
        .progress
        .say("figures: leaders are killed, while others are counted in a minute in which nothing happens");
    let (ours, theirs, counts) = tokio::join!(
        handover::crash(&busy[0], KINDS[0], &plane),
        handover::crash(&busy[1], KINDS[1], &plane),
        requests::of_a_quiet_minute(&plane, &quiet)
    );
    let (crash, counts) = (vec![ours?, theirs?], counts?);

    context.progress.say("figures: leaders are terminated, one language after the other");
    // What one write takes, before and after, for the machine may be busier at one time than at another.
    let mut puts = Puts::measure(&plane, &binaries).await?;
    let (mut single, mut ten) = (Vec::new(), Vec::new());
    for (fleet, kind) in busy.iter().zip(KINDS) {
        ten.push(handover::at_once(fleet, kind).await?);
        let mut one_each = Vec::new();
        for index in 0..LEASES {
            let namespace = format!("figures-{kind}-{index}");
            one_each.push(Fleet::new(&plane, &binaries, &namespace, Settings::client_go(1)).await?);
        }
        single.push(handover::one_by_one(&one_each, kind).await?);
    }
    puts.add(Puts::measure(&plane, &binaries).await?);

    for (fleet, kind) in busy.iter().zip(KINDS) {
        let verdict = fleet.verdict();
        let faults: Vec<String> = verdict.faults.iter().map(ToString::to_string).collect();
        if kind.is_ours() {
            outcome.check("nobody of ours acts beside another", none(&faults));
        } else {
            outcome.notes.extend(faults);
        }
    }
    table(&mut outcome, &puts, &[single, ten, crash]);
    requests::table(&mut outcome, &counts);
    plane.shutdown().await?;
    Ok(outcome)
}

/// Two fleets that compete for ten Leases each, of ours and of client-go's.
async fn fleets(plane: &Plane, binaries: &Arc<Binaries>, suffix: &str) -> anyhow::Result<Vec<Fleet>> {
    let mut fleets = Vec::new();
    for kind in KINDS {
        let namespace = format!("figures-{kind}{suffix}");
        fleets.push(Fleet::new(plane, binaries, &namespace, Settings::client_go(LEASES)).await?);
    }
    Ok(fleets)
}

fn table(outcome: &mut Outcome, puts: &Puts, [single, ten, crash]: &[Vec<Samples>; 3]) {
    let counts = [single, ten, crash].map(|both| format!("{} + {}", both[0].len(), both[1].len()));
    let [alone, together, crashes] = counts;
    outcome.notes.push(format!(
        "samples, ours + client-go's: hand-overs {alone} one by one, {together} at once; crashes {crashes}"
    ));
    let mut row = |name: &str, both: [f64; 2], most: Option<f64>| {
        outcome.figures.push(Figure {
            name: name.to_owned(),
            ours: both[0],
            client_go: Some(both[1]),
            target: most.map(|most| format!("at most {most:.1}")),
            met: most.map(|most| both[0] <= most),
        });
    };
    let of = |samples: &[Samples], q| [samples[0].quantile(q), samples[1].quantile(q)];
    let put = puts.now_and_then.quantile(0.5);
    row("one write of a Lease, now and then, p50, ms", [put; 2], None);
    row("one write of a Lease, back to back, p50, ms", [puts.back_to_back.quantile(0.5); 2], None);
    row("graceful hand-over, one by one, p50, ms (3 writes)", of(single, 0.5), Some(3.0 * put));
    row("graceful hand-over, one by one, p99, ms", of(single, 0.99), Some(100.0));
    row("graceful hand-over, ten of one process at once, p50, ms", of(ten, 0.5), Some(3.0 * put));
    row("graceful hand-over, ten of one process at once, p99, ms", of(ten, 0.99), Some(100.0));
    row("crash: led after the lease duration, p50, ms", of(crash, 0.5), None);
    row("crash: led after the lease duration, most, ms", of(crash, 1.0), Some(300.0));
}

/// What one write takes, by client-go: what hand-overs are measured by.
struct Puts {
    /// With a pause before each, as Leases are written.
    now_and_then: Samples,
    back_to_back: Samples,
}

impl Puts {
    async fn measure(plane: &Plane, binaries: &Binaries) -> anyhow::Result<Self> {
        let now_and_then = measure_puts(plane, binaries, Duration::from_millis(50)).await?;
        let back_to_back = measure_puts(plane, binaries, Duration::ZERO).await?;
        Ok(Self { now_and_then, back_to_back })
    }

    fn add(&mut self, other: Self) {
        self.now_and_then.add(other.now_and_then);
        self.back_to_back.add(other.back_to_back);
    }
}

async fn measure_puts(plane: &Plane, binaries: &Binaries, pause: Duration) -> anyhow::Result<Samples> {
    let output = Command::new(&binaries.client_go)
        .args(["--namespace=default".to_owned(), format!("--measure-puts={PUTS}")])
        .arg(format!("--put-pause={}ms", pause.as_millis()))
        .env("KUBECONFIG", plane.kubeconfig(ADMIN)?)
        .kill_on_drop(true)
        .output()
        .await?;
    ensure!(output.status.success(), "no write could be timed: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(Samples::new(text.lines().filter_map(|line| line.parse().ok())))
}

fn none(faults: &[String]) -> anyhow::Result<()> {
    ensure!(faults.is_empty(), "{}", faults.join("; "));
    Ok(())
}

/// Longer than a take-over takes.
const PATIENCE: Duration = Duration::from_secs(60);
