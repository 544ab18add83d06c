//! etcd and kube-apiserver: those of `KUBEBUILDER_ASSETS`, or built from their source.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use super::{go, module};
use crate::progress::Progress;

/// Where controller-runtime's envtest looks for them, too.
const ASSETS: &str = "KUBEBUILDER_ASSETS";

/// Returns the two programs; those that were built once are taken again.
pub(super) async fn get(built: &Path, progress: &Progress) -> anyhow::Result<(PathBuf, PathBuf)> {
    if let Some(assets) = std::env::var_os(ASSETS).filter(|assets| !assets.is_empty()) {
        let assets = PathBuf::from(assets);
        let (etcd, api_server) = (assets.join("etcd"), assets.join("kube-apiserver"));
        for program in [&etcd, &api_server] {
            ensure!(
                program.exists(),
                "{ASSETS} is set, and {} is not there: put it there, or unset {ASSETS} to have it built",
                program.display()
            );
        }
        return Ok((etcd, api_server));
    }

    let module = module("control-plane");
    let manifest = fs::read_to_string(module.join("go.mod"))?;
    let version = version(&manifest)?;
    let folder = built.join(format!("control-plane-{version}"));
    // A folder that is there is whole: it is built beside, and renamed at the end. `server` is etcd.
    let found = (folder.join("server"), folder.join("kube-apiserver"));
    if found.1.exists() && found.0.exists() {
        return Ok(found);
    }
    go::check("the control plane").await?;
    let _step = progress
        .step(&format!("building kube-apiserver {version} and etcd from source, once; about five minutes"));
    let beside = built.join(format!("control-plane-{version}.part"));
    let (major, minor) = major_and_minor(version)?;
    // Without it the server says a version that clients cannot parse.
    let stamp = "k8s.io/component-base/version.git";
    let flags = format!("-s -w -X {stamp}Version={version} -X {stamp}Major={major} -X {stamp}Minor={minor}");
    let out = format!("{}/", beside.display());
    go::build(&module, &["-ldflags", &flags, "-o", &out, "tool"], progress).await?;
    fs::rename(&beside, &folder).context("cannot keep the control plane")?;
    Ok(found)
}

/// Returns the version of Kubernetes in the go.mod, such as `v1.37.2`.
fn version(manifest: &str) -> anyhow::Result<&str> {
    let required = manifest.lines().find_map(|line| {
        line.trim().trim_start_matches("require ").strip_prefix("k8s.io/kubernetes ")?.split(' ').next()
    });
    required.context("the go.mod of the control plane requires no k8s.io/kubernetes")
}

fn major_and_minor(version: &str) -> anyhow::Result<(&str, &str)> {
    let mut parts = version.trim_start_matches('v').split('.');
    parts.next().zip(parts.next()).with_context(|| format!("{version} is no version of Kubernetes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_manifest() {
        let manifest = fs::read_to_string(module("control-plane").join("go.mod")).unwrap();
        let version = version(&manifest).unwrap();
        assert!(version.starts_with("v1."), "{version}");
        let (major, minor) = major_and_minor(version).unwrap();
        assert_eq!(major, "1");
        assert!(minor.parse::<u32>().unwrap() >= 37, "{minor}");
    }
}
