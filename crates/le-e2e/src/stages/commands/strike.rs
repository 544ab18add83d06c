//! `chaosduck`, on pods that real participants are.

use anyhow::{Context as _, ensure};
use futures::future::join_all;
use serde_json::Value;

use super::pond::{LEASES, Pond};
use super::said::Said;
use crate::plane::{ADMIN, Plane, replica, rule};
use crate::stages::{Context, Outcome};

/// A hand-over that takes longer than this was no hand-over, but a Lease that ran out twice.
const LONG: f64 = 8.0;

pub(super) async fn run(context: &Context, plane: &Plane, outcome: &mut Outcome) -> anyhow::Result<()> {
    context.progress.say("commands: ducks of all modes");
    let modes = ["delete", "evict", "lease", "steal"];
    let ducks = modes.map(|mode| async move { (mode, rounds(context, plane, mode).await) });
    for (mode, result) in join_all(ducks).await {
        let what = format!("a duck of mode {mode} strikes both components, and every Lease comes back");
        let result = result.map(|notes| outcome.notes.extend(notes));
        outcome.check(&what, result);
    }
    context.progress.say("commands: the rights of a duck");
    outcome
        .check("each right of a duck is needed, and it says which is missing", rights(context, plane).await);
    Ok(())
}

/// Rounds for a while, as a user with the printed rights.
async fn rounds(context: &Context, plane: &Plane, mode: &str) -> anyhow::Result<Vec<String>> {
    let mut notes = Vec::new();
    let namespace = format!("pond-{mode}");
    let (pond, tending) = Pond::new(plane, &context.binaries, &namespace).await?.tend();
    let user = granted(plane, &namespace, mode, None).await?;
    let seed = context.seed.to_string();
    let args = ["-n", &namespace, "--mode", mode, "--period", "4s", "--factor", "0.5", "--duration", "20s"];
    let said = Said::by("chaosduck", &user, &[&args[..], &["--seed", &seed, "-o", "json"]].concat()).await;
    tending.abort();
    let failed = tending.await;
    pond.lock().await.drain().await?;
    if let Ok(Err(error)) = failed {
        return Err(error.context("the pods could not be tended"));
    }
    let said = said?.code(0)?;
    let last = said.out.lines().last().context("it printed nothing")?;
    let summary: Value = serde_json::from_str(last)?;
    for component in ["web", "db"] {
        let row = &summary["summary"]["components"][component];
        let count = |field: &str| row[field].as_u64().unwrap_or(0);
        ensure!(count("kills") >= 2, "{component} was struck {} times only: {}", count("kills"), said.out);
        ensure!(count("handedOver") >= count("kills"), "{component}: {row}");
        ensure!(count("handedOver") <= count("kills") * u64::from(LEASES), "{component}: {row}");
        ensure!(row["max"].as_f64().is_some_and(|max| max < LONG), "{component}: {row}");
        ensure!(count("neverCameBack") == 0 && row.get("untouched").is_none(), "{component}: {row}");
        notes.push(format!(
            "chaosduck --mode {mode}: {component}: {} strikes, {} hand-overs, p50 {:.3} s, longest {:.3} s",
            count("kills"),
            count("handedOver"),
            row["p50"].as_f64().unwrap_or(0.0),
            row["max"].as_f64().unwrap_or(0.0)
        ));
    }
    Ok(notes)
}

/// Grants a user what `chaosduck --print-rbac` prints, but for one verb on one resource, and returns the kubeconfig.
async fn granted(
    plane: &Plane,
    namespace: &str,
    mode: &str,
    missing: Option<(&str, &str)>,
) -> anyhow::Result<std::path::PathBuf> {
    let admin = plane.kubeconfig(ADMIN)?;
    let printed =
        Said::by("chaosduck", &admin, &["--print-rbac", "--mode", mode, "-n", namespace]).await?.code(0)?;
    let role = crate::doc::yaml::<Value>(&printed.out)?.swap_remove(1);
    let mut rules: Vec<k8s_openapi::api::rbac::v1::PolicyRule> =
        serde_json::from_value(role["rules"].clone())?;
    if let Some((verb, resource)) = missing {
        let before: usize = rules.iter().map(|rule| rule.verbs.len()).sum();
        for rule in &mut rules {
            let is_it = rule.resources.iter().flatten().any(|one| one == resource);
            rule.verbs.retain(|one| !(is_it && one == verb));
        }
        rules.retain(|rule| !rule.verbs.is_empty());
        ensure!(rules.iter().map(|rule| rule.verbs.len()).sum::<usize>() + 1 == before, "it is not granted");
    }
    if rules.is_empty() {
        rules.push(rule("", &["nothing"], &["get"]));
    }
    let user = replica(9);
    plane.grant(namespace, &user, &rules).await?;
    plane.kubeconfig(&user)
}

/// A duck goes without one right after the other, for one round each that strikes nothing.
async fn rights(context: &Context, plane: &Plane) -> anyhow::Result<()> {
    let namespace = "pond-rights";
    let (pond, tending) = Pond::new(plane, &context.binaries, namespace).await?.tend();
    let result = without_each(plane, namespace).await;
    tending.abort();
    pond.lock().await.drain().await?;
    result
}

async fn without_each(plane: &Plane, namespace: &str) -> anyhow::Result<()> {
    let once = ["-n", namespace, "--once", "--bound", "20s"];
    // Participants need a moment until they hold anything.
    let whole = granted(plane, namespace, "delete", None).await?;
    for _ in 0..50 {
        let said = Said::by("chaosduck", &whole, &[&once[..], &["--dry-run"]].concat()).await?.code(0)?;
        if said.out.contains("web: would have") && said.out.contains("db: would have") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    for (mode, verb, resource, said) in [
        ("delete", "list", "leases", "cannot list leases in namespace \"pond-rights\": not allowed"),
        ("delete", "watch", "leases", "the watch of Leases: "),
        ("delete", "delete", "pods", "cannot delete the pod"),
        // By its name alone a pod of a StatefulSet is its own component.
        ("delete", "get", "pods", "db-"),
        ("evict", "create", "pods/eviction", "cannot evict the pod"),
        ("steal", "update", "leases", "cannot update the Lease"),
        ("steal", "get", "leases", "cannot update the Lease"),
    ] {
        let user = granted(plane, namespace, mode, Some((verb, resource))).await?;
        let args = [&once[..], &["--mode", mode]].concat();
        let heard = Said::by("chaosduck", &user, &args).await?;
        heard.says(said).with_context(|| format!("mode {mode} without {verb} on {resource}"))?;
    }
    Ok(())
}
