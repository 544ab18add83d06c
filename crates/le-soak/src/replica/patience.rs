//! How long a controller waits after its watch failed: kube's own backoff draws at random.

use std::time::Duration;

use kube::runtime::utils::Backoff;

/// Twice as long each time.
#[derive(Debug)]
pub(super) struct Patience(Duration);

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(4);

impl Default for Patience {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Iterator for Patience {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let now = self.0;
        self.0 = (now * 2).min(LONGEST);
        Some(now)
    }
}

impl Backoff for Patience {
    fn reset(&mut self) {
        self.0 = FIRST;
    }
}
