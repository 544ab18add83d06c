//! One fleet hands over: what the other stages stand on.

use std::time::Duration;

use rustix::process::Signal;

use super::{Context, Outcome};
use crate::fleet::{Fleet, Kind, Settings};
use crate::plane::{Plane, replica};
use crate::proxy::Proxy;

pub(super) async fn run(context: Context) -> anyhow::Result<Outcome> {
    let plane = Plane::start(&context.binaries).await?;
    context.progress.say("the control plane is ready");
    let mut outcome = Outcome::default();
    let fleet = Fleet::new(&plane, &context.binaries, "smoke", Settings::quick(2)).await?;
    let result = hand_over(&fleet, &plane).await;
    outcome.check("a fleet hands over", result);
    outcome.notes.push(format!("{:?}", fleet.verdict()));
    outcome.notes.push(format!("{:?}", plane.asked()?.len()));
    plane.shutdown().await?;
    Ok(outcome)
}

async fn hand_over(fleet: &Fleet, plane: &Plane) -> anyhow::Result<()> {
    let patience = Duration::from_secs(10);
    let mut first = fleet.start(Kind::Rust)?;
    fleet.until_all_led(patience, |_| true).await?;
    let proxy = Proxy::start(plane, &replica(1)).await?;
    let second = fleet.start_with(
        Kind::Rust,
        crate::fleet::Extra { kubeconfig: Some(proxy.kubeconfig(plane)?), ..Default::default() },
    )?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    first.terminate(patience).await?;
    fleet.until_all_led(patience, |member| member == second.id).await?;
    second.signal(Signal::KILL)?;
    let third = fleet.start(Kind::Rust)?;
    fleet.until_all_led(patience, |member| member == third.id).await?;
    Ok(())
}
