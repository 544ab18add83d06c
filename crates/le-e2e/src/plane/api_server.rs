//! kube-apiserver.

use std::fs;
use std::path::Path;

use super::certs::Certs;
use super::{ports, users};
use crate::service::Service;

/// Writes down who asked for which Lease, so that requests are counted by the server and not by those who send them.
const AUDIT: &str = r"apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  resources:
  - group: coordination.k8s.io
    resources: [leases]
- level: None
";

/// Starts kube-apiserver and returns its URL.
pub(super) fn start(
    program: &Path,
    folder: &Path,
    etcd: &str,
    certs: &Certs,
) -> anyhow::Result<(Service, String)> {
    let url = ports::url("https")?;
    let audit = folder.join("audit.yaml");
    fs::write(&audit, AUDIT)?;
    let path = |path: &Path| path.display().to_string();
    let flags = [
        ("etcd-servers", etcd.to_owned()),
        ("secure-port", ports::port(&url).to_owned()),
        ("bind-address", "127.0.0.1".to_owned()),
        ("cert-dir", path(&folder.join("certs"))),
        ("tls-cert-file", path(&certs.certificate)),
        ("tls-private-key-file", path(&certs.key)),
        ("service-account-issuer", url.clone()),
        ("service-account-key-file", path(&certs.accounts_public)),
        ("service-account-signing-key-file", path(&certs.accounts)),
        ("token-auth-file", path(&users::file(folder)?)),
        ("authorization-mode", "RBAC".to_owned()),
        ("service-cluster-ip-range", "10.0.0.0/24".to_owned()),
        // Nothing here makes the account that it would ask every pod for.
        ("disable-admission-plugins", "ServiceAccount".to_owned()),
        ("audit-policy-file", path(&audit)),
        ("audit-log-path", path(&folder.join("audit.log"))),
        ("audit-log-mode", "batch".to_owned()),
    ];
    let flags = flags.into_iter().map(|(name, value)| format!("--{name}={value}")).collect();
    Ok((Service::start("kube-apiserver", program, flags, folder)?, url))
}
