//! The task that sets the label and takes it away: one request at a time, so that none overtakes another.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::select_all;
use kube::api::{PartialObjectMeta, Patch, PatchParams};
use kube::{Api, Client};
use le_core::{Bucket, Leadership};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::attempt::{Failed, Failure, Told, within};

/// How long a request may take.
const BOUND: Duration = Duration::from_secs(1);

/// When a request that failed is made again.
const AGAIN: Duration = Duration::from_secs(5);

/// The same where it will be of no use before somebody has acted.
const MUCH_LATER: Duration = Duration::from_secs(60);

/// A pod and its label.
#[derive(Clone)]
pub(super) struct Pod {
    pub(super) client: Client,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) key: String,
    pub(super) value: String,
}

/// One of those who lead: by ordinal all queues have the same bucket, and each leads it for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wearer(u64);

impl Wearer {
    pub(super) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        Self(COUNT.fetch_add(1, Ordering::Relaxed))
    }
}

/// What is led.
#[derive(Debug, Default)]
pub(super) struct Worn {
    change: u64,
    led: Vec<(Wearer, Leadership)>,
}

impl Worn {
    pub(super) fn put_on(&mut self, who: Wearer, leadership: Leadership) {
        self.take_off(who, leadership.bucket());
        self.led.push((who, leadership));
    }

    /// Returns which change it is.
    pub(super) fn take_off(&mut self, who: Wearer, bucket: &Bucket) -> u64 {
        self.led.retain(|(wearer, leadership)| *wearer != who || leadership.bucket() != bucket);
        self.change += 1;
        self.change
    }
}

pub(super) struct Worker {
    pod: Pod,
    pods: Api<PartialObjectMeta<k8s_openapi::api::core::v1::Pod>>,
    worn: watch::Receiver<Worn>,
    settled: watch::Sender<u64>,
    /// Whether the label is there. Not known at first: a process before this one may have left it.
    is_on: Option<bool>,
    /// Whether this process has tried to set it.
    has_set: bool,
    told: Told,
}

impl Worker {
    pub(super) fn new(pod: Pod, worn: watch::Receiver<Worn>, settled: watch::Sender<u64>) -> Self {
        let pods = Api::namespaced(pod.client.clone(), &pod.namespace);
        Self { pod, pods, worn, settled, is_on: None, has_set: false, told: Told::default() }
    }

    /// Works until nobody is left who could lead.
    pub(super) async fn run(mut self) {
        loop {
            let (change, led) = {
                let worn = self.worn.borrow_and_update();
                let led = worn.led.iter().map(|(_, leadership)| leadership);
                (worn.change, led.filter(|leadership| leadership.is_valid()).cloned().collect::<Vec<_>>())
            };
            let again = self.write(!led.is_empty()).await;
            self.settled.send_replace(change);
            let lost = async {
                match led.is_empty() {
                    true => std::future::pending().await,
                    false => _ = select_all(led.iter().map(|leadership| Box::pin(leadership.lost()))).await,
                }
            };
            let tries_again = async {
                match again {
                    Some(after) => sleep(after).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                changed = self.worn.changed() => if changed.is_err() { break },
                // Nobody was told: whoever elects was dropped.
                () = lost => {}
                () = tries_again => {}
            }
        }
        if self.has_set {
            self.write(false).await;
        }
    }

    /// Makes the label be there or not. Returns when to try again, if that failed.
    async fn write(&mut self, on: bool) -> Option<Duration> {
        if self.is_on == Some(on) {
            return None;
        }
        self.has_set |= on;
        let value = on.then_some(&self.pod.value);
        let patch = Patch::Merge(json!({ "metadata": { "labels": { &self.pod.key: value } } }));
        let written = within(BOUND, self.pods.patch(&self.pod.name, &PatchParams::default(), &patch)).await;
        self.is_on = written.is_ok().then_some(on);
        let failed = written.err()?;
        self.tell(&failed);
        match failed.why {
            Failure::TimedOut | Failure::Unreachable => Some(AGAIN),
            // A replica that never led has nothing to take away but what another process may have left.
            Failure::Forbidden | Failure::Absent | Failure::Refused => self.has_set.then_some(MUCH_LATER),
        }
    }

    fn tell(&mut self, failed: &Failed) {
        let (Failed { why, said }, Pod { namespace, name, key, .. }) = (failed, &self.pod);
        if !self.told.is_new(*why) {
            tracing::debug!("the label {key:?} of pod {name:?} was not written: {said}");
            return;
        }
        let remedy = match why {
            Failure::Forbidden => {
                "not allowed: grant the service account the verb \"patch\" on \"pods\" by a Role in that namespace"
            }
            Failure::Absent => "there is no such pod: have POD_NAMESPACE and POD_NAME name it",
            Failure::Refused => "the API server refuses it: check its key and its value",
            Failure::TimedOut | Failure::Unreachable => "the API server cannot be reached, or failed",
        };
        tracing::warn!(
            "the label {key:?} of pod {name:?} in namespace {namespace:?} cannot be written: {remedy}; elections go on, and this is \
             said once: {said}"
        );
    }
}
