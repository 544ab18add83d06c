//! The file of counts in the repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// Where it is, from the root.
pub(super) const PATH: &str = "crates/le-bench/counts.json";

/// What it holds.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    pub(super) toolchain: Toolchain,
    /// Instructions by name.
    pub(super) counts: BTreeMap<String, u64>,
}

/// What a program was built with, on which its counts depend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Toolchain {
    pub(super) target: String,
    pub(super) rustc: String,
}

impl Kept {
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {path:?}"))?;
        serde_json::from_str(&text).with_context(|| format!("{path:?} has something unknown in it"))
    }

    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        fs::write(path, text + "\n").with_context(|| format!("cannot write {path:?}"))
    }
}
