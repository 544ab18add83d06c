//! Lines of text, for a log or a pipe.

use std::fmt;
use std::io::Write;

use le_cli::LeaseState;
use tokio_util::sync::CancellationToken;

use super::Event;
use crate::ledger::{Kind, Summary};
use crate::report::Report;
use crate::stamp::Stamp;

/// Writes the events that a person wants to read, in seconds since the start.
#[derive(Debug)]
pub(crate) struct Text {
    start: Stamp,
    interrupted: CancellationToken,
}

impl Text {
    pub(super) fn new(interrupted: CancellationToken) -> Self {
        Self { start: Stamp::now(), interrupted }
    }

    pub(super) fn event(&mut self, at: Stamp, event: &Event) {
        if let Event::Found(findings) = event {
            self.line(format_args!("\n{findings}"));
        } else if let Some(told) = tell(event) {
            self.line(format_args!("{:>8.3}s  {told}", at.since(self.start).as_secs_f64()));
        }
    }

    pub(super) fn finish(&mut self, summary: Option<Summary>) {
        if let Some(summary) = summary {
            self.line(format_args!("\n{summary}"));
        }
    }

    fn line(&self, line: fmt::Arguments<'_>) {
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            self.interrupted.cancel();
        }
    }
}

/// Says an event in words; of the objects there are too many to tell of each.
fn tell(event: &Event) -> Option<String> {
    Some(match event {
        // Who took it says so.
        Event::Lease { state: LeaseState::Held, .. } => return None,
        Event::Lease { bucket, state } => format!("{bucket} is {state}"),
        Event::Cluster { server, namespace } => format!("{server}, namespace {namespace}"),
        Event::Signal { kind: Kind::Terminate, replica } => format!("{replica} gets SIGTERM"),
        Event::Signal { kind: Kind::Kill, replica } => format!("{replica} gets SIGKILL"),
        Event::Handover { bucket, from, to, seconds, .. } => {
            format!("{bucket} went from {from} to {to} in {seconds:.3} s")
        }
        Event::Exited { replica, status } => format!("{replica} has ended: {status}"),
        Event::Trouble { message } => format!("trouble: {message}"),
        Event::Report { replica, report } => match report {
            Report::Started { pid, probes } => {
                format!("{replica} runs as process {pid}, and serves http://{probes}/metrics and /livez")
            }
            Report::Lead { bucket, token } => format!("{replica} leads {bucket}, token {token}"),
            Report::Stop { bucket, reason, .. } => format!("{replica} leads {bucket} no more: {reason}"),
            Report::Begin { .. } | Report::End { .. } => return None,
        },
        Event::Standstill { fault, replica } => format!("{replica} is to stand still: {}", fault.about()),
        Event::Created { .. }
        | Event::Changed { .. }
        | Event::Deleted { .. }
        | Event::Found(_)
        | Event::Summary(_) => return None,
    })
}
