//! When a participant takes part: ours watches, and one in Go has read every Lease. The API server tells both.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::bail;
use tokio::time::{Instant, sleep};

use super::PATIENCE;
use super::ground::Ground;
use crate::fleet::{Extra, Fleet, Kind, Member};
use crate::plane::Asked;

/// Starts one participant of each of these kinds and waits until each of them takes part.
pub(super) async fn join(ground: &Ground, fleet: &Fleet, kinds: &[Kind]) -> anyhow::Result<Vec<Member>> {
    join_with(ground, fleet, kinds.iter().map(|kind| (*kind, Extra::default()))).await
}

/// Starts participants that may be unlike others and waits until each of them takes part.
pub(super) async fn join_with(
    ground: &Ground,
    fleet: &Fleet,
    cast: impl IntoIterator<Item = (Kind, Extra)>,
) -> anyhow::Result<Vec<Member>> {
    let mark = ground.plane.audit_mark();
    let started = cast.into_iter().map(|(kind, extra)| fleet.start_with(kind, extra));
    let mut members: Vec<Member> = started.collect::<anyhow::Result<_>>()?;
    let end = Instant::now() + PATIENCE;
    loop {
        let asked = ground.plane.asked_since(mark)?;
        let Some(missing) = members.iter().find(|member| !takes_part(fleet, member, &asked)) else {
            return Ok(members);
        };
        if Instant::now() > end {
            bail!("{} of {} does not take part after {PATIENCE:?}", missing.identity, fleet.namespace);
        }
        for member in &mut members {
            if let Some(status) = member.ended()? {
                let said = std::fs::read_to_string(&member.log).unwrap_or_default();
                bail!("{} of {} ended with {status}: {said}", member.identity, fleet.namespace);
            }
        }
        sleep(Duration::from_millis(100)).await;
    }
}

fn takes_part(fleet: &Fleet, member: &Member, asked: &[Asked]) -> bool {
    let user = fleet.user_of(member.id);
    let its = asked.iter().filter(|asked| asked.user == user && asked.namespace == fleet.namespace);
    if member.kind.is_ours() {
        return its.into_iter().any(|asked| asked.verb == "watch");
    }
    let read: BTreeSet<&str> =
        its.filter(|asked| asked.verb == "get").map(|asked| asked.name.as_str()).collect();
    fleet.leases().iter().all(|lease| read.contains(lease.as_str()))
}
