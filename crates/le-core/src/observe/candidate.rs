//! Who something happens to.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::Pulse;
use crate::Clock;

/// A replica's candidature for one bucket, as observers know it. Cheap to clone.
#[derive(Clone)]
pub struct Candidate(Pulse);

impl Candidate {
    pub(super) fn new(bucket: &str, identity: Arc<str>, clock: Arc<dyn Clock>) -> Self {
        Self(Pulse::new(bucket, identity, clock))
    }

    /// Returns the name of the bucket, which is that of its lock.
    pub fn bucket(&self) -> &str {
        self.0.bucket()
    }

    /// Returns the identity under which this replica competes.
    pub fn identity(&self) -> &str {
        self.0.identity()
    }

    /// Returns the present state of the candidate.
    pub fn pulse(&self) -> &Pulse {
        &self.0
    }
}

/// One is equal to its clones only: a candidature that begins anew is another one, whatever it is called.
impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The order means nothing, and stays while both are there: it lets a map find what belongs to a candidate.
impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.place().cmp(&other.0.place())
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate")
            .field("bucket", &self.bucket())
            .field("identity", &self.identity())
            .field("pulse", self.pulse())
            .finish()
    }
}
