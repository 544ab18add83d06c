//! Says on standard output what this process does, before it does it.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use crate::report::{Line, Outcome, Report};
use crate::stamp::Stamp;

/// Writes reports. Cheap to clone.
///
/// A report is in the pipe when [`report`](Self::report) returns: a process that is killed has told of all that it began.
#[derive(Clone)]
pub(super) struct Reporter(Arc<Mutex<Box<dyn Write + Send>>>);

impl Reporter {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Box::new(std::io::stdout()))))
    }

    /// Reports what is true from now on.
    pub(super) fn report(&self, report: Report) {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line =
            serde_json::to_vec(&Line { at: Stamp::now(), report }).expect("a report has only plain fields");
        line.push(b'\n');
        // Nobody reads when the main process is gone, and then standard input tells this one to stop.
        let _ = out.write_all(&line).and_then(|()| out.flush());
    }

    /// Reports that an object is in hand until what this returns is dropped.
    pub(super) fn in_hand(&self, object: &str, generation: u64, token: u64) -> InHand<'_> {
        let object = object.to_owned();
        self.report(Report::Begin { object: object.clone(), generation, token });
        InHand { reporter: self, object, outcome: Outcome::Dropped }
    }
}

/// An object that is in hand.
#[must_use = "the object is let go of when this is dropped"]
pub(super) struct InHand<'a> {
    reporter: &'a Reporter,
    object: String,
    outcome: Outcome,
}

impl InHand<'_> {
    /// Lets go of the object, and says what came of it.
    pub(super) fn end(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        let object = std::mem::take(&mut self.object);
        self.reporter.report(Report::End { object, outcome: self.outcome });
    }
}

impl std::fmt::Debug for Reporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reporter")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn work_that_is_dropped_lets_go_of_its_object() {
        let kept = Kept::default();
        let reporter = Reporter(Arc::new(Mutex::new(Box::new(kept.clone()))));
        drop(reporter.in_hand("object-1", 4, 2));
        reporter.in_hand("object-1", 5, 2).end(Outcome::Handled);

        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let reports: Vec<Report> =
            text.lines().map(|line| serde_json::from_str::<Line>(line).unwrap().report).collect();
        let object = || "object-1".to_owned();
        assert_eq!(
            reports,
            [
                Report::Begin { object: object(), generation: 4, token: 2 },
                Report::End { object: object(), outcome: Outcome::Dropped },
                Report::Begin { object: object(), generation: 5, token: 2 },
                Report::End { object: object(), outcome: Outcome::Handled },
            ]
        );
    }
}
