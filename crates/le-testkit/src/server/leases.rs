//! What a stranger does to a Lease.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::ApiServer;
use crate::led::LEASES;
use crate::meta;
use crate::store::{Key, Stored};

impl ApiServer {
    /// Writes a stranger into a Lease as its holder, whoever holds it, and whoever is cut off: the holder loses it the moment that
    /// it hears of it.
    ///
    /// The stranger never renews. After `duration` the others may take over, or at once when the Lease is
    /// [freed](Self::free_lease). Of several Leases of the name in different namespaces, all are taken. The other way to make a
    /// holder lose its Lease is to [cut it off](crate::Faults::partition): then it stops by itself when its deadline passes.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let server = le_testkit::ApiServer::new();
    /// # server.fill([serde_json::json!({
    /// #     "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": { "name": "my-lock" },
    /// # })]);
    /// server.take_lease("my-lock", "stranger", Duration::from_secs(15));
    /// server.until_led("my-lock").by("stranger").await;
    /// server.free_lease("my-lock");
    /// server.until_free("my-lock").await;
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no Lease of this name: wait [until it is led](Self::until_led).
    pub fn take_lease(&self, lease: &str, holder: &str, duration: Duration) {
        let seconds = i32::try_from(duration.as_millis().div_ceil(1000)).unwrap_or(i32::MAX).max(1);
        self.hold(lease, holder, seconds, 1);
    }

    /// Empties a Lease, as its holder does when it releases it. A holder that is still there loses it.
    ///
    /// # Panics
    ///
    /// If there is no Lease of this name.
    pub fn free_lease(&self, lease: &str) {
        self.hold(lease, "", 1, 0);
    }

    fn hold(&self, name: &str, holder: &str, seconds: i32, transitions: i64) {
        let mut store = self.0.store();
        let all = store.range(LEASES, None).filter(|(key, _)| key.name == name);
        let all: Vec<(Key, Stored)> = all.map(|(key, stored)| (key.clone(), stored.clone())).collect();
        assert!(!all.is_empty(), "there is no lease {name:?}; wait for it with `until_led`");
        let now = self.0.clock.now_micro();
        for (key, stored) in all {
            let mut lease = Value::clone(&stored.object);
            let transitions = lease["spec"]["leaseTransitions"].as_i64().unwrap_or(0) + transitions;
            for (field, value) in [
                ("holderIdentity", json!(holder)),
                ("leaseDurationSeconds", json!(seconds)),
                ("acquireTime", json!(now)),
                ("renewTime", json!(now)),
                ("leaseTransitions", json!(transitions)),
            ] {
                lease["spec"][field] = value;
            }
            meta::remove(&mut lease, "resourceVersion");
            store.put(key, Stored { object: Arc::new(lease), holder_writer: holder.into(), ..stored });
        }
    }
}
