//! A process of ours that is a client of the control plane: what it prints is heard line by line, and kept.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::service::signal_to;

/// A process. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    child: Child,
    ears: JoinHandle<()>,
}

/// How a process is started.
#[derive(Debug)]
pub struct Start<'a> {
    /// What it is called in messages and in the name of its log.
    pub name: String,
    /// The program.
    pub program: &'a Path,
    /// Its arguments.
    pub args: Vec<String>,
    /// How it finds the API server.
    pub kubeconfig: &'a Path,
    /// More of the environment.
    pub environment: Vec<(&'static str, String)>,
    /// Where its log goes.
    pub folder: &'a Path,
}

impl Process {
    /// Starts a process. Lines of its standard output are handed to `hear`, and its standard error goes to a file.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start(start: Start<'_>, mut hear: impl FnMut(String) + Send + 'static) -> anyhow::Result<Self> {
        let Start { name, program, args, kubeconfig, environment, folder } = start;
        let log = folder.join(format!("{name}.log"));
        let mut child = Command::new(program)
            .args(args)
            .env("KUBECONFIG", kubeconfig)
            .env("NO_COLOR", "1")
            .env_remove("KUBERNETES_SERVICE_HOST")
            .env_remove("RUST_LOG")
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            // Ctrl-C in the terminal is for the main process, which takes things down in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {name} from {}", program.display()))?;
        let stdout = child.stdout.take().context("a process has no standard output")?;
        let ears = tokio::spawn(async move {
            let mut lines = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                hear(line);
            }
        });
        Ok(Self { name, log, child, ears })
    }

    /// Returns the number of the process.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Returns what it has said on its standard error.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Sends a signal.
    ///
    /// # Errors
    ///
    /// When the process has ended.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        signal_to(self.child.id(), signal).with_context(|| format!("cannot signal {}", self.name))
    }

    /// Tells whether it has ended by itself, and how.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for the end, and for everything that was said before it.
    ///
    /// # Errors
    ///
    /// When it does not end in time.
    pub async fn end(&mut self, within: Duration) -> anyhow::Result<ExitStatus> {
        let Ok(status) = timeout(within, self.child.wait()).await else {
            bail!("{} did not end within {within:?}; it said last:\n{}", self.name, self.last_words())
        };
        (&mut self.ears).await.context("nobody listened to a process")?;
        Ok(status?)
    }

    /// Asks it to end, which must be with 0.
    ///
    /// # Errors
    ///
    /// When it does not end in time, or otherwise.
    pub async fn terminate(&mut self, within: Duration) -> anyhow::Result<()> {
        self.signal(Signal::TERM)?;
        let status = self.end(within).await?;
        if !status.success() {
            bail!(
                "{} was told to end, and ended with {status}; it said last:\n{}",
                self.name,
                self.last_words()
            );
        }
        Ok(())
    }

    /// Kills it and waits for everything that it said before.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().await?;
        (&mut self.ears).await.context("nobody listened to a process")
    }

    /// Returns the last lines of what it said on its standard error.
    #[must_use]
    pub fn last_words(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(8)..].join("\n")
    }
}
