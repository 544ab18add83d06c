//! When a Lease was last renewed, as far as that was seen from here: no clock but one's own is asked.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use le_cli::LeaseView;
use tokio::time::Instant;

use crate::cli::short;

/// What was seen of Leases so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    leases: HashMap<(String, String), Sight>,
    /// When the last reading began, and the one before it.
    readings: (Option<Instant>, Option<Instant>),
}

#[derive(Debug)]
struct Sight {
    uid: Option<String>,
    version: Option<String>,
    /// When this version was read first.
    since: Instant,
    /// When the version before it was read last; `None` where no change was seen.
    changed_after: Option<Instant>,
}

/// How long ago a Lease was renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// At least so long ago, and, where a change was seen, at most.
    Seen { least: Duration, most: Option<Duration> },
    /// What the holder's clock and the one here say.
    Clock(Duration),
    /// It was read once only.
    Unknown,
}

impl Seen {
    /// Takes in a reading of all Leases, and when it began.
    pub(super) fn look(&mut self, leases: &[LeaseView], began: Instant) {
        self.readings = (Some(began), self.readings.0);
        let mut now = HashMap::with_capacity(leases.len());
        for lease in leases {
            let key = (lease.namespace.clone(), lease.name.clone());
            let before = self.leases.remove(&key).filter(|sight| sight.uid == lease.uid);
            let sight = match before {
                None => Sight {
                    uid: lease.uid.clone(),
                    version: lease.version.clone(),
                    since: began,
                    changed_after: None,
                },
                Some(sight) if sight.version == lease.version => sight,
                Some(sight) => Sight {
                    version: lease.version.clone(),
                    since: began,
                    changed_after: self.readings.1,
                    ..sight
                },
            };
            now.insert(key, sight);
        }
        self.leases = now;
    }

    /// How long ago a Lease was renewed, as seen in the last reading.
    pub(super) fn age(&self, lease: &LeaseView) -> Age {
        let sight = self.leases.get(&(lease.namespace.clone(), lease.name.clone()));
        let (Some(sight), Some(now)) = (sight, self.readings.0) else { return Age::Unknown };
        let age = |moment: Instant| now.duration_since(moment);
        match sight.changed_after {
            None if sight.since == now => Age::Unknown,
            most => Age::Seen { least: age(sight.since), most: most.map(age) },
        }
    }
}

impl Age {
    /// Whether it was not renewed for this long, for certain.
    pub(super) fn is_beyond(self, duration: Duration) -> bool {
        matches!(self, Self::Seen { least: age, .. } | Self::Clock(age) if age > duration)
    }

    /// Whether it was seen to be renewed.
    pub(super) fn is_renewed(self) -> bool {
        matches!(self, Self::Seen { most: Some(_), .. })
    }

    /// In seconds, where it is known to be so old at the most or, by clocks, so old.
    pub(super) fn most(self) -> Option<f64> {
        match self {
            Self::Seen { most, .. } => most.map(|age| age.as_secs_f64()),
            Self::Clock(age) => Some(age.as_secs_f64()),
            Self::Unknown => None,
        }
    }

    /// In seconds, so old at the least.
    pub(super) fn least(self) -> Option<f64> {
        match self {
            Self::Seen { least: age, .. } | Self::Clock(age) => Some(age.as_secs_f64()),
            Self::Unknown => None,
        }
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seen { most: Some(age), .. } => write!(f, "<{}", short(*age)),
            Self::Seen { least: age, .. } => write!(f, ">{}", short(*age)),
            Self::Clock(age) => f.write_str(&short(*age)),
            Self::Unknown => f.write_str("?"),
        }
    }
}
