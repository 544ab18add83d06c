//! A program that runs in the background, such as a server.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long a server has to end by itself.
const GRACE: Duration = Duration::from_secs(10);

/// A process of a server, which can be stopped, killed and started again with the same words. Dropping it kills it.
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    program: PathBuf,
    args: Vec<String>,
    log: PathBuf,
    child: Option<Child>,
}

impl Service {
    /// Starts a program, whose output goes to a file in the folder.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start(
        name: &'static str,
        program: &Path,
        args: Vec<String>,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let mut service = Self { name, program: program.to_owned(), args, log, child: None };
        service.start_again()?;
        Ok(service)
    }

    /// Starts the program once more, after it was killed.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let child = Command::new(&self.program)
            .args(&self.args)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // A group of its own: Ctrl-C in the terminal is for the main process, which takes things down in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {} from {}", self.name, self.program.display()))?;
        self.child = Some(child);
        Ok(())
    }

    /// Returns what it is called.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the number of the process.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    /// Sends a signal.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        signal_to(self.pid(), signal).with_context(|| format!("cannot signal {}", self.name))
    }

    /// Tells whether it has ended, and how.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        let Some(child) = &mut self.child else { return Ok(None) };
        Ok(child.try_wait()?)
    }

    /// Kills it and waits for its end.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        Ok(child.kill().await?)
    }

    /// Asks it to end, and kills it where it does not.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub async fn shutdown(&mut self) -> anyhow::Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        // One that has ended already is no failure.
        let _ = signal_to(child.id(), Signal::CONT);
        let _ = signal_to(child.id(), Signal::TERM);
        if timeout(GRACE, child.wait()).await.is_err() {
            child.kill().await?;
        }
        Ok(())
    }

    /// Returns the last lines of what it printed.
    #[must_use]
    pub fn last_words(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }
}

/// Sends a signal to a process.
///
/// # Errors
///
/// When there is no such process.
pub(crate) fn signal_to(pid: Option<u32>, signal: Signal) -> anyhow::Result<()> {
    let pid = pid.and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw).context("it has ended")?;
    Ok(kill_process(pid, signal)?)
}
