//! What a leader and one that waits ask of the API server, as the server wrote it down.

use std::time::Duration;

use tokio::time::sleep;

use super::{KINDS, PATIENCE};
use crate::fleet::Fleet;
use crate::plane::{Asked, Plane};
use crate::stages::{Figure, Outcome};

/// Until both have settled: the first renewals of a term are spread.
const SETTLE: Duration = Duration::from_secs(5);

/// What is measured.
const WINDOW: Duration = Duration::from_secs(60);

/// The server keeps what it writes down back for a moment.
const LATE: Duration = Duration::from_secs(3);

/// How many requests were sent in a minute, by leader and by the one that waits, for each fleet.
pub(super) async fn of_a_quiet_minute(plane: &Plane, fleets: &[Fleet]) -> anyhow::Result<Vec<[usize; 2]>> {
    let mut members = Vec::new();
    for (fleet, kind) in fleets.iter().zip(KINDS) {
        let leader = fleet.start(kind)?;
        fleet.until_all_led(PATIENCE, |member| member == leader.id).await?;
        members.push([leader, fleet.start(kind)?]);
    }
    sleep(SETTLE).await;
    let from = rfc3339();
    sleep(WINDOW).await;
    let to = rfc3339();
    sleep(LATE).await;
    let asked = plane.asked()?;
    let mut counts = Vec::new();
    for (fleet, members) in fleets.iter().zip(&mut members) {
        let of = |index: usize, members: &[_; 2]| {
            let member: &crate::fleet::Member = &members[index];
            let user = fleet.user_of(member.id);
            let fits = |request: &&Asked| {
                request.user == user
                    && request.namespace == fleet.namespace
                    && (from.as_str()..to.as_str()).contains(&request.at.as_str())
            };
            asked.iter().filter(fits).count()
        };
        counts.push([of(0, members), of(1, members)]);
        // The one that waits first, or it would take over.
        let [leader, waiting] = members;
        waiting.terminate(PATIENCE).await?;
        leader.terminate(PATIENCE).await?;
    }
    Ok(counts)
}

pub(super) fn table(outcome: &mut Outcome, counts: &[[usize; 2]]) {
    let [ours, theirs] = counts else { return };
    let mut row = |name: &str, index: usize, most: usize, target: String| {
        let met = ours[index] <= most;
        outcome.figures.push(Figure {
            name: name.to_owned(),
            ours: ours[index] as f64,
            client_go: Some(theirs[index] as f64),
            target: Some(target.clone()),
            met: Some(met),
        });
        let result =
            if met { Ok(()) } else { Err(anyhow::anyhow!("{} requests, target {target}", ours[index])) };
        outcome.check(name, result);
    };
    row("requests a minute of one that waits for ten Leases", 1, 2, "at most 2".to_owned());
    row("requests a minute of the leader of ten Leases", 0, theirs[0], "no more than client-go's".to_owned());
}

/// Now, as the server writes it down.
fn rfc3339() -> String {
    k8s_openapi::jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}
