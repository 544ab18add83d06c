//! `kubectl le`, on Leases that real participants hold.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{ConfigMap, ServiceAccount};
use k8s_openapi::api::rbac::v1::{PolicyRule, Role, RoleBinding};
use kube::api::{ListParams, PostParams};
use kube::{Api, ResourceExt as _};
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::said::Said;
use crate::doc;
use crate::fleet::{Fleet, Kind, Settings};
use crate::plane::{ADMIN, OPERATOR, Plane, replica};
use crate::process::{Process, Start};
use crate::stages::{Context, Outcome};

const PATIENCE: Duration = Duration::from_secs(30);

/// What all of these are given.
struct Ground<'a> {
    context: &'a Context,
    plane: &'a Plane,
    admin: PathBuf,
}

pub(super) async fn run(context: &Context, plane: &Plane, outcome: &mut Outcome) -> anyhow::Result<()> {
    let ground = Ground { context, plane, admin: plane.kubeconfig(ADMIN)? };
    for kind in [Kind::Rust, Kind::ClientGo, Kind::Knative] {
        context.progress.say(&format!("commands: status on Leases of {kind}"));
        outcome.check(
            &format!("status tells held, expired and free Leases of {kind} apart"),
            ground.status(kind).await,
        );
    }
    context.progress.say("commands: rights, configuration, old Leases");
    outcome.check("who may not look is told so", ground.forbidden().await);
    outcome.check("what rbac prints is taken by the server, and is enough", ground.rbac().await);
    outcome.check("config check reads the ConfigMap", ground.config().await);
    outcome.check("gc removes the Leases of an older number of buckets, and no others", ground.gc().await);
    Ok(())
}

