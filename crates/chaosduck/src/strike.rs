//! What is done to a leader.

use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, EvictParams, PostParams, Preconditions};
use kube::{Api, Error};
use le_cli::{Connection, LeaseView, explain, lease_api, pod_api};
use serde_json::json;

use crate::Mode;
use crate::round::Leader;

/// What the identity of the stranger begins with, who is nobody's holder.
pub(crate) const STRANGER: &str = "chaosduck_";

/// For how long the stranger says that it holds a Lease. It gives it back long before.
const HELD: u32 = 15;

/// How long an answer is waited for: the client itself waits without an end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// How often a Lease is read again that was renewed meanwhile.
const ATTEMPTS: u32 = 3;

/// What came of a strike.
pub(crate) enum Outcome {
    Done,
    /// It could not be struck, and nothing is wrong.
    Spared(String),
    /// It was refused.
    Refused(anyhow::Error),
    /// It failed in a way that leaves open whether it was done.
    Unsure(anyhow::Error),
}

/// What is to be done to a leader, before it is.
pub(crate) struct Deed<'a> {
    /// What it is, for people.
    pub(crate) words: &'static str,
    pub(crate) victim: String,
    /// The Leases from which it is taken away.
    pub(crate) leases: Vec<&'a LeaseView>,
    way: Way,
}

#[derive(Clone, Copy)]
enum Way {
    Delete,
    Evict,
    Empty,
    DeleteLease,
    Steal,
}

impl<'a> Deed<'a> {
    /// Chooses what to do to a leader.
    pub(crate) fn choose(mode: Mode, leader: &'a Leader, chance: &mut fastrand::Rng) -> Self {
        let way = match mode {
            Mode::Delete => Way::Delete,
            Mode::Evict => Way::Evict,
            Mode::Lease if chance.bool() => Way::Empty,
            Mode::Lease => Way::DeleteLease,
            Mode::Steal => Way::Steal,
        };
        let words = match way {
            Way::Delete => "deleted pod",
            Way::Evict => "evicted pod",
            Way::Empty => "emptied Lease",
            Way::DeleteLease => "deleted Lease",
            Way::Steal => "stole Lease",
        };
        match way {
            Way::Delete | Way::Evict => {
                Self { words, victim: leader.name.clone(), leases: leader.leases.iter().collect(), way }
            }
            _ => {
                let lease = &leader.leases[chance.usize(..leader.leases.len())];
                Self { words, victim: lease.name.clone(), leases: vec![lease], way }
            }
        }
    }

    /// Whether the Lease has to be given back.
    pub(crate) fn is_theft(&self) -> bool {
        matches!(self.way, Way::Steal)
    }

    /// Does it. A Lease that its holder has renewed meanwhile is read again.
    pub(crate) async fn run(&self, connection: &Connection, leader: &Leader) -> Outcome {
        let done = answered(self.attempts(connection, leader)).await;
        self.outcome(done, &connection.namespace)
    }

    async fn attempts(&self, connection: &Connection, leader: &Leader) -> kube::Result<()> {
        let mut done = self.strike(connection, leader, self.leases[0]).await;
        for _ in 0..ATTEMPTS {
            let is_of_pod = matches!(self.way, Way::Delete | Way::Evict);
            if is_of_pod || !matches!(&done, Err(Error::Api(status)) if status.code == 409) {
                break;
            }
            let api = lease_api(connection, Some(&connection.namespace));
            let now = api.get_opt(&self.victim).await.ok().flatten().map(|lease| LeaseView::read(&lease));
            let Some(now) = now.filter(|now| now.holder == self.leases[0].holder) else { break };
            done = self.strike(connection, leader, &now).await;
        }
        done
    }

    async fn strike(&self, connection: &Connection, leader: &Leader, lease: &LeaseView) -> kube::Result<()> {
        let namespace = &connection.namespace;
        match self.way {
            Way::Delete => {
                let pods = pod_api(connection, Some(namespace));
                pods.delete(&leader.name, &as_it_was(leader.uid.clone(), None)).await.map(drop)
            }
            Way::Evict => {
                let pods: Api<Pod> = Api::namespaced(connection.client.clone(), namespace);
                let params = EvictParams {
                    delete_options: Some(as_it_was(leader.uid.clone(), None)),
                    ..EvictParams::default()
                };
                pods.evict(&leader.name, &params).await.map(drop)
            }
            Way::DeleteLease => {
                let params = as_it_was(lease.uid.clone(), lease.version.clone());
                lease_api(connection, Some(namespace)).delete(&lease.name, &params).await.map(drop)
            }
            Way::Empty => put(connection, lease, "").await,
            Way::Steal => put(connection, lease, &format!("{STRANGER}{}", uuid::Uuid::new_v4())).await,
        }
    }

