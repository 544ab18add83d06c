//! What a duck says while it goes round.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use le_cli::{harmless, plain};
use serde::Serialize;
use tokio::time::Instant;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened. Times are in seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "event")]
#[non_exhaustive]
pub enum What {
    /// A leader was struck, or would have been in a dry run.
    Struck {
        /// Its component.
        component: String,
        /// What it is, such as a pod or a Lease.
        victim: String,
        /// What was done to it.
        deed: &'static str,
        /// The Leases that it held.
        leases: Vec<String>,
        /// It was only said.
        dry_run: bool,
    },
    /// A Lease has a new holder.
    HandedOver {
        /// Its component.
        component: String,
        /// The Lease.
        lease: String,
        /// Who held it.
        from: String,
        /// Who holds it.
        to: String,
        /// From the strike to the moment that it was seen.
        seconds: f64,
    },
    /// A Lease has been without a new holder for longer than the bound.
    NeverCameBack {
        /// Its component.
        component: String,
        /// The Lease.
        lease: String,
        /// Who held it.
        from: String,
        /// For how long by now.
        seconds: f64,
    },
    /// There are no Leases of elections: nothing is struck.
    NoLeases {
        /// Where.
        namespace: String,
    },
    /// A Lease has no holder.
    NoHolder {
        /// The Lease.
        lease: String,
    },
    /// The holder of a Lease is no pod that exists.
    NoPod {
        /// The Lease.
        lease: String,
        /// Its holder.
        holder: String,
    },
    /// A component was not struck.
    Untouched {
        /// The component.
        component: String,
        /// Why not.
        why: String,
    },
    /// Something failed, and the duck goes on.
    Failed {
        /// What, and why.
        message: String,
    },
}

impl Event {
    pub(crate) fn now(what: What) -> Self {
        Self { at: Timestamp::now(), what }
    }

    /// What happened earlier, and is told now.
    pub(crate) fn of(when: Instant, what: What) -> Self {
        let ago = SignedDuration::try_from(when.elapsed()).unwrap_or(SignedDuration::ZERO);
        let now = Timestamp::now();
        Self { at: now.checked_sub(ago).unwrap_or(now), what }
    }
}

/// One line, in which nothing that anybody wrote into an object can do anything to a terminal.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}  {}", self.at, self.what)
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Struck { component, victim, deed, leases, dry_run } => {
                let would = if *dry_run { "would have " } else { "" };
                let leases: Vec<String> = leases.iter().map(|lease| plain(lease)).collect();
                let (component, victim) = (plain(component), plain(victim));
                write!(f, "{component}: {would}{deed} {victim}")?;
                // A Lease that is struck itself is told already.
                if leases == [victim] { Ok(()) } else { write!(f, ", which held {}", leases.join(", ")) }
            }
            Self::HandedOver { component, lease, from, to, seconds } => {
                let (component, lease, from, to) = (plain(component), plain(lease), plain(from), plain(to));
                write!(f, "{component}: {lease} went from {from} to {to} in {seconds:.3} s")
            }
            Self::NeverCameBack { component, lease, from, seconds } => {
                let (component, lease, from) = (plain(component), plain(lease), plain(from));
                write!(f, "{component}: {lease} has had no new holder since {from}, {seconds:.0} s ago")
            }
            Self::NoLeases { namespace } => {
                write!(f, "nothing to strike: no Leases of elections in {}", plain(namespace))
            }
            Self::NoHolder { lease } => write!(f, "{} has no holder", plain(lease)),
            Self::NoPod { lease, holder } => {
                write!(f, "{} is held by {}, which is no pod that exists", plain(lease), plain(holder))
            }
            Self::Untouched { component, why } => {
                write!(f, "{}: not touched: {}", plain(component), harmless(why))
            }
            Self::Failed { message } => write!(f, "failed, and goes on: {}", harmless(message)),
        }
    }
}
