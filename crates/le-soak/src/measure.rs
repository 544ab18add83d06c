//! What this process, or another, uses.

use std::fs;
use std::time::Duration;

/// What a process uses at one moment; zero where the system does not say.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Reading {
    /// Resident memory, in KiB.
    pub resident: u64,
    /// Open files that are no sockets.
    pub files: u64,
    /// Open sockets.
    pub sockets: u64,
    /// Threads.
    pub threads: u64,
}

impl Reading {
    /// Looks at this process.
    #[must_use]
    pub fn take() -> Self {
        Self::of("self")
    }

    /// Looks at a process, by its number or as `self`.
    #[must_use]
    pub fn of(process: &str) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
        };
        let open = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
        let (mut files, mut sockets) = (0, 0);
        for target in open.filter_map(|entry| fs::read_link(entry.path()).ok()) {
            let count =
                if target.to_string_lossy().starts_with("socket:") { &mut sockets } else { &mut files };
            *count += 1;
        }
        Self { resident: field("VmRSS:"), files, sockets, threads: field("Threads:") }
    }
}

/// What was measured in one calm.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Calm {
    /// When its measuring ended, in virtual time.
    pub at: Duration,
    /// What this process used then.
    pub reading: Reading,
    /// How many tasks there were: the middle one of six looks.
    pub tasks: u64,
    /// How many requests were dealt with in one minute: six times as many as in the middle one of six parts of it.
    pub requests: u64,
}
