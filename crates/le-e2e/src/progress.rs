//! How a long run tells where it is.
#![expect(clippy::print_stderr, reason = "a program tells how it goes")]

use std::time::{Duration, Instant};

/// Says what is being done, on the standard error, with the time since the start.
#[derive(Clone, Debug)]
pub struct Progress {
    began: Instant,
}

/// Something that takes a while. It says so once more when it has taken it.
#[derive(Debug)]
#[must_use = "the step ends when this is dropped"]
pub struct Step {
    what: String,
    began: Instant,
    progress: Progress,
}

/// What was quick needs no second line.
const LONG: Duration = Duration::from_secs(3);

impl Progress {
    /// Begins now.
    #[must_use]
    pub fn new() -> Self {
        Self { began: Instant::now() }
    }

    /// Says something.
    pub fn say(&self, what: &str) {
        eprintln!("[{:6.1} s] {what}", self.began.elapsed().as_secs_f64());
    }

    /// Says that something begins, and later that it is done.
    pub fn step(&self, what: &str) -> Step {
        self.say(what);
        Step { what: what.to_owned(), began: Instant::now(), progress: self.clone() }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if self.began.elapsed() >= LONG {
            self.progress.say(&format!("{}: {:.1} s", self.what, self.began.elapsed().as_secs_f64()));
        }
    }
}
