//! What kubectl and client-go read of our Leases.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, ensure};
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::process::Command;

use super::PATIENCE;
use super::ground::{Ground, Scene};
use super::part::join;
use crate::fleet::{Fleet, Kind, Settings};
use crate::plane::ADMIN;

/// How often it is read again because something was written meanwhile.
const MOST_READS: usize = 10;

/// How many claims there are where there is no kubectl.
const WITHOUT_KUBECTL: usize = 2;

pub(super) async fn run(ground: &Ground) -> anyhow::Result<Scene> {
    let mut scene = Scene::new(ground.fleet("readers", Settings::quick(10)).await?);
    let result = play(ground, &mut scene).await;
    scene.claim("others read Leases that are held and Leases that are free", result);
    Ok(scene)
}

async fn play(ground: &Ground, scene: &mut Scene) -> anyhow::Result<()> {
    let mut leader = join(ground, &scene.fleet, &[Kind::Rust]).await?;
    scene.fleet.until_all_led(PATIENCE, |_| true).await?;
    // Nothing is renewed meanwhile, so that all read the same.
    leader[0].signal(Signal::STOP)?;
    read(ground, scene, "held").await?;
    leader[0].signal(Signal::CONT)?;
    scene.fleet.until_all_led(PATIENCE, |_| true).await?;
    leader[0].terminate(PATIENCE).await?;
    read(ground, scene, "free").await
}

/// Lets everybody read, and compares with what the API server says. What was under way before is waited for.
async fn read(ground: &Ground, scene: &mut Scene, state: &str) -> anyhow::Result<()> {
    let path = format!("/apis/coordination.k8s.io/v1/namespaces/{}/leases", scene.fleet.namespace);
    let client = ground.plane.client(ADMIN).await?;
    for _ in 0..MOST_READS {
        let list: Value = client.request(http::Request::get(&path).body(Vec::new())?).await?;
        let claims = read_all(ground, &scene.fleet, state, &specs(&list)).await?;
        let after: Value = client.request(http::Request::get(&path).body(Vec::new())?).await?;
        if specs(&list) == specs(&after) {
            if claims.len() <= WITHOUT_KUBECTL {
                scene.notes.push("there is no kubectl here, and nothing was read with it".to_owned());
            }
            scene.claims.extend(claims);
            return Ok(());
        }
    }
    anyhow::bail!("somebody goes on writing")
}

/// Returns what was claimed.
async fn read_all(
    ground: &Ground,
    fleet: &Fleet,
    state: &str,
    leases: &[(String, Value)],
) -> anyhow::Result<Vec<(String, anyhow::Result<()>)>> {
    ensure!(leases.len() == fleet.leases().len(), "there are {} Leases", leases.len());
    let config = ground.plane.kubeconfig(ADMIN)?;
    let holder = if state == "free" { "" } else { "rust-0" };
    let mut claims = vec![
        (format!("Leases of ours that are {state} have client-go's fields"), as_client_go(holder, leases)),
        (
            format!("client-go reads Leases of ours that are {state} as we wrote them"),
            client_go(fleet, &config, leases).await,
        ),
    ];
    let kubectl = Kubectl { config: &config, cache: ground.plane.folder(), namespace: &fleet.namespace };
    let Some(text) = kubectl.ask(&["get", "leases", "-o", "json"]).await? else { return Ok(claims) };
    let what = format!("kubectl reads Leases of ours that are {state} as we wrote them");
    let read = specs(&serde_json::from_str(&text)?);
    let same = || {
        ensure!(read == leases, "kubectl reads {read:?} where the server has {leases:?}");
        Ok(())
    };
    claims.push((format!("{what}, as JSON"), same()));
    claims.push((format!("{what}, as YAML"), as_yaml(&kubectl, leases).await));
    for output in [&[][..], &["-o", "wide"]] {
        let result = as_table(&kubectl, output, leases).await;
        claims.push((format!("{what}, as a table {output:?}"), result));
    }
    Ok(claims)
}

