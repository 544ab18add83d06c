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
const ROUNDS: usize = 5;

/// How many writes of a Lease are timed.
const PUTS: usize = 500;

/// Client-go's fleet and ours, both as for production.
pub(super) const KINDS: [Kind; 2] = [Kind::Rust, Kind::ClientGo];

pub(super) async fn run(context: Context) -> anyhow::Result<Outcome> {
    let elect = optimised_example("elect", &context.progress).await?;
    let binaries = Arc::new(Binaries { elect, ..(*context.binaries).clone() });
    let plane = Plane::start(&binaries).await?;
    let mut outcome = Outcome::default();

    let mut fleets = Vec::new();
    for kind in KINDS {
        let namespace = format!("figures-{kind}");
        fleets.push(Fleet::new(&plane, &binaries, &namespace, Settings::client_go(LEASES)).await?);
    }
    context.progress.say("figures: a minute in which nothing happens");
    let quiet = requests::of_a_quiet_minute(&plane, &fleets).await?;

    context.progress.say("figures: leaders are terminated, one fleet after the other");
    // What one write takes, before and after, for the machine may be busier at one time than at another.
    let mut puts = measure_puts(&plane, &binaries, "figures-rust").await?;
    let graceful =
        [handover::graceful(&fleets[0], KINDS[0]).await?, handover::graceful(&fleets[1], KINDS[1]).await?];
    puts.add(measure_puts(&plane, &binaries, "figures-client-go").await?);

    context.progress.say("figures: leaders are killed, in both fleets at once");
    let (ours, theirs) = tokio::join!(
        handover::crash(&fleets[0], KINDS[0], &plane),
        handover::crash(&fleets[1], KINDS[1], &plane)
    );
    let crash = [ours?, theirs?];

    for (fleet, kind) in fleets.iter().zip(KINDS) {
        let verdict = fleet.verdict();
        let faults: Vec<String> = verdict.faults.iter().map(ToString::to_string).collect();
        if kind.is_ours() {
            outcome.check("nobody of ours acts beside another", none(&faults));
        } else {
            outcome.notes.extend(faults);
        }
    }
    outcome.notes.push(format!(
        "{} writes timed, {} + {} graceful hand-overs, {} + {} crashes",
        puts.len(),
        graceful[0].len(),
        graceful[1].len(),
        crash[0].len(),
        crash[1].len()
    ));
    table(&mut outcome, &puts, &graceful, &crash);
    requests::table(&mut outcome, &quiet);
    plane.shutdown().await?;
    Ok(outcome)
}

fn table(outcome: &mut Outcome, puts: &Samples, graceful: &[Samples; 2], crash: &[Samples; 2]) {
    let mut row = |name: &str, both: [f64; 2], target: Option<(String, f64)>| {
        outcome.figures.push(Figure {
            name: name.to_owned(),
            ours: both[0],
            client_go: Some(both[1]),
            met: target.as_ref().map(|(_, most)| both[0] <= *most),
            target: target.map(|(words, _)| words),
        });
    };
    let quantile = |samples: &[Samples; 2], q| [samples[0].quantile(q), samples[1].quantile(q)];
    let put = puts.quantile(0.5);
    row("one write of a Lease by client-go, p50, ms", [put, put], None);
    row("one write of a Lease by client-go, p99, ms", [puts.quantile(0.99); 2], None);
    let target = (format!("at most 3 writes: {:.2}", 3.0 * put), 3.0 * put);
    row("graceful hand-over of ten at once, p50, ms", quantile(graceful, 0.5), Some(target));
    row("graceful hand-over of ten at once, p90, ms", quantile(graceful, 0.9), None);
    row(
        "graceful hand-over of ten at once, p99, ms",
        quantile(graceful, 0.99),
        Some(("below 100".to_owned(), 100.0)),
    );
    row("crash: taken after the lease duration, p50, ms", quantile(crash, 0.5), None);
    row(
        "crash: taken after the lease duration, most, ms",
        quantile(crash, 1.0),
        Some(("below 300".to_owned(), 300.0)),
    );
}

async fn measure_puts(plane: &Plane, binaries: &Binaries, namespace: &str) -> anyhow::Result<Samples> {
    let output = Command::new(&binaries.client_go)
        .args([format!("--namespace={namespace}"), format!("--measure-puts={PUTS}")])
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
