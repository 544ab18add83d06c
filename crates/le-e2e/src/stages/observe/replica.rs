//! A process that can be seen from outside: the example of `le-observe`, in a namespace and under a user of its own.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use k8s_openapi::api::rbac::v1::PolicyRule;
use kube::Api;
use kube::api::PostParams;
use serde_json::json;
use tokio::time::sleep;

use super::Ground;
use crate::plane::{ADMIN, Plane, lease_rules, replica, rule};
use crate::process::{Process, Start};
use crate::stages::rights::shown;
use crate::tools::example;

/// How long anything may take that is to come about. What is forbidden is tried again after a minute.
pub(super) const PATIENCE: Duration = Duration::from_secs(100);

pub(super) const LEASE: &str = "observed.maps.00-of-01";
/// Who takes the Lease away.
const THIEF: &str = "thief";
pub(super) const POD: &str = "observed-0";
pub(super) const KEY: &str = "acme.example.com/role";

/// A replica that writes Events and labels its pod.
pub(super) struct Replica<'a> {
    plane: &'a Plane,
    pub(super) namespace: String,
    user: String,
    process: Process,
    pub(super) leases: Api<Lease>,
    pods: Api<Pod>,
}

impl<'a> Replica<'a> {
    /// Starts it with the rights of an election and of its controller, and with these.
    pub(super) async fn start(
        ground: &Ground<'a>,
        namespace: &str,
        number: usize,
        rules: &[PolicyRule],
    ) -> anyhow::Result<Self> {
        let (plane, user) = (ground.plane, replica(number));
        let admin = plane.client(ADMIN).await?;
        plane.make_namespace(namespace).await?;
        grant(plane, namespace, &user, rules).await?;
        plane.grant_everywhere(&user, &[rule("", &["configmaps"], &["list", "watch"])]).await?;

        let maps: Api<ConfigMap> = Api::namespaced(admin.clone(), namespace);
        let quick = json!({ "lease-duration": "5s", "renew-deadline": "3s", "retry-period": "500ms" });
        let map = json!({ "metadata": { "name": "config-leader-election" }, "data": quick });
        maps.create(&PostParams::default(), &serde_json::from_value(map)?).await?;
        let pods: Api<Pod> = Api::namespaced(admin.clone(), namespace);
        let pod = json!({
            "metadata": { "name": POD, "labels": { "app": "observed" } },
            "spec": { "containers": [{ "name": "main", "image": "observed" }] },
        });
        pods.create(&PostParams::default(), &serde_json::from_value(pod)?).await?;

        let args = ["--listen", "127.0.0.1:0", "--events", "--label", "acme.example.com/role=leader"];
        let environment = ["SYSTEM_NAMESPACE", "POD_NAMESPACE"].map(|key| (key, namespace.to_owned()));
        let start = Start {
            name: format!("observed-in-{namespace}"),
            program: &example("observed")?,
            args: args.map(str::to_owned).to_vec(),
            kubeconfig: &plane.kubeconfig(&user)?,
            environment: [&environment[..], &[("POD_NAME", POD.to_owned())]].concat(),
            folder: plane.folder(),
        };
        let process = Process::start(start, drop)?;
        let (namespace, leases) = (namespace.to_owned(), Api::namespaced(admin, namespace));
        Ok(Self { plane, namespace, user, process, leases, pods })
    }

    /// Grants these beside the rights of an election, and nothing else.
    pub(super) async fn grant(&self, rules: &[PolicyRule]) -> anyhow::Result<()> {
        grant(self.plane, &self.namespace, &self.user, rules).await
    }

    /// Everything that it has said, in the words of the documents.
    pub(super) fn said(&self) -> String {
        timeless(&shown::in_its_words(&self.process.log(), &self.namespace, &self.user))
    }

