//! The journal: what happened, as lines that are the same for the same seed.

use std::io::{self, Write};
use std::time::Duration;

use crate::entry::{Entry, What};

/// Writes entries as lines, and keeps their digest.
///
/// What happens in one instant has no order: the maps of kube-runtime put the reconciles of one instant into another order in each
/// process. So the lines of an instant are written sorted.
pub(crate) struct Journal {
    out: Option<Box<dyn Write + Send>>,
    at: Duration,
    lines: Vec<String>,
    digest: u64,
    failure: Option<io::Error>,
}

/// How often acts, which are more than all else together, are written down; all are judged.
const ACTS: Duration = Duration::from_secs(1);

impl Journal {
    pub(crate) fn new(out: Option<Box<dyn Write + Send>>) -> Self {
        Self { out, at: Duration::ZERO, lines: Vec::new(), digest: 0xcbf2_9ce4_8422_2325, failure: None }
    }

    pub(crate) fn write(&mut self, entry: &Entry) {
        let is_act = matches!(entry.what, What::Act { .. } | What::Hold { .. });
        if is_act && !entry.at.as_millis().is_multiple_of(ACTS.as_millis()) {
            return;
        }
        if entry.at != self.at {
            self.flush();
            self.at = entry.at;
        }
        self.lines.push(entry.to_string());
    }

    fn flush(&mut self) {
        self.lines.sort_unstable();
        for line in self.lines.drain(..) {
            for byte in line.bytes().chain([b'\n']) {
                self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
            if let Some(out) = &mut self.out
                && let Err(error) = writeln!(out, "{line}")
            {
                self.failure.get_or_insert(error);
            }
        }
    }

    /// Writes the rest, and returns the digest of all.
    pub(crate) fn finish(&mut self) -> io::Result<u64> {
        self.flush();
        if let Some(out) = &mut self.out {
            out.flush()?;
        }
        self.failure.take().map_or(Ok(self.digest), Err)
    }
}
