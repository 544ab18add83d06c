//! Where complaints go: to standard error, or nowhere yet while a table is on the screen.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// How many lines are kept for after the table; earlier ones are dropped.
const KEPT: usize = 200;

/// The log of this process and of its replicas. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Option<VecDeque<String>>>>);

impl Log {
    /// Makes the log, and sends what this process traces there: warnings, unless `RUST_LOG` asks for more.
    pub(crate) fn install() -> Self {
        let log = Self::default();
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(log.clone()).with_ansi(false).init();
        log
    }

    /// Logs a line.
    pub(crate) fn line(&self, line: &str) {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            None => {
                // Where standard error is closed, there is nobody to complain to.
                let _ = writeln!(std::io::stderr(), "{line}");
            }
            Some(kept) => {
                if kept.len() == KEPT {
                    kept.pop_front();
                }
                kept.push_back(line.to_owned());
            }
        }
    }

    /// Keeps lines from now on.
    pub(super) fn hold(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default();
    }

    /// Writes what was kept, and keeps no more.
    pub(super) fn release(&self) {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        for line in kept.into_iter().flatten() {
            self.line(&line);
        }
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Lines;

    fn make_writer(&'a self) -> Self::Writer {
        Lines(self.clone())
    }
}

/// Takes whole lines, as the subscriber writes them.
#[derive(Debug)]
pub(crate) struct Lines(Log);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.line(String::from_utf8_lossy(bytes).trim_end());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_while_a_table_is_on_the_screen() {
        let log = Log::default();
        log.hold();
        (0..=KEPT).for_each(|number| log.line(&number.to_string()));
        let kept = log.0.lock().unwrap().clone().unwrap();
        assert_eq!((kept.len(), kept.front().map(String::as_str)), (KEPT, Some("1")));
    }
}
