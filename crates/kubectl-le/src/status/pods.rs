//! The pods behind holders.

use std::collections::HashMap;
use std::fmt;

use kube::api::DynamicObject;
use le_cli::{Connection, LeaseView, explain};
use serde::Serialize;

/// The pods that there are, or why that is not known.
#[derive(Debug)]
pub(super) enum Pods {
    Known(HashMap<(String, String), PodState>),
    Unknown(String),
}

/// Whether the pod behind a holder lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PodState {
    Running,
    Pending,
    Terminating,
    /// It ran, and does so no more.
    Ended,
    /// There is no such pod.
    Gone,
    /// The holder is none that can be a pod's, or nobody may look.
    Unknown,
}

impl Pods {
    pub(super) async fn list(connection: &Connection, namespace: Option<&str>) -> Self {
        match le_cli::pods(connection, namespace).await {
            Ok(pods) => Self::Known(pods.iter().map(|pod| (key(pod), state(pod))).collect()),
            Err(error) => Self::Unknown(explain(error, "list pods", namespace.unwrap_or("")).to_string()),
        }
    }

    /// Finds the pod behind the holder of a Lease.
    pub(super) fn behind(&self, lease: &LeaseView) -> PodState {
        let (Self::Known(pods), Some(pod)) = (self, lease.pod()) else { return PodState::Unknown };
        pods.get(&(lease.namespace.clone(), pod.to_owned())).copied().unwrap_or(PodState::Gone)
    }
}

fn key(pod: &DynamicObject) -> (String, String) {
    let metadata = &pod.metadata;
    (metadata.namespace.clone().unwrap_or_default(), metadata.name.clone().unwrap_or_default())
}

fn state(pod: &DynamicObject) -> PodState {
    if pod.metadata.deletion_timestamp.is_some() {
        return PodState::Terminating;
    }
    match pod.data["status"]["phase"].as_str() {
        Some("Running") => PodState::Running,
        Some("Succeeded" | "Failed") => PodState::Ended,
        _ => PodState::Pending,
    }
}

impl fmt::Display for PodState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Running => "running",
            Self::Pending => "pending",
            Self::Terminating => "terminating",
            Self::Ended => "ended",
            Self::Gone => "gone",
            Self::Unknown => "?",
        })
    }
}
