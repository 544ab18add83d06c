//! The rights of the controller itself: each verb taken away while it runs, and granted again.

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams};
use kube::{Api, Client, ResourceExt as _};
use serde_json::json;
use tokio::time::sleep;

use super::bench::{Bench, PATIENCE, Setting};
use super::election::Way;
use super::shown::{Right, Section};
use crate::plane::{ADMIN, Plane};

/// Tries one verb: what is said without it, and that the Widget is seen to once it is granted.
pub(super) async fn without(
    plane: &Plane,
    election: &Way,
    section: &Section,
    right: &Right,
    namespace: String,
    user: String,
) -> anyhow::Result<()> {
    let message = section.message(right)?;
    plane.grant_everywhere(&user, &section.without(std::slice::from_ref(right))).await?;
    let setting = Setting {
        plane,
        program: election.program,
        namespace: namespace.clone(),
        user: user.clone(),
        rules: election.section.rules.clone(),
        config: election.config,
    };
    let mut bench = Bench::start(setting).await?;
    let widgets = Widgets::new(plane.client(ADMIN).await?, &namespace);
    widgets.change(2).await?;
    bench.until_said(message).await?;
    let is_of_owned = right.resource == "configmaps" && ["list", "watch"].contains(&&*right.verb);
    if is_of_owned {
        widgets.until_owned_stays_away(&bench).await?;
    }
    sleep(Duration::from_secs(2)).await;
    bench.must_run()?;
    let needless = widgets.is_done().await?;
    ensure!(!needless, "the Widget is seen to all the same: it is not needed");

    plane.grant_everywhere(&user, &section.rules).await?;
    if is_of_owned {
        widgets.until_owned_is_watched(&bench).await?;
    }
    widgets.until_done(&bench).await?;
    widgets.remove().await?;
    bench.stop().await
}

/// The ConfigMap that belongs to it.
const OWNED: &str = "one-widget";

/// The Widget `one` of a namespace.
struct Widgets {
    api: Api<DynamicObject>,
    owned: Api<ConfigMap>,
}

impl Widgets {
    fn new(client: Client, namespace: &str) -> Self {
        let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("acme.example.com", "v1", "Widget"));
        let owned = Api::namespaced(client.clone(), namespace);
        Self { api: Api::namespaced_with(client, namespace, &kind), owned }
    }

    async fn change(&self, copies: u8) -> anyhow::Result<()> {
        let widget = json!({
            "apiVersion": "acme.example.com/v1", "kind": "Widget", "metadata": { "name": "one" },
            "spec": { "message": "hello", "copies": copies },
        });
        self.api.patch("one", &PatchParams::apply("e2e").force(), &Patch::Apply(widget)).await?;
        Ok(())
    }

    async fn is_done(&self) -> anyhow::Result<bool> {
        let widget = self.api.get("one").await?;
        let seen = widget.data["status"]["observedGeneration"] == json!(widget.metadata.generation);
        Ok(seen && self.owned.get_opt(OWNED).await?.is_some())
    }

    async fn remove_owned(&self) -> anyhow::Result<()> {
        self.owned.delete(OWNED, &DeleteParams::default()).await?;
        Ok(())
    }

    /// The work goes on without the watch, but for what only it would tell: what is removed stays away.
    async fn until_owned_stays_away(&self, bench: &Bench<'_>) -> anyhow::Result<()> {
        for _ in 0..5 {
            // The reconcile that its own status leads to may still make it anew.
            self.until_done(bench).await?;
            self.remove_owned().await?;
            sleep(Duration::from_secs(3)).await;
            if !self.is_done().await? {
                return Ok(());
            }
        }
        bail!("the ConfigMap comes back whenever it is removed: the watch is not needed")
    }

    /// What is owned comes back when it is removed, once that is seen.
    async fn until_owned_is_watched(&self, bench: &Bench<'_>) -> anyhow::Result<()> {
        let began = Instant::now();
        for copies in 3.. {
            // A removal before the watch stands is seen by nobody, and so it is made anew, and removed again.
            self.change(copies).await?;
            self.until_done(bench).await?;
            self.remove_owned().await?;
            for _ in 0..20 {
                sleep(Duration::from_millis(200)).await;
                if self.is_done().await? {
                    return Ok(());
                }
            }
            ensure!(began.elapsed() < PATIENCE, "nobody sees that the ConfigMap is removed");
        }
        Ok(())
    }

    async fn until_done(&self, bench: &Bench<'_>) -> anyhow::Result<()> {
        let began = Instant::now();
        while !self.is_done().await? {
            let stuck = || {
                format!("once granted, the Widget is not seen to; said last:\n{}", bench.process.last_words())
            };
            ensure!(began.elapsed() < PATIENCE, stuck());
            sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }

    /// It goes when its finalizer has run.
    async fn remove(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        self.api.delete("one", &DeleteParams::default()).await?;
        while let Some(widget) = self.api.get_opt("one").await? {
            ensure!(began.elapsed() < PATIENCE, "the Widget does not go: {:?}", widget.finalizers());
            sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }
}
