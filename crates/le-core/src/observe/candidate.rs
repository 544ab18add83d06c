//! Who something happens to.

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

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate")
            .field("bucket", &self.bucket())
            .field("identity", &self.identity())
            .field("pulse", self.pulse())
            .finish()
    }
}
