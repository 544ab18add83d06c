//! One program under test, in a namespace and under a user of its own.

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::api::rbac::v1::PolicyRule;
use kube::api::{ListParams, PostParams};
use kube::{Api, ResourceExt as _};
use rustix::process::Signal;
use serde_json::json;
use tokio::time::sleep;

use super::config::Data;
use super::shown;
use crate::plane::{ADMIN, Plane};
use crate::process::{Process, Start};
use crate::tools::example;

/// How long anything may take that is to come about. A watch that was refused is tried again every half a minute.
pub(super) const PATIENCE: Duration = Duration::from_secs(100);

/// A program, and where it runs.
#[derive(Debug)]
pub(super) struct Bench<'a> {
    pub(super) plane: &'a Plane,
    pub(super) namespace: String,
    pub(super) user: String,
    pub(super) process: Process,
}

/// What a program finds when it starts.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    pub(super) plane: &'a Plane,
    /// An example of ours.
    pub(super) program: &'static str,
    pub(super) namespace: String,
    pub(super) user: String,
    /// What the user may do in the namespace.
    pub(super) rules: Vec<PolicyRule>,
    /// What stands in the ConfigMap, if there is one.
    pub(super) config: Option<Data>,
}

impl<'a> Bench<'a> {
    /// Makes the namespace, and starts the program.
    pub(super) async fn start(setting: Setting<'a>) -> anyhow::Result<Self> {
        let Setting { plane, program, namespace, user, rules, config } = setting;
        plane.make_namespace(&namespace).await?;
        plane.grant(&namespace, &user, &rules).await?;
        if let Some(data) = config {
            let maps: Api<ConfigMap> = Api::namespaced(plane.client(ADMIN).await?, &namespace);
            let data: serde_json::Map<_, _> =
                data.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
            let map = json!({ "metadata": { "name": "config-leader-election" }, "data": data });
            maps.create(&PostParams::default(), &serde_json::from_value(map)?).await?;
        }
        let kubeconfig = plane.kubeconfig(&user)?;
        let start = Start {
            name: format!("{program}-in-{namespace}"),
            program: &example(program)?,
            args: Vec::new(),
            kubeconfig: &kubeconfig,
            environment: vec![("SYSTEM_NAMESPACE", namespace.clone())],
            folder: plane.folder(),
        };
        let process = Process::start(start, drop)?;
        Ok(Self { plane, namespace, user, process })
    }

    /// Everything that it has said, in the words of the document.
    pub(super) fn said(&self) -> String {
        shown::in_its_words(&self.process.log(), &self.namespace, &self.user)
    }

    /// Waits until it has said this.
    pub(super) async fn until_said(&self, what: &str) -> anyhow::Result<()> {
        let began = Instant::now();
        while !self.said().contains(what) {
            ensure!(
                began.elapsed() < PATIENCE,
                "it does not say {what:?}; it said last:\n{}",
                self.process.last_words()
            );
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// The Leases in its namespace.
    pub(super) async fn leases(&self) -> anyhow::Result<Vec<Lease>> {
        let leases: Api<Lease> = Api::namespaced(self.plane.client(ADMIN).await?, &self.namespace);
        Ok(leases.list(&ListParams::default()).await?.items)
    }

    /// Waits until so many Leases are held, and renewed from now on.
    pub(super) async fn until_leading(&mut self, leases: usize) -> anyhow::Result<Vec<Lease>> {
        let (began, mut first) = (Instant::now(), None);
        loop {
            let found = self.leases().await?;
            let renewed: Vec<_> = found
                .iter()
                .filter(|lease| {
                    let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.as_deref());
                    holder.is_some_and(|holder| !holder.is_empty())
                })
                .map(|lease| (lease.name_any(), lease.resource_version()))
                .collect();
            if renewed.len() == leases {
                let first = first.get_or_insert_with(|| renewed.clone());
                if renewed.iter().all(|lease| !first.contains(lease)) {
                    return Ok(found);
                }
            }
            self.must_run()?;
            if began.elapsed() > PATIENCE {
                bail!(
                    "{leases} Leases are to be held and renewed, and it is {renewed:?}; it said last:\n{}",
                    self.process.last_words()
                );
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Makes sure that it has not ended.
    pub(super) fn must_run(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.process.ended()? {
            bail!("it has ended by itself, with {status}; it said last:\n{}", self.process.last_words());
        }
        Ok(())
    }

    /// Makes sure that it asks for Leases at a pace, and that it says the same thing once.
    pub(super) async fn must_be_calm(&mut self, message: &str) -> anyhow::Result<()> {
        const WINDOW: Duration = Duration::from_secs(5);
        /// Three Leases that are read and written every half a second, and twice that.
        const MOST: usize = 120;
        let asked = || -> anyhow::Result<usize> {
            Ok(self.plane.asked()?.iter().filter(|asked| asked.user == self.user).count())
        };
        let before = asked()?;
        sleep(WINDOW).await;
        let requests = asked()?.saturating_sub(before);
        ensure!(requests <= MOST, "it asked {requests} times for Leases within {WINDOW:?}");
        let times = self.said().matches(message).count();
        ensure!(times == 1, "it says the same thing {times} times: {message}");
        self.must_run()
    }

    /// Stops it in order, by Ctrl-C as by SIGTERM for those that know it.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        self.process.signal(Signal::INT)?;
        let status = self.process.end(Duration::from_secs(40)).await?;
        ensure!(status.success(), "it ended with {status}; it said last:\n{}", self.process.last_words());
        let held = self.leases().await?.into_iter().filter(|lease| {
            let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.as_deref());
            holder.is_some_and(|holder| !holder.is_empty())
        });
        let held: Vec<_> = held.map(|lease| lease.name_any()).collect();
        ensure!(held.is_empty(), "it left {held:?} held");
        Ok(())
    }
}
