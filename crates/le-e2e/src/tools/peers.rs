//! The participants in Go, and the generator of golden vectors.

use std::path::{Path, PathBuf};

use super::{go, module};
use crate::progress::Progress;

/// Builds them where their source has changed, which Go's own cache decides, and returns their folder.
pub(super) async fn get(built: &Path, progress: &Progress) -> anyhow::Result<PathBuf> {
    go::check("every peer").await?;
    let folder = built.join("peers");
    let _step =
        progress.step("building the peers over client-go and Knative, which takes minutes at the first time");
    go::build(&module("peers"), &["-o", &format!("{}/", folder.display()), "./cmd/..."], progress).await?;
    Ok(folder)
}
