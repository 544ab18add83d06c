//! What a program printed.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde::de::DeserializeOwned;
use tokio::process::Command;
use tokio::time::timeout;

use crate::tools::program;

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What came of a command.
#[derive(Debug)]
pub(super) struct Said {
    command: String,
    code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Said {
    /// Runs a program to its end.
    pub(super) async fn by(name: &str, kubeconfig: &Path, args: &[&str]) -> anyhow::Result<Self> {
        let mut command = Command::new(program(name)?);
        command.args(args).env("KUBECONFIG", kubeconfig).env_remove("KUBERNETES_SERVICE_HOST");
        command.stdin(Stdio::null()).kill_on_drop(true);
        let output = timeout(PATIENCE, command.output()).await;
        let output = output.with_context(|| format!("{name} {args:?} did not end within {PATIENCE:?}"))??;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Self {
            command: format!("{name} {}", args.join(" ")),
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        })
    }

    /// Makes sure of the exit code.
    pub(super) fn code(self, code: i32) -> anyhow::Result<Self> {
        ensure!(self.code == Some(code), "it ended with {:?} and not with {code}: {self:?}", self.code);
        Ok(self)
    }

    /// Makes sure that it said this, on either output.
    pub(super) fn says(self, words: &str) -> anyhow::Result<Self> {
        ensure!(self.out.contains(words) || self.err.contains(words), "it does not say {words:?}: {self:?}");
        Ok(self)
    }

    /// Reads what it printed.
    pub(super) fn json<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        serde_json::from_str(&self.out)
            .with_context(|| format!("{} printed no such JSON: {}", self.command, self.out))
    }
}