impl Ground<'_> {
    async fn le(&self, namespace: &str, args: &[&str]) -> anyhow::Result<Said> {
        Said::by("kubectl-le", &self.admin, &[args, &["-n", namespace]].concat()).await
    }

    async fn status(&self, kind: Kind) -> anyhow::Result<()> {
        let namespace = format!("status-{kind}");
        let fleet = Fleet::new(self.plane, &self.context.binaries, &namespace, Settings::quick(2)).await?;
        let mut first = fleet.start(kind)?;
        fleet.until_all_led(PATIENCE, |_| true).await?;
        let held = self.le(&namespace, &["status", "-o", "json"]).await?.code(0)?;
        states(&held, "held")?;
        let told: Value = held.json()?;
        for row in told["leases"].as_array().into_iter().flatten() {
            let holder = row["holder"].as_str().unwrap_or_default();
            ensure!(holder.starts_with(&first.identity), "{holder:?} is not {:?}", first.identity);
            ensure!(row["renewedBeforeMost"].is_number() && row["problems"] == json!([]), "{row}");
        }
        let table = self.le(&namespace, &["status"]).await?.code(0)?.says(": 2 of 2 led")?;
        table.says("00-of-02  held")?;

        first.signal(Signal::KILL)?;
        first.end(PATIENCE).await?;
        states(
            &self.le(&namespace, &["status", "--observe", "5s", "-o", "json"]).await?.code(3)?,
            "expired",
        )?;

        let mut second = fleet.start(kind)?;
        fleet.until_all_led(PATIENCE, |member| member == second.id).await?;
        second.terminate(PATIENCE).await?;
        states(&self.le(&namespace, &["status", "--observe", "0s", "-o", "json"]).await?.code(3)?, "free")
    }

    async fn forbidden(&self) -> anyhow::Result<()> {
        let nobody = self.plane.kubeconfig(&replica(31))?;
        let said = Said::by("kubectl-le", &nobody, &["status", "-n", "status-rust"]).await?.code(1)?;
        said.says("cannot list leases in namespace \"status-rust\": not allowed")?;
        let nowhere = self.le("nowhere", &["status"]).await?.code(1)?;
        nowhere.says("there is no namespace \"nowhere\"")?;
        Ok(())
    }

    /// That each right is needed, the stage `rights` shows of the rules in `docs/rbac.md`. These are the same.
    async fn rbac(&self) -> anyhow::Result<()> {
        let (namespace, client) = ("acme", self.plane.client(ADMIN).await?);
        self.plane.make_namespace(namespace).await?;
        let account = ["--service-account", "widget-operator"];
        let args = ["rbac", "--component", "fleet", "--queue", "q", "--buckets", "2"];
        let printed = self.le(namespace, &[&args[..], &account].concat()).await?.code(0)?;
        let [service_account, role, binding] = &doc::yaml::<Value>(&printed.out)?[..] else {
            anyhow::bail!("it printed other objects: {}", printed.out)
        };
        let once = PostParams::default();
        let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), namespace);
        accounts.create(&once, &serde_json::from_value(service_account.clone())?).await?;
        let roles: Api<Role> = Api::namespaced(client.clone(), namespace);
        roles.create(&once, &serde_json::from_value(role.clone())?).await?;
        let bindings: Api<RoleBinding> = Api::namespaced(client, namespace);
        bindings.create(&once, &serde_json::from_value(binding.clone())?).await?;

        let (heard, mut news) = mpsc::unbounded_channel();
        let args = ["--identity=rbac", "--namespace=acme", "--name-prefix=fleet.q", "--buckets=2"];
        let start = Start {
            name: "rbac".to_owned(),
            program: &self.context.binaries.elect,
            args: args.map(str::to_owned).to_vec(),
            kubeconfig: &self.plane.kubeconfig(OPERATOR)?,
            environment: Vec::new(),
            folder: self.plane.folder(),
        };
        let mut process = Process::start(start, move |line| _ = heard.send(line))?;
        let mut led = BTreeSet::new();
        while led.len() < 2 {
            let line = timeout(PATIENCE, news.recv()).await.context("it does not lead both")?;
            let line: Value = serde_json::from_str(&line.context("it has ended")?)?;
            if line["event"] == "act" {
                led.insert(line["lease"].to_string());
            }
        }
        process.terminate(PATIENCE).await?;
        ensure!(!process.log().contains("not allowed"), "something is missing: {}", process.log());
        self.same_as_documented().await
    }

    async fn same_as_documented(&self) -> anyhow::Result<()> {
        let document = doc::read("rbac.md")?;
        for (heading, args) in [
            ("One leader", &["--mode", "single", "--component", "one-leader"][..]),
            (
                "Buckets",
                &[
                    "--component",
                    "widgets-operator",
                    "--queue",
                    "widgets",
                    "--buckets",
                    "3",
                    "--operator-config",
                ],
            ),
        ] {
            let printed = self.le("acme", &[&["rbac"], args].concat()).await?.code(0)?;
            let printed: Vec<PolicyRule> =
                serde_json::from_value(doc::yaml::<Value>(&printed.out)?[1]["rules"].clone())?;
            let blocks = doc::blocks(&document);
            let shown = blocks.iter().find(|block| block.heading == heading && block.language == "yaml");
            let shown: Role = serde_yaml::from_str(&shown.context("docs/rbac.md has changed")?.text)?;
            ensure!(shown.rules.as_ref() == Some(&printed), "{heading}: {shown:?} is not {printed:?}");
        }
        Ok(())
    }

    async fn config(&self) -> anyhow::Result<()> {
        let namespace = "config";
        self.plane.make_namespace(namespace).await?;
        self.le(namespace, &["config", "check"]).await?.code(0)?.says("the defaults hold")?;
        let maps: Api<ConfigMap> = Api::namespaced(self.plane.client(ADMIN).await?, namespace);
        let map = json!({
            "metadata": { "name": "config-leader-election" }, "data": { "buckets": "4", "leaseDuration": "90s" },
        });
        maps.create(&PostParams::default(), &serde_json::from_value(map)?).await?;
        let said = self.le(namespace, &["config", "check", "--replicas", "5", "--strict"]).await?.code(2)?;
        said.says("1m30s  legacy key leaseDuration")?.says("buckets (4) are fewer than replicas (5)")?;
        Ok(())
    }

    async fn gc(&self) -> anyhow::Result<()> {
        let namespace = "gc";
        let fleet = Fleet::new(self.plane, &self.context.binaries, namespace, Settings::quick(2)).await?;
        let mut member = fleet.start(Kind::Rust)?;
        fleet.until_all_led(PATIENCE, |_| true).await?;
        let leases: Api<Lease> = Api::namespaced(self.plane.client(ADMIN).await?, namespace);
        for index in 0..3 {
            let lease = json!({
                "metadata": { "name": format!("fleet.{index:02}-of-03") },
                "spec": { "holderIdentity": "gone_1", "leaseDurationSeconds": 1, "renewTime": "2026-01-01T00:00:00.000000Z" },
            });
            leases.create(&PostParams::default(), &serde_json::from_value(lease)?).await?;
        }
        self.le(namespace, &["gc", "--buckets", "2"]).await?.code(0)?.says("Nothing was removed")?;
        ensure!(leases.list(&ListParams::default()).await?.items.len() == 5, "something was removed");
        self.le(namespace, &["gc", "--buckets", "2", "--dry-run=false"]).await?.code(0)?;
        let left: Vec<String> =
            leases.list(&ListParams::default()).await?.items.iter().map(Lease::name_any).collect();
        ensure!(left == fleet.leases(), "left are {left:?}");
        member.terminate(PATIENCE).await
    }
}

/// Makes sure that every Lease is in this state.
fn states(said: &Said, state: &str) -> anyhow::Result<()> {
    let told: Value = said.json()?;
    let rows = told["leases"].as_array().context("no Leases")?;
    let all = rows.len() == 2 && rows.iter().all(|row| row["state"] == state);
    ensure!(all, "not both are {state}: {told}");
    Ok(())
}
