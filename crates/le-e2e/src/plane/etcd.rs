//! The store of a control plane.

use std::path::Path;

use super::ports;
use crate::service::Service;

/// Starts etcd and returns the URL for clients.
pub(super) fn start(program: &Path, folder: &Path) -> anyhow::Result<(Service, String)> {
    let (clients, peers) = (ports::url("http")?, ports::url("http")?);
    let flags = [
        format!("--data-dir={}", folder.join("etcd").display()),
        format!("--listen-client-urls={clients}"),
        format!("--advertise-client-urls={clients}"),
        // Two that share the default port for peers kill each other at the start.
        format!("--listen-peer-urls={peers}"),
        format!("--initial-advertise-peer-urls={peers}"),
        format!("--initial-cluster=default={peers}"),
        // As controller-runtime's envtest does it: no machine fails meanwhile, and a disk that is busy says nothing about elections.
        "--unsafe-no-fsync".to_owned(),
        "--log-level=warn".to_owned(),
    ];
    Ok((Service::start("etcd", program, flags.to_vec(), folder)?, clients))
}
