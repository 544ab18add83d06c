//! The terminal while a table is on it.

use std::fmt;
use std::io::{Stdout, Write, stdout};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use tokio_util::sync::CancellationToken;

use super::{Board, Event, Log, keys, table};
use crate::ledger::Summary;

/// The alternate screen of a terminal; what was there comes back when this is dropped, and when the program panics.
pub(crate) struct Screen {
    terminal: Terminal<CrosstermBackend<Tty>>,
    log: Log,
    /// What was seen of a fault, to be shown after the table.
    findings: Option<String>,
}

impl Screen {
    pub(super) fn new(log: Log, interrupted: CancellationToken) -> std::io::Result<Self> {
        // For what it does: raw mode, the alternate screen, and a panic hook that undoes both. The terminal that it makes
        // panics itself when standard output is gone.
        drop(ratatui::try_init()?);
        log.hold();
        let tty = Tty { out: stdout(), interrupted: interrupted.clone() };
        let terminal =
            Terminal::new(CrosstermBackend::new(tty)).inspect_err(|_| drop(ratatui::try_restore()))?;
        let screen = Self { terminal, log, findings: None };
        keys::watch(interrupted)?;
        Ok(screen)
    }

    /// The board tells what happens; what went wrong has to outlast it.
    pub(super) fn event(&mut self, event: &Event) {
        match event {
            Event::Trouble { message } => self.log.line(&format!("trouble: {message}")),
            Event::Found(findings) => self.findings = Some(findings.to_string()),
            _ => {}
        }
    }

    pub(super) fn draw(&mut self, board: &Board) -> std::io::Result<()> {
        self.terminal.draw(|frame| table::render(frame, board)).map(drop)
    }

    pub(super) fn finish(mut self, summary: Option<Summary>) {
        let findings = self.findings.take();
        drop(self);
        if let Some(findings) = findings {
            let _ = writeln!(stdout(), "{findings}");
        }
        if let Some(summary) = summary {
            let _ = writeln!(stdout(), "{summary}");
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.terminal.show_cursor();
        // Where the terminal was closed, there is nothing to restore and nobody to tell.
        let _ = ratatui::try_restore();
        self.log.release();
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Screen")
    }
}

/// Standard output. When it is gone, that is an interrupt, and no error.
struct Tty {
    out: Stdout,
    interrupted: CancellationToken,
}

impl Tty {
    fn noted<T>(&self, done: std::io::Result<T>, otherwise: T) -> std::io::Result<T> {
        Ok(done.unwrap_or_else(|_| {
            self.interrupted.cancel();
            otherwise
        }))
    }
}

impl Write for Tty {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes);
        self.noted(written, bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let flushed = self.out.flush();
        self.noted(flushed, ())
    }
}
