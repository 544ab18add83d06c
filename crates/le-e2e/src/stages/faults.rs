//! Processes, network, servers and strangers fail under three participants; what these did is judged by their acts.

mod clock;
mod crew;
mod identity;
mod lease;
mod network;
mod odd;
mod process;
mod rights;
mod rounds;
mod scene;
mod servers;
mod watches;

use futures::future::{BoxFuture, join, join_all};
use futures::{FutureExt as _, StreamExt as _};

use self::rounds::Rounds;
use self::scene::{Played, Scenario};
use super::{Context, Outcome};
use crate::plane::Plane;

/// How many fleets suffer at once beside those that go through rounds.
const AT_ONCE: usize = 8;

/// How many fleets go through rounds, and how many rounds each: more than 200 signals in all.
const FLEETS: usize = 7;
const ROUNDS: usize = 32;

/// Everything that leaves the servers alone, the longest first.
fn scenarios() -> Vec<Scenario> {
    [network::SCENARIOS, process::SCENARIOS, rights::SCENARIOS, lease::SCENARIOS, odd::SCENARIOS]
        .into_iter()
        .chain([watches::SCENARIOS, identity::SCENARIOS])
        .flatten()
        .copied()
        .collect()
}

pub(super) async fn run(context: Context) -> anyhow::Result<Outcome> {
    let (plane, suffering) =
        futures::try_join!(Plane::start(&context.binaries), Plane::start(&context.binaries))?;
    context.progress.say("two control planes are ready, one to be stopped and killed");
    let (mut outcome, servers) =
        join(with_servers_alone(&context, &plane), servers::run(&context, suffering)).await;
    outcome.add(servers);
    plane.shutdown().await?;
    Ok(outcome)
}

/// Runs what suffers from anything but the servers, on one control plane, in parallel.
async fn with_servers_alone(context: &Context, plane: &Plane) -> Outcome {
    let mut outcome = Outcome::default();
    let clock = clock::scenario().await;
    if clock.is_none() {
        outcome.notes.push(clock::NOT_TRIED.to_owned());
    }
    let played = play_all(context, plane, clock);
    let rounds = join_all(all_rounds(context, plane));
    let (played, rounds) = join(played, rounds).await;
    for (name, result) in played {
        outcome.check(name, result);
    }
    let mut all = Rounds::default();
    for (index, (rounds, result)) in rounds.into_iter().enumerate() {
        all.add(rounds);
        outcome.check(&format!("rounds of kill, stop and terminate in fleet {index}"), result);
    }
    outcome.check("every one of the rounds was gone through", all.ensure(FLEETS * ROUNDS));
    outcome.notes.extend(all.notes());
    outcome
}

/// Plays every scenario.
fn play_all<'a>(
    context: &'a Context,
    plane: &'a Plane,
    clock: Option<Scenario>,
) -> BoxFuture<'a, Vec<Played>> {
    let scenarios = scenarios().into_iter().chain(clock).enumerate();
    let plays: Vec<_> = scenarios.map(|(index, scenario)| scenario.play(context, plane, index)).collect();
    futures::stream::iter(plays).buffer_unordered(AT_ONCE).collect().boxed()
}

/// Every fleet that goes through rounds.
fn all_rounds<'a>(
    context: &'a Context,
    plane: &'a Plane,
) -> Vec<BoxFuture<'a, (Rounds, anyhow::Result<()>)>> {
    (0..FLEETS).map(|index| rounds::run(context, plane, index, ROUNDS).boxed()).collect()
}
