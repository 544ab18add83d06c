//! One replica as a child process.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::input::{Exit, Input};
use crate::report::Replica;
use crate::stamp::Stamp;
use crate::view::Log;

/// A process that was started. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Process {
    signals: UnboundedSender<Signal>,
    /// The process ends when this is closed, so that it does not outlive this one, however this one ends.
    _stdin: Option<ChildStdin>,
}

impl Process {
    /// Starts a replica, whose reports and whose end are told to `inputs`.
    pub(super) fn start(
        program: &Path,
        replica: Replica,
        args: &[OsString],
        inputs: UnboundedSender<Input>,
        log: &Log,
    ) -> anyhow::Result<Self> {
        let mut child = Command::new(program)
            .arg("replica")
            .arg(format!("--identity={replica}"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own: Ctrl-C in the terminal is for the main process, which then tells the replicas.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{replica} cannot be started from {}", program.display()))?;
        let (signals, to_give) = unbounded_channel();
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().context("the replica has no standard output")?;
        let stderr = child.stderr.take().context("the replica has no standard error")?;
        let log = log.clone();
        tokio::spawn(async move {
            let reports = lines(stdout, |line| {
                let input = match serde_json::from_str(&line) {
                    Ok(report) => Input::Report(replica, report),
                    Err(_) => Input::Garbled(replica, line),
                };
                let _ = inputs.send(input);
            });
            let complaints = lines(stderr, |line| {
                log.line(&format!("{replica}: {line}"));
                let _ = inputs.send(Input::Logged(replica, line));
            });
            let (exit, (), ()) = tokio::join!(wait(child, to_give), reports, complaints);
            let _ = inputs.send(Input::Exited(replica, exit));
        });
        Ok(Self { signals, _stdin: stdin })
    }

    /// Gives the process a signal: SIGTERM tells it to drain, release and end, and SIGKILL ends it at once.
    pub(super) fn signal(&self, signal: Signal) {
        let _ = self.signals.send(signal);
    }
}

/// Waits for the end, and gives signals until then. Whoever waits for a process knows that its id is still its own.
async fn wait(mut child: Child, mut signals: UnboundedReceiver<Signal>) -> Exit {
    loop {
        let signal = tokio::select! {
            status = child.wait() => return Exit { at: Stamp::now(), status },
            // Nobody can give a signal any more: the main process has given up, and leaves nothing behind.
            signal = signals.recv() => signal.unwrap_or(Signal::KILL),
        };
        if let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
            let _ = kill_process(pid, signal);
        }
        if signal == Signal::KILL {
            return Exit { status: child.wait().await, at: Stamp::now() };
        }
    }
}

async fn lines(from: impl AsyncRead + Unpin, mut each: impl FnMut(String)) {
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        each(line);
    }
}
