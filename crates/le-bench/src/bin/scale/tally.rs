//! What was asked for, and who began to lead when.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

/// What was asked for, by all replicas together.
#[derive(Debug)]
pub(crate) struct Tally {
    began: Instant,
    counts: Mutex<Counts>,
}

#[derive(Clone, Debug, Default)]
struct Counts {
    requests: u64,
    /// How many writes there were to take a Lease, and when the last of them was successful.
    claims: BTreeMap<String, (u64, Option<Duration>)>,
}

#[derive(Deserialize)]
struct Lease {
    metadata: Metadata,
    spec: Spec,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    holder_identity: String,
    acquire_time: String,
    renew_time: String,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), counts: Mutex::default() }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count_request(&self) {
        self.counts().requests += 1;
    }

    pub(crate) fn requests(&self) -> u64 {
        self.counts().requests
    }

    /// Counts a write that takes a Lease: one that begins a term says so by its two times. Returns the name.
    pub(crate) fn claim(&self, body: &[u8]) -> Option<String> {
        let lease: Lease = serde_json::from_slice(body).ok()?;
        let takes =
            !lease.spec.holder_identity.is_empty() && lease.spec.acquire_time == lease.spec.renew_time;
        let name = takes.then_some(lease.metadata.name)?;
        self.counts().claims.entry(name.clone()).or_default().0 += 1;
        Some(name)
    }

    pub(crate) fn claimed(&self, name: String) {
        let now = self.now();
        self.counts().claims.entry(name).or_default().1 = Some(now);
    }

    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn forget_claims(&self) {
        self.counts().claims.clear();
    }

    /// For a Lease: how many writes there were to take it, and when one was successful.
    pub(crate) fn claims_of(&self, name: &str) -> (u64, Option<Duration>) {
        self.counts().claims.get(name).copied().unwrap_or_default()
    }
}
