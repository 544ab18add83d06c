//! Which Leases are of an older number of buckets, and which of them must stay.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use le_cli::LeaseView;

use crate::cli::short;

/// A Lease of an older number of buckets.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    pub(super) lease: &'a LeaseView,
    /// Why it stays, if it does.
    pub(super) kept: Option<String>,
}

impl Choice<'_> {
    /// For how long it must be looked at before it is known that nobody renews it; `None` for one that nobody holds.
    pub(super) fn wait(&self) -> Option<Duration> {
        self.lease.holder.as_ref()?;
        Some(self.lease.claim() + Duration::from_secs(1))
    }
}

/// Chooses.
pub(super) fn choose(
    leases: &[LeaseView],
    present: u32,
    unrenewed_for: Duration,
    now: Timestamp,
) -> Vec<Choice<'_>> {
    type Queue<'a> = (&'a str, &'a str, &'a str);
    let mut queues: BTreeMap<Queue<'_>, Vec<(&LeaseView, u32)>> = BTreeMap::new();
    for lease in leases {
        if let Some((_, of)) = lease.place.bucket {
            let queue = (&*lease.namespace, &*lease.place.component, &*lease.place.queue);
            queues.entry(queue).or_default().push((lease, of));
        }
    }
    let mut choices = Vec::new();
    for leases in queues.into_values() {
        let led = leases.iter().filter(|(lease, of)| *of == present && lease.holder.is_some()).count();
        let all_led = u32::try_from(led) == Ok(present);
        for (lease, _) in leases.iter().filter(|(_, of)| *of != present) {
            let kept = if all_led {
                too_young(lease, unrenewed_for, now)
            } else {
                Some(format!("kept: of the {present} present Leases of its queue {led} are held"))
            };
            choices.push(Choice { lease, kept });
        }
    }
    choices
}

fn too_young(lease: &LeaseView, unrenewed_for: Duration, now: Timestamp) -> Option<String> {
    let Some(renewed) = lease.renewed().or(lease.created) else {
        return Some("kept: nothing in it says how old it is".to_owned());
    };
    let age = now.duration_since(renewed).max(SignedDuration::ZERO).unsigned_abs();
    (age < unrenewed_for).then(|| format!("kept: it was renewed {} ago", short(age)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn lease(name: &str, holder: &str, renewed: &str) -> LeaseView {
        let lease = json!({
            "metadata": { "namespace": "acme", "name": name },
            "spec": { "holderIdentity": holder, "leaseDurationSeconds": 15, "renewTime": renewed },
        });
        LeaseView::read(&serde_json::from_value(lease).unwrap())
    }

    fn kept(leases: &[LeaseView], present: u32) -> Vec<(&str, Option<String>)> {
        let now = "2026-01-02T00:00:00Z".parse().unwrap();
        let chosen = choose(leases, present, HOUR, now);
        chosen.into_iter().map(|choice| (&*choice.lease.name, choice.kept)).collect()
    }

    #[test]
    fn old_ones_go_where_all_present_ones_are_held() {
        let (old, young) = ("2026-01-01T00:00:00.000000Z", "2026-01-01T23:30:00.000000Z");
        let leases = [
            lease("c.q.00-of-01", "pod_x", young),
            lease("c.q.00-of-02", "", old),
            lease("c.q.01-of-02", "pod_y", young),
            lease("c.other.00-of-02", "", old),
            lease("alone", "", old),
            lease("z.q.00-of-01", "", young),
            lease("z.q.00-of-03", "", old),
        ];
        let found = kept(&leases, 1);
        let words: Vec<(&str, Option<&str>)> =
            found.iter().map(|(name, kept)| (*name, kept.as_deref())).collect();
        assert_eq!(
            words,
            [
                ("c.other.00-of-02", Some("kept: of the 1 present Leases of its queue 0 are held")),
                ("c.q.00-of-02", None),
                ("c.q.01-of-02", Some("kept: it was renewed 30m ago")),
                ("z.q.00-of-03", Some("kept: of the 1 present Leases of its queue 0 are held")),
            ]
        );
    }

    #[test]
    fn a_lease_without_an_age_stays_and_a_held_one_is_looked_at_for_its_duration() {
        let leases = [lease("c.q.00-of-01", "pod_x", ""), lease("c.q.00-of-02", "pod_y", "some day")];
        let now = Timestamp::now();
        let chosen = choose(&leases, 1, HOUR, now);
        assert_eq!(chosen[0].kept.as_deref(), Some("kept: nothing in it says how old it is"));
        assert_eq!(chosen[0].wait(), Some(Duration::from_secs(16)));
    }
}