/// Compares what we wrote with what client-go would have written in our place.
fn as_client_go(holder: &str, leases: &[(String, Value)]) -> anyhow::Result<()> {
    for (name, spec) in leases {
        let duration = json!(if holder.is_empty() { 1 } else { 3 });
        ensure!(spec["holderIdentity"] == json!(holder), "{name} has {spec}");
        ensure!(spec["leaseDurationSeconds"] == duration, "{name} has {spec}");
        ensure!(spec["leaseTransitions"].is_u64(), "{name} has {spec}");
        let times = [&spec["acquireTime"], &spec["renewTime"]].map(|time| time.as_str().unwrap_or_default());
        let whole = |time: &&str| time.len() == "2026-01-01T00:00:00.000000Z".len() && time.ends_with('Z');
        ensure!(times.iter().all(whole), "{name} has {spec}");
    }
    Ok(())
}

/// The names of Leases, and what is in them.
fn specs(list: &Value) -> Vec<(String, Value)> {
    let items = list["items"].as_array().cloned().unwrap_or_default();
    let name = |item: &Value| item["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    items.iter().map(|item| (name(item), item["spec"].clone())).collect()
}

async fn client_go(fleet: &Fleet, config: &Path, leases: &[(String, Value)]) -> anyhow::Result<()> {
    let output = Command::new(&fleet.binaries.client_go)
        .args(["--list-leases", &format!("--namespace={}", fleet.namespace)])
        .env("KUBECONFIG", config)
        .kill_on_drop(true)
        .output()
        .await?;
    let said = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let expected: Vec<Value> = leases
        .iter()
        .map(|(name, spec)| {
            json!({
                "lease": name, "holder": spec["holderIdentity"], "duration": spec["leaseDurationSeconds"],
                "transitions": spec["leaseTransitions"], "renewTime": spec["renewTime"],
                "acquireTime": spec["acquireTime"],
            })
        })
        .collect();
    ensure!(lines == expected, "client-go reads {lines:?} where the server has {expected:?}");
    Ok(())
}

async fn as_yaml(kubectl: &Kubectl<'_>, leases: &[(String, Value)]) -> anyhow::Result<()> {
    for (name, spec) in leases {
        let text = kubectl.ask(&["get", "lease", name, "-o", "yaml"]).await?.context("kubectl is gone")?;
        for (field, value) in spec.as_object().context("a Lease has no spec")? {
            // Words that could be nothing else are not quoted.
            let plain = value.as_str().map(|value| format!("{field}: {value}"));
            let quoted = format!("{field}: {value}");
            let has = |line: &str| line.trim() == quoted || Some(line.trim()) == plain.as_deref();
            ensure!(text.lines().any(has), "no line {quoted} in:\n{text}");
        }
    }
    Ok(())
}

async fn as_table(kubectl: &Kubectl<'_>, output: &[&str], leases: &[(String, Value)]) -> anyhow::Result<()> {
    let words = [&["get", "leases"], output].concat();
    let text = kubectl.ask(&words).await?.context("kubectl is gone")?;
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    for (name, spec) in leases {
        let holder = spec["holderIdentity"].as_str().filter(|holder| !holder.is_empty());
        let row = rows.iter().find(|row| row.first() == Some(&name.as_str()));
        let row = row.with_context(|| format!("no row of {name} in:\n{text}"))?;
        ensure!(holder.is_none_or(|holder| row.get(1) == Some(&holder)), "no {holder:?} in {row:?}");
    }
    Ok(())
}

/// How kubectl is asked.
struct Kubectl<'a> {
    config: &'a Path,
    cache: &'a Path,
    namespace: &'a str,
}

impl Kubectl<'_> {
    /// Returns what it says; nothing where there is no kubectl.
    async fn ask(&self, words: &[&str]) -> anyhow::Result<Option<String>> {
        let asked = Command::new("kubectl")
            .args(["--namespace", self.namespace, "--cache-dir"])
            .arg(self.cache.join("kubectl"))
            .args(words)
            .env("KUBECONFIG", self.config)
            .kill_on_drop(true)
            .output()
            .await;
        let output = match asked {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            asked => asked.context("cannot start kubectl")?,
        };
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "kubectl {words:?} ended with {}: {error}", output.status);
        Ok(Some(String::from_utf8(output.stdout)?))
    }
}
