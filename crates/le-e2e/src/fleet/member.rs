//! One participant: a process that elects, and says what it does.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::journal::Journal;
use super::line::Line;
use super::now;
use crate::service::signal_to;

/// What a participant is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Ours: `elect`.
    Rust,
    /// client-go's leader election.
    ClientGo,
    /// Knative's `BuildElector`.
    Knative,
}

impl Kind {
    /// Tells whether it is ours.
    #[must_use]
    pub fn is_ours(self) -> bool {
        self == Self::Rust
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rust => "rust",
            Self::ClientGo => "client-go",
            Self::Knative => "knative",
        })
    }
}

/// A process, told apart from others even where two have one identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub usize);

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A participant that runs. Dropping it kills it.
#[derive(Debug)]
pub struct Member {
    /// Which process.
    pub id: MemberId,
    /// What it is made of.
    pub kind: Kind,
    /// Under which name it competes.
    pub identity: String,
    /// What it says on its standard error.
    pub log: PathBuf,
    child: Child,
    ears: JoinHandle<()>,
}

/// How a process is started.
pub(super) struct Start<'a> {
    pub(super) id: MemberId,
    pub(super) kind: Kind,
    pub(super) program: &'a Path,
    pub(super) identity: String,
    pub(super) args: Vec<String>,
    pub(super) kubeconfig: &'a Path,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) jumps: bool,
    pub(super) log: PathBuf,
    pub(super) journal: Arc<Journal>,
}

impl Member {
    pub(super) fn start(start: Start<'_>) -> anyhow::Result<Self> {
        let Start { id, kind, program, identity, args, kubeconfig, environment, jumps, log, journal } = start;
        let mut child = Command::new(program)
            .args(args)
            .env("KUBECONFIG", kubeconfig)
            .env_remove("KUBERNETES_SERVICE_HOST")
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {identity} from {}", program.display()))?;
        let stdout = child.stdout.take().context("a participant has no standard output")?;
        let ears = tokio::spawn(async move {
            let mut lines = BufReader::new(stdout).lines();
            while let Ok(Some(text)) = lines.next_line().await {
                // A line that is cut, by SIGKILL in the middle of it, says nothing.
                if let Ok(mut line) = serde_json::from_str::<Line>(&text) {
                    if jumps {
                        line.forget_jumps(now());
                    }
                    journal.hear(id, kind, line);
                }
            }
        });
        Ok(Self { id, kind, identity, log, child, ears })
    }

    /// Returns the number of the process.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Sends a signal.
    ///
    /// # Errors
    ///
    /// When the process has ended.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        signal_to(self.child.id(), signal).with_context(|| format!("cannot signal {}", self.identity))
    }

    /// Waits for the end, and for everything that was said before it.
    ///
    /// # Errors
    ///
    /// When it does not end in time.
    pub async fn end(&mut self, within: Duration) -> anyhow::Result<ExitStatus> {
        let Ok(status) = timeout(within, self.child.wait()).await else {
            bail!("{} did not end within {within:?}", self.identity)
        };
        (&mut self.ears).await.context("nobody listened to a participant")?;
        Ok(status?)
    }

    /// Tells whether it has ended by itself.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until it has said what is to be done on SIGTERM, which would end it otherwise. It takes a moment at its start.
    ///
    /// # Errors
    ///
    /// When it has not in time, or has ended.
    async fn until_it_listens(&self, within: Duration) -> anyhow::Result<()> {
        let began = Instant::now();
        while began.elapsed() < within {
            if catches(self.pid(), Signal::TERM)
                .with_context(|| format!("cannot look at {}", self.identity))?
            {
                return Ok(());
            }
            sleep(Duration::from_millis(10)).await;
        }
        bail!("{} does not listen to SIGTERM after {within:?}", self.identity)
    }

    /// Asks it to end, which must be with 0.
    ///
    /// # Errors
    ///
    /// When it does not end in time, or otherwise.
    pub async fn terminate(&mut self, within: Duration) -> anyhow::Result<()> {
        self.until_it_listens(within).await?;
        self.signal(Signal::TERM)?;
        let status = self.end(within).await?;
        if !status.success() {
            bail!("{} was told to end, and ended with {status}: see {}", self.identity, self.log.display());
        }
        Ok(())
    }
}

/// Tells whether a process has said what is to be done on a signal, as the kernel knows it.
fn catches(pid: Option<u32>, signal: Signal) -> anyhow::Result<bool> {
    let pid = pid.context("it has ended")?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = u64::from_str_radix(caught.context("the kernel does not say what it catches")?.trim(), 16)?;
    Ok(caught & (1 << (signal.as_raw() - 1)) != 0)
}