    fn outcome(&self, done: kube::Result<()>, namespace: &str) -> Outcome {
        let spared = Outcome::Spared;
        match done {
            Ok(()) => Outcome::Done,
            Err(Error::Api(status)) if status.code == 404 && self.is_eviction_unknown(&status.message) => {
                spared("this cluster has no evictions".to_owned())
            }
            Err(Error::Api(status)) if status.code == 404 => {
                spared(format!("{} was gone before it was struck", self.victim))
            }
            Err(Error::Api(status)) if status.code == 409 => {
                spared(format!("{} had changed before it was struck", self.victim))
            }
            Err(Error::Api(status)) if status.code == 429 => {
                spared(format!("{} may not be disrupted now: {}", self.victim, status.message))
            }
            Err(error) => {
                let is_refusal = matches!(&error, Error::Api(status) if (400..500).contains(&status.code));
                let error = explain(error, &self.in_words(), namespace);
                if is_refusal { Outcome::Refused(error) } else { Outcome::Unsure(error) }
            }
        }
    }

    /// A path that leads nowhere is said in other words than a pod that is not there.
    fn is_eviction_unknown(&self, message: &str) -> bool {
        matches!(self.way, Way::Evict) && !message.contains("pods")
    }

    fn in_words(&self) -> String {
        let verb = match self.way {
            Way::Delete => "delete the pod",
            Way::Evict => "evict the pod",
            Way::Empty | Way::Steal => "update the Lease",
            Way::DeleteLease => "delete the Lease",
        };
        format!("{verb} {:?}", self.victim)
    }
}

/// Empties a Lease that the stranger holds. One that somebody else has taken is theirs.
pub(crate) async fn give_back(connection: &Connection, lease: &str) -> anyhow::Result<()> {
    let failed = |error| explain(error, &format!("give the Lease {lease:?} back"), &connection.namespace);
    answered(try_to_give_back(connection, lease)).await.map_err(failed).context("it runs out by itself")
}

async fn try_to_give_back(connection: &Connection, lease: &str) -> kube::Result<()> {
    let api = lease_api(connection, Some(&connection.namespace));
    let mut done = Ok(());
    for _ in 0..=ATTEMPTS {
        let Some(object) = api.get_opt(lease).await? else { return Ok(()) };
        let now = LeaseView::read(&object);
        if !now.holder.as_deref().is_some_and(|holder| holder.starts_with(STRANGER)) {
            return Ok(());
        }
        done = put(connection, &now, "").await;
        // Who wrote in between need not have taken it: a label is enough.
        if !matches!(&done, Err(Error::Api(status)) if status.code == 409 || status.code == 404) {
            break;
        }
    }
    done
}

/// Waits for an answer, as long as there is patience.
pub(crate) async fn answered<T>(request: impl Future<Output = kube::Result<T>>) -> kube::Result<T> {
    le_cli::answered(PATIENCE, request).await
}

/// Writes a holder into a Lease as it was read, or none, in the way in which holders write.
async fn put(connection: &Connection, lease: &LeaseView, holder: &str) -> kube::Result<()> {
    let api = lease_api(connection, Some(&connection.namespace));
    let mut object = api.get(&lease.name).await?;
    object.metadata.resource_version.clone_from(&lease.version);
    object.metadata.uid.clone_from(&lease.uid);
    let now = format!("{:.6}", Timestamp::now());
    if !object.data["spec"].is_object() {
        object.data["spec"] = json!({});
    }
    let spec = &mut object.data["spec"];
    let transitions = lease.transitions.unwrap_or(0).clamp(0, i64::from(i32::MAX) - 1);
    spec["holderIdentity"] = json!(holder);
    spec["leaseDurationSeconds"] = json!(if holder.is_empty() { 1 } else { HELD });
    spec["leaseTransitions"] = json!(transitions + i64::from(!holder.is_empty()));
    spec["acquireTime"] = json!(now);
    spec["renewTime"] = json!(now);
    api.replace(&lease.name, &PostParams::default(), &object).await.map(drop)
}

/// Only what was read is deleted.
fn as_it_was(uid: Option<String>, resource_version: Option<String>) -> DeleteParams {
    DeleteParams {
        preconditions: uid.is_some().then_some(Preconditions { uid, resource_version }),
        ..DeleteParams::default()
    }
}
