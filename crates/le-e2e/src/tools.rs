//! The programs that a run needs: what Go builds, and what Cargo has built.

mod cargo;
mod control_plane;
mod go;
mod peers;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

pub use cargo::{example, optimised_example, program};

use crate::progress::Progress;

/// Everything that is started.
#[derive(Clone, Debug)]
pub struct Binaries {
    /// etcd.
    pub etcd: PathBuf,
    /// kube-apiserver.
    pub kube_apiserver: PathBuf,
    /// Ours: the example `elect` of `le-lease`.
    pub elect: PathBuf,
    /// A participant over client-go.
    pub client_go: PathBuf,
    /// A participant over Knative's `leaderelection`.
    pub knative: PathBuf,
    /// The generator of golden vectors.
    pub vectors: PathBuf,
    /// Where a run may keep things meanwhile.
    pub scratch: PathBuf,
}

impl Binaries {
    /// Finds what is there and builds what is missing.
    ///
    /// # Errors
    ///
    /// When something is missing and cannot be built; the error says what to install.
    pub async fn get(progress: &Progress) -> anyhow::Result<Self> {
        Self::with_elect(example("elect")?, progress).await
    }

    /// The same, with `elect` built as for production: what is measured.
    ///
    /// # Errors
    ///
    /// When something is missing and cannot be built; the error says what to install.
    pub async fn optimised(progress: &Progress) -> anyhow::Result<Self> {
        Self::with_elect(optimised_example("elect", progress).await?, progress).await
    }

    async fn with_elect(elect: PathBuf, progress: &Progress) -> anyhow::Result<Self> {
        let target = cargo::target()?;
        let built = target.join("e2e/bin");
        let (etcd, kube_apiserver) = control_plane::get(&built, progress).await?;
        let peers = peers::get(&built, progress).await?;
        let scratch = target.join("e2e/run");
        std::fs::create_dir_all(&scratch).context("cannot make a folder for the run")?;
        Ok(Self {
            etcd,
            kube_apiserver,
            elect,
            client_go: peers.join("clientgo"),
            knative: peers.join("knative"),
            vectors: peers.join("vectors"),
            scratch,
        })
    }
}

/// Builds the programs in Go that need no control plane, and returns one of them.
///
/// # Errors
///
/// When there is no Go, or it cannot build them.
pub async fn peer(name: &str, progress: &Progress) -> anyhow::Result<PathBuf> {
    Ok(peers::get(&cargo::target()?.join("e2e/bin"), progress).await?.join(name))
}

/// A Go module of this crate.
fn module(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("go").join(name)
}
