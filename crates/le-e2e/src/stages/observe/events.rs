//! Events on the Lease, as `kubectl` shows them.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use k8s_openapi::api::events::v1::Event;
use kube::Api;
use kube::api::ListParams;
use tokio::process::Command;

use super::Ground;
use super::replica::{LEASE, Replica};
use crate::plane::ADMIN;
use crate::stages::Outcome;

pub(super) async fn run(ground: &Ground<'_>, outcome: &mut Outcome) -> anyhow::Result<()> {
    ground.context.progress.say("observe: Events");
    let has_kubectl = kubectl(ground, &["version", "--client"]).await.is_ok();
    if !has_kubectl {
        outcome.notes.push(
            "kubectl is not on the PATH: Events were read by kube, and nothing was described".to_owned(),
        );
    }
    let (whole, create, patch) = tokio::join!(
        whole(ground, has_kubectl),
        without(ground, "create", "events-create", 1),
        without(ground, "patch", "events-patch", 2)
    );
    outcome.check("with the rights in the docs, Events of the beginning and the end are shown", whole);
    outcome.check("without create on events it says so once, and leads on", create);
    outcome.check("without patch on events it says so once, and leads on", patch);
    Ok(())
}

/// With all that the documents grant, nothing is missing.
async fn whole(ground: &Ground<'_>, has_kubectl: bool) -> anyhow::Result<()> {
    let rules =
        [ground.shown.section("Events")?.rules, ground.shown.section("A label on the leader's pod")?.rules];
    let mut replica = Replica::start(ground, "events", 0, &rules.concat()).await?;
    replica.until_leading().await?;
    replica
        .until("there is an Event of its beginning", || {
            shows(ground, has_kubectl, " became leader: there was no Lease")
        })
        .await?;
    // Twice the same is one Event that is counted.
    for _ in 0..2 {
        replica.steal().await?;
        replica.until_leading().await?;
    }
    replica
        .until("an Event says that it was replaced", || {
            shows(ground, has_kubectl, " stopped leading: replaced")
        })
        .await?;
    replica.terminate().await?;
    let listed = listed(ground, has_kubectl).await?;
    ensure!(listed.contains(" stopped leading: told to stop"), "its end is not among the Events:\n{listed}");
    ensure!(listed.contains("LeaderElection") && listed.contains(LEASE), "{listed}");
    ensure!(listed.lines().any(|line| line.contains("Warning") && line.contains("replaced")), "{listed}");
    if has_kubectl {
        let described = kubectl(ground, &["describe", "lease", LEASE, "-n", "events"]).await?;
        for words in ["became leader", "stopped leading: told to stop", "(x2 over"] {
            ensure!(
                described.contains(words),
                "`kubectl describe lease` does not show {words:?}:\n{described}"
            );
        }
    }
    let said = replica.said();
    ensure!(
        !said.contains("not allowed to") && !said.contains("WARN le_observe"),
        "something is missing: {said}"
    );
    Ok(())
}

/// Without one of the verbs.
async fn without(ground: &Ground<'_>, verb: &str, namespace: &str, number: usize) -> anyhow::Result<()> {
    let section = ground.shown.section("Events")?;
    let right = section.rights().into_iter().find(|right| right.verb == verb);
    let right = right.with_context(|| format!("docs/rbac.md does not grant {verb} on events"))?;
    let message = section.message(&right)?.to_owned();
    let rules = section.without(std::slice::from_ref(&right));
    let mut replica = Replica::start(ground, namespace, number, &rules).await?;
    replica.until_leading().await?;
    for _ in 0..3 {
        replica.steal().await?;
        replica.until_leading().await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    replica.until_said(&message).await?;
    replica.must_go_on(&message).await?;
    replica.terminate().await
}

async fn shows(ground: &Ground<'_>, has_kubectl: bool, words: &str) -> anyhow::Result<bool> {
    Ok(listed(ground, has_kubectl).await?.contains(words))
}

/// The Events of the namespace, each in a line.
async fn listed(ground: &Ground<'_>, has_kubectl: bool) -> anyhow::Result<String> {
    if has_kubectl {
        return kubectl(ground, &["get", "events", "-n", "events"]).await;
    }
    let events: Api<Event> = Api::namespaced(ground.plane.client(ADMIN).await?, "events");
    let line = |event: Event| {
        let regarding = event.regarding.and_then(|regarding| regarding.name);
        let words = [event.type_, event.reason, regarding, event.note];
        words.map(Option::unwrap_or_default).join(" ") + "\n"
    };
    Ok(events.list(&ListParams::default()).await?.into_iter().map(line).collect())
}

async fn kubectl(ground: &Ground<'_>, args: &[&str]) -> anyhow::Result<String> {
    let mut command = Command::new("kubectl");
    command.args(args).env("KUBECONFIG", &ground.admin).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(60), command.output()).await??;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "kubectl {args:?} ended with {}: {said}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
