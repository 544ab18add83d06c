//! What all scenes stand on: one control plane, and a record of every Lease in it.

use super::recorder::Recorder;
use crate::fleet::{Fleet, Settings};
use crate::plane::{ADMIN, Plane};
use crate::stages::Context;

/// What the scenes share.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) plane: Plane,
    pub(super) recorder: Recorder,
    pub(super) context: Context,
}

/// A scene that was played. What its participants did to each other is judged when all are over.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) fleet: Fleet,
    /// What was claimed, and whether it held.
    pub(super) claims: Vec<(String, anyhow::Result<()>)>,
    pub(super) notes: Vec<String>,
}

impl Ground {
    pub(super) async fn new(context: Context) -> anyhow::Result<Self> {
        let plane = Plane::start(&context.binaries).await?;
        let recorder = Recorder::start(plane.client(ADMIN).await?).await?;
        Ok(Self { plane, recorder, context })
    }

    pub(super) fn say(&self, what: &str) {
        self.context.progress.say(&format!("go: {what}"));
    }

    pub(super) async fn fleet(&self, namespace: &str, settings: Settings) -> anyhow::Result<Fleet> {
        Fleet::new(&self.plane, &self.context.binaries, namespace, settings).await
    }
}

impl Scene {
    pub(super) fn new(fleet: Fleet) -> Self {
        Self { fleet, claims: Vec::new(), notes: Vec::new() }
    }

    pub(super) fn claim(&mut self, what: &str, result: anyhow::Result<()>) {
        self.claims.push((what.to_owned(), result));
    }
}
