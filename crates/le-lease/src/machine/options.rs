//! How a machine may differ from the default.

use std::time::Duration;

/// How an election may differ from the default.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Whether a Lease that this replica creates is held for one lease duration before it is led; off by default.
    ///
    /// Somebody may still lead under a Lease that was deleted just before, unseen. By default it is created and led at once, as
    /// every peer does; with this on that window is closed, and a first start takes one lease duration longer. A Lease that its
    /// leader creates again within its term is not held. It is this replica's own lease duration that counts, for the other's is
    /// not known: where they differ, the window is closed only for leaders with a shorter renew deadline.
    pub hold_new_leases: bool,
    /// The longest that the duration written by another holder is honoured; unlimited by default.
    pub longest_wait: Option<Duration>,
    /// Whether a Lease found under one's own identity may be taken at once, because the process that wrote it is known to be
    /// gone; off by default, and without effect where `hold_new_leases` is on. Only ever right where the platform runs at most one
    /// process per identity.
    pub predecessor_is_gone: bool,
    /// How long the work may drain after a stop while its right is still renewed; 30 s by default.
    pub drain_bound: Duration,
    /// The way in which the machine is broken on purpose; none by default.
    #[cfg(le_mutants)]
    pub mutant: Option<super::Mutant>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hold_new_leases: false,
            longest_wait: None,
            predecessor_is_gone: false,
            drain_bound: Duration::from_secs(30),
            #[cfg(le_mutants)]
            mutant: None,
        }
    }
}
