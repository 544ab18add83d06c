//! What was found out, before it is drawn.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use le_cli::{LeaseState, LeaseView, Place};
use serde::Serialize;

use super::pods::{PodState, Pods};
use super::seen::{Age, Seen};
use crate::Code;

/// All Leases, grouped, and how they are spread.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) leases: Vec<Row>,
    /// How many buckets each holder has of a component's queue.
    pub(super) spread: Vec<Share>,
    /// Why it is not known which pods live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pods_unknown: Option<String>,
}

/// One Lease.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    #[serde(flatten)]
    pub(super) lease: LeaseView,
    pub(super) state: LeaseState,
    /// Whether somebody who lives holds it.
    pub(super) live: bool,
    pub(super) pod: Option<String>,
    pub(super) pod_state: PodState,
    #[serde(skip)]
    pub(super) age: Age,
    /// How long ago it was renewed, in seconds, at the least and at the most.
    pub(super) renewed_before_least: Option<f64>,
    pub(super) renewed_before_most: Option<f64>,
    /// How often the holder changed, per day since the Lease was made, by what it says itself.
    pub(super) transitions_per_day: Option<f64>,
    pub(super) problems: Vec<String>,
}

/// What one holder has.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Share {
    pub(super) namespace: String,
    pub(super) component: String,
    pub(super) queue: String,
    /// Nobody, where this is absent.
    pub(super) holder: Option<String>,
    pub(super) buckets: usize,
    pub(super) of: usize,
}

impl Report {
    pub(super) fn new(
        mut leases: Vec<LeaseView>,
        pods: &Pods,
        seen: &Seen,
        clock: Option<Timestamp>,
    ) -> Self {
        leases.sort_by(|a, b| order(a).cmp(&order(b)));
        let rows: Vec<Row> = leases
            .into_iter()
            .map(|lease| {
                let age = by_clock(&lease, clock).unwrap_or_else(|| seen.age(&lease));
                Row::new(lease, pods, age)
            })
            .collect();
        let pods_unknown = match pods {
            Pods::Unknown(why) => Some(why.clone()),
            Pods::Known(_) => None,
        };
        Self { spread: spread(&rows), leases: rows, pods_unknown }
    }

    /// Whether another reading would tell more.
    pub(super) fn needs_a_second_look(&self) -> bool {
        self.leases.iter().any(|row| row.lease.holder.is_some() && row.age == Age::Unknown)
    }

    pub(super) fn code(&self) -> Code {
        if self.leases.iter().all(|row| row.live) { Code::Done } else { Code::NobodyLeads }
    }
}

impl Row {
    fn new(lease: LeaseView, pods: &Pods, age: Age) -> Self {
        let pod_state = pods.behind(&lease);
        let has_run_out = age.is_beyond(lease.claim());
        // Who renews lives, be it as no pod of this cluster.
        let is_holder_gone = matches!(pod_state, PodState::Gone | PodState::Ended) && !age.is_renewed();
        Self {
            state: LeaseState::of(&lease, has_run_out, is_holder_gone),
            live: LeaseState::beneath(&lease, has_run_out, is_holder_gone) == LeaseState::Held,
            pod: lease
                .pod()
                .filter(|_| !matches!(pod_state, PodState::Gone | PodState::Unknown))
                .map(str::to_owned),
            pod_state: if lease.holder.is_some() { pod_state } else { PodState::Unknown },
            age,
            renewed_before_least: age.least(),
            renewed_before_most: age.most(),
            transitions_per_day: rate(&lease),
            problems: lease.problems.clone(),
            lease,
        }
    }
}

fn by_clock(lease: &LeaseView, clock: Option<Timestamp>) -> Option<Age> {
    let age = clock?.duration_since(lease.renewed()?);
    // A holder whose clock is ahead has renewed just now.
    Some(Age::Clock(age.max(SignedDuration::ZERO).unsigned_abs()))
}

/// The Lease has had its transitions from its making to its last renewal: neither is on the clock here.
fn rate(lease: &LeaseView) -> Option<f64> {
    let days = lease.renewed()?.duration_since(lease.created?).as_secs_f64() / 86_400.0;
    // In its first minute a rate would mislead, and times in the wrong order tell of none.
    (days > 1.0 / 1440.0).then_some(((lease.transitions? as f64) / days * 10.0).round() / 10.0)
}

/// The place before the name: buckets in the order of their numbers.
fn order(lease: &LeaseView) -> (&str, &Place, &str) {
    (&lease.namespace, &lease.place, &lease.name)
}

