//! The task that sends Events, one after the other.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::ObjectReference;
use kube::api::PartialObjectMeta;
use kube::runtime::events::{Recorder, Reporter};
use kube::{Api, Client};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::words::Notice;
use crate::attempt::{Failed, Failure, Told, within};

/// How long a request may take.
const BOUND: Duration = Duration::from_secs(5);

/// For how long nothing is sent after it was forbidden.
const SILENCE: Duration = Duration::from_secs(3600);

/// The most that Kubernetes takes for the instance that reports.
const LONGEST_INSTANCE: usize = 128;

/// What the task is given.
#[derive(Debug)]
pub(super) enum Mail {
    Notice(Notice),
    /// To be answered when all before it has been sent.
    Flush(oneshot::Sender<()>),
}

pub(super) struct Post {
    client: Client,
    namespace: String,
    controller: String,
    leases: Api<PartialObjectMeta<Lease>>,
    /// One for each identity.
    recorders: BTreeMap<String, Recorder>,
    silent_until: Option<Instant>,
    told: Told,
}

impl Post {
    pub(super) fn new(client: Client, namespace: String, controller: String) -> Self {
        let leases = Api::namespaced(client.clone(), &namespace);
        let (recorders, told) = (BTreeMap::new(), Told::default());
        Self { client, namespace, controller, leases, recorders, silent_until: None, told }
    }

    /// Sends until nobody is left who could give anything.
    pub(super) async fn run(mut self, mut mail: mpsc::Receiver<Mail>) {
        while let Some(mail) = mail.recv().await {
            match mail {
                Mail::Notice(notice) => self.send(&notice).await,
                Mail::Flush(done) => _ = done.send(()),
            }
        }
    }

    async fn send(&mut self, notice: &Notice) {
        if self.silent_until.is_some_and(|until| Instant::now() < until) {
            return;
        }
        self.silent_until = None;
        let regarding = self.reference(&notice.lease).await;
        let mut sent = self.publish(notice, &regarding).await;
        if matches!(&sent, Err(Failed { why: Failure::Absent, .. })) {
            // The Event that it counts on is gone: it begins another.
            self.recorders.remove(&notice.identity);
            sent = self.publish(notice, &regarding).await;
        }
        if let Err(failed) = sent {
            self.failed(&failed);
        }
    }

    async fn publish(&mut self, notice: &Notice, regarding: &ObjectReference) -> Result<(), Failed> {
        let (client, controller) = (&self.client, &self.controller);
        let recorder = self.recorders.entry(notice.identity.clone()).or_insert_with(|| {
            let instance = Some(shortened(&notice.identity).to_owned());
            Recorder::new(client.clone(), Reporter { controller: controller.clone(), instance })
        });
        within(BOUND, recorder.publish(&notice.event(), regarding)).await
    }

    /// Names the Lease; with its uid, if that can be read.
    async fn reference(&self, lease: &str) -> ObjectReference {
        let found = within(BOUND, self.leases.get(lease)).await;
        ObjectReference {
            api_version: Some("coordination.k8s.io/v1".to_owned()),
            kind: Some("Lease".to_owned()),
            name: Some(lease.to_owned()),
            namespace: Some(self.namespace.clone()),
            uid: found.ok().and_then(|lease| lease.metadata.uid),
            ..ObjectReference::default()
        }
    }

    fn failed(&mut self, failed: &Failed) {
        let Failed { why, said } = failed;
        if *why == Failure::Forbidden {
            self.silent_until = Some(Instant::now() + SILENCE);
        }
        if !self.told.is_new(*why) {
            tracing::debug!("an Event was not written: {said}");
            return;
        }
        match why {
            Failure::Forbidden => tracing::warn!(
                "not allowed to write Events in namespace {:?}: grant the service account the verbs \"create\" and \"patch\" on \
                 \"events\" of the API group \"events.k8s.io\" by a Role in that namespace; elections go on without them, and this \
                 is said once: {said}",
                self.namespace
            ),
            _ => tracing::warn!(
                "an Event in namespace {:?} was not written; elections go on, and this is said once: {said}",
                self.namespace
            ),
        }
    }
}

/// As much of an identity as there is room for.
fn shortened(identity: &str) -> &str {
    let mut end = identity.len().min(LONGEST_INSTANCE);
    while !identity.is_char_boundary(end) {
        end -= 1;
    }
    &identity[..end]
}
