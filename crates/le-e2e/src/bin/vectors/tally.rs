//! How many cases passed, and what was wrong with the others.

use crate::outcome::Check;

/// More than these only repeat what is wrong.
const SHOWN: usize = 20;

/// The count over all files.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
}

impl Tally {
    /// Checks each line of a file, prints the first failures of all files, and how the file went.
    pub(crate) fn file(&mut self, name: &str, text: &str, check: Check) {
        let before = (self.passed, self.failed);
        for (index, line) in text.lines().enumerate() {
            let outcomes = check(line).unwrap_or_else(|error| vec![Err(error)]);
            for outcome in outcomes {
                match outcome {
                    Ok(()) => self.passed += 1,
                    Err(error) => self.failure(&format!("{name}:{}: {error}", index + 1)),
                }
            }
        }
        println!("{name}: {} passed, {} failed", self.passed - before.0, self.failed - before.1);
    }

    /// Returns the number of cases that passed.
    pub(crate) fn passed(&self) -> usize {
        self.passed
    }

    /// Returns the number of cases that failed.
    pub(crate) fn failed(&self) -> usize {
        self.failed
    }

    fn failure(&mut self, what: &str) {
        self.failed += 1;
        match self.failed {
            ..=SHOWN => println!("{what}"),
            n if n == SHOWN + 1 => println!("(the failures after these are only counted)"),
            _ => {}
        }
    }
}