    /// Waits until something holds.
    pub(super) async fn until<F>(&self, what: &str, mut holds: impl FnMut() -> F) -> anyhow::Result<()>
    where
        F: Future<Output = anyhow::Result<bool>>,
    {
        let began = Instant::now();
        while !holds().await.with_context(|| format!("waiting until {what}"))? {
            let said =
                || format!("not so after {PATIENCE:?}: {what}; it said last:\n{}", self.process.last_words());
            ensure!(began.elapsed() < PATIENCE, said());
            sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }

    pub(super) async fn until_said(&self, words: &str) -> anyhow::Result<()> {
        self.until(&format!("it says {words:?}"), || async { Ok(self.said().contains(words)) }).await
    }

    /// The holder and the version of the Lease.
    async fn lease(&self) -> anyhow::Result<(String, Option<String>)> {
        let Some(lease) = self.leases.get_opt(LEASE).await? else { return Ok(<_>::default()) };
        let holder = lease.spec.and_then(|spec| spec.holder_identity).unwrap_or_default();
        Ok((holder, lease.metadata.resource_version))
    }

    /// Waits until it holds the Lease, and renews it from now on.
    pub(super) async fn until_leading(&self) -> anyhow::Result<()> {
        let first = std::sync::Mutex::new(None);
        let is_renewed = |(holder, version): (String, Option<String>)| {
            if holder.is_empty() || holder == THIEF {
                return false;
            }
            let mut first = first.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let (known, old) = first.get_or_insert_with(|| (holder.clone(), version.clone()));
            *known == holder && *old != version
        };
        self.until("it leads", || async { Ok(is_renewed(self.lease().await?)) }).await
    }

    /// Takes the Lease away from it, for as long as it lasts.
    pub(super) async fn steal(&self) -> anyhow::Result<()> {
        let now = k8s_openapi::jiff::Timestamp::now();
        let spec =
            json!({ "holderIdentity": THIEF, "renewTime": format!("{now:.6}"), "leaseDurationSeconds": 2 });
        let patch = kube::api::Patch::Merge(json!({ "spec": spec }));
        self.leases.patch(LEASE, &<_>::default(), &patch).await?;
        Ok(())
    }

    /// Tells whether its pod has the label.
    pub(super) async fn is_labelled(&self) -> anyhow::Result<bool> {
        let labels = self.pods.get(POD).await?.metadata.labels.unwrap_or_default();
        ensure!(labels.get("app").is_some_and(|app| app == "observed"), "another label is gone: {labels:?}");
        Ok(labels.get(KEY).is_some_and(|value| value == "leader"))
    }

    /// Makes sure that it says something once, and leads on.
    pub(super) async fn must_go_on(&self, message: &str) -> anyhow::Result<()> {
        let (before, _) = self.lease().await?;
        sleep(Duration::from_secs(8)).await;
        self.until_leading().await?;
        let (after, _) = self.lease().await?;
        ensure!(before == after, "it was {before:?} who led, and now it is {after:?}");
        let times = self.said().matches(message).count();
        ensure!(times == 1, "it says {times} times: {message}");
        Ok(())
    }

    /// Ends it as Kubernetes does: the Lease is free afterwards.
    pub(super) async fn terminate(&mut self) -> anyhow::Result<()> {
        self.process.terminate(Duration::from_secs(40)).await?;
        let (holder, _) = self.lease().await?;
        ensure!(holder.is_empty(), "{holder:?} still holds the Lease");
        Ok(())
    }
}

async fn grant(plane: &Plane, namespace: &str, user: &str, rules: &[PolicyRule]) -> anyhow::Result<()> {
    let election = [lease_rules(), vec![rule("", &["configmaps"], &["get"])]].concat();
    plane.grant(namespace, user, &[&election, rules].concat()).await
}

/// Puts one and the same time into the names of Events, each of which ends with that of its making.
fn timeless(log: &str) -> String {
    let begin = format!("\"{LEASE}.");
    let mut pieces = log.split(&*begin);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        text.push_str(&begin);
        text.push_str("0123456789abcdef");
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_goes_from_the_names_of_events() {
        let log = format!("a \"{LEASE}.18f3\" b \"{LEASE}\" c \"{LEASE}.ffff\"");
        let name = format!("\"{LEASE}.0123456789abcdef\"");
        assert_eq!(timeless(&log), format!("a {name} b \"{LEASE}\" c {name}"));
    }
}
