//! What participants print: one JSON object a line, those in Go as those in Rust.

use serde::Deserialize;

/// A line.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    /// When, in seconds of Unix time.
    pub t: f64,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

impl Line {
    /// Takes away the whole hours by which the time of day of its participant is off.
    pub(super) fn forget_jumps(&mut self, now: f64) {
        const HOUR: f64 = 3600.0;
        self.t += ((now - self.t) / HOUR).round() * HOUR;
    }
}

/// What a participant says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// It begins to lead.
    Lead {
        /// The Lease.
        lease: String,
        /// The term; those in Go know none.
        token: Option<u64>,
    },
    /// It leads no more.
    Stop {
        /// The Lease.
        lease: String,
        /// The term.
        token: Option<u64>,
        /// Why.
        reason: String,
    },
    /// It acts, for it believes at that very instant that it leads.
    Act {
        /// The Lease.
        lease: String,
        /// The term.
        token: Option<u64>,
    },
    /// The work that it had in hand when it was told to stop has ended, and at that very instant it still leads.
    Drained {
        /// The Lease.
        lease: String,
        /// The term.
        token: Option<u64>,
    },
    /// It saw that somebody else leads.
    NewLeader {
        /// The Lease.
        lease: String,
        /// The other.
        leader: String,
    },
    /// Something went wrong that does not end it.
    Error {
        /// In words.
        message: String,
    },
}

impl Event {
    /// Tells whether somebody leads no more for this reason.
    #[must_use]
    pub fn stops_for(&self, why: &str) -> bool {
        matches!(self, Self::Stop { reason, .. } if reason == why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_languages_are_read() {
        let rust = r#"{"event":"act","identity":"a","lease":"x.00-of-01","t":1700000000.5,"token":42}"#;
        let line: Line = serde_json::from_str(rust).unwrap();
        assert_eq!(line.event, Event::Act { lease: "x.00-of-01".to_owned(), token: Some(42) });
        assert!((line.t - 1_700_000_000.5).abs() < 1e-6);
        let go = r#"{"t":1.5,"event":"lead","identity":"a","lease":"x.00-of-01","token":null}"#;
        let line: Line = serde_json::from_str(go).unwrap();
        assert_eq!(line.event, Event::Lead { lease: "x.00-of-01".to_owned(), token: None });
    }

    #[test]
    fn a_clock_that_is_off_by_whole_hours_tells_the_time_to_the_microsecond() {
        for (said, now, meant) in [(3600.25, 1.0, 0.25), (100.5, 100.75, 100.5), (4.0, 7300.0, 7204.0)] {
            let event = Event::Error { message: String::new() };
            let mut line = Line { t: said, event };
            line.forget_jumps(now);
            assert!((line.t - meant).abs() < 1e-6, "{said} at {now}");
        }
    }
}
