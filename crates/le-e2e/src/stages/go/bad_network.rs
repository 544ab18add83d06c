//! A leader in Go behind a bad network, with candidates of ours that have a good one: it may act on, and ours must begin in time.

use std::time::Duration;

use rustix::process::Signal;

use super::PATIENCE;
use super::ground::{Ground, Scene};
use super::part::{join, join_with};
use crate::fleet::{Extra, Fleet, Kind, Member, MemberId, Settings};
use crate::proxy::{Proxy, Weather, Which};

/// By how much answers to its writes are late.
const LATE: Duration = Duration::from_millis(800);

pub(super) async fn run(ground: &Ground) -> anyhow::Result<Scene> {
    let mut scene = Scene::new(ground.fleet("bad-network", Settings::quick(10)).await?);
    for kind in [Kind::ClientGo, Kind::Knative] {
        let late = late_answers(ground, &scene.fleet, kind).await;
        scene.claim(
            &format!("ours take over from {kind} that is told to end and hears late of its release"),
            late,
        );
        let cut = cut_off(ground, &scene.fleet, kind).await;
        scene.claim(&format!("ours take over from {kind} that is cut off"), cut);
    }
    Ok(scene)
}

async fn late_answers(ground: &Ground, fleet: &Fleet, kind: Kind) -> anyhow::Result<()> {
    let (mut theirs, ours, proxy) = cast(ground, fleet, kind).await?;
    proxy.set(Weather::Late(Which::Writes, LATE));
    theirs.signal(Signal::TERM)?;
    succeed(fleet, &theirs).await?;
    theirs.end(PATIENCE).await?;
    end(ours).await
}

async fn cut_off(ground: &Ground, fleet: &Fleet, kind: Kind) -> anyhow::Result<()> {
    let (mut theirs, ours, proxy) = cast(ground, fleet, kind).await?;
    let mark = fleet.journal.mark();
    proxy.set(Weather::Swallow(Which::All));
    succeed(fleet, &theirs).await?;
    // It stops by itself, some time.
    let id = theirs.id;
    let stops = |entry: &crate::fleet::Entry| {
        entry.member == id && matches!(entry.event, crate::fleet::Event::Stop { .. })
    };
    fleet.journal.until(mark, PATIENCE, "one in Go that is cut off stops", stops).await?;
    theirs.signal(Signal::KILL)?;
    theirs.end(PATIENCE).await?;
    end(ours).await
}

/// One in Go that leads everything through a proxy, and two of ours that wait.
async fn cast(ground: &Ground, fleet: &Fleet, kind: Kind) -> anyhow::Result<(Member, Vec<Member>, Proxy)> {
    let proxy = Proxy::start(&ground.plane, &fleet.user_of(fleet.next())).await?;
    let extra = Extra { kubeconfig: Some(proxy.kubeconfig(&ground.plane)?), ..Extra::default() };
    let mut theirs = join_with(ground, fleet, [(kind, extra)]).await?;
    let theirs = theirs.remove(0);
    fleet.until_all_led(PATIENCE, |member| member == theirs.id).await?;
    let ours = join(ground, fleet, &[Kind::Rust, Kind::Rust]).await?;
    Ok((theirs, ours, proxy))
}

async fn succeed(fleet: &Fleet, theirs: &Member) -> anyhow::Result<()> {
    let other = |member: MemberId| member != theirs.id;
    fleet.until_all_led(PATIENCE, other).await.map(|_| ())
}

async fn end(members: Vec<Member>) -> anyhow::Result<()> {
    for mut member in members {
        member.terminate(PATIENCE).await?;
    }
    Ok(())
}