fn spread(rows: &[Row]) -> Vec<Share> {
    type Key<'a> = (&'a str, &'a str, &'a str);
    let mut groups: BTreeMap<Key<'_>, BTreeMap<Option<&str>, usize>> = BTreeMap::new();
    for row in rows {
        let lease = &row.lease;
        let key = (&*lease.namespace, &*lease.place.component, &*lease.place.queue);
        let holder = lease.holder.as_deref().filter(|_| row.live);
        *groups.entry(key).or_default().entry(holder).or_default() += 1;
    }
    let mut spread = Vec::new();
    for ((namespace, component, queue), holders) in groups {
        let of = holders.values().sum();
        let mut shares: Vec<_> = holders.into_iter().collect();
        shares.sort_by_key(|(holder, buckets)| (usize::MAX - buckets, *holder));
        spread.extend(shares.into_iter().map(|(holder, buckets)| Share {
            namespace: namespace.to_owned(),
            component: component.to_owned(),
            queue: queue.to_owned(),
            holder: holder.map(str::to_owned),
            buckets,
            of,
        }));
    }
    spread
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;

    fn lease(spec: Value) -> LeaseView {
        let lease = json!({
            "metadata": { "namespace": "acme", "name": "c.q.00-of-01", "creationTimestamp": "2026-01-01T00:00:00Z" },
            "spec": spec,
        });
        LeaseView::read(&serde_json::from_value(lease).unwrap())
    }

    fn held() -> LeaseView {
        lease(json!({
            "holderIdentity": "pod-1_x", "leaseDurationSeconds": 15, "renewTime": "2026-01-11T00:00:00.000000Z",
            "leaseTransitions": 25,
        }))
    }

    fn pods(state: PodState) -> Pods {
        Pods::Known(HashMap::from([(("acme".to_owned(), "pod-1".to_owned()), state)]))
    }

    fn seconds(least: u64, most: Option<u64>) -> Age {
        Age::Seen { least: Duration::from_secs(least), most: most.map(Duration::from_secs) }
    }

    #[test]
    fn who_renews_lives_and_who_does_not_within_the_duration_has_expired() {
        let state = |pod, age| Row::new(held(), &pods(pod), age).state;
        assert_eq!(state(PodState::Running, seconds(2, None)), LeaseState::Held);
        assert_eq!(state(PodState::Running, seconds(15, None)), LeaseState::Held);
        assert_eq!(state(PodState::Running, seconds(16, Some(18))), LeaseState::Expired);
        assert_eq!(state(PodState::Running, Age::Clock(Duration::from_secs(16))), LeaseState::Expired);
        assert_eq!(state(PodState::Ended, seconds(2, None)), LeaseState::Gone);
        assert_eq!(state(PodState::Ended, seconds(0, Some(2))), LeaseState::Held);
        let nobody = Row::new(held(), &Pods::Known(HashMap::new()), seconds(2, None));
        assert_eq!((nobody.state, nobody.live, nobody.pod), (LeaseState::Gone, false, None));
        let forbidden = Row::new(held(), &Pods::Unknown("no".to_owned()), seconds(2, None));
        assert_eq!((forbidden.state, forbidden.live), (LeaseState::Held, true));
    }

    #[test]
    fn what_is_malformed_is_told_and_may_be_held_all_the_same() {
        let odd = lease(json!({ "holderIdentity": "pod-1_x", "leaseDurationSeconds": -5 }));
        let row = Row::new(odd, &pods(PodState::Running), seconds(0, Some(2)));
        assert_eq!((row.state, row.live), (LeaseState::Malformed, true));
        assert_eq!(
            row.problems,
            ["leaseDurationSeconds is -5: each reader counts its own", "renewTime is missing"]
        );
    }

    #[test]
    fn transitions_are_told_by_the_day() {
        assert_eq!(rate(&held()), Some(2.5));
        assert_eq!(rate(&lease(json!({ "leaseTransitions": 1 }))), None);
    }

    #[test]
    fn a_clock_that_is_ahead_makes_no_negative_age() {
        let now = "2026-01-10T00:00:00Z".parse().ok();
        assert_eq!(by_clock(&held(), now), Some(Age::Clock(Duration::ZERO)));
        let now = "2026-01-11T00:00:07Z".parse().ok();
        assert_eq!(by_clock(&held(), now), Some(Age::Clock(Duration::from_secs(7))));
        assert_eq!(by_clock(&held(), None), None);
    }
}
