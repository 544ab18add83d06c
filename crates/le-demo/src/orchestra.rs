//! The main process: the API server, the replicas, the changes, the signals, and the verdict.

mod churn;
mod cluster;
mod conductor;
mod fleet;
mod input;
mod interrupt;
mod objects;
mod probe;
mod process;
mod scene;
mod schedule;
mod standstill;
mod watches;

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures::FutureExt;

pub(crate) use schedule::Schedule;

use crate::cli::Settings;
use crate::view::{Log, View};

use cluster::Cluster;
use conductor::Conductor;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Each object was handled by exactly one replica, and nothing went wrong.
    Clean,
    /// The summary says otherwise, or something went wrong.
    Unclean,
    /// Somebody ended the run early.
    Interrupted,
}

/// Runs the demo, and leaves nothing behind, however it ends.
pub(crate) async fn run(settings: Settings) -> anyhow::Result<Ending> {
    let log = Log::install();
    let interrupted = interrupt::when_told()?;
    let connected = tokio::select! {
        connected = Cluster::connect(settings.context.as_deref()) => connected?,
        () = interrupted.cancelled() => return Ok(Ending::Interrupted),
    };
    let cluster = connected.create_namespace().await?;
    let conducted = AssertUnwindSafe(async {
        let view = View::new(settings.output, &log, &interrupted)?;
        Conductor::start(settings, &cluster, view, log)?.conduct(interrupted.clone()).await
    })
    .catch_unwind()
    .await;
    interrupted.cancel();
    let removed = cluster.remove().await;
    let ending = conducted.unwrap_or_else(|panic| resume_unwind(panic))?;
    removed?;
    Ok(ending)
}
